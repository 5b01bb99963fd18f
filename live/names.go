package live

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"time"

	"netlab/sim/trace"
	"netlab/sim/wire"
)

// LookAgain is how long after a look at a connection that was not found another look is due.
// In the moment in which TIME-WAIT takes a connection over, Linux finds neither of the two.
const LookAgain = 200 * time.Microsecond

// sample asks the kernel for the state of every socket and records what has
// changed since the last time.
func (p *Player) sample() {
	for _, s := range p.socks {
		if s.proto != wire.TCP {
			continue
		}
		p.looking.Lock()
		state, ok := p.back.State(s.h, s.open, s.local, s.peer)
		if ok && state == wire.StateClosed && s.state != state {
			time.Sleep(LookAgain)
			state, ok = p.back.State(s.h, s.open, s.local, s.peer)
		}
		if ok && s.ended(state) {
			state = wire.StateClosed
		}
		if ok && state != s.state {
			p.emit(trace.Event{Host: s.host, Kind: trace.State, Conn: s.name, From: s.state, To: state,
				Src: p.Endpoint(s.local), Dst: p.Endpoint(s.peer), Text: "sampled"})
			s.state = state
		}
		p.looking.Unlock()
	}
}

// leadTo says which states a connection may still come to from each.
var leadTo = map[wire.State][]wire.State{
	wire.StateEstablished: {wire.StateFinWait1, wire.StateFinWait2, wire.StateCloseWait, wire.StateClosing, wire.StateLastAck, wire.StateTimeWait, wire.StateClosed},
	wire.StateFinWait1:    {wire.StateFinWait2, wire.StateClosing, wire.StateTimeWait, wire.StateClosed},
	wire.StateFinWait2:    {wire.StateTimeWait, wire.StateClosed},
	wire.StateClosing:     {wire.StateTimeWait, wire.StateClosed},
	wire.StateTimeWait:    {wire.StateClosed},
	wire.StateCloseWait:   {wire.StateLastAck, wire.StateClosed},
	wire.StateLastAck:     {wire.StateClosed},
}

// ended reports whether what the kernel says of the socket's two ends is about another
// connection by now: one that has opened from its TIME-WAIT. No state leads back.
func (s *sock) ended(now wire.State) bool {
	s.lived = s.lived || s.state >= wire.StateEstablished
	if s.lived && now != s.state && !slices.Contains(leadTo[s.state], now) {
		s.over = true
	}
	return s.over
}

// Look asks the kernel for the state of a connection's end, at any time and from any
// goroutine, and says when that was, counted from the start.
func (p *Player) Look(local, peer netip.AddrPort) (s wire.State, at time.Duration, ok bool) {
	p.looking.Lock()
	defer p.looking.Unlock()
	s, ok = p.back.State(0, false, local, peer)
	return s, time.Since(p.start), ok
}

// Info asks the kernel for the variables of a connection's end, at any time and from any
// goroutine, and says when that was. Where the kernel tells none there are none.
func (p *Player) Info(local, peer netip.AddrPort) (vars []trace.Var, at time.Duration) {
	p.looking.Lock()
	defer p.looking.Unlock()
	at = time.Since(p.start)
	if b, ok := p.back.(interface {
		Info(local, peer netip.AddrPort, now time.Duration) []trace.Var
	}); ok {
		vars = b.Info(local, peer, at)
	}
	return vars, at
}

// Endpoint translates a real address to the script's words.
func (p *Player) Endpoint(a netip.AddrPort) wire.Endpoint {
	if !a.IsValid() {
		return wire.Endpoint{}
	}
	e := wire.Endpoint{Host: a.Addr().String(), Port: a.Port()}
	if end, ok := p.ports[a]; ok {
		return end
	}
	if p.opt.Program != "" && !p.opt.Wire { // one address for all: what is no socket of ours is the program's
		e.Host = p.opt.Program
		for _, s := range p.socks {
			if s.local == a {
				e.Host = s.host
			}
		}
		return e
	}
	for name, addr := range p.opt.Addr {
		if addr == a.Addr() {
			e.Host = name
		}
	}
	return e
}

// ConnName returns the name in the script of the socket with these two ends.
func (p *Player) ConnName(proto wire.Proto, local, peer netip.AddrPort) string {
	listener := ""
	for _, s := range p.socks {
		if s.proto != proto {
			continue
		}
		if s.local == local && (s.peer == peer || s.proto == wire.UDP) {
			return s.name
		}
		if s.listens && s.local == local {
			listener = s.name
		}
	}
	return listener
}

// ConnNames returns the names in the script of the TCP sockets with these two ends, in the
// order in which their programs got them.
func (p *Player) ConnNames(local, peer netip.AddrPort) (names []string) {
	for _, s := range p.socks {
		if s.proto == wire.TCP && s.local == local && s.peer == peer {
			names = append(names, s.name)
		}
	}
	return names
}

// ListenerName returns the name in the script of the socket whose child has these two
// ends; the empty string if nobody listens there.
func (p *Player) ListenerName(local, peer netip.AddrPort) (name string) {
	for _, s := range p.socks {
		switch {
		case s.local != local || s.proto != wire.TCP:
		case s.listener != "" && s.peer == peer:
			return s.listener
		case s.listens:
			name = s.name
		}
	}
	return name
}

// Saw tells the player about a packet that has been recorded, so that a loss
// that the script wants once happens only once. It returns whether the packet
// was kept from its receiver.
func (p *Player) Saw(src, dst netip.AddrPort, pkt *wire.Packet) bool {
	return p.loss.saw(p.back, p.Endpoint(src).Host, p.Endpoint(dst).Host, pkt)
}

// Quiet reports whether everything sent has been acknowledged.
func (p *Player) Quiet() bool {
	for _, s := range p.socks {
		if s.proto != wire.TCP || s.listens {
			continue
		}
		if s.open && !p.back.Quiet(s.h) {
			return false
		}
		if !s.open && s.peer.IsValid() { // its FIN may still wait for its ACK
			switch state, _ := p.back.State(s.h, false, s.local, s.peer); state {
			case wire.StateFinWait1, wire.StateClosing, wire.StateLastAck:
				return false
			default: // everything is acknowledged
			}
		}
	}
	return true
}

// Sample records the states once more, at the end of a run.
func (p *Player) Sample() { p.sample() }

// Tidy closes what the script has left open.
func (p *Player) Tidy() {
	for _, s := range p.socks {
		if s.open {
			_ = p.back.Close(s.h)
			s.open = false
		}
	}
}

// errnoOf turns an error of a call into the errno's name.
func errnoOf(err error) wire.Errno {
	if errors.Is(err, context.DeadlineExceeded) {
		return wire.ETIMEDOUT
	}
	return systemErrno(err)
}
