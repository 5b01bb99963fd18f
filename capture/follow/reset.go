package follow

import (
	"netlab/capture"
	"netlab/sim/wire"
)

// gaveUpAfter is how many attempts without an answer make a reset look like giving up.
const gaveUpAfter = 3

// reset follows a RST and says why it was sent, as far as the packets tell.
func (c *conv) reset(x int, h *capture.Headers, frame int) {
	me, peer := &c.ends[x], &c.ends[1-x]
	defer func() {
		me.rst, me.rstAlone, me.rstFrame = true, true, int32(frame)
		me.rstOpen = !me.plain && !(me.synAck && peer.plain) && !(me.bareSyn && peer.synAck && peer.acked && peer.ack == me.next)
	}()
	ack := h.Flags.Has(wire.ACK)
	stranger := !me.plain && !me.syn
	switch {
	case stranger && peer.syn && ack && !peer.plain && !peer.synAck:
		c.sum.Hindsight[x].Refuses = true
		c.find(ResetRefused, frame, nil, itoa(peer.synFrame))
	case peer.synAck && !me.plain && !ack && peer.acked && h.Seq == peer.ack:
		c.find(ResetSynAck, frame, nil, itoa(peer.synFrame))
	case stranger && !peer.syn && (!ack || h.Seq == 0): // the answer of a port in CLOSED or LISTEN (RFC 9293 §3.10.7.1)
		c.find(ResetNoConn, frame, nil)
	case !c.expected(x, h):
		c.find(ResetOutside, frame, nil, c.numbers(x, h.Seq), c.numbers(x, peer.ack))
	case me.fin && peer.fin && peer.acked && peer.ack.After(me.finSeq) && me.acked && me.ack.After(peer.finSeq):
		c.find(ResetLate, frame, nil)
	case me.unanswered >= gaveUpAfter:
		c.find(ResetGaveUp, frame, nil, itoa(me.unanswered))
	case me.fin && !peer.fin && peer.lastLen() > 0 && peer.lastFrame() > me.finFrame:
		c.find(ResetLateData, frame, nil, itoa(peer.lastFrame()))
	case me.fin && !me.rst && !ack && peer.lateData(me.finFrame, h.Seq) > 0: // and its FIN came behind it
		c.find(ResetLateData, frame, nil, itoa(peer.lateData(me.finFrame, h.Seq)))
	case peer.fin && !me.fin && peer.finFrame == peer.lastFrame() && (!ack || h.Ack.After(peer.finSeq)):
		c.find(ResetAfterFin, frame, nil, itoa(peer.finFrame))
	case !ack:
		c.find(ResetNoConn, frame, nil)
	default:
		c.find(ResetAbort, frame, nil)
	}
}

// lastFrame is the frame of what the end sent last.
func (e *end) lastFrame() int32 {
	if s := e.last(); s != nil {
		return s.frame
	}
	return 0
}

// lastLen is how much data the end sent last.
func (e *end) lastLen() int {
	if s := e.last(); s != nil {
		return int(s.len)
	}
	return 0
}

// lastFlags are the flags of what the end sent last.
func (e *end) lastFlags() wire.Flags {
	if s := e.last(); s != nil {
		return s.flags
	}
	return 0
}

// lateData returns the first frame of the end after another one that has data and acknowledges a
// number: a reset without ACK has the number that it answers (RFC 9293 §3.10.7.1). 0: none.
func (e *end) lateData(frame int32, ack wire.Seq) (first int32) {
	for _, s := range e.ring() {
		if s.frame > frame && s.len > 0 && s.ack == ack && (first == 0 || s.frame < first) {
			first = s.frame
		}
	}
	return first
}

// expected reports whether a reset has the number that its receiver expects: what it has
// acknowledged, or as much more as was sent. A number further on in the window is only
// challenged (RFC 9293 §3.10.7.4, first and second; RFC 5961 §3.2).
func (c *conv) expected(x int, h *capture.Headers) bool {
	me, peer := &c.ends[x], &c.ends[1-x]
	if !peer.acked || !me.plain && !me.syn { // nothing is known of what it expects
		return true
	}
	return h.Seq == peer.ack || h.Seq.AtOrAfter(peer.ack) && h.Seq.AtOrBefore(me.highest())
}
