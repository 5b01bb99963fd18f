package follow

import (
	"time"

	"netlab/capture"
	"netlab/sim/wire"
)

// datagram follows a UDP datagram: the first one of a pair asks, the next one that comes
// back answers.
func (c *conv) datagram(x int, h *capture.Headers, at time.Duration, frame int) {
	me := &c.ends[x]
	if s := me.twin(h, at, false); s != nil && h.Len > 0 {
		c.find(CaptureDuplicate, frame, nil, itoa(int(s.frame)), s.differs(h))
		me.twins++
		me.octets -= int64(h.Len)
		return
	}
	me.remember(h, at, frame)
	if c.pending[1-x] > 0 {
		c.pending[1-x]--
		return
	}
	if c.pending[x] == 0 {
		c.oldest[x] = frame
	}
	c.pending[x]++
}

// finishUDP says which datagrams got no answer.
func (c *conv) finishUDP() {
	for x := range c.pending {
		if c.pending[x] > 0 && !c.toGroup() && c.tallied(IcmpError) < 0 {
			c.once(Unanswered, c.oldest[x], itoa(c.pending[x]), itoa(c.ends[x].packets), Name(x))
		}
	}
}

// toGroup reports whether B is not one host but many.
func (c *conv) toGroup() bool {
	to := c.sum.Ends[1].Addr()
	return to.IsMulticast() || to.Is4() && to.As4()[3] == 255
}

// report follows an ICMP error about a packet of the conversation.
func (c *conv) report(x int, h *capture.Headers, frame int) {
	var refs []int
	if n := c.ends[x].lastFrame(); n > 0 {
		refs = []int{n}
	}
	from := h.Src.String()
	if h.Src == c.sum.Ends[1-x].Addr() {
		from = Name(1 - x)
	}
	c.find(IcmpError, frame, refs, from, h.ICMP.Says, Name(x))
	if c.key.proto() == wire.UDP && c.pending[x] > 0 {
		c.pending[x]--
	}
}
