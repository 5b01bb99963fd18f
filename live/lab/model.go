package lab

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"sync"
	"time"

	"netlab/capture"
	"netlab/live"
	"netlab/live/netns"
	"netlab/sim"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A modelHost is a host of the script that has no kernel: our own TCP stands behind its end
// of the wire, and talks to the kernels of the others.
type modelHost struct {
	net  *network
	host int
	wake chan struct{}

	mu    sync.Mutex
	peer  *sim.Peer
	start time.Time
	emit  func(trace.Event)
	sent  []trace.Event // what has not yet come to the wire
}

// newModelHost lets the model play a host.
func newModelHost(n *network, s *scenario.Script, host int, p tcp.Profile, seed uint64) *modelHost {
	return &modelHost{net: n, host: host, wake: make(chan struct{}, 1),
		peer: sim.NewPeer(s, s.Hosts[host].Name, sim.Options{Profile: p, Seed: seed, MTU: netns.EthernetMTU})}
}

// run does what its timers want until done is closed.
func (m *modelHost) run(done <-chan struct{}) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		m.mu.Lock()
		at, due := m.peer.Due()
		m.mu.Unlock()
		wait := time.Hour
		if due {
			wait = time.Until(m.start.Add(at))
		}
		timer.Reset(wait)
		select {
		case <-done:
			return
		case <-m.wake:
		case <-timer.C:
			m.do(m.peer.Advance)
		}
	}
}

// do lets the model do something now, and puts what it sends on the wire.
func (m *modelHost) do(what func(now time.Duration)) {
	m.mu.Lock()
	what(time.Since(m.start))
	var told []trace.Event
	for _, e := range m.peer.Told() {
		switch e.Kind {
		case trace.Send:
			m.sent = append(m.sent, e)
		case trace.Recv: // the wire tells of packets
		default:
			told = append(told, e)
		}
	}
	for _, p := range m.peer.Sent() {
		m.net.send(&p)
	}
	for _, e := range told {
		e.Cause, e.Pkt = 0, 0 // they count this host's own events
		m.emit(e)
	}
	m.mu.Unlock()
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// Start starts a statement of the host.
func (m *modelHost) Start(i int) { m.do(func(now time.Duration) { m.peer.Start(now, i) }) }

// Returned reports whether a statement has returned.
func (m *modelHost) Returned(i int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.peer.Returned(i)
}

// quiet reports whether everything that it has sent is acknowledged.
func (m *modelHost) quiet() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.peer.Quiet()
}

// arrives hands it a packet.
func (m *modelHost) arrives(frame []byte, pkt *capture.Packet) {
	p := *pkt.Wire()
	p.Damaged = !sound(frame)
	p.Src, p.Dst = m.net.named(pkt.Src), m.net.named(pkt.Dst)
	if c := p.Dgram.Cite; c != nil {
		cite := *c
		cite.Src, cite.Dst = m.net.named(pkt.Cited[0]), m.net.named(pkt.Cited[1])
		p.Dgram.Cite = &cite
	}
	m.do(func(now time.Duration) { m.peer.Arrives(now, p) })
}

// sound reports whether the checksums of a frame's IP packet are right; those of a fragment
// say nothing.
func sound(frame []byte) bool {
	const ethernet, least = 14, 20
	if len(frame) < ethernet+least {
		return false
	}
	ip := frame[ethernet:]
	header, total := int(ip[0]&15)*4, int(binary.BigEndian.Uint16(ip[2:]))
	if header < least || total < header || total > len(ip) || sum(ip[:header], 0) != 0xffff {
		return false
	}
	text := ip[header:total]
	const tcp, udp, udpSum = 6, 17, 6 // protocols; where UDP's checksum is
	switch {
	case binary.BigEndian.Uint16(ip[6:])&0x3fff != 0: // a fragment
		return true
	case ip[9] == udp && len(text) > udpSum+1 && text[udpSum] == 0 && text[udpSum+1] == 0: // none
		return true
	case ip[9] != tcp && ip[9] != udp:
		return sum(text, 0) == 0xffff
	default:
		return sum(text, sum(ip[12:20], uint32(ip[9])+uint32(len(text)))) == 0xffff
	}
}

// sum adds up as RFC 1071 does.
func sum(b []byte, start uint32) uint32 {
	for ; len(b) > 1; b = b[2:] {
		start += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) > 0 {
		start += uint32(b[0]) << 8
	}
	for start > 0xffff {
		start = start>>16 + start&0xffff
	}
	return start
}

// nextSent returns what the model says of the next packet that comes to the wire from it.
func (m *modelHost) nextSent() (e trace.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.sent) > 0 {
		e, m.sent = m.sent[0], m.sent[1:]
	}
	return e
}

// named is an address in the script's words; the ports are the script's own.
func (n *network) named(a netip.AddrPort) wire.Endpoint {
	if i := slices.IndexFunc(n.spaces, func(s netns.Space) bool { return s.Addr == a.Addr() }); i >= 0 {
		return wire.Endpoint{Host: n.script.Hosts[i].Name, Port: a.Port()}
	}
	return wire.Endpoint{Host: a.Addr().String(), Port: a.Port()}
}

// hasKernel reports whether this machine's kernel plays the host.
func (st *stage) hasKernel(h scenario.Host) bool { return !h.Puppet && st.models[h.Name] == "" }

// addModels makes the hosts that the model plays.
func (n *network) addModels(st stage) map[string]live.Remote {
	remote := map[string]live.Remote{}
	for i, h := range n.script.Hosts {
		if p, ok := tcp.ProfileByName(st.models[h.Name]); ok && !h.Puppet {
			n.models[i] = newModelHost(n, n.script, i, p, st.seed)
			remote[h.Name] = n.models[i]
		}
	}
	return remote
}

// startModels starts their clocks.
func (n *network) startModels(p *live.Player, emit func(trace.Event), done <-chan struct{}) {
	for _, m := range n.models {
		m.start, m.emit = p.Start(), emit
		n.clocks.Add(1)
		go func() {
			defer n.clocks.Done()
			m.run(done)
		}()
	}
}

func (n *network) modelsQuiet() bool {
	for _, m := range n.models {
		if !m.quiet() {
			return false
		}
	}
	return true
}
