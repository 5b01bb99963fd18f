package live

import (
	"net/netip"

	"netlab/sim/fault"
	"netlab/sim/scenario"
	"netlab/sim/wire"
)

// A Loss is a kind of packet that a socket must not receive from a host.
type Loss struct {
	What fault.What
	From netip.Addr
}

// losses turn the script's drop lines into filters on the receiving sockets.
// A filter cannot count, so it is taken off once the recorder has seen as many
// segments as the script loses.
type losses struct {
	drops []fault.Selector
	addr  map[string]netip.Addr
	seen  map[[2]string]*fault.Counts // by direction
	socks []*sock                     // that have a filter, or will inherit one
}

func newLosses(faults []fault.Fault, addr map[string]netip.Addr) *losses {
	l := &losses{seen: map[[2]string]*fault.Counts{}, addr: addr}
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
		if f.Verb == fault.Drop && f.Sel.First > 1 {
			return "a socket filter can lose the first segments of a kind (" + f.Sel.String() + " asks for later ones)"
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
		if d.To == host && !l.over(d) {
			kinds = append(kinds, Loss{d.What, l.addr[d.From]})
		}
	}
	return kinds
}

func (l *losses) over(d fault.Selector) bool {
	c := l.seen[[2]string{d.From, d.To}]
	return d.Last > 0 && c != nil && c[d.What] >= d.Last
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
	if len(kinds) == 0 {
		return nil
	}
	l.socks = append(l.socks, s)
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
	before := len(l.wanted(to))
	l.seen[key].Count(pkt)
	lost := fault.Of(l.asFaults(), fault.Packet{From: from, To: to, Packet: pkt, Nth: *l.seen[key]}).Lost
	if kinds := l.wanted(to); len(kinds) != before {
		for _, s := range l.socks {
			if s.host == to && s.open {
				_ = b.Lose(s.h, s.proto, kinds)
			}
		}
	}
	return lost
}

func (l *losses) asFaults() []fault.Fault {
	var all []fault.Fault
	for _, d := range l.drops {
		all = append(all, fault.Fault{Verb: fault.Drop, Sel: d})
	}
	return all
}
