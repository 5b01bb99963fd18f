package socket

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"netlab/sim/tcp"
	"netlab/sim/udp"
	"netlab/sim/wire"
)

// An ID names a socket of one host: its descriptor.
type ID int

// None is the ID of what no socket sent: the RST that answers a stray segment.
const None ID = -1

// firstEphemeral is the first port that connect() hands out.
const firstEphemeral = 40000

// issStep is the distance between the initial sequence numbers that a host uses
// one after the other, so that a reader can tell connections apart.
// Deviation: RFC 9293 §3.4.1 wants them unpredictable; a lesson wants them readable.
const issStep = 100

type role uint8

const (
	fresh role = iota
	listener
	connection
	datagram
	suspended // TIME-WAIT that has given way to a new connection, until that one is sure
	dead
)

// A sock is one socket.
type sock struct {
	name          string
	role          role
	local, peer   wire.Endpoint
	tcb           tcp.TCB
	udp           udp.Endpoint
	opt           options
	parent        ID // of a child; None otherwise
	children      int
	reopens       ID // the connection in TIME-WAIT that this one replaces, or None
	halfOpen      int
	ready         []ID // a listener's finished children, oldest first
	backlog       int
	accepted      bool // handed out by accept, or not a child
	closed        bool // the program has closed its descriptor
	autoPort      bool // connect() has chosen the port
	connecting    bool // a non-blocking connect() has begun, and its end was not told yet
	readShut      bool
	writeShut     bool
	err           wire.Errno // for the next call (SO_ERROR)
	everConnected bool
	sawEOF        bool
}

// A Host is the socket layer of one computer.
type Host struct {
	Name    string
	Profile tcp.Profile
	ISS     wire.Seq // of the next connection
	Secret  uint64   // of the generator of RFC 6528, if the profile asks for it

	socks     []sock
	conns     map[pair]ID
	listeners map[uint16]ID
	nextPort  uint16
	fx        []Effect
	buf       []tcp.Output
	touched   []ID
}

// A pair names a connection of this host.
type pair struct {
	port uint16
	peer wire.Endpoint
}

// An Effect is an output of one endpoint of the host. For UDP and ICMP the Output's
// Effect, Data, Errno and Rule count.
type Effect struct {
	Sock     ID
	Proto    wire.Proto
	Src, Dst wire.Endpoint // of the packet, if it is one
	TTL      uint8         // UDP: 0 means that only this host gets it
	NoLoop   bool          // UDP to a group: not to this host itself
	Dgram    wire.Datagram
	Lost     int // octets of the datagram that the program did not ask for
	tcp.Output
}

// New returns a host without sockets. Connections take their initial sequence
// numbers from iss on.
func New(name string, p tcp.Profile, iss wire.Seq) Host {
	return Host{Name: name, Profile: p, ISS: iss, nextPort: firstEphemeral, conns: map[pair]ID{}, listeners: map[uint16]ID{}}
}

// Clone returns a copy that can go its own way.
func (h *Host) Clone() Host {
	c := *h
	c.socks = slices.Clone(h.socks)
	for i := range c.socks {
		s := &c.socks[i]
		s.ready = slices.Clone(s.ready)
		if s.role == datagram {
			s.udp = s.udp.Clone()
			s.opt.groups = slices.Clone(s.opt.groups)
		}
	}
	c.conns, c.listeners = maps.Clone(h.conns), maps.Clone(h.listeners)
	c.fx, c.buf, c.touched = nil, nil, nil
	return c
}

// Take returns the effects since the last Take.
func (h *Host) Take() []Effect {
	fx := h.fx
	h.fx = h.fx[:0]
	return fx
}

// Touched returns the sockets that may have changed since the last Touched; one
// may be named twice.
func (h *Host) Touched() []ID {
	t := h.touched
	h.touched = h.touched[:0]
	return t
}

func (h *Host) touch(id ID) { h.touched = append(h.touched, id) }

// Sockets returns how many sockets were ever made; IDs run from 0.
func (h *Host) Sockets() int { return len(h.socks) }

// TCB returns the socket's endpoint, to look at.
func (h *Host) TCB(id ID) *tcp.TCB { return &h.socks[id].tcb }

// ConnName returns the socket's name in the script: "c", or "s.1" for a child
// that was not accepted yet.
func (h *Host) ConnName(id ID) string {
	if id == None {
		return ""
	}
	return h.socks[id].name
}

// Ends returns the socket's own and its peer's endpoint.
func (h *Host) Ends(id ID) (local, peer wire.Endpoint) {
	return h.socks[id].local, h.socks[id].peer
}

