package explain

import (
	"cmp"
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
}

// Told is what one packet means.
type Told struct {
	Conversation *follow.Summary
	Row          Row
	Event        trace.Event
	Notes        []trace.Event
}

// NewStream returns a stream that keeps the packets which the filter picks and tells each.
func NewStream(fl *filter.Filter, tell func(*Told)) *Stream {
	s := &Stream{filter: fl, tell: tell, rep: &Report{}}
	s.w = &walker{rep: s.rep}
	s.f = follow.New(follow.Options{
		Watch: func(*follow.Summary) follow.Watcher { return teller{s} },
		Done:  s.rep.keep,
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

// A teller watches the conversations of a stream.
type teller struct{ s *Stream }

// Packet implements follow.Watcher.
func (t teller) Packet(c *follow.Summary, views [2]follow.EndView, p *follow.Packet) {
	t.s.watched(c, views, p)
}

// Done implements follow.Watcher: the list at the end says what is found about the whole.
func (teller) Done(*follow.Summary, []follow.Finding) {}

// watched tells what a packet means.
func (s *Stream) watched(c *follow.Summary, views [2]follow.EndView, p *follow.Packet) {
	b := &builder{c: &Conversation{Trace: &trace.Trace{}, Bases: [2]wire.Seq{views[0].Base, views[1].Base}}}
	e := b.event(c, p)
	e.Conn, e.T, e.N = itoa(c.N), p.At, p.Frame
	told := &Told{Conversation: c, Event: e, Row: Row{Frame: p.Frame, At: p.At, From: p.From, Label: b.label(&e, p), States: p.States, Findings: p.Findings}}
	if e.Proto == wire.ICMP {
		told.Row.From = 1 - p.From
	}
	for i := range p.Findings {
		f := &p.Findings[i]
		told.Notes = append(told.Notes, trace.Event{T: p.At, Host: e.Host, Kind: trace.Note, Conn: e.Conn, Rule: f.Kind.Rule(), Text: f.Text(), Source: trace.Capture, Frame: p.Frame})
	}
	s.tell(told)
}

// Packets is how many packets were picked so far.
func (s *Stream) Packets() int { return s.rep.Packets }
