package socket

import (
	"slices"
	"time"

	"netlab/sim/tcp"
	"netlab/sim/wire"
)

// An Option is the name of a socket option.
type Option string

// The options, by their names in C. A number is a number of octets, a count, or 0 and
// 1 for off and on; a time is a time.
const (
	SOReuseAddr     Option = "SO_REUSEADDR"
	SOLinger        Option = "SO_LINGER" // a time: how long close() waits; 0 makes it an ABORT
	SOKeepAlive     Option = "SO_KEEPALIVE"
	SORcvBuf        Option = "SO_RCVBUF"
	SOSndBuf        Option = "SO_SNDBUF"
	SOBroadcast     Option = "SO_BROADCAST"
	TCPNoDelay      Option = "TCP_NODELAY"
	TCPKeepIdle     Option = "TCP_KEEPIDLE"
	TCPKeepIntvl    Option = "TCP_KEEPINTVL"
	TCPKeepCnt      Option = "TCP_KEEPCNT"
	TCPUserTimeout  Option = "TCP_USER_TIMEOUT"
	IPMulticastTTL  Option = "IP_MULTICAST_TTL"
	IPMulticastLoop Option = "IP_MULTICAST_LOOP"
	ONonBlock       Option = "O_NONBLOCK" // of fcntl(), but it belongs here
)

// options are what the options say.
type options struct {
	reuse      bool
	linger     time.Duration
	hasLinger  bool
	nonBlock   bool
	broadcast  bool
	ttl        uint8
	noLoop     bool
	groups     []string // joined
	boundGroup string   // bind() to the group itself: its datagrams only
}

// A Value is what an option is set to: a number, or a time if IsTime.
type Value struct {
	N      int
	T      time.Duration
	IsTime bool
	Off    bool // SO_LINGER off
}

// SetOption is setsockopt(), and fcntl() for O_NONBLOCK.
func (h *Host) SetOption(now time.Duration, id ID, name Option, v Value) wire.Errno {
	s := &h.socks[id]
	if s.closed {
		return wire.EBADF
	}
	on := v.N != 0
	switch name {
	case SOReuseAddr:
		s.opt.reuse = on
	case SOLinger:
		s.opt.hasLinger, s.opt.linger = !v.Off, v.seconds()
	case ONonBlock:
		s.opt.nonBlock = on
	case SOBroadcast:
		s.opt.broadcast = on
	case IPMulticastTTL:
		s.opt.ttl = uint8(v.N)
	case IPMulticastLoop:
		s.opt.noLoop = !on
	case SORcvBuf:
		if s.role == datagram {
			s.udp.RcvBuf = v.N
			return wire.OK
		}
		return h.configure(now, id, name, v)
	default:
		return h.configure(now, id, name, v)
	}
	return wire.OK
}

// configure changes the habits of a TCP endpoint.
func (h *Host) configure(now time.Duration, id ID, name Option, v Value) wire.Errno {
	s := &h.socks[id]
	if s.role == datagram {
		return wire.ENOPROTOOPT
	}
	p := s.tcb.Profile
	switch name {
	case SOKeepAlive:
		p.KeepAlive = v.N != 0
	case TCPKeepIdle:
		p.KeepIdle = v.seconds()
	case TCPKeepIntvl:
		p.KeepInterval = v.seconds()
	case TCPKeepCnt:
		p.KeepCount = uint8(min(v.N, 255))
	case TCPNoDelay:
		p.Nagle = v.N == 0
	case TCPUserTimeout:
		p.UserTimeout = v.T
	case SORcvBuf:
		p.RcvBuf, p.SynWnd = uint32(v.N), 0
		if s.tcb.State == wire.StateClosed || s.tcb.State == wire.StateListen {
			s.tcb.RcvWnd = min(p.RcvBuf, 65535)
		}
	case SOSndBuf:
		p.SndBuf = v.N
	default:
		return wire.ENOPROTOOPT
	}
	h.step(now, id, tcp.Configure(p))
	return wire.OK
}

func (v Value) seconds() time.Duration {
	if v.IsTime {
		return v.T
	}
	return time.Duration(v.N) * time.Second
}

// Linger reports whether close() still waits, as SO_LINGER asks, and for how long at
// most: until the peer has acknowledged everything, the FIN included.
func (h *Host) Linger(id ID) (time.Duration, bool) {
	if id == None {
		return 0, false
	}
	s := &h.socks[id]
	if !s.opt.hasLinger || s.opt.linger == 0 || s.role != connection {
		return 0, false
	}
	switch s.tcb.State {
	case wire.StateFinWait1, wire.StateClosing, wire.StateLastAck:
		return s.opt.linger, true
	default: // everything is acknowledged, or given up
		return 0, false
	}
}

