package sim

import (
	"cmp"
	"slices"

	"netlab/sim/fault"
	"netlab/sim/ip"
	"netlab/sim/scenario"
	"netlab/sim/socket"
	"netlab/sim/tcp"
	"netlab/sim/wire"
)

// newWorld returns the world before anything has happened.
func newWorld(s *scenario.Script, opt Options) *World {
	w := &World{script: s, faults: s.AllFaults(), seed: opt.Seed, cursor: scenario.NewCursor(s), waits: scenario.NewWaits(s), quiet: opt.quiet, loopback: opt.Loopback, lastAt: -1,
		index: map[string]int{}, datagram: 1}
	for i := range s.Hosts {
		h := &s.Hosts[i]
		p := profileOf(h, opt.Profile)
		for k := range s.Links {
			l := &s.Links[k]
			if mtu := cmp.Or(l.MTU, opt.MTU); mtu > 0 && slices.Contains(l.Hosts, h.Name) { // MUST-67
				p.MSS = uint16(min(int(p.MSS), mtu-tcpHeaders))
			}
		}
		iss := h.ISS
		if h.HasISS {
			p.RandomISN = false
		} else if !p.RandomISN {
			iss = readableISS(s, opt.Seed, i)
		}
		sh := socket.New(h.Name, p, iss)
		sh.Secret = mix(opt.Seed, uint64(i))
		patience := ip.Patience
		if p.Name == tcp.Linux.Name {
			patience = ip.LinuxPatience
		}
		w.hosts = append(w.hosts, host{Host: sh, parts: ip.Reassembler{Patience: patience}, puppet: h.Puppet, names: map[string]socket.ID{}})
		w.index[h.Name] = i
	}
	n := len(s.Hosts)
	w.counts = make([]fault.Counts, n*n)
	w.links = make([]link, n*n)
	for a := range n {
		for b := range n {
			k := &w.links[a*n+b]
			k.delay, k.joined = s.Delay(s.Hosts[a].Name, s.Hosts[b].Name)
			if opt.Loopback {
				k.delay = min(k.delay, loopbackDelay)
			}
			if l := s.Link(s.Hosts[a].Name, s.Hosts[b].Name); l != nil && a != b {
				k.mtu = cmp.Or(l.MTU, opt.MTU)
			}
		}
	}
	for _, f := range s.Faults {
		if f.Verb == fault.Old {
			w.schedule(item{at: f.At, kind: itemOld, host: w.hostIndex(f.Sel.From), pkt: &wire.Packet{
				Src: wire.Endpoint{Host: f.Sel.From}, Dst: wire.Endpoint{Host: f.Sel.To}, Seg: f.Seg}})
		}
	}
	if slices.ContainsFunc(w.faults, func(f fault.Fault) bool { return f.Sel.Chance > 0 }) {
		w.copies = map[uint64]int{}
	}
	return w
}

// tcpHeaders is what IP and TCP take from a packet without options.
const tcpHeaders = 40

// profileOf returns the habits of a host: its own, or those of the run, with what the
// script changes in them and what its links bear.
func profileOf(h *scenario.Host, p tcp.Profile) tcp.Profile {
	if own, ok := tcp.ProfileByName(h.Profile); ok {
		p = own
	}
	if h.MSS > 0 {
		p.MSS = uint16(h.MSS)
	}
	if h.RcvBuf > 0 {
		p.RcvBuf, p.SynWnd = uint32(h.RcvBuf), 0
	}
	if h.SndBuf > 0 {
		p.SndBuf = h.SndBuf
	}
	switch h.Congestion {
	case "off":
		p.Congestion = false
	case "newreno":
		p.Congestion, p.FastRetransmit = true, true
	}
	return p
}
