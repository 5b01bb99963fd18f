package follow

import (
	"container/list"
	"net/netip"
	"time"

	"netlab/capture"
	"netlab/sim/wire"
)

// A partKey names an IP packet that came in fragments (RFC 791 §3.2, RFC 8200 §4.5).
type partKey struct {
	src, dst netip.Addr
	id       uint32
	proto    wire.Proto
}

// parts are the fragments of a packet so far. Only lengths are put together: no octets
// are kept but the first fragment's header.
type parts struct {
	first  capture.Headers
	has    bool // the first one is there
	octets int
	total  int // 0: the last one is not there yet
	count  int
	at     time.Duration
	place  *list.Element // among those that wait
}

// assemble takes a fragment. When all are there it makes h the whole packet's header and
// returns how many there were; otherwise 0.
func (f *Follower) assemble(h *capture.Headers, at time.Duration) int {
	k := partKey{h.Src, h.Dst, h.Frag.ID, h.Proto}
	p := f.parts[k]
	if p == nil || at-p.at > closedAfter {
		if p != nil {
			f.giveUp(k)
		}
		if len(f.parts) >= mostParts { // always the same one: a second reading must find the same
			f.giveUp(f.waiting.Front().Value.(partKey))
		}
		p = &parts{at: at, place: f.waiting.PushBack(k)}
		f.parts[k] = p
	}
	p.count++
	p.octets += h.Frag.Len
	if h.Frag.Offset == 0 {
		p.first, p.has = *h, true
		p.first.Data = nil
	}
	if !h.Frag.More {
		p.total = h.Frag.Offset + h.Frag.Len
	}
	if !p.has || p.total == 0 || p.octets < p.total {
		return 0
	}
	f.forget(k)
	whole, count := p.first, p.count
	whole.Len = max(0, p.first.Len+p.total-p.first.Frag.Len)
	whole.Frag = capture.Frag{}
	*h = whole
	return count
}

// giveUp forgets a packet that is not complete.
func (f *Follower) giveUp(k partKey) {
	f.Fragments += f.parts[k].count
	f.forget(k)
}

// forget takes a packet from those that wait for their fragments.
func (f *Follower) forget(k partKey) {
	f.waiting.Remove(f.parts[k].place)
	delete(f.parts, k)
}
