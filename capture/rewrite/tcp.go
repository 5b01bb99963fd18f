package rewrite

import (
	"fmt"
	"time"

	"netlab/capture/follow"
	"netlab/sim/fault"
	"netlab/sim/scenario"
	"netlab/sim/wire"
)

// A stream is what one end has sent so far.
type stream struct {
	next   wire.Seq
	last   int // index in calls of its last send, if that may go on; -1
	octets string
	data   bool
	acked  wire.Seq
}

// waits reports whether Nagle's algorithm would make a small segment wait now
// (RFC 9293 §3.7.4).
func (st *stream) waits() bool {
	return st.data && st.last < 0 && st.next.After(st.acked)
}

// socketNames are what the two ends' sockets are called.
var socketNames = [2]string{"c", "x"}

// tcp writes a connection.
func (w *writer) tcp() {
	w.losses()
	port := w.c.Ends[1].Port()
	switch w.c.Handshake {
	case follow.SimultaneousOpen:
		w.meet()
	case follow.Refused, follow.UnansweredSyn:
		w.setup = append(w.setup, "A: c = socket tcp")
		w.call(0, 0, "connect c B:%d%s", port, w.patience())
	default:
		w.setup = append(w.setup, "B: s = socket tcp", fmt.Sprintf("B: listen s %d", port), "A: c = socket tcp",
			fmt.Sprintf("A: connect c B:%d%s", port, w.patience()))
		if w.c.Handshake != follow.HalfOpen {
			w.setup = append(w.setup, "B: x = accept s"+w.patience())
		}
	}
	total := w.streams()
	for x := range 2 {
		if w.nodelay[x] {
			w.setup = append(w.setup, fmt.Sprintf("%s: setsockopt %s TCP_NODELAY 1", follow.Name(x), socketNames[x]))
		}
		n := total[1-x] - w.read[x]
		if n <= 0 || w.unread(x) {
			continue
		}
		rest := fmt.Sprintf("%s: recv %s %d all%s &", follow.Name(x), socketNames[x], n, w.patience())
		if w.read[x] == 0 && !w.ended[x] {
			w.setup = append(w.setup, rest)
		} else if k := w.lastRead[x]; k >= 0 {
			w.calls[k].text += "\n" + rest
		}
	}
}

// replies makes a call that was made at the very moment when something had arrived wait
// for that: it answers what it has read.
func (w *writer) replies(x, i int, base wire.Seq) {
	p := &w.packets[i]
	if !p.Seg.Flags.Has(wire.ACK) || w.unread(x) || len(w.calls) == 0 {
		return
	}
	octets, end, moment := p.Seg.Ack.Minus(base)-1, false, false
	for k := range w.packets[:i] {
		q := &w.packets[k]
		if q.From == x || q.Proto != wire.TCP || q.Seg.Len() == 0 || q.Seg.End().After(p.Seg.Ack) || q.Seg.Flags.Has(wire.SYN) {
			continue
		}
		if q.Seg.Flags.Has(wire.FIN) {
			end = true
		}
		late := w.when(p) - w.when(q) - w.delay
		moment = moment || late > -5*time.Microsecond && late < 5*time.Microsecond
	}
	if end {
		octets--
	}
	end = end && !w.ended[x]
	if more := octets - w.read[x]; moment && (more > 0 || end) {
		c := &w.calls[len(w.calls)-1]
		if more > 0 {
			c.reads = append(c.reads, fmt.Sprintf("%s: recv %s %d all%s", follow.Name(x), socketNames[x], more, w.patience()))
			w.read[x] = octets
		}
		if end {
			c.reads = append(c.reads, fmt.Sprintf("%s: recv %s 1%s", follow.Name(x), socketNames[x], w.patience()))
			w.ended[x] = true
		}
		w.lastRead[x] = len(w.calls) - 1
	}
}

// patience lets a call take as long as the capture lasted, if that is longer than calls
// wait by themselves.
func (w *writer) patience() string {
	if w.c.Lasted < 8*time.Second {
		return ""
	}
	return " within " + min(2*w.c.Lasted, scenario.MaxTime).Round(time.Second).String()
}

// meet opens from both ends.
func (w *writer) meet() {
	w.setup = append(w.setup, "A: c = socket tcp", fmt.Sprintf("A: bind c :%d", w.c.Ends[0].Port()),
		"B: x = socket tcp", fmt.Sprintf("B: bind x :%d", w.c.Ends[1].Port()))
	var called [2]bool
	for i := range w.packets {
		p := &w.packets[i]
		if p.Seg.Flags&(wire.SYN|wire.ACK) == wire.SYN && !called[p.From] {
			called[p.From] = true
			w.call(p.From, w.when(p), "connect %s %s:%d%s", socketNames[p.From], follow.Name(1-p.From), w.c.Ends[1-p.From].Port(), w.patience())
		}
	}
}

// unread reports whether an end closed without having read, which is why it has reset.
func (w *writer) unread(x int) bool {
	return w.c.Close == follow.Reset && w.c.First == x && w.c.Count(follow.ResetAbort) > 0
}

