package socket

import (
	"slices"

	"netlab/sim/tcp"
	"netlab/sim/udp"
	"netlab/sim/wire"
)

// SocketUDP is socket(AF_INET, SOCK_DGRAM, 0). The name is for traces.
func (h *Host) SocketUDP(name string) ID {
	h.socks = append(h.socks, sock{name: name, role: datagram, local: wire.Endpoint{Host: h.Name}, udp: udp.New(h.Name),
		opt: options{ttl: 1}, parent: None, reopens: None, accepted: true})
	return ID(len(h.socks) - 1)
}

// SendTo is sendto() on a UDP socket; the zero endpoint means the peer of a connected
// one.
func (h *Host) SendTo(id ID, dst wire.Endpoint, data string) (int, wire.Errno) {
	s := &h.socks[id]
	switch {
	case s.closed:
		return 0, wire.EBADF
	case s.err != wire.OK: // told once, and this datagram does not leave
		return 0, h.Errno(id)
	case s.writeShut:
		return 0, wire.EPIPE
	case dst.IsZero() && !s.udp.Connected():
		return 0, wire.EDESTADDRREQ
	case dst.IsBroadcast() && !s.opt.broadcast:
		return 0, wire.EACCES
	case len(data) > wire.MaxDatagram:
		return 0, wire.EMSGSIZE
	}
	if dst.IsZero() {
		dst = s.udp.Peer
	}
	h.autoBind(id)
	ttl := uint8(64)
	if dst.IsMulticast() {
		ttl = s.opt.ttl
		if ttl == 0 && h.Profile.Has(tcp.QuirkTTLZeroLeaves) && !h.Joined(dst.Host) {
			ttl = 1 // as far as the link goes
		}
	}
	for _, out := range s.udp.Step(udp.Send(dst, data), nil) {
		h.fx = append(h.fx, Effect{Sock: id, Proto: wire.UDP, Src: s.local, Dst: out.Addr, TTL: ttl, NoLoop: s.opt.noLoop,
			Dgram: wire.Datagram{Data: out.Data}, Output: tcp.Output{Effect: tcp.EffectSend, Rule: out.Rule}})
	}
	return len(data), wire.OK
}

func (h *Host) autoBind(id ID) {
	if s := &h.socks[id]; s.local.Port == 0 {
		s.local.Port = h.ephemeralPort(wire.UDP)
		s.udp.Local, s.autoPort = s.local, true
	}
}

// RecvFrom is recvfrom() with a buffer of n octets. Truncated says how many octets of
// the datagram are lost.
func (h *Host) RecvFrom(id ID, n int) (data string, from wire.Endpoint, truncated int, errno wire.Errno) {
	s := &h.socks[id]
	switch {
	case s.closed:
		return "", from, 0, wire.EBADF
	case s.err != wire.OK:
		return "", from, 0, h.Errno(id)
	case s.udp.Waiting() == 0:
		return "", from, 0, wire.EAGAIN
	}
	for _, out := range s.udp.Step(udp.Receive(n), nil) {
		data, from, truncated = out.Data, out.Addr, out.Lost
		h.fx = append(h.fx, Effect{Sock: id, Proto: wire.UDP, Src: from, Dst: s.local, Lost: out.Lost,
			Output: tcp.Output{Effect: tcp.EffectDeliver, Data: out.Data, Rule: out.Rule}})
	}
	h.touch(id)
	return data, from, truncated, wire.OK
}

// connectUDP is connect() on a UDP socket: nothing goes out, the kernel notes a peer.
func (h *Host) connectUDP(id ID, peer wire.Endpoint) wire.Errno {
	s := &h.socks[id]
	if peer.IsBroadcast() && !s.opt.broadcast {
		return wire.EACCES
	}
	h.autoBind(id)
	s.peer, s.udp.Peer = peer, peer
	return wire.OK
}

