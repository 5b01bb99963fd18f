package lab

import (
	"fmt"
	"net/netip"

	"netlab/live"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A namer names the sockets of connections. A child that no program has accepted is called
// after its listener, as in the model: s.1, s.2, … The sockets of a program that plays a host
// have no names in the script: they are p1, p2, … in the order in which they are seen.
type namer struct {
	p        *live.Player
	played   netip.Addr // of the host that a program plays
	children map[string]int
	names    map[life]string
	opened   map[life]bool // which were established
	programs int           // ends of the program's that have a name
}

// A life is one of the connections that two ends have one after the other.
type life struct {
	local, peer netip.AddrPort
	nth         int
}

func newNamer(p *live.Player, played netip.Addr, seen []happening) *namer {
	m := &namer{p: p, played: played, children: map[string]int{}, names: map[life]string{}, opened: map[life]bool{}}
	last := map[[2]netip.AddrPort]int{} // the last life of two ends
	for i := range seen {
		h := &seen[i]
		if h.kind != trace.State {
			continue
		}
		ends := [2]netip.AddrPort{h.local, h.peer}
		last[ends] = max(last[ends], h.life)
		if h.state >= wire.StateEstablished { // or beyond, if nobody looked in time
			m.opened[life{h.local, h.peer, h.life}] = true
		}
	}
	for ends, n := range last { // accept() has returned some that ended before anybody looked
		missing := len(p.ConnNames(ends[0], ends[1])) - m.rank(life{ends[0], ends[1], n + 1})
		for ; n >= 0 && missing > 0; n-- {
			if l := (life{ends[0], ends[1], n}); !m.opened[l] {
				m.opened[l] = true
				missing--
			}
		}
	}
	return m
}

// conn names a socket. Of several connections that two ends have had, a program has got
// those that were established.
func (m *namer) conn(proto wire.Proto, local, peer netip.AddrPort, nth int) string {
	if local.Addr() == m.played && proto == wire.UDP {
		peer, nth = netip.AddrPort{}, 0 // one socket, whomever it talks to
	} else if proto == wire.UDP {
		return m.p.ConnName(proto, local, peer)
	}
	end := life{local, peer, nth}
	if name, ok := m.names[end]; ok {
		return name
	}
	if local.Addr() == m.played {
		m.programs++
		m.names[end] = fmt.Sprintf("p%d", m.programs)
		return m.names[end]
	}
	listener := m.p.ListenerName(local, peer)
	name := listener
	if listener != "" {
		key := m.p.Endpoint(local).Host + " " + listener
		m.children[key]++
		name = fmt.Sprintf("%s.%d", listener, m.children[key])
	}
	got := m.p.ConnNames(local, peer)
	switch rank := m.rank(end); {
	case listener == "" && len(got) > 0:
		name = got[min(nth, len(got)-1)]
	case listener == "":
		name = m.p.ConnName(proto, local, peer)
	case m.opened[end] && rank < len(got):
		name = got[rank]
	}
	m.names[end] = name
	return name
}

// rank is how many connections of the same ends were established before.
func (m *namer) rank(end life) (n int) {
	for nth := range end.nth {
		if m.opened[life{end.local, end.peer, nth}] {
			n++
		}
	}
	return n
}

// dropRepeated leaves out states that a socket is said to be in and is in already: calls
// and packets are watched each for themselves.
func dropRepeated(events []trace.Event) []trace.Event {
	now := map[[2]string]wire.State{}
	kept := events[:0]
	for _, e := range events {
		if e.Call == "rename" { // by a host that the model plays
			now[[2]string{e.Host, e.Conn}] = now[[2]string{e.Host, e.Args}]
		}
		if e.Kind == trace.State {
			key := [2]string{e.Host, e.Conn}
			if e.From = now[key]; e.To == e.From {
				continue
			}
			now[key] = e.To
		}
		kept = append(kept, e)
	}
	return kept
}
