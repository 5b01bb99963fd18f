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
	if n := c.cited(x, &h.ICMP); n > 0 {
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

// cited finds the frame of the packet that an ICMP error is about: by its IP identification, by
// its number, and of datagrams, that have none, the last one.
func (c *conv) cited(x int, r *capture.Report) int {
	e := &c.ends[x]
	ring := e.ring()
	for i := e.filled - 1; i >= max(0, e.filled-len(ring)); i-- {
		if s := &ring[i%len(ring)]; r.ID != 0 && s.id == r.ID && (!r.HasSeq || s.seq == r.Seq) {
			return int(s.frame)
		}
	}
	if r.Proto == wire.UDP || !r.HasSeq {
		return e.lastFrame()
	}
	for i := e.filled - 1; i >= max(0, e.filled-len(ring)); i-- {
		if s := &ring[i%len(ring)]; s.seq == r.Seq {
			return int(s.frame)
		}
	}
	return c.logged(x, r.Seq)
}
