package socket

import (
	"time"

	"netlab/sim/tcp"
	"netlab/sim/wire"
)

// DefaultBacklog is what a program gets that does not say (SOMAXCONN is 4096 on
// Linux; most textbooks write 128 or less).
const DefaultBacklog = 128

// Socket is socket(AF_INET, SOCK_STREAM, 0). The name is for traces.
func (h *Host) Socket(name string) ID {
	h.socks = append(h.socks, sock{name: name, local: wire.Endpoint{Host: h.Name}, tcb: tcp.New(h.Profile), parent: None, reopens: None, accepted: true})
	return ID(len(h.socks) - 1)
}

// Bind is bind(): to a port on all of the host's addresses, or, for UDP, to a group.
func (h *Host) Bind(id ID, at wire.Endpoint) wire.Errno {
	s := &h.socks[id]
	group := at.IsGroup() && s.role == datagram
	over := s.role == connection && (s.tcb.State == wire.StateClosed || s.tcb.State == wire.StateTimeWait)
	switch {
	case s.closed:
		return wire.EBADF
	case s.local.Port != 0 && !(over && s.autoPort): // a port that connect() chose goes with the connection
		return wire.EINVAL
	case at.Host != "" && at.Host != h.Name && !group:
		return wire.EADDRNOTAVAIL
	case h.portTaken(at.Port, s.role == datagram, s.opt.reuse):
		return wire.EADDRINUSE
	}
	s.autoPort = false
	if over && s.tcb.State == wire.StateTimeWait {
		return wire.OK // the connection keeps its own name till its end
	}
	s.local.Port = at.Port
	s.udp.Local = s.local
	if group {
		s.opt.boundGroup = at.Host
	}
	return wire.OK
}

// portTaken reports whether bind() must refuse the port: a socket is bound to it, or a
// connection in TIME-WAIT still uses it, and not both have SO_REUSEADDR or the other
// one listens. TCP and UDP have ports of their own.
func (h *Host) portTaken(port uint16, isUDP, reuse bool) bool {
	for i := range h.socks {
		s := &h.socks[i]
		if s.role == dead || s.local.Port != port || (s.role == datagram) != isUDP || (s.role == datagram && s.closed) {
			continue
		}
		if s.role == connection && s.tcb.State == wire.StateClosed {
			continue
		}
		if !reuse || !s.opt.reuse || s.role == listener {
			return true
		}
	}
	return false
}

func (h *Host) ephemeralPort(proto wire.Proto) uint16 {
	for h.portTaken(h.nextPort, proto == wire.UDP, false) {
		h.nextPort++
	}
	h.nextPort++
	return h.nextPort - 1
}

// Listen is listen(); port 0 means that bind() has chosen one, or that any will do.
func (h *Host) Listen(now time.Duration, id ID, port uint16, backlog int) wire.Errno {
	s := &h.socks[id]
	switch {
	case s.closed:
		return wire.EBADF
	case s.role == datagram:
		return wire.EOPNOTSUPP
	case s.role == connection:
		return wire.EINVAL
	}
	if port != 0 && s.local.Port != port {
		if errno := h.Bind(id, wire.Endpoint{Port: port}); errno != wire.OK {
			return errno
		}
	}
	if s.local.Port == 0 {
		s.local.Port = h.ephemeralPort(wire.TCP)
	}
	if other, ok := h.listeners[s.local.Port]; ok && other != id && h.socks[other].role == listener {
		return wire.EADDRINUSE
	}
	if s.backlog = backlog; backlog < 0 {
		s.backlog = DefaultBacklog
	}
	h.touch(id)
	if s.role == fresh {
		s.role = listener
		h.listeners[s.local.Port] = id
		h.step(now, id, tcp.OpenPassive())
	}
	return wire.OK
}

// Connect begins connect(). On TCP it returns EINPROGRESS if the handshake has begun;
// Connected tells how it ends.
func (h *Host) Connect(now time.Duration, id ID, peer wire.Endpoint) wire.Errno {
	s := &h.socks[id]
	switch {
	case s.closed:
		return wire.EBADF
	case s.role == datagram:
		return h.connectUDP(id, peer)
	case s.role == listener:
		return wire.EISCONN
	case peer.IsGroup():
		return wire.ENETUNREACH // MUST-46, MUST-57: TCP knows no groups
	case s.role == connection && s.tcb.State == wire.StateSynReceived && s.writeShut:
		return wire.EINVAL
	case s.role == connection && s.connecting: // a non-blocking connect() asks how it went
		errno, done := h.Connected(id)
		if !done {
			return wire.EALREADY
		}
		return errno
	case s.role == connection && (s.tcb.State.Synchronized() || s.everConnected):
		return wire.EISCONN
	case s.role == connection && s.tcb.State != wire.StateClosed:
		return wire.EALREADY
	}
	if s.local.Port == 0 || s.autoPort {
		s.local.Port, s.autoPort = h.ephemeralPort(wire.TCP), true
	}
	if other, ok := h.conns[pair{s.local.Port, peer}]; ok {
		if o := &h.socks[other]; other != id && o.role == connection && o.tcb.State != wire.StateClosed && !(o.tcb.State == wire.StateTimeWait && o.tcb.UseTS) {
			return wire.EADDRNOTAVAIL
		}
	}
	s.role, s.peer, s.err, s.connecting = connection, peer, wire.OK, true
	profile := s.tcb.Profile
	s.tcb = tcp.New(profile)
	h.conns[pair{s.local.Port, peer}] = id
	h.step(now, id, tcp.OpenActive(h.nextISS(now, s.local, peer)))
	return wire.EINPROGRESS
}

