package peer

import (
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"time"

	"netlab/live"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// The states of a socket as its program sees it. They are not TCP's: closing is not
// CLOSING, and an unconnected socket's connection may be in TIME-WAIT.
const (
	Unconnected = "unconnected"
	HostLookup  = "host-lookup"
	Connecting  = "connecting"
	Connected   = "connected"
	Bound       = "bound"
	Listening   = "listening"
	Closing     = "closing"
)

// APIStates lists the states of a socket as its program sees it.
func APIStates() []string {
	return []string{Unconnected, HostLookup, Connecting, Connected, Bound, Listening, Closing}
}

// A sock is a socket of the peer.
type sock struct {
	*peer
	name          string
	local, remote netip.AddrPort

	mu     sync.Mutex // guards what follows
	api    string
	raw    syscall.RawConn // nil: not open
	closed bool
	kernel wire.State // the last that was told
}

// newSock makes a socket whose name is its script's: s listens, c connects, x is accepted.
func (p *peer) newSock(name string) *sock {
	s := &sock{peer: p, name: name, api: Unconnected}
	p.looking.Lock()
	defer p.looking.Unlock()
	p.socks = append(p.socks, s)
	return s
}

// becomes tells that the socket, as the program sees it, is in another state. One that is closed
// stays so: shutdown() may return in one thread after close() has in another.
func (s *sock) becomes(api string) {
	s.mu.Lock()
	if s.closed {
		api = Unconnected
	}
	was := s.api
	s.api = api
	s.mu.Unlock()
	if was != api {
		s.tell(Event{Event: trace.Event{Kind: trace.Note, Conn: s.name, Call: SocketChange, Args: was, Result: api, Text: "the socket: " + was + " -> " + api},
			Local: s.local, Remote: s.remote})
	}
}

// opened notes the descriptor; the kernel is asked through it from now on.
func (s *sock) opened(raw syscall.RawConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.raw = raw
}

// between notes the socket's two ends, as far as they are known.
func (s *sock) between(local, remote netip.AddrPort) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.local, s.remote = local, remote
}

// shut notes that the descriptor is closed; the connection may live on in the kernel.
func (s *sock) shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.raw, s.closed = nil, true
}

// ask returns the kernel's state of the socket: by its two ends once it has both, because
// the descriptor of a connection in TIME-WAIT says CLOSED; else by its descriptor.
func (s *sock) ask() (state wire.State, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.local.IsValid() && s.remote.IsValid() && s.local.Port() != 0 {
		if state, ok = live.ConnState(s.local, s.remote); ok {
			return state, true
		}
	}
	if s.raw == nil {
		return wire.StateClosed, s.closed
	}
	err := s.raw.Control(func(fd uintptr) { state, ok = live.SocketState(fd) })
	if err != nil { // the descriptor is closed
		s.raw = nil
		return 0, false
	}
	return state, ok
}

// sample asks the kernel for every socket's state and tells what has changed.
func (p *peer) sample() {
	if p.opt.Proto != wire.TCP {
		return
	}
	p.looking.Lock()
	defer p.looking.Unlock()
	for _, s := range p.socks {
		state, ok := s.ask()
		if !ok || state == s.kernel {
			continue
		}
		p.tell(Event{Event: trace.Event{Kind: trace.State, Conn: s.name, From: s.kernel, To: state, Text: "sampled"}, Local: s.local, Remote: s.remote})
		s.kernel = state
	}
	p.socks = slices.DeleteFunc(p.socks, func(s *sock) bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.closed && s.kernel == wire.StateClosed
	})
}

// How often the kernel is asked for states that change without a call, and how long a
// closed connection is watched at the end.
const (
	sampleEvery = 20 * time.Millisecond
	settleFor   = 300 * time.Millisecond
)

// settle watches the closed sockets until nothing more is likely to happen to them soon.
func (p *peer) settle() {
	for end := time.Now().Add(settleFor); time.Now().Before(end); time.Sleep(sampleEvery / 4) {
		p.sample()
		if !p.unsettled() {
			return
		}
	}
}

// unsettled reports whether a segment of a closed connection is still awaited.
func (p *peer) unsettled() bool {
	p.looking.Lock()
	defer p.looking.Unlock()
	return slices.ContainsFunc(p.socks, func(s *sock) bool {
		switch s.kernel {
		case wire.StateFinWait1, wire.StateFinWait2, wire.StateClosing, wire.StateLastAck:
			return true
		default: // TIME-WAIT takes a minute, and in the others nothing is awaited
			return false
		}
	})
}

// watchStates samples until stop is closed.
func (p *peer) watchStates(stop <-chan struct{}) {
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			p.sample()
		case <-stop:
			return
		}
	}
}
