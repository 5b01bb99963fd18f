package follow

import (
	"time"

	"netlab/capture"
	"netlab/sim/wire"
)

// pureAck classifies an ACK without data.
func (c *conv) pureAck(x int, h *capture.Headers, frame int) {
	me, peer := &c.ends[x], &c.ends[1-x]
	probed := peer.kind == lastProbe && h.Ack == peer.next // the octet of the probe is accepted, perhaps
	if !h.Flags.Has(wire.ACK) || !me.acked || h.Seq != me.next || h.Ack != me.lastAck && !probed {
		return
	}
	if me.bareSyn && me.lastFlags().Has(wire.SYN) && peer.kind == lastPlain { // it finishes a simultaneous open
		return
	}
	same := h.Wnd == me.wnd
	switch {
	case peer.kind == lastStray: // what was strange is answered so (RFC 5961 §3.2, §4.2)
	case peer.kind == lastKeepAlive:
		c.find(KeepAliveAck, frame, nil)
	case peer.kind == lastProbe && h.Wnd == 0:
		c.find(ZeroWindowProbeAck, frame, nil)
	case h.Ack != me.lastAck:
	case h.Wnd == 0:
	case !same && (h.Options.NSACK == 0 || h.Options.SACK[0] == me.sacked):
		n, _ := c.shift(x)
		c.find(WindowUpdate, frame, nil, itoa(int(h.Wnd)<<n))
	default:
		me.dupAcks++
		c.find(DuplicateAck, frame, nil, c.numbers(1-x, h.Ack), itoa(me.dupAcks))
	}
}

// acknowledge takes the ACK field and the window.
func (c *conv) acknowledge(x int, h *capture.Headers, at time.Duration, frame int) {
	me, peer := &c.ends[x], &c.ends[1-x]
	if h.Flags.Has(wire.RST) {
		return
	}
	c.unseen(x, h, frame)
	if !me.acked || h.Ack.After(me.ack) {
		me.ack = h.Ack
	}
	if peer.fin && h.Ack.After(peer.finSeq) {
		if !me.hasProof && lenOf(h) > 0 {
			me.finProof, me.hasProof = h.Seq.Add(lenOf(h)), true
		}
		if h.Len > 0 && h.Seq.AtOrAfter(me.next) && !me.fin && !h.Flags.Has(wire.FIN) {
			me.dataAfter = true
		}
		if !me.fin && !h.Flags.Has(wire.FIN) {
			me.ackedFin = true
		}
	}
	if me.acked && h.Ack.After(me.lastAck) {
		me.dupAcks = 0
	}
	me.acked, me.lastAck, me.lastAt = true, h.Ack, at
	me.wnd, me.synWnd, me.sacked = h.Wnd, h.Flags.Has(wire.SYN), h.Options.SACK[0]
	if !h.Flags.Has(wire.SYN) && me.ackFrame == 0 {
		me.ackFrame = int32(frame)
		if me.bareSyn && peer.synAck && c.rtt == 0 {
			c.rtt = max(0, at-me.synLast)
		}
	}
}

// unseen says so if an ACK covers what was not captured: after all that was, or in a gap. Of the
// same octets it says so once.
func (c *conv) unseen(x int, h *capture.Headers, frame int) {
	peer := &c.ends[1-x]
	var from, to wire.Seq
	open := false
	say := func() {
		if open && (!peer.hasGone || to.After(peer.unseen)) { // otherwise it was said before the gap was seen
			c.find(AckedUnseen, frame, nil, c.numbers(1-x, h.Ack), c.numbers(1-x, from), c.numbers(1-x, to))
		}
	}
	for i := range peer.gaps {
		g := &peer.gaps[i]
		f, t, some := g.unacked(h.Ack)
		if !some {
			continue
		}
		g.acked = t
		if open && f == to { // nothing but an ACK lies between
			to = t
			continue
		}
		say()
		from, to, open = f, t, true
	}
	say()
	last := peer.next
	if peer.hasGone && peer.unseen.After(last) {
		last = peer.unseen
	}
	if peer.started && h.Ack.After(last) && h.Ack.Minus(peer.next) < 1<<30 {
		c.find(AckedUnseen, frame, nil, c.numbers(1-x, h.Ack), c.numbers(1-x, last), c.numbers(1-x, h.Ack))
		peer.unseen, peer.hasGone = h.Ack, true
	}
}

// lenOf is SEG.LEN.
func lenOf(h *capture.Headers) int {
	n := h.Len
	if h.Flags.Has(wire.SYN) {
		n++
	}
	if h.Flags.Has(wire.FIN) {
		n++
	}
	return n
}