// Open is the active OPEN of RFC 9293 §3.10.1 on a listener, which no socket API offers:
// LISTEN becomes SYN-SENT.
func (h *Host) Open(now time.Duration, id ID, peer wire.Endpoint) wire.Errno {
	s := &h.socks[id]
	if s.role != listener || s.closed {
		return wire.EINVAL
	}
	s.role, s.peer = connection, peer
	delete(h.listeners, s.local.Port)
	h.conns[pair{s.local.Port, peer}] = id
	h.step(now, id, tcp.OpenActive(h.nextISS(now, s.local, peer)))
	return wire.OK
}

// Connected tells whether a connect() has ended, and how.
func (h *Host) Connected(id ID) (errno wire.Errno, done bool) {
	s := &h.socks[id]
	switch {
	case s.err != wire.OK:
		errno = h.Errno(id)
	case s.tcb.State.Synchronized():
	case s.tcb.State == wire.StateClosed:
		errno = wire.ECONNABORTED // the error itself was told to another call
	default: // SYN-SENT or SYN-RECEIVED
		return wire.EINPROGRESS, false
	}
	s.connecting = false
	if errno != wire.OK { // the socket is as new: it may call again, or listen
		s.role, s.everConnected, s.sawEOF = fresh, false, false
		s.tcb = tcp.New(s.tcb.Profile)
	}
	return errno, true
}

// Accept is accept(): it takes the oldest finished child, gives it a name and
// returns its name until now. It returns EAGAIN if there is none.
func (h *Host) Accept(id ID, name string) (child ID, was string, errno wire.Errno) {
	s := &h.socks[id]
	switch {
	case s.closed:
		return None, "", wire.EBADF
	case s.role == datagram:
		return None, "", wire.EOPNOTSUPP
	case s.role != listener:
		return None, "", wire.EINVAL
	case len(s.ready) == 0:
		return None, "", wire.EAGAIN
	}
	child = s.ready[0]
	s.ready = s.ready[1:]
	h.touch(id)
	c := &h.socks[child]
	c.accepted = true
	was, c.name = c.name, name
	return child, was, wire.OK
}

// Send is send(): it returns how many octets the kernel took. EAGAIN means that
// the send buffer is full, or that the handshake is not finished.
func (h *Host) Send(now time.Duration, id ID, data string) (int, wire.Errno) {
	s := &h.socks[id]
	switch {
	case s.closed:
		return 0, wire.EBADF
	case s.role == datagram:
		return h.SendTo(id, wire.Endpoint{}, data)
	case s.err != wire.OK:
		return 0, h.Errno(id)
	case s.role == connection && (s.tcb.State == wire.StateSynSent || s.tcb.State == wire.StateSynReceived):
		return 0, wire.EAGAIN
	case s.role != connection || s.writeShut:
		return 0, wire.EPIPE // what send() on an unconnected TCP socket gets on Linux
	}
	room := s.tcb.SendRoom()
	if room == 0 && s.tcb.MaySend() {
		return 0, wire.EAGAIN
	}
	data = data[:min(len(data), room)]
	if h.step(now, id, tcp.Send(data)) != nil {
		return 0, wire.EPIPE
	}
	return len(data), wire.OK
}

