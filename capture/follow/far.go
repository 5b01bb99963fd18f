package follow

import (
	"netlab/capture"
	"netlab/sim/wire"
)

// Distances between sequence numbers that no connection leaves between two segments: farAway is
// the largest window (RFC 7323 §2.3), and farBoth is much for both directions at once.
const (
	farAway = 1 << 30
	farBoth = 1 << 28
)

// far reports whether the number of a segment is so far from those before it that its receiver
// would drop it (RFC 9293 §3.10.7.4, first). If the next segment goes on from there, it is the
// capture that has a hole.
func (c *conv) far(x int, h *capture.Headers, frame int) bool {
	me := &c.ends[x]
	if !me.started || h.Flags&(wire.SYN|wire.RST) != 0 || abs(h.Seq.Minus(me.next)) < farAway {
		me.hasStrange = false
		return false
	}
	if me.hasStrange && h.Seq == me.strange {
		me.hasStrange = false
		if h.Seq.Before(me.next) {
			me.next = h.Seq
		}
		return false
	}
	me.strange, me.hasStrange = h.Seq.Add(lenOf(h)), lenOf(h) > 0
	c.find(OutsideWindow, frame, nil, c.numbers(x, h.Seq), c.numbers(x, me.next))
	me.kind = lastStray
	return true
}

// another reports whether neither number of a segment can belong to the connection: it is one of
// another connection on the same sockets, whose beginning was not captured.
func (c *conv) another(h *capture.Headers, low bool) bool {
	me, peer := &c.ends[c.side(low)], &c.ends[1-c.side(low)]
	return h.Proto == wire.TCP && h.Flags&(wire.SYN|wire.ACK|wire.RST) == wire.ACK && me.started && peer.started &&
		abs(h.Seq.Minus(me.next)) > farBoth && abs(h.Ack.Minus(peer.next)) > farBoth
}