// Queues returns the lengths of a listener's SYN queue and accept queue and its
// backlog; ok is false for any other socket.
func (h *Host) Queues(id ID) (syn, accept, backlog int, ok bool) {
	s := &h.socks[id]
	if s.role != listener {
		return 0, 0, 0, false
	}
	return s.halfOpen, len(s.ready), s.backlog, true
}

// Datagrams returns how many datagrams and octets wait in a UDP socket; ok is false
// for any other.
func (h *Host) Datagrams(id ID) (waiting, octets int, ok bool) {
	s := &h.socks[id]
	return s.udp.Waiting(), s.udp.Octets(), s.role == datagram
}

// step applies one input to a socket's endpoint and keeps its effects.
func (h *Host) step(now time.Duration, id ID, in tcp.Input) *tcp.CallError {
	s := &h.socks[id]
	was := s.tcb.State
	buf := h.buf
	h.buf = nil // settle may step again
	buf = s.tcb.Step(now, in, buf[:0])
	h.touch(id)
	var refused *tcp.CallError
	for i := range buf {
		out := &buf[i]
		switch out.Effect {
		case tcp.EffectRefuse:
			refused = out.Err
			continue
		case tcp.EffectSignal:
			s.err = out.Errno
		case tcp.EffectState:
			if out.To.Synchronized() {
				s.everConnected = true
			}
		case tcp.EffectSend, tcp.EffectDeliver, tcp.EffectIgnore, tcp.EffectAdvise: // passed on
		}
		h.fx = append(h.fx, Effect{Sock: id, Src: s.local, Dst: s.peer, Output: *out})
	}
	h.buf = buf
	if s.tcb.State != was {
		h.settle(now, id, was)
	}
	return refused
}

// settle does what the socket layer does after its endpoint has changed its state.
func (h *Host) settle(now time.Duration, id ID, was wire.State) {
	s := &h.socks[id]
	if s.role != connection {
		return
	}
	state := s.tcb.State
	if state == wire.StateClosed && was.PeerDone() {
		s.sawEOF = true // the stream had ended before
	}
	if s.parent != None && was == wire.StateSynReceived {
		h.leavesEmbryo(now, id)
		s = &h.socks[id]
	}
	if was == wire.StateSynReceived && s.writeShut && state == wire.StateEstablished { // shutdown() came early
		h.step(now, id, tcp.Close())
		return
	}
	switch {
	case state == wire.StateListen: // a child that was reset: the listener goes on
		s.role = dead
	case state == wire.StateClosed && s.closed:
		s.role = dead
	}
}

// leavesEmbryo tells the listener that a child's handshake has ended, well or not.
func (h *Host) leavesEmbryo(now time.Duration, id ID) {
	s := &h.socks[id]
	opened := s.tcb.State.Synchronized()
	if p := &h.socks[s.parent]; p.role == listener {
		p.halfOpen--
		if opened {
			p.ready = append(p.ready, id)
		}
		h.touch(s.parent)
	}
	if s.reopens == None {
		return
	}
	old := &h.socks[s.reopens]
	switch {
	case opened, old.tcb.State != wire.StateTimeWait, // 2*MSL may have passed meanwhile
		old.tcb.Profile.Has(tcp.QuirkNoWayBack):
		old.role = dead
	default: // the SYN was an old duplicate: back to TIME-WAIT (MAY-2)
		old.role = connection
		h.conns[pair{old.local.Port, old.peer}] = s.reopens
		h.fx = append(h.fx, Effect{Sock: s.reopens, Src: old.local, Dst: old.peer,
			Output: tcp.Output{Effect: tcp.EffectState, From: wire.StateClosed, To: wire.StateTimeWait, Rule: tcp.RuleReopenFailed}})
		h.touch(s.reopens)
	}
	s.reopens = None
}

// find returns the socket for a segment: the connection it belongs to, or the
// listener on its port.
func (h *Host) find(local, peer wire.Endpoint) ID {
	if id, ok := h.conns[pair{local.Port, peer}]; ok {
		if s := &h.socks[id]; s.role == connection && s.tcb.State != wire.StateClosed {
			return id
		}
	}
	if id, ok := h.listeners[local.Port]; ok && h.socks[id].role == listener {
		return id
	}
	return None
}

