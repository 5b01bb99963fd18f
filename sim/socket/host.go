package socket

import (
	"slices"
	"strconv"
	"time"

	"netlab/sim/tcp"
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
	dead
)

// A sock is one socket.
type sock struct {
	name          string
	role          role
	local, peer   wire.Endpoint
	tcb           tcp.TCB
	backlog       int
	parent        ID // of a child; None otherwise
	children      int
	accepted      bool // handed out by accept, or not a child
	closed        bool // the program has closed its descriptor
	readShut      bool
	err           wire.Errno // for the next call (SO_ERROR)
	everConnected bool
	sawEOF        bool
	finished      int // of a child: counts handshakes in the order in which they were finished
}

// A Host is the socket layer of one computer.
type Host struct {
	Name    string
	Profile tcp.Profile
	ISS     wire.Seq // of the next connection

	socks      []sock
	nextPort   uint16
	handshakes int // finished by children so far
	fx         []Effect
	buf        []tcp.Output
}

// An Effect is an output of one endpoint of the host.
type Effect struct {
	Sock     ID
	Src, Dst wire.Endpoint // of the segment, if it is one
	tcp.Output
}

// New returns a host without sockets. Connections take their initial sequence
// numbers from iss on.
func New(name string, p tcp.Profile, iss wire.Seq) Host {
	return Host{Name: name, Profile: p, ISS: iss, nextPort: firstEphemeral}
}

// Clone returns a copy that can go its own way.
func (h *Host) Clone() Host {
	c := *h
	c.socks = slices.Clone(h.socks)
	c.fx, c.buf = nil, nil
	return c
}

// Take returns the effects since the last Take.
func (h *Host) Take() []Effect {
	fx := h.fx
	h.fx = h.fx[:0]
	return fx
}

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
	if h.socks[id].role != listener {
		return 0, 0, 0, false
	}
	for i := range h.socks {
		c := &h.socks[i]
		if c.parent != id || c.accepted || c.role != connection {
			continue
		}
		if c.tcb.State == wire.StateSynReceived {
			syn++
		} else {
			accept++
		}
	}
	return syn, accept, h.socks[id].backlog, true
}

// step applies one input to a socket's endpoint and keeps its effects.
func (h *Host) step(now time.Duration, id ID, in tcp.Input) *tcp.CallError {
	s := &h.socks[id]
	h.buf = s.tcb.Step(now, in, h.buf[:0])
	var refused *tcp.CallError
	for _, out := range h.buf {
		switch out.Effect {
		case tcp.EffectRefuse:
			refused = out.Err
			continue
		case tcp.EffectSignal:
			s.err = out.Errno
		case tcp.EffectState:
			s.everConnected = s.everConnected || out.To.Synchronized()
			if s.finished == 0 && s.parent != None && out.To.Synchronized() {
				h.handshakes++
				s.finished = h.handshakes
			}
		case tcp.EffectSend, tcp.EffectDeliver, tcp.EffectIgnore: // passed on
		}
		h.fx = append(h.fx, Effect{Sock: id, Src: s.local, Dst: s.peer, Output: out})
	}
	h.settle(now, id)
	return refused
}

// settle does what the socket layer does after its endpoint has moved.
func (h *Host) settle(now time.Duration, id ID) {
	s := &h.socks[id]
	if s.role != connection {
		return
	}
	switch {
	case s.tcb.State == wire.StateListen: // a child that was reset: the listener goes on
		s.role = dead
	case s.tcb.State == wire.StateClosed && s.closed:
		s.role = dead
	}
}

// find returns the socket for a segment: the connection it belongs to, or the
// listener on its port.
func (h *Host) find(local, peer wire.Endpoint) ID {
	found := None
	for i := range h.socks {
		s := &h.socks[i]
		switch {
		case s.role == connection && s.local == local && s.peer == peer && s.tcb.State != wire.StateClosed:
			return ID(i)
		case s.role == listener && s.local.Port == local.Port:
			found = ID(i)
		}
	}
	return found
}

// Arrives delivers a segment and returns the socket that took it, or None.
func (h *Host) Arrives(now time.Duration, src, dst wire.Endpoint, seg wire.Segment) ID {
	id := h.find(dst, src)
	switch {
	case id == None:
		var nobody tcp.TCB
		h.buf = nobody.Step(now, tcp.Arrives(seg, 0), h.buf[:0])
		h.pass(None, dst, src)
	case h.socks[id].role == listener:
		h.arrivesListener(now, id, src, dst, seg)
	default:
		h.arrivesConnection(now, id, seg)
	}
	return id
}

// pass hands on the effects in buf that belong to no connection.
func (h *Host) pass(id ID, src, dst wire.Endpoint) {
	for _, out := range h.buf {
		h.fx = append(h.fx, Effect{Sock: id, Src: src, Dst: dst, Output: out})
	}
}

// arrivesListener spawns a child for a SYN; the listener itself never changes.
func (h *Host) arrivesListener(now time.Duration, id ID, src, dst wire.Endpoint, seg wire.Segment) {
	child := h.socks[id].tcb // a copy: the child begins where the listener is
	if !seg.Flags.Has(wire.SYN) || seg.Flags.Has(wire.ACK) || seg.Flags.Has(wire.RST) {
		h.buf = child.Step(now, tcp.Arrives(seg, 0), h.buf[:0])
		h.pass(id, dst, src)
		return
	}
	if _, waiting, backlog, _ := h.Queues(id); waiting > backlog {
		h.fx = append(h.fx, Effect{Sock: id, Src: dst, Dst: src, Output: tcp.Output{Effect: tcp.EffectIgnore, Rule: RuleAcceptQueueFull}})
		return
	}
	h.socks[id].children++
	h.socks = append(h.socks, sock{
		name: h.socks[id].name + "." + strconv.Itoa(h.socks[id].children), role: connection,
		local: dst, peer: src, tcb: child, parent: id,
	})
	h.step(now, ID(len(h.socks)-1), tcp.Arrives(seg, h.nextISS()))
}

func (h *Host) arrivesConnection(now time.Duration, id ID, seg wire.Segment) {
	s := &h.socks[id]
	if s.parent != None && s.tcb.State == wire.StateSynReceived && seg.Flags.Has(wire.ACK) && seg.Flags&(wire.SYN|wire.RST) == 0 {
		if _, waiting, backlog, ok := h.Queues(s.parent); ok && waiting > backlog {
			h.fx = append(h.fx, Effect{Sock: id, Output: tcp.Output{Effect: tcp.EffectIgnore, Rule: RuleAcceptQueueFull}})
			return
		}
	}
	if s.closed && s.tcb.TakesLate(seg) { // data that nobody will ever read
		h.step(now, id, tcp.LateData(seg))
		return
	}
	h.step(now, id, tcp.Arrives(seg, 0))
}

// Expire tells a socket's endpoint that a timer has gone off.
func (h *Host) Expire(now time.Duration, id ID, t tcp.Timer) { h.step(now, id, tcp.Expire(t)) }

func (h *Host) nextISS() wire.Seq {
	iss := h.ISS
	h.ISS = h.ISS.Add(issStep)
	return iss
}
