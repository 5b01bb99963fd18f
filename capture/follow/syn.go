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

// begin notes an initial sequence number.
func (e *end) begin(h *capture.Headers, at time.Duration, frame int) {
	if !e.syn {
		e.first, e.firstFrame = h.Seq, frame
	}
	e.syn, e.iss, e.base, e.next = true, h.Seq, h.Seq, h.Seq
	e.synFrame, e.synAt = frame, at
	e.scaled, e.scale, e.mss = h.Options.HasWScale, h.Options.WScale, int(h.Options.MSS)
	e.gaps = nil
}

// forgotten reports whether the connection never came to be: a new number is then a new
// attempt, as after a reset.
func (c *conv) forgotten() bool { return c.ends[0].rst || c.ends[1].rst }
