package explain

import (
	"net/netip"
	"slices"
	"sync"

	"netlab/capture/follow"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A Board keeps the newest conversations of a [Stream] in full while they happen, for a screen
// that shows one of them. Its methods may be called from any goroutine.
type Board struct {
	news chan struct{}

	mu   sync.Mutex
	kept []*posted // by number
}

// Limits of what a board keeps.
const (
	mostPosted = 200     // conversations
	boardRows  = 600     // packets of each: when there are more, the older half goes
	boardData  = 4 << 10 // octets of each
)

// A posted is one conversation on a board.
type posted struct {
	b     *builder
	about Listed
}

// Listed is what a list says of one conversation.
type Listed struct {
	N       int
	Proto   wire.Proto
	Ends    [2]netip.AddrPort // A and B
	Packets int
	States  [2]follow.Inferred // of TCP
}

// NewBoard returns an empty board.
func NewBoard() *Board { return &Board{news: make(chan struct{}, 1)} }

// Keep puts every conversation that begins from now on on the board.
func (s *Stream) Keep(b *Board) { s.board = b }

// News receives when something has been added since it last did.
func (b *Board) News() <-chan struct{} { return b.news }

// List returns the conversations that are kept, the newest last.
func (b *Board) List() []Listed {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]Listed, len(b.kept))
	for i, p := range b.kept {
		all[i] = p.about
	}
	return all
}

// Trace returns conversation n as far as it has come, or nil if it is not kept. It is the caller's.
func (b *Board) Trace(n int) *trace.Trace {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.kept {
		if p.about.N == n {
			t := *p.b.c.Trace
			t.Events = slices.Clone(t.Events)
			return &t
		}
	}
	return nil
}

// begin posts a conversation; the oldest makes room for it.
func (b *Board) begin(c *follow.Summary) *posted {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := &posted{b: newBuilder(c), about: Listed{N: c.N, Proto: c.Proto, Ends: c.Ends}}
	p.b.most = boardData
	b.kept = append(b.kept, p)
	if len(b.kept) > mostPosted {
		b.kept = slices.Delete(b.kept, 0, 1)
	}
	return p
}

// packet adds a packet to its conversation.
func (b *Board) packet(p *posted, s *follow.Summary, views [2]follow.EndView, pkt *follow.Packet) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(p.b.c.Rows) == boardRows {
		p.b.forget(boardRows / 2)
	}
	p.b.Packet(s, views, pkt)
	p.b.c.Trace.Ended = pkt.At
	p.about.Ends, p.about.States = s.Ends, pkt.States
	p.about.Packets++
	select {
	case b.news <- struct{}{}:
	default:
	}
}

// forget drops the oldest rows. What they have led to is told first: the states and variables of
// both ends.
func (b *builder) forget(rows int) {
	t := b.c.Trace
	cut := b.c.Rows[rows].Event - 1 // the last event that goes
	var first []trace.Event
	for _, v := range t.Views(0, cut) {
		e := trace.Event{T: t.Events[cut].T, Host: v.Host, Kind: trace.State, Conn: v.Conn, Src: v.Local, Dst: v.Peer, From: v.State, To: v.State,
			Source: trace.Capture, Text: "earlier packets are not kept"}
		set := e
		set.Kind, set.Text = trace.Set, ""
		for id := range trace.Vars {
			if v.Known[id] {
				set.Vars = append(set.Vars, trace.Var{ID: id, Value: v.Value[id]})
			}
		}
		first = append(first, e, set)
	}
	less := cut - len(first)
	renumber := func(n int) int {
		if n <= cut {
			return 0
		}
		return n - less
	}
	t.Events = append(first, t.Events[cut:]...)
	for i := range t.Events {
		e := &t.Events[i]
		e.N = i + 1
		if e.Cause = renumber(e.Cause); e.Cause == 0 {
			e.CauseBy = ""
		}
	}
	b.c.Rows = slices.Clone(b.c.Rows[rows:])
	for i := range b.c.Rows {
		b.c.Rows[i].Event = renumber(b.c.Rows[i].Event)
	}
	for x := range b.wait {
		b.wait[x] = slices.DeleteFunc(b.wait[x], func(n int) bool { return n <= cut })
		for i, n := range b.wait[x] {
			b.wait[x][i] = renumber(n)
		}
	}
	for key, n := range b.acked {
		if b.acked[key] = renumber(n); n <= cut {
			delete(b.acked, key)
		}
	}
	b.c.Cut += rows
}