// streams writes the calls that send, end and abort, and returns how many octets each end
// has sent.
func (w *writer) streams() (total [2]int) {
	var s [2]stream
	var iss [2]wire.Seq
	for i := range w.packets {
		p := &w.packets[i]
		if p.Proto != wire.TCP {
			continue
		}
		st := &s[p.From]
		at := w.when(p)
		switch {
		case p.Seg.Flags.Has(wire.RST):
			w.abort(p.From, at, i)
			continue
		case p.Seg.Flags.Has(wire.SYN):
			st.next, st.last, iss[p.From] = p.Seg.End(), -1, p.Seg.Seq
			continue
		}
		if old := st.next.Minus(p.Seg.Seq); old >= 0 && old < len(p.Seg.Data) {
			total[p.From] += len(p.Seg.Data) - old
			if st.waits() {
				w.nodelay[p.From] = true
			}
			if w.send(p.From, at, st, p.Seg.Data[old:], p.Seg.Flags.Has(wire.PSH)) {
				w.replies(p.From, i, iss[1-p.From])
			}
		}
		if p.Seg.Flags.Has(wire.FIN) && st.next.AtOrBefore(p.Seg.End().Add(-1)) {
			verb := "shutdown %s write"
			if w.closedFor(p.From) {
				verb = "close %s"
			}
			w.call(p.From, at, verb, socketNames[p.From])
			w.replies(p.From, i, iss[1-p.From])
			st.last = -1
		}
		if p.Seg.End().After(st.next) {
			st.next = p.Seg.End()
		}
		st.data = st.data || len(p.Seg.Data) > 0
		if peer := &s[1-p.From]; p.Seg.Flags.Has(wire.ACK) {
			peer.acked = p.Seg.Ack
		}
	}
	return total
}

// send writes a call and reports so, or lets the one before go on: a full segment without PSH was followed
// by more of the same call.
func (w *writer) send(x int, at time.Duration, st *stream, data string, push bool) (begun bool) {
	if st.last >= 0 && st.octets != "" {
		st.octets += data
		w.calls[st.last].text = fmt.Sprintf("%s: send %s %s", follow.Name(x), socketNames[x], octets(st.octets))
	} else {
		st.octets = data
		w.call(x, at, "send %s %s", socketNames[x], octets(data))
		st.last, begun = len(w.calls)-1, true
	}
	if push {
		st.last, st.octets = -1, ""
	}
	return begun
}

// closedFor reports whether an end had closed for reading too: it has reset what came.
func (w *writer) closedFor(x int) bool {
	return w.c.Close == follow.Reset && w.c.First == x && w.c.Count(follow.ResetLateData) > 0
}

// abort writes what makes an end reset: only a program's own resets need a call.
func (w *writer) abort(x int, at time.Duration, i int) {
	if w.c.Close != follow.Reset || w.c.First != x || w.c.Count(follow.ResetAbort) == 0 {
		return
	}
	for k := range w.packets[:i] {
		if p := &w.packets[k]; p.From == x && p.Seg.Flags.Has(wire.RST) {
			return
		}
	}
	w.call(x, at, "setsockopt %s SO_LINGER 0s", socketNames[x])
	w.call(x, at, "close %s", socketNames[x])
}

// everAcked reports whether the peer has ever acknowledged a packet.
func (w *writer) everAcked(i int) bool {
	p := &w.packets[i]
	for k := range w.packets {
		if q := &w.packets[k]; k > i && q.From != p.From && q.Seg.Flags.Has(wire.ACK) && q.Seg.Ack.AtOrAfter(p.Seg.End()) {
			return true
		}
	}
	return false
}

// losses writes which packets are lost: of what was sent again the first one, unless it was
// acknowledged, and then what acknowledged it.
func (w *writer) losses() {
	for i := range w.packets {
		p := &w.packets[i]
		if !p.Again || p.Proto != wire.TCP {
			continue
		}
		first := -1
		for k := i - 1; k >= 0 && first < 0; k-- {
			q := &w.packets[k]
			if q.From == p.From && q.Seg.Len() > 0 && q.Seg.Seq == p.Seg.Seq {
				first = k
			}
		}
		if first < 0 {
			continue
		}
		answered := false
		for k := first + 1; k < i; k++ {
			q := &w.packets[k]
			if q.From != p.From && q.Seg.Flags.Has(wire.ACK) && q.Seg.Ack.AtOrAfter(w.packets[first].Seg.End()) {
				answered, q.lost = true, true
			}
		}
		if !answered {
			w.packets[first].lost = true
			p.lost = p.lost || !w.everAcked(i)
		}
	}
	if w.c.Handshake == follow.UnansweredSyn {
		w.faults = append(w.faults, "drop A->B SYN all")
		return
	}
	var counts [2]fault.Counts
	for i := range w.packets {
		p := &w.packets[i]
		pkt := &wire.Packet{Proto: p.Proto, Seg: p.Seg, Dgram: p.Dgram}
		counts[p.From].Count(pkt)
		if !p.lost {
			continue
		}
		for _, what := range []fault.What{fault.Data, fault.Fin, fault.SynAck, fault.Syn, fault.Ack, fault.Rst} {
			if what.Is(pkt) {
				w.faults = append(w.faults, fmt.Sprintf("drop %s->%s %s %d", follow.Name(p.From), follow.Name(1-p.From), what, counts[p.From][what]))
				break
			}
		}
	}
}