// Errno is getsockopt(SO_ERROR): it returns the pending error and clears it. Without one it
// tells of an open connection in trouble, where the profile does (RFC 9293 §3.8.3, SHLD-9).
func (h *Host) Errno(id ID) wire.Errno {
	s := &h.socks[id]
	errno := s.err
	s.err = wire.OK
	if errno == wire.OK && s.tcb.InTrouble() {
		return wire.ETIMEDOUT
	}
	return errno
}

// NonBlocking reports whether calls on the socket return at once.
func (h *Host) NonBlocking(id ID) bool { return id != None && h.socks[id].opt.nonBlock }

// Join is setsockopt(IP_ADD_MEMBERSHIP).
func (h *Host) Join(id ID, group string) wire.Errno {
	s := &h.socks[id]
	switch {
	case s.closed:
		return wire.EBADF
	case s.role != datagram, !(wire.Endpoint{Host: group}).IsMulticast():
		return wire.EINVAL
	case slices.Contains(s.opt.groups, group):
		return wire.EADDRINUSE
	}
	s.opt.groups = append(s.opt.groups, group)
	return wire.OK
}

// Leave is setsockopt(IP_DROP_MEMBERSHIP).
func (h *Host) Leave(id ID, group string) wire.Errno {
	s := &h.socks[id]
	i := slices.Index(s.opt.groups, group)
	switch {
	case s.closed:
		return wire.EBADF
	case i < 0:
		return wire.EADDRNOTAVAIL
	}
	s.opt.groups = slices.Delete(s.opt.groups, i, i+1)
	return wire.OK
}

// Joined reports whether any socket of the host has joined the group.
func (h *Host) Joined(group string) bool {
	return slices.ContainsFunc(h.socks, func(s sock) bool {
		return s.role == datagram && slices.Contains(s.opt.groups, group)
	})
}

// Events are the readiness bits of poll().
type Events uint8

// The bits.
const (
	PollIn Events = 1 << iota
	PollOut
	PollErr
	PollHup
	PollRdHup
)

var eventNames = []string{"POLLIN", "POLLOUT", "POLLERR", "POLLHUP", "POLLRDHUP"}

// String returns the names joined by |, or 0.
func (e Events) String() string {
	s := ""
	for i, name := range eventNames {
		if e&(1<<i) != 0 {
			if s != "" {
				s += "|"
			}
			s += name
		}
	}
	if s == "" {
		return "0"
	}
	return s
}

// ParseEvents reads names joined by |.
func ParseEvents(word string) (Events, bool) {
	for i, name := range eventNames {
		if name == word {
			return 1 << i, true
		}
	}
	return 0, false
}

// Poll is poll() with no time-out: what the socket is ready for now, as Linux reports
// it (tcp_poll, datagram_poll).
func (h *Host) Poll(id ID) Events {
	s := &h.socks[id]
	var e Events
	if s.err != wire.OK {
		e |= PollErr
	}
	if s.role == listener {
		if len(s.ready) > 0 {
			e |= PollIn
		}
		return e
	}
	rcvShut, sndShut := s.readShut, s.writeShut
	if s.role == datagram {
		if s.udp.Waiting() > 0 || rcvShut {
			e |= PollIn
		}
		if rcvShut {
			e |= PollRdHup
		}
		if rcvShut && sndShut {
			e |= PollHup
		}
		return e | PollOut
	}
	state := s.tcb.State
	if state.PeerDone() || (state == wire.StateClosed && s.role == connection) {
		rcvShut = true
	}
	if state == wire.StateClosed || (rcvShut && sndShut) {
		e |= PollHup
	}
	if rcvShut {
		e |= PollIn | PollRdHup
	}
	if state == wire.StateSynSent || state == wire.StateSynReceived {
		return e
	}
	if s.tcb.Readable() > 0 {
		e |= PollIn
	}
	if sndShut || h.Writable(id) {
		e |= PollOut
	}
	return e
}

// Writable reports whether it is worth waking a program that waits to send: a third of
// the send buffer is free (Linux: sk_stream_is_writeable), or the call would fail at once.
func (h *Host) Writable(id ID) bool {
	b := &h.socks[id].tcb
	return !b.MaySend() || b.SendRoom() >= max(1, b.Profile.SndBuf/3)
}
