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
		me.begin(h, at, frame)
	}
	me.rst = false
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
	open := me.syn && me.plain && (peer.plain || peer.synAck) && !c.forgotten()
	if !open || h.Flags&(wire.SYN|wire.ACK|wire.RST) != wire.SYN || h.Seq == me.iss || h.Seq == me.first {
		return false
	}
	c.find(AnotherSyn, frame, nil, itoa(me.synFrame))
	c.doubted = true
	me.kind, me.stray = lastStray, &straySyn{*h, at, frame}
	me.stray.h.Data = nil
	return true
}

// reuse puts a conversation away and begins another one on the same sockets.
func (f *Follower) reuse(c *conv, h *capture.Headers, low bool, at time.Duration, frame int) *conv {
	old, n := [2]States{c.infer(c.side(true)).Possible, c.infer(c.side(false)).Possible}, c.sum.N
	k := c.key
	f.retire(c)
	c = f.open(k, h, low, at, frame)
	c.find(PortReuse, frame, nil, itoa(n))
	c.before = [2]States{old[btoi(!c.low(0))], old[btoi(!c.low(1))]}
	return c
}

// lateReuse begins a new conversation if a SYN,ACK answers a stray SYN: that one began it.
func (f *Follower) lateReuse(c *conv, h *capture.Headers, low bool) *conv {
	caller := &c.ends[c.side(!low)]
	s := caller.stray
	if s == nil || h.Flags&(wire.SYN|wire.ACK|wire.RST) != wire.SYN|wire.ACK || h.Ack != s.h.Seq.Add(1) {
		return c
	}
	caller.packets--
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
