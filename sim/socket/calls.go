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
	h.socks = append(h.socks, sock{name: name, local: wire.Endpoint{Host: h.Name}, tcb: tcp.New(h.Profile), parent: None, accepted: true})
	return ID(len(h.socks) - 1)
}

// Bind is bind() to a port on all of the host's addresses.
func (h *Host) Bind(id ID, port uint16) wire.Errno {
	s := &h.socks[id]
	switch {
	case s.closed:
		return wire.EBADF
	case s.local.Port != 0:
		return wire.EINVAL
	case h.portTaken(port):
		return wire.EADDRINUSE
	}
	s.local.Port = port
	return wire.OK
}

// portTaken reports whether bind() must refuse the port: a socket is bound to
// it, or a connection in TIME-WAIT still uses it.
func (h *Host) portTaken(port uint16) bool {
	for i := range h.socks {
		s := &h.socks[i]
		if s.role != dead && s.local.Port == port && (s.role != connection || s.tcb.State != wire.StateClosed) {
			return true
		}
	}
	return false
}

func (h *Host) ephemeralPort() uint16 {
	for h.portTaken(h.nextPort) {
		h.nextPort++
	}
	h.nextPort++
	return h.nextPort - 1
}

// Listen is listen(); port 0 means that bind() has chosen one, or that any will do.
func (h *Host) Listen(now time.Duration, id ID, port uint16, backlog int) wire.Errno {
	s := &h.socks[id]
	if s.closed {
		return wire.EBADF
	}
	if s.role == connection {
		return wire.EINVAL
	}
	if port != 0 && s.local.Port != port {
		if errno := h.Bind(id, port); errno != wire.OK {
			return errno
		}
	}
	if s.local.Port == 0 {
		s.local.Port = h.ephemeralPort()
	}
	if s.backlog = backlog; backlog < 0 {
		s.backlog = DefaultBacklog
	}
	if s.role == fresh {
		s.role = listener
		h.step(now, id, tcp.OpenPassive())
	}
	return wire.OK
}

// Connect begins connect(). It returns EINPROGRESS if the handshake has begun;
// Connected tells how it ends.
func (h *Host) Connect(now time.Duration, id ID, peer wire.Endpoint) wire.Errno {
	s := &h.socks[id]
	switch {
	case s.closed:
		return wire.EBADF
	case s.role == listener:
		return wire.EISCONN
	case s.role == connection && (s.tcb.State.Synchronized() || s.everConnected):
		return wire.EISCONN
	case s.role == connection && s.tcb.State != wire.StateClosed:
		return wire.EALREADY
	}
	if s.local.Port == 0 {
		s.local.Port = h.ephemeralPort()
	}
	s.role, s.peer, s.err = connection, peer, wire.OK
	s.tcb = tcp.New(h.Profile)
	h.step(now, id, tcp.OpenActive(h.nextISS()))
	return wire.EINPROGRESS
}

// Connected tells whether a connect() has ended, and how.
func (h *Host) Connected(id ID) (errno wire.Errno, done bool) {
	s := &h.socks[id]
	switch {
	case s.err != wire.OK:
		errno, s.err = s.err, wire.OK
		return errno, true
	case s.tcb.State.Synchronized():
		return wire.OK, true
	case s.tcb.State == wire.StateClosed:
		return wire.ECONNREFUSED, true
	default: // SYN-SENT or SYN-RECEIVED
		return wire.EINPROGRESS, false
	}
}

// Accept is accept(): it takes the oldest finished child, gives it a name and
// returns its name until now. It returns EAGAIN if there is none.
func (h *Host) Accept(id ID, name string) (child ID, was string, errno wire.Errno) {
	s := &h.socks[id]
	if s.closed {
		return None, "", wire.EBADF
	}
	if s.role != listener {
		return None, "", wire.EINVAL
	}
	child = None
	for i := range h.socks { // the one whose handshake was finished first
		c := &h.socks[i]
		if c.parent == id && !c.accepted && c.role == connection && c.finished > 0 &&
			(child == None || c.finished < h.socks[child].finished) {
			child = ID(i)
		}
	}
	if child == None {
		return None, "", wire.EAGAIN
	}
	c := &h.socks[child]
	c.accepted = true
	was, c.name = c.name, name
	return child, was, wire.OK
}

// Send is send(): it returns how many octets the kernel took. EAGAIN means that
// the send buffer is full.
func (h *Host) Send(now time.Duration, id ID, data string) (int, wire.Errno) {
	s := &h.socks[id]
	switch {
	case s.closed:
		return 0, wire.EBADF
	case s.err != wire.OK:
		errno := s.err
		s.err = wire.OK
		return 0, errno
	case s.role != connection:
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
	case s.role != connection:
		return "", wire.ENOTCONN
	}
	if s.tcb.Readable() > 0 {
		before := len(h.fx)
		h.step(now, id, tcp.Receive(n))
		for _, fx := range h.fx[before:] {
			if fx.Effect == tcp.EffectDeliver {
				return fx.Data, wire.OK
			}
		}
	}
	switch {
	case s.tcb.AtEOF() || s.sawEOF:
		s.sawEOF = true // the stream has ended, whatever comes after
		return "", wire.OK
	case s.err != wire.OK:
		errno := s.err
		s.err = wire.OK
		return "", errno
	case !s.everConnected && s.tcb.State == wire.StateClosed:
		return "", wire.ENOTCONN
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
	case s.role != connection || s.tcb.State == wire.StateClosed || s.tcb.State == wire.StateTimeWait || !s.everConnected:
		return wire.ENOTCONN
	}
	if how != "write" {
		s.readShut = true
	}
	if how != "read" {
		h.step(now, id, tcp.Close()) // a second FIN is refused, and that is no error
	}
	return wire.OK
}

// Close is close(). The connection lives on until its FIN is acknowledged; with
// unread data it is reset instead (RFC 9293 §3.6.1). A listener resets the
// children that nobody has accepted.
func (h *Host) Close(now time.Duration, id ID) wire.Errno {
	s := &h.socks[id]
	if s.closed {
		return wire.EBADF
	}
	s.closed = true
	switch {
	case s.role == listener:
		for i := range h.socks {
			if c := &h.socks[i]; c.parent == id && !c.accepted && c.role == connection {
				h.step(now, ID(i), tcp.Abort())
				h.socks[i].role = dead
			}
		}
		h.step(now, id, tcp.Close())
		h.socks[id].role = dead
	case s.role != connection || s.tcb.State == wire.StateClosed:
		s.role = dead
	case s.tcb.Readable() > 0 && s.tcb.State != wire.StateTimeWait: // TIME-WAIT has nobody left to tell
		h.step(now, id, tcp.AbortUnread())
	default:
		h.step(now, id, tcp.Close())
	}
	return wire.OK
}
