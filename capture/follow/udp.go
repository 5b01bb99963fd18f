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
	if !h.HasID || h.ID == 0 {
		h.Sum = fingerprint(h)
	}
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
		c.oldest[x] = int32(frame)
	}
	c.pending[x]++
}

// fingerprint stands for the checksum of a datagram without identification: a network card has
// often not computed it yet, and two questions of one length differ in their first octets only.
func fingerprint(h *capture.Headers) (sum uint16) {
	for _, b := range h.Data[:min(len(h.Data), 64)] {
		sum = sum*251 + uint16(b)
	}
	return sum ^ h.Sum
}

// finishUDP says which datagrams got no answer.
func (c *conv) finishUDP() {
	for x := range c.pending {
		if c.pending[x] > 0 && !c.toGroup() && c.tallied(IcmpError) < 0 {
			c.once(Unanswered, int(c.oldest[x]), itoa(c.pending[x]), itoa(c.ends[x].packets), Name(x))
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
	if c.sum.Proto == wire.UDP && c.pending[x] > 0 {
		c.pending[x]--
	}
}

// cited returns the frame of the packet of end x that an ICMP message cites: the latest one with
// its identification, or with its sequence number; of a datagram without either, the last one.
func (c *conv) cited(x int, r *capture.Report) int {
	e := &c.ends[x]
	ring := e.ring()
	for k := range min(e.filled, uint32(len(ring))) {
		s := &ring[(e.filled-1-k)%uint32(len(ring))]
		switch {
		case r.ID != 0 && s.id != 0:
			if r.ID == s.id {
				return int(s.frame)
			}
		case !r.HasSeq || r.Seq == s.seq:
			return int(s.frame)
		}
	}
	if r.HasSeq {
		return c.logged(x, r.Seq)
	}
	return 0
}
