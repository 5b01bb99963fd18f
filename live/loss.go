package live

import (
	"net/netip"
	"slices"
	"time"

	"netlab/sim/fault"
	"netlab/sim/scenario"
	"netlab/sim/wire"
)

// A Loss is a kind of packet that a socket must not receive from a host.
type Loss struct {
	What fault.What
	From netip.Addr
	// Until is the timestamp (RFC 7323) from which on the packet is let through; 0: none.
	// A filter on a socket that its program has closed cannot be taken off: it must end by itself.
	Until uint32
}

// graceful is how long after a call a single segment is still lost: longer than loopback
// takes to answer, shorter than any retransmission.
const graceful = 120 * time.Millisecond

// A clock is the last timestamp that a host has sent, and when.
type clock struct {
	value uint32
	at    time.Time
}

// losses turn the script's drop lines into filters on the receiving sockets.
// A filter cannot count, so it is taken off once the recorder has seen as many
// segments as the script loses.
type losses struct {
	drops  []fault.Selector
	addr   map[string]netip.Addr
	clocks map[[2]string]clock // by direction
	// missed says that a packet to lose came so close behind the one before it that
	// its filter was not there yet.
	missed bool
	seen   map[[2]string]*fault.Counts // by direction
	socks  []*sock                     // that have a filter, or will inherit one
}

func newLosses(faults []fault.Fault, addr map[string]netip.Addr) *losses {
	l := &losses{seen: map[[2]string]*fault.Counts{}, addr: addr, clocks: map[[2]string]clock{}}
	for _, f := range faults {
		if f.Verb == fault.Drop {
			l.drops = append(l.drops, f.Sel)
		}
	}
	return l
}

// CannotLose says why the script's losses cannot be played with filters, or
// returns the empty string.
func CannotLose(s *scenario.Script) string {
	for _, f := range s.Faults {
		if f.Verb == fault.Drop && f.Sel.What == fault.UDP && slices.ContainsFunc(s.Links, func(l scenario.Link) bool { return l.MTU > 0 }) {
			return "a socket filter sees whole datagrams, not fragments"
		}
		if f.Verb == fault.Drop && (f.Sel.What == fault.Syn || f.Sel.What == fault.Any) && !s.HasSocket(f.Sel.To) {
			return "a socket filter needs a socket, and " + f.Sel.To + " has none that listens or is bound"
		}
	}
	return ""
}

// wanted lists what a socket of the host must lose now.
func (l *losses) wanted(host string) []Loss {
	var kinds []Loss
	for _, d := range l.drops {
		if d.To == host && l.due(d) {
			kinds = append(kinds, Loss{d.What, l.addr[d.From], l.until(d)})
		}
	}
	return kinds
}

func (l *losses) over(d fault.Selector) bool {
	c := l.seen[[2]string{d.From, d.To}]
	return d.Last > 0 && c != nil && c[d.What] >= d.Last
}

// until is the timestamp up to which a single segment is lost, counted from now.
func (l *losses) until(d fault.Selector) uint32 {
	c, ok := l.clocks[[2]string{d.From, d.To}]
	if !ok || d.First != d.Last || d.What == fault.Syn || d.What == fault.SynAck { // a SYN has its options elsewhere
		return 0
	}
	return c.value + uint32((time.Since(c.at)+graceful)/time.Millisecond)
}

// refresh sets the filters anew before a call, whose packets they may have to drop.
func (l *losses) refresh(b Backend) {
	if !l.active() {
		return
	}
	for _, s := range l.socks {
		if kinds := l.wanted(s.host); s.open && len(kinds) > 0 {
			_ = b.Lose(s.h, s.proto, kinds)
		}
	}
}

// due reports whether the next packet of the kind is one to lose.
func (l *losses) due(d fault.Selector) bool {
	c := l.seen[[2]string{d.From, d.To}]
	return !l.over(d) && (d.First <= 1 || c != nil && c[d.What] >= d.First-1)
}

func (l *losses) active() bool {
	for _, d := range l.drops {
		if !l.over(d) {
			return true
		}
	}
	return false
}

// attach puts the filter on a new socket.
func (l *losses) attach(b Backend, s *sock) error {
	kinds := l.wanted(s.host)
	l.socks = append(l.socks, s)
	if len(kinds) == 0 {
		return nil
	}
	return b.Lose(s.h, s.proto, kinds)
}

// inherited sees to a child, which the kernel made with its listener's filter as
// it was at that moment.
func (l *losses) inherited(b Backend, s *sock) {
	if len(l.drops) == 0 {
		return
	}
	l.socks = append(l.socks, s)
	_ = b.Lose(s.h, s.proto, l.wanted(s.host))
}

// saw counts a recorded segment and says whether a filter dropped it.
func (l *losses) saw(b Backend, from, to string, pkt *wire.Packet) bool {
	if len(l.drops) == 0 {
		return false
	}
	key := [2]string{from, to}
	if l.seen[key] == nil {
		l.seen[key] = &fault.Counts{}
	}
	before := l.wanted(to)
	if o := pkt.Seg.Options; pkt.Proto == wire.TCP && o.HasTimestamps {
		l.clocks[key] = clock{o.TSVal, time.Now()}
	}
	l.seen[key].Count(pkt)
	lost := fault.Of(l.asFaults(), fault.Packet{From: from, To: to, Packet: pkt, Nth: *l.seen[key]}).Lost
	if lost && !l.on(before, pkt) {
		l.missed = true
	}
	if kinds := l.wanted(to); !slices.EqualFunc(kinds, before, func(a, b Loss) bool { return a.What == b.What && a.From == b.From }) {
		for _, s := range l.socks {
			if s.host == to && s.open {
				_ = b.Lose(s.h, s.proto, kinds)
			}
		}
	}
	return lost
}

// on reports whether one of the filters that were attached drops the packet.
func (l *losses) on(kinds []Loss, pkt *wire.Packet) bool {
	return slices.ContainsFunc(kinds, func(k Loss) bool { return k.What.Is(pkt) })
}

// never reports whether a packet that the script loses by its number was not sent at all.
func (l *losses) never() bool {
	return slices.ContainsFunc(l.drops, func(d fault.Selector) bool {
		c := l.seen[[2]string{d.From, d.To}]
		return d.First > 1 && (c == nil || c[d.What] < d.First)
	})
}

func (l *losses) asFaults() []fault.Fault {
	var all []fault.Fault
	for _, d := range l.drops {
		all = append(all, fault.Fault{Verb: fault.Drop, Sel: d})
	}
	return all
}
