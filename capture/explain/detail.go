package explain

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"sync"
	"time"

	"netlab/capture"
	"netlab/capture/follow"
	"netlab/capture/read"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A Row is one packet of a conversation, for people.
type Row struct {
	Frame    int
	At       time.Duration // since the conversation's first packet
	From     int           // from which end's side it came
	Label    string        // "SYN,ACK seq=0 ack=1", with relative numbers
	Options  string
	States   [2]follow.Inferred
	Findings []follow.Finding
	Event    int // number of the event in the trace
}

// A Conversation is all that is known of one conversation.
type Conversation struct {
	*follow.Summary
	Rows     []Row
	Findings []follow.Finding // about the whole of it
	Trace    *trace.Trace
	Bases    [2]wire.Seq // relative numbers count from these
	Frames   []capture.Frame
	Link     uint16
	Cut      int // packets before the first and after the last row
}

// Limits of what is told of one conversation.
const (
	// MaxRows bounds the packets that are told one by one.
	MaxRows  = 5_000
	maxData  = 2 << 20 // octets of data that are kept; of the others only the number
	blankLen = 1 << 20
)

// Detail reads the capture once more, for the conversation that s summarises.
func Detail(ctx context.Context, file io.Reader, s *follow.Summary, opt Options) (*Conversation, error) {
	b := newBuilder(s)
	b.from = opt.From
	rep := &Report{}
	w := &walker{ctx, rep, opt.Progress}
	f := follow.New(follow.Options{
		Watch: func(c *follow.Summary) follow.Watcher {
			if c.FirstFrame == s.FirstFrame {
				return b
			}
			return nil
		},
		Begins: func(frame int) bool { return frame == s.FirstFrame },
		Hindsight: func(n int) [2]follow.Hindsight {
			if n == s.N {
				return s.Hindsight
			}
			return [2]follow.Hindsight{}
		},
	})
	err := w.walk(file, func(h *capture.Headers, rec *read.Record) error {
		b.rec = rec
		f.Packet(h, rec.Time, rec.Frame)
		if rec.Frame > s.LastFrame {
			return errStop
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	f.Finish()
	if b.c.Summary == nil {
		return nil, fmt.Errorf("explain: the file has changed since it was read first")
	}
	b.c.N = s.N
	b.finish()
	return b.c, nil
}

// A builder watches one conversation.
type builder struct {
	c     *Conversation
	from  int
	rec   *read.Record // nil: the frames are not kept
	data  int
	most  int // octets of data that are kept
	at    [2]wire.State
	vars  [2]map[trace.VarID]int64
	wait  [2][]int // events of states that are not proven yet
	acked map[ackKey]int
}

// An ackKey is the number after a segment of one end.
type ackKey struct {
	x   int
	end wire.Seq
}

func newBuilder(s *follow.Summary) *builder {
	b := &builder{c: &Conversation{Trace: &trace.Trace{Source: trace.Capture}}, most: maxData}
	for x, e := range s.Ends {
		b.c.Trace.Hosts = append(b.c.Trace.Hosts, trace.Host{Name: follow.Name(x), IP: e.Addr().String()})
	}
	if s.Ends[0] == s.Ends[1] {
		b.c.Trace.Hosts = b.c.Trace.Hosts[:1]
	}
	return b
}

// Packet implements follow.Watcher.
func (b *builder) Packet(s *follow.Summary, views [2]follow.EndView, p *follow.Packet) {
	if p.Frame < b.from || len(b.c.Rows) == MaxRows {
		b.c.Cut++
		b.at = [2]wire.State{p.States[0].Earliest, p.States[1].Earliest}
		return
	}
	b.c.Bases = [2]wire.Seq{views[0].Base, views[1].Base}
	row := Row{Frame: p.Frame, At: p.At, From: p.From, Findings: append([]follow.Finding(nil), p.Findings...), States: p.States}
	e := b.event(s, p)
	row.Label, row.Options = b.label(&e, p), e.Seg.Options.String()
	row.Event = b.add(e)
	if e.HasSegment() && p.Headers.Proto == wire.TCP {
		b.cause(row.Event, p)
		b.state(s, views, p, row.Event)
		b.variables(s, views, p, row.Event)
	}
	for i := range p.Findings {
		f := &p.Findings[i]
		b.add(trace.Event{T: p.At, Host: e.Host, Kind: trace.Note, Conn: e.Conn, Rule: f.Kind.Rule(), Text: f.Text(), Cause: row.Event,
			CauseBy: "the packet itself", Source: trace.Capture, Frame: p.Frame})
	}
	if e.Proto == wire.ICMP {
		row.From = 1 - p.From
	}
	b.c.Rows = append(b.c.Rows, row)
	if b.rec == nil {
		return
	}
	b.c.Link = b.rec.Link
	b.c.Frames = append(b.c.Frames, capture.Frame{Time: b.rec.Time, OrigLen: b.rec.OrigLen, Data: b.kept()})
}

// kept copies the frame, as long as there is room.
func (b *builder) kept() []byte {
	if b.data > maxData {
		return append([]byte(nil), b.rec.Data[:min(len(b.rec.Data), 128)]...)
	}
	return append([]byte(nil), b.rec.Data...)
}

// Done implements follow.Watcher.
func (b *builder) Done(s *follow.Summary, found []follow.Finding) {
	b.c.Summary = s
	b.c.Findings = append([]follow.Finding(nil), found...)
}

func (b *builder) add(e trace.Event) int {
	t := b.c.Trace
	e.N = len(t.Events) + 1
	t.Events = append(t.Events, e)
	return e.N
}

// connName is what both ends' sockets are called in the trace.
const connName = "c"

func endpoint(x int, a netip.AddrPort) wire.Endpoint {
	return wire.Endpoint{Host: follow.Name(x), Port: a.Port()}
}

// event makes the event of a packet that was seen.
func (b *builder) event(s *follow.Summary, p *follow.Packet) trace.Event {
	h := p.Headers
	to := 1 - p.From
	if s.Ends[0] == s.Ends[1] {
		to = p.From
	}
	e := trace.Event{T: p.At, Host: follow.Name(p.From), Kind: trace.Send, Conn: connName, Pkt: p.Frame, Frame: p.Frame, Source: trace.Capture,
		Src: endpoint(p.From, s.Ends[p.From]), Dst: endpoint(to, s.Ends[to]), Proto: h.Proto}
	if e.Dst.Host == "B" && s.Ends[1].Addr().IsMulticast() {
		e.Dst.Host = s.Ends[1].Addr().String()
	}
	switch h.Proto {
	case wire.TCP:
		e.Seg = wire.Segment{Seq: h.Seq, Ack: h.Ack, Flags: h.Flags, Wnd: h.Wnd, Options: h.Options, Data: b.octets(h)}
	case wire.UDP:
		e.Dgram = wire.Datagram{Data: b.octets(h)}
	case wire.ICMP: // the other end, or a router on its side, reports
		e.Src, e.Dst, e.Host = e.Dst, e.Src, e.Dst.Host
		e.Src.Port, e.Dst.Port = 0, 0
		e.Dgram.Cite = &wire.Cite{Proto: h.ICMP.Proto, Src: endpoint(p.From, s.Ends[p.From]), Dst: endpoint(to, s.Ends[to]), Late: h.ICMP.Late(), Other: h.ICMP.Says}
	}
	for i := range p.Findings {
		switch p.Findings[i].Kind {
		case follow.Retransmission, follow.FastRetransmission, follow.Spurious, follow.SynAgain, follow.FinAgain:
			e.Again = true
		default: // sent for the first time
		}
		if e.Rule == nil {
			e.Rule = p.Findings[i].Kind.Rule()
		}
	}
	return e
}

// blanks stand for data that is not kept. They are made when they are needed.
var blanks = sync.OnceValue(func() string { return strings.Repeat(" ", blankLen) })

// octets copies the data while there is room; afterwards blanks stand for it.
func (b *builder) octets(h *capture.Headers) string {
	if b.data+h.Len > b.most {
		return blanks()[:min(h.Len, blankLen)]
	}
	b.data += h.Len
	return h.Octets()
}

// label writes a packet with relative numbers.
func (b *builder) label(e *trace.Event, p *follow.Packet) string {
	if e.Proto != wire.TCP {
		return e.Dgram.Label()
	}
	seg := e.Seg
	seg.Seq = wire.Seq(seg.Seq - b.c.Bases[p.From])
	seg.Ack = wire.Seq(seg.Ack - b.c.Bases[1-p.From])
	if seg.Flags == 0 {
		return "no flags seq=" + seg.Seq.String()
	}
	return seg.Label()
}

// cause links a segment to the one that it acknowledges, which its ACK field proves.
func (b *builder) cause(n int, p *follow.Packet) {
	if b.acked == nil {
		b.acked = map[ackKey]int{}
	}
	h := p.Headers
	if h.Flags.Has(wire.ACK) {
		if c := b.acked[ackKey{1 - p.From, h.Ack}]; c > 0 {
			b.c.Trace.Events[n-1].Cause, b.c.Trace.Events[n-1].CauseBy = c, "its ACK field"
		}
	}
	if seg := h.Segment(); seg.Len() > 0 {
		b.acked[ackKey{p.From, seg.End()}] = n
	}
}

// state notes which states the ends can have entered, and what an earlier guess is proven by.
func (b *builder) state(s *follow.Summary, views [2]follow.EndView, p *follow.Packet, cause int) {
	for x := range b.c.Trace.Hosts {
		in := p.States[x]
		active := views[x].HasISS && !views[x].Passive
		if in.Guess && b.at[x] == wire.StateClosed && in.Earliest == wire.StateEstablished {
			b.at[x] = in.Earliest // the capture begins here
			n := b.stateEvent(s, x, p, wire.StateClosed, in.Earliest, cause)
			b.c.Trace.Events[n-1].Text = "the capture begins in the middle: a guess"
			continue
		}
		if b.at[x] == wire.StateCloseWait && (in.Earliest == wire.StateFinWait1 || in.Earliest == wire.StateClosing) {
			b.retract(x)
		}
		for _, st := range follow.Between(b.at[x], in.Earliest, active) {
			if st == wire.StateListen && b.at[x] == wire.StateClosed && p.From == x {
				continue
			}
			b.wait[x] = append(b.wait[x], b.stateEvent(s, x, p, b.at[x], st, cause))
			b.at[x] = st
		}
		b.prove(x, in, p.Frame)
	}
}

func (b *builder) stateEvent(s *follow.Summary, x int, p *follow.Packet, from, to wire.State, cause int) int {
	return b.add(trace.Event{T: p.At, Host: follow.Name(x), Kind: trace.State, Conn: connName, Src: endpoint(x, s.Ends[x]), Dst: endpoint(1-x, s.Ends[1-x]),
		From: from, To: to, Cause: cause, CauseBy: "at the earliest", Source: trace.Capture, Frame: p.Frame})
}

// Retracted is the text of a note in the place of a state that was possible when it was told, and
// that a later frame excludes: a FIN that crossed the one before it on the way. Only who watches a
// recording sees it; who reads a file knows better from the beginning.
const Retracted = "it could have received the FIN here; a later frame shows that it had not"

// retract takes back that an end was in CLOSE-WAIT at the earliest.
func (b *builder) retract(x int) {
	for i := len(b.wait[x]) - 1; i >= 0; i-- {
		e := &b.c.Trace.Events[b.wait[x][i]-1]
		if e.To != wire.StateCloseWait {
			continue
		}
		b.at[x], b.wait[x] = e.From, b.wait[x][:i]
		*e = trace.Event{N: e.N, T: e.T, Host: e.Host, Kind: trace.Note, Conn: e.Conn, Text: Retracted, Cause: e.Cause, CauseBy: e.CauseBy, Source: e.Source, Frame: e.Frame}
		return
	}
}

// prove notes with which frame states were proven: those on the way to the proven one.
func (b *builder) prove(x int, in follow.Inferred, frame int) {
	upto := -1
	for i, n := range b.wait[x] {
		if b.c.Trace.Events[n-1].To == in.Proven {
			upto = i
		}
	}
	for _, n := range b.wait[x][:upto+1] {
		e := &b.c.Trace.Events[n-1]
		e.CauseBy = "proven by frame " + itoa(frame)
		if e.Frame == frame {
			e.CauseBy = "proven by this frame"
		}
	}
	b.wait[x] = b.wait[x][upto+1:]
}

// variables notes what can be known of both ends' variables (RFC 9293 §3.3.1).
func (b *builder) variables(s *follow.Summary, views [2]follow.EndView, p *follow.Packet, cause int) {
	for x := range b.c.Trace.Hosts {
		me, peer := &views[x], &views[1-x]
		now := map[trace.VarID]int64{}
		if me.Started {
			now[trace.VarISS], now[trace.VarSndNxt] = int64(me.Base), int64(me.Next)
			now[trace.VarRcvWnd] = int64(me.Wnd)
			if peer.Acked {
				now[trace.VarSndUna], now[trace.VarSndWnd] = int64(peer.Ack), int64(peer.Wnd)
			}
			if me.Acked {
				now[trace.VarIRS], now[trace.VarRcvNxt] = int64(peer.Base), int64(me.Ack)
			}
		}
		var vars []trace.Var
		for id := range trace.Vars {
			if v, ok := now[id]; ok && (b.vars[x] == nil || b.vars[x][id] != v || !has(b.vars[x], id)) {
				vars = append(vars, trace.Var{ID: id, Value: v})
			}
		}
		b.vars[x] = now
		if len(vars) > 0 {
			b.add(trace.Event{T: p.At, Host: follow.Name(x), Kind: trace.Set, Conn: connName, Src: endpoint(x, s.Ends[x]), Dst: endpoint(1-x, s.Ends[1-x]),
				Vars: vars, Cause: cause, Source: trace.Capture, Frame: p.Frame})
		}
	}
}

func has(m map[trace.VarID]int64, id trace.VarID) bool {
	_, ok := m[id]
	return ok
}

// finish completes the trace.
func (b *builder) finish() {
	t := b.c.Trace
	t.Ended = b.c.Lasted
	t.Script = fmt.Sprintf("conversation %d", b.c.N)
	for x, e := range b.c.Ends {
		t.Notes = append(t.Notes, follow.Name(x)+" is "+e.String())
	}
	if b.c.Cut > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("%d more packets are not told one by one", b.c.Cut))
	}
	for i := range b.c.Findings {
		f := &b.c.Findings[i]
		b.add(trace.Event{T: t.Ended, Kind: trace.Note, Rule: f.Kind.Rule(), Text: f.Text(), Source: trace.Capture, Frame: f.Frame})
	}
}
