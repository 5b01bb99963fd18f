package explain

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"netlab/capture"
	"netlab/capture/filter"
	"netlab/capture/follow"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A Stream explains packets as they come.
type Stream struct {
	filter *filter.Filter
	tell   func(*Told)
	f      *follow.Follower
	d      capture.Decoder
	rep    *Report
	w      *walker
	events int
	board  *Board // nil: nobody watches
}

// Told is what one packet means.
type Told struct {
	Conversation *follow.Summary
	Row          Row
	Events       []trace.Event // the packet, the states that it leads to, and what is found
}

// NewStream returns a stream that keeps the packets which the filter picks and tells each.
func NewStream(fl *filter.Filter, tell func(*Told)) *Stream {
	s := &Stream{filter: fl, tell: tell, rep: &Report{}}
	s.w = &walker{rep: s.rep}
	s.f = follow.New(follow.Options{
		Watch: func(c *follow.Summary) follow.Watcher {
			t := &teller{s: s}
			if s.board != nil {
				t.full = s.board.begin(c)
			}
			return t
		},
		Done: s.rep.keep,
	})
	return s
}

// Packet explains one frame of a link type. It reports whether the filter picks it.
func (s *Stream) Packet(link uint16, f *capture.Frame) bool {
	var h capture.Headers
	if err := s.d.Decode(link, f.Data, f.OrigLen, &h); err != nil {
		if !s.filter.Empty() {
			return false
		}
		s.rep.Packets++
		s.w.other(err)
		return true
	}
	p := filter.Packet{Proto: h.Proto, Src: netip.AddrPortFrom(h.Src, h.SrcPort), Dst: netip.AddrPortFrom(h.Dst, h.DstPort)}
	if h.Proto == wire.ICMP {
		p = filter.Packet{Proto: h.ICMP.Proto, Src: netip.AddrPortFrom(h.ICMP.Src, h.ICMP.SrcPort), Dst: netip.AddrPortFrom(h.ICMP.Dst, h.ICMP.DstPort)}
	}
	if !s.filter.Packet(&p) {
		return false
	}
	s.rep.Packets++
	if !s.f.Packet(&h, f.Time, s.rep.Packets) {
		s.w.other(capture.Other("ICMP about packets that were not captured"))
	}
	return true
}

// Finish returns what was captured.
func (s *Stream) Finish() *Report {
	s.f.Finish()
	slices.SortFunc(s.rep.Conversations, func(a, b *follow.Summary) int { return cmp.Compare(a.N, b.N) })
	return s.rep
}

// A teller watches one conversation of a stream.
type teller struct {
	s  *Stream
	at [2]wire.State // where its ends were told to be

	full *posted // on the board
}

// Done implements follow.Watcher: the list at the end says what is found about the whole.
func (*teller) Done(*follow.Summary, []follow.Finding) {}

// Packet implements follow.Watcher: it tells what a packet means.
func (t *teller) Packet(c *follow.Summary, views [2]follow.EndView, p *follow.Packet) {
	if t.full != nil {
		t.s.board.packet(t.full, c, views, p)
	}
	b := &builder{most: maxData, c: &Conversation{Trace: &trace.Trace{}, Bases: [2]wire.Seq{views[0].Base, views[1].Base}}}
	e := b.event(c, p)
	told := &Told{Conversation: c, Row: Row{Frame: p.Frame, At: p.At, From: p.From, Label: b.label(&e, p), States: p.States, Findings: p.Findings}}
	if e.Proto == wire.ICMP {
		told.Row.From = 1 - p.From
	}
	if c.FirstFrame == p.Frame {
		t.s.add(told, c, trace.Event{T: p.At, Kind: trace.Note, Source: trace.Capture, Frame: p.Frame,
			Text: fmt.Sprintf("conversation %d: A is %s, B is %s", c.N, c.Ends[0], c.Ends[1])}, 0)
	}
	sent := t.s.add(told, c, e, 0)
	for x := range 2 {
		if p.States[x].Guess && t.at[x] == wire.StateClosed {
			t.at[x] = p.States[x].Earliest // the capture began in the middle
		}
		for _, st := range follow.Between(t.at[x], p.States[x].Earliest, views[x].HasISS && !views[x].Passive) {
			if c.Proto == wire.TCP {
				t.s.add(told, c, trace.Event{T: p.At, Host: follow.Name(x), Kind: trace.State, Src: endpoint(x, c.Ends[x]), Dst: endpoint(1-x, c.Ends[1-x]),
					From: t.at[x], To: st, CauseBy: "at the earliest", Source: trace.Capture, Frame: p.Frame}, sent)
				t.at[x] = st
			}
		}
	}
	for i := range p.Findings {
		f := &p.Findings[i]
		t.s.add(told, c, trace.Event{T: p.At, Host: e.Host, Kind: trace.Note, Rule: f.Kind.Rule(), Text: f.Text(), Source: trace.Capture, Frame: p.Frame}, sent)
	}
	t.s.tell(told)
}

// add numbers an event, whose socket is named by the conversation, and returns its number.
func (s *Stream) add(told *Told, c *follow.Summary, e trace.Event, cause int) int {
	s.events++
	e.N, e.Conn, e.Cause = s.events, itoa(c.N), cause
	told.Events = append(told.Events, e)
	return e.N
}

// Events is how many events were told so far.
func (s *Stream) Events() int { return s.events }

// Packets is how many packets were picked so far.
func (s *Stream) Packets() int { return s.rep.Packets }