// Recv is recv(): up to n octets. It returns no data and OK at the end of the
// stream, and EAGAIN if there is nothing yet.
func (h *Host) Recv(now time.Duration, id ID, n int) (string, wire.Errno) {
	s := &h.socks[id]
	switch {
	case s.closed:
		return "", wire.EBADF
	case s.role == datagram:
		data, _, _, errno := h.RecvFrom(id, n)
		return data, errno
	case s.role != connection && !(s.everConnected && s.tcb.Readable() > 0): // what came before its end can still be read
		return "", wire.ENOTCONN
	}
	if s.tcb.Readable() > 0 {
		before := len(h.fx)
		h.step(now, id, tcp.Receive(n))
		for i := range h.fx[before:] {
			if fx := &h.fx[before+i]; fx.Effect == tcp.EffectDeliver {
				data := fx.Data
				if s = &h.socks[id]; len(data) < n && s.tcb.AtEOF() { // it has read as far as the FIN
					h.step(now, id, tcp.EOFRead())
				}
				return data, wire.OK
			}
		}
	}
	switch {
	case s.tcb.AtEOF() || s.sawEOF:
		if !s.sawEOF {
			s.sawEOF = true // the stream has ended, whatever comes after
			h.step(now, id, tcp.EOFRead())
		}
		return "", wire.OK
	case s.err != wire.OK:
		return "", h.Errno(id)
	case s.readShut || s.tcb.State == wire.StateClosed:
		return "", wire.OK
	default: // nothing yet
		return "", wire.EAGAIN
	}
}

// Shutdown is shutdown(); how is read, write or both. Only the sending side
// shows on the wire: it is the standard's CLOSE.
func (h *Host) Shutdown(now time.Duration, id ID, how string) wire.Errno {
	s := &h.socks[id]
	switch {
	case s.closed:
		return wire.EBADF
	case s.role == datagram:
		s.readShut, s.writeShut = s.readShut || how != "write", s.writeShut || how != "read"
		if !s.udp.Connected() {
			return wire.ENOTCONN // and yet it counts, on Linux
		}
		return wire.OK
	case s.role == listener:
		if how != "write" {
			h.stopListening(now, id)
			s = &h.socks[id]
			s.role, s.closed = fresh, false
		}
		return wire.OK
	case s.role == connection && s.tcb.State == wire.StateSynReceived: // the FIN waits for ESTABLISHED
		s.readShut, s.writeShut = s.readShut || how != "write", s.writeShut || how != "read"
		return wire.OK
	case s.role == connection && s.tcb.State == wire.StateSynSent:
		h.step(now, id, tcp.Close())
		s.err, s.connecting = wire.ECONNRESET, false
		return wire.OK
	case s.role != connection || s.tcb.State == wire.StateClosed || s.tcb.State == wire.StateTimeWait || !s.everConnected:
		return wire.ENOTCONN
	}
	if how != "write" {
		s.readShut = true
	}
	if how != "read" {
		s.writeShut = true
		h.step(now, id, tcp.Close()) // a second FIN is refused, and that is no error
	}
	if s := &h.socks[id]; s.readShut && s.writeShut {
		h.step(now, id, tcp.Deaf())
	}
	return wire.OK
}

// Close is close(). The connection lives on until its FIN is acknowledged; with
// unread data, or SO_LINGER of 0, it is reset instead (RFC 9293 §3.6.1). A listener
// resets the children that nobody has accepted.
func (h *Host) Close(now time.Duration, id ID) wire.Errno {
	s := &h.socks[id]
	if s.closed {
		return wire.EBADF
	}
	s.closed = true
	switch {
	case s.role == listener:
		h.stopListening(now, id)
	case s.role == datagram, s.role == suspended: // which may come back
	case s.role != connection || s.tcb.State == wire.StateClosed:
		s.role = dead
	case s.tcb.Readable() > 0 && s.tcb.State != wire.StateTimeWait: // TIME-WAIT has nobody left to tell
		h.step(now, id, tcp.AbortUnread())
	case s.opt.hasLinger && s.opt.linger == 0 && !(s.tcb.State == wire.StateTimeWait && s.tcb.Profile.Has(tcp.QuirkTimeWaitStays)):
		h.step(now, id, tcp.Abort())
	default:
		h.step(now, id, tcp.Close())
		if h.socks[id].tcb.State != wire.StateClosed {
			h.step(now, id, tcp.Orphan())
		}
	}
	return wire.OK
}

// stopListening ends a listener: connections that nobody has accepted are reset,
// unfinished handshakes forgotten.
func (h *Host) stopListening(now time.Duration, id ID) {
	for i := range h.socks {
		c := &h.socks[i]
		if c.parent != id || c.accepted || c.role != connection {
			continue
		}
		if c.tcb.State == wire.StateSynReceived {
			h.fx = append(h.fx, Effect{Sock: ID(i), Src: c.local, Dst: c.peer,
				Output: tcp.Output{Effect: tcp.EffectState, From: c.tcb.State, To: wire.StateClosed, Rule: RuleEmbryoForgotten}})
			c.tcb = tcp.New(c.tcb.Profile)
			h.touch(ID(i))
		} else if c.tcb.State != wire.StateClosed {
			h.step(now, ID(i), tcp.AbortFor(RuleListenerClosed))
		}
		h.socks[i].role = dead
	}
	s := &h.socks[id]
	delete(h.listeners, s.local.Port)
	s.ready, s.halfOpen = nil, 0
	h.step(now, id, tcp.Close())
	h.socks[id].role = dead
}