// Arrives delivers a packet and returns the socket that took it, or None.
func (h *Host) Arrives(now time.Duration, p *wire.Packet) ID {
	switch {
	case p.Damaged:
		h.fx = append(h.fx, Effect{Sock: None, Proto: p.Proto, Output: tcp.Output{Effect: tcp.EffectIgnore, Rule: RuleBadChecksum}})
		return None
	case p.Proto == wire.UDP:
		return h.datagramArrives(p)
	case p.Proto == wire.ICMP:
		return h.icmpArrives(p)
	case p.Dst.IsGroup():
		h.fx = append(h.fx, Effect{Sock: None, Output: tcp.Output{Effect: tcp.EffectIgnore, Rule: RuleGroupSegment}})
		return None
	}
	id := h.find(p.Dst, p.Src)
	switch {
	case id == None:
		var nobody tcp.TCB
		h.buf = nobody.Step(now, tcp.Arrives(p.Seg, 0), h.buf[:0])
		h.pass(None, p.Dst, p.Src)
	case h.socks[id].role == listener:
		h.arrivesListener(now, id, p.Src, p.Dst, p.Seg, None)
	default:
		h.arrivesConnection(now, id, p.Src, p.Dst, p.Seg)
	}
	return id
}

// pass hands on the effects in buf that belong to no connection.
func (h *Host) pass(id ID, src, dst wire.Endpoint) {
	for i := range h.buf {
		h.fx = append(h.fx, Effect{Sock: id, Src: src, Dst: dst, Output: h.buf[i]})
	}
}

// arrivesListener spawns a child for a SYN; the listener itself never changes.
func (h *Host) arrivesListener(now time.Duration, id ID, src, dst wire.Endpoint, seg wire.Segment, reopens ID) {
	child := h.socks[id].tcb // a copy: the child begins where the listener is
	drop := child.Profile.Has(tcp.QuirkListenSynFin) && seg.Flags.Has(wire.FIN)
	if !seg.Flags.Has(wire.SYN) || seg.Flags&(wire.ACK|wire.RST) != 0 || drop {
		h.buf = child.Step(now, tcp.Arrives(seg, 0), h.buf[:0])
		h.pass(id, dst, src)
		return
	}
	s := &h.socks[id]
	if len(s.ready) > s.backlog {
		h.fx = append(h.fx, Effect{Sock: id, Src: dst, Dst: src, Output: tcp.Output{Effect: tcp.EffectIgnore, Rule: RuleAcceptQueueFull}})
		return
	}
	s.children++
	s.halfOpen++
	iss := h.nextISS(now, dst, src)
	if reopens != None {
		iss = h.socks[reopens].tcb.ReopenISS()
	}
	h.socks = append(h.socks, sock{
		name: s.name + "." + strconv.Itoa(s.children), role: connection, opt: s.opt,
		local: dst, peer: src, tcb: child, parent: id, reopens: reopens,
	})
	kid := ID(len(h.socks) - 1)
	h.conns[pair{dst.Port, src}] = kid
	h.touch(id)
	h.step(now, kid, tcp.Arrives(seg, iss))
}

func (h *Host) arrivesConnection(now time.Duration, id ID, src, dst wire.Endpoint, seg wire.Segment) {
	s := &h.socks[id]
	if s.parent != None && s.tcb.State == wire.StateSynReceived && seg.Flags.Has(wire.ACK) && seg.Flags&(wire.SYN|wire.RST) == 0 {
		if p := &h.socks[s.parent]; p.role == listener && len(p.ready) > p.backlog {
			h.fx = append(h.fx, Effect{Sock: id, Output: tcp.Output{Effect: tcp.EffectIgnore, Rule: RuleAcceptQueueFull}})
			return
		}
	}
	if l, ok := h.listeners[dst.Port]; ok && s.tcb.MayReopen(seg) && h.socks[l].role == listener {
		s.role = suspended
		h.fx = append(h.fx, Effect{Sock: id, Src: s.local, Dst: s.peer,
			Output: tcp.Output{Effect: tcp.EffectState, From: wire.StateTimeWait, To: wire.StateClosed, Rule: tcp.RuleReopen}})
		h.touch(id)
		h.arrivesListener(now, l, src, dst, seg, id)
		return
	}
	h.step(now, id, tcp.Arrives(seg, 0))
}

// Suspended reports whether the socket has given way to a new connection.
func (h *Host) Suspended(id ID) bool { return h.socks[id].role == suspended }

// Expire tells a socket's endpoint that a timer has gone off. What becomes of one that has
// given way shows nowhere: it has left the stage already.
func (h *Host) Expire(now time.Duration, id ID, t tcp.Timer) {
	shown := len(h.fx)
	h.step(now, id, tcp.Expire(t))
	if h.Suspended(id) {
		h.fx = h.fx[:shown]
	}
}

// nextISS picks an initial sequence number for a connection.
func (h *Host) nextISS(now time.Duration, local, peer wire.Endpoint) wire.Seq {
	if h.Profile.RandomISN {
		return tcp.ISN(now, local, peer, h.Secret)
	}
	iss := h.ISS
	h.ISS = h.ISS.Add(issStep)
	return iss
}