// datagramArrives hands a datagram to the sockets that want it.
func (h *Host) datagramArrives(p *wire.Packet) ID {
	to := h.takers(p)
	if len(to) == 0 {
		rule := udp.RuleNoPort
		switch {
		case p.Dst.IsMulticast() && !h.Joined(p.Dst.Host):
			rule = udp.RuleNotJoined
		case p.Dst.IsGroup():
			rule = udp.RuleNoPortQuiet
		}
		h.fx = append(h.fx, Effect{Sock: None, Proto: wire.UDP, Output: tcp.Output{Effect: tcp.EffectIgnore, Rule: rule}})
		if rule == udp.RuleNoPort {
			h.fx = append(h.fx, Effect{Sock: None, Proto: wire.ICMP, Src: wire.Endpoint{Host: h.Name}, Dst: wire.Endpoint{Host: p.Src.Host}, TTL: 64,
				Dgram:  wire.Datagram{Cite: &wire.Cite{Proto: wire.UDP, Src: p.Src, Dst: p.Dst}},
				Output: tcp.Output{Effect: tcp.EffectSend, Rule: rule}})
		}
		return None
	}
	for _, id := range to {
		h.stepUDP(id, udp.Arrives(p.Src, p.Dgram.Data))
	}
	return to[0]
}

// stepUDP applies what has arrived to a UDP socket.
func (h *Host) stepUDP(id ID, in udp.Input) {
	s := &h.socks[id]
	for _, out := range s.udp.Step(in, nil) {
		fx := Effect{Sock: id, Proto: wire.UDP, Output: tcp.Output{Effect: tcp.EffectIgnore, Rule: out.Rule}}
		switch out.Effect {
		case udp.EffectQueue:
			h.touch(id)
			continue
		case udp.EffectSignal:
			s.err = out.Errno
			fx.Output.Effect, fx.Output.Errno = tcp.EffectSignal, out.Errno
		case udp.EffectIgnore, udp.EffectSend, udp.EffectDeliver:
		}
		h.fx = append(h.fx, fx)
	}
}

// takers lists the sockets that a datagram goes to. One to a single host goes to one
// socket: a connected one before an unconnected one, the one bound last before the
// others. One to a group goes to every socket with its port on a host that has joined
// (IP_MULTICAST_ALL is on by default, so even to sockets that have not).
func (h *Host) takers(p *wire.Packet) []ID {
	var all []ID
	best := -1
	for i := range h.socks {
		s := &h.socks[i]
		if s.role != datagram || s.closed || s.local.Port != p.Dst.Port || s.local.Port == 0 {
			continue
		}
		if s.opt.boundGroup != "" && s.opt.boundGroup != p.Dst.Host {
			continue
		}
		if p.Dst.IsGroup() {
			if p.Dst.IsBroadcast() || h.Joined(p.Dst.Host) {
				all = append(all, ID(i))
			}
			continue
		}
		score := 0
		if s.udp.Connected() {
			if s.udp.Peer != p.Src {
				continue
			}
			score = 1
		}
		if score >= best {
			best, all = score, []ID{ID(i)}
		}
	}
	return all
}

// icmpArrives tells the socket whose datagram the message is about.
func (h *Host) icmpArrives(p *wire.Packet) ID {
	c := p.Dgram.Cite
	if c.Proto == wire.UDP && !c.Late {
		i := slices.IndexFunc(h.socks, func(s sock) bool {
			return s.role == datagram && !s.closed && s.local.Port == c.Src.Port && s.udp.Connected() && s.udp.Peer == c.Dst
		})
		if i >= 0 {
			h.stepUDP(ID(i), udp.Unreachable(c.Dst))
			return ID(i)
		}
	}
	h.fx = append(h.fx, Effect{Sock: None, Proto: wire.ICMP, Output: tcp.Output{Effect: tcp.EffectIgnore, Rule: udp.RuleUnheard}})
	return None
}
