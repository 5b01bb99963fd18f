package follow

import (
	"time"

	"netlab/capture"
	"netlab/sim/wire"
)

// synchronize follows a SYN.
func (c *conv) synchronize(x int, h *capture.Headers, at time.Duration, frame int) {
	me := &c.ends[x]
	ack := h.Flags.Has(wire.ACK)
	switch {
	case me.syn && (h.Seq == me.iss || h.Seq == me.first): // perhaps after one with another number
		if ack && !me.synAck { // the answer to a SYN that has crossed its own
			break
		}
		first := me.synFrame
		if h.Seq == me.first {
			first = me.firstFrame
		}
		c.find(SynAgain, frame, nil, itoa(first), millis(at-me.synAt))
		me.unanswered++
		me.iss, me.base = h.Seq, h.Seq
	case !me.syn || c.forgotten():
		me.begin(h, at, frame)
	default:
		c.find(AnotherSyn, frame, nil, itoa(me.synFrame))
		c.doubted = true
		if ack && me.synAck {
			me.seldom().rival = &rivalSyn{me.iss, me.synFrame, me.synAt, me.scaled, me.scale, me.mss}
		}
		me.begin(h, at, frame)
	}
	me.rst, me.synLast = false, at
	me.wnd, me.synWnd = h.Wnd, true
	if ack {
		me.synAck = true
	} else {
		me.bareSyn = true
	}
	if h.Len > 0 {
		c.find(SynData, frame, nil, itoa(h.Len))
	}
}

// A rivalSyn is what the first of two SYN,ACKs with different numbers said: a box on the way and
// the server have both answered, and the ACK tells which of them counts.
type rivalSyn struct {
	iss    wire.Seq
	frame  int32
	at     time.Duration
	scaled bool
	scale  uint8
	mss    uint16
}

// choose goes back to the first of two SYN,ACKs if the peer acknowledges that one.
func (e *end) choose(ack wire.Seq) {
	r := e.rival
	e.rival = nil
	if r == nil || ack != r.iss.Add(1) {
		return
	}
	e.iss, e.base, e.next = r.iss, r.iss, ack
	e.synFrame, e.synAt, e.scaled, e.scale, e.mss = r.frame, r.at, r.scaled, r.scale, r.mss
	e.gaps = nil
}

// A straySyn is a SYN with another number in the middle of a connection. Usually it is
// challenged (RFC 9293 §3.10.7.4, fourth); if it is answered, it began a new connection.
type straySyn struct {
	h     capture.Headers
	at    time.Duration
	frame int
}

// strays reports whether a SYN does not belong to the connection that end x has open, and
// remembers it.
func (c *conv) strays(x int, h *capture.Headers, at time.Duration, frame int) bool {
	me, peer := &c.ends[x], &c.ends[1-x]
	if h.Flags&(wire.SYN|wire.ACK|wire.RST) == wire.SYN|wire.ACK && me.synAck && h.Seq != me.iss && h.Seq != me.first &&
		peer.plain && peer.acked && peer.ack.After(me.iss) && !c.forgotten() { // another SYN,ACK counts already
		c.find(AnotherSyn, frame, nil, itoa(me.synFrame))
		me.kind = lastStray
		return true
	}
	open := me.syn && me.plain && (peer.plain || peer.synAck) && !c.forgotten()
	if !open || h.Flags&(wire.SYN|wire.ACK|wire.RST) != wire.SYN || h.Seq == me.iss || h.Seq == me.first {
		return false
	}
	c.find(AnotherSyn, frame, nil, itoa(me.synFrame))
	c.doubted = true
	me.kind, me.seldom().stray = lastStray, &straySyn{*h, at, frame}
	me.stray.h.Data = nil
	return true
}

// begins reports whether a SYN, or a SYN,ACK whose SYN was not captured, begins a new connection
// on sockets that were used before.
func (c *conv) begins(h *capture.Headers, at time.Duration, low bool) bool {
	if h.Proto != wire.TCP || !h.Flags.Has(wire.SYN) || h.Flags.Has(wire.RST) || c.self {
		return false
	}
	me, peer := &c.ends[c.side(low)], &c.ends[1-c.side(low)]
	if me.twin(h, at, false) != nil || me.syn && me.first == h.Seq && at < c.lastAt { // a copy, put into the file after the rest of the connection
		return false
	}
	if h.Flags.Has(wire.ACK) {
		known := me.syn && (me.iss == h.Seq || me.first == h.Seq) || peer.syn && (h.Ack == peer.iss.Add(1) || h.Ack == peer.first.Add(1))
		return !known && (c.over() || at-c.lastAt > closedAfter) && (me.plain || peer.plain)
	}
	if me.syn && (me.iss == h.Seq || me.first == h.Seq) && !(me.fin || peer.fin || me.rst && peer.plain) {
		return false
	}
	closed := (me.fin && peer.fin) || (me.rst || peer.rst) && (me.plain || peer.plain || me.synAck || peer.synAck || me.syn && peer.rst && me.iss != h.Seq)
	if closed {
		return true
	}
	if !me.syn && !peer.syn && (me.plain || peer.plain) { // the capture began in an earlier connection
		return !peer.acked || abs(h.Seq.Minus(peer.ack)) > 1<<20 || at-c.lastAt > closedAfter
	}
	return me.syn && me.iss != h.Seq && at-c.lastAt > closedAfter
}

// reuse puts a conversation away and begins another one on the same sockets.
func (f *Follower) reuse(c *conv, h *capture.Headers, low bool, at time.Duration, frame int) *conv {
	old, n := [2]States{c.infer(c.side(true)).Possible, c.infer(c.side(false)).Possible}, c.sum.N
	k := c.key()
	f.retire(c)
	c = f.open(k, h, low, at, frame)
	c.find(PortReuse, frame, nil, itoa(n))
	c.before = [2]States{old[btoi(!c.low(0))], old[btoi(!c.low(1))]}
	return c
}

// lateReuse begins a new conversation if a SYN,ACK answers a stray SYN: that one began it.
func (f *Follower) lateReuse(c *conv, h *capture.Headers, low bool) *conv {
	caller := &c.ends[c.side(!low)]
	if caller.rare == nil {
		return c
	}
	s := caller.stray
	if s == nil || h.Flags&(wire.SYN|wire.ACK|wire.RST) != wire.SYN|wire.ACK || h.Ack != s.h.Seq.Add(1) && h.Ack != s.h.Seq.Add(lenOf(&s.h)) { // with its text, if that was taken (RFC 7413 §3)
		return c
	}
	caller.packets--
	caller.octets -= int64(s.h.Len)
	c = f.reuse(c, &s.h, !low, s.at, s.frame)
	c.count(0, &s.h, s.at, s.frame)
	c.segment(0, &s.h, s.at, s.frame)
	if c.watched() {
		c.found = c.found[:0]
	}
	return c
}

// begin notes an initial sequence number.
func (e *end) begin(h *capture.Headers, at time.Duration, frame int) {
	if !e.syn {
		e.first, e.firstFrame = h.Seq, int32(frame)
	}
	e.syn, e.iss, e.base, e.next = true, h.Seq, h.Seq, h.Seq
	e.synFrame, e.synAt = int32(frame), at
	e.scaled, e.scale, e.mss = h.Options.HasWScale, h.Options.WScale, h.Options.MSS
	e.gaps = nil
}

// forgotten reports whether the connection never came to be: a new number is then a new
// attempt, as after a reset.
func (c *conv) forgotten() bool { return c.ends[0].rst || c.ends[1].rst }
