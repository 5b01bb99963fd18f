package peer

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"netlab/sim/wire"
)

// A hub holds the connections of a TCP peer: a client's one, a server's many.
type hub struct {
	*peer
	conns   []*conn
	arrived chan *conn
	gone    chan *conn
	failed  chan error // accept has ended
	last    atomic.Pointer[conn]
	all     sync.WaitGroup
	served  int
}

func (p *peer) runTCP(ctx context.Context) error {
	h := &hub{peer: p, arrived: make(chan *conn), gone: make(chan *conn), failed: make(chan error, 1)}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var listener *sock
	if p.opt.Listen != "" {
		ln, s, err := p.listen(ctx)
		if err != nil {
			return err
		}
		listener = s
		defer s.closeListener(ln)
		go h.accept(ctx, ln, s)
	} else {
		c, err := p.connect(ctx)
		if err != nil {
			return err
		}
		h.begin(ctx, c)
	}
	err := h.loop(ctx, listener != nil)
	cancel() // the connections that are left close in good order
	go func() {
		for range h.gone { // drained until all have gone
		}
	}()
	h.all.Wait()
	close(h.gone)
	return err
}

// loop takes what happens, one thing at a time, until the run is over.
func (h *hub) loop(ctx context.Context, server bool) error {
	input := h.opt.Input
	if h.opt.silent() {
		input = nil
	}
	idle := h.idle()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-idle:
			return h.nobodyCame()
		case err := <-h.failed:
			return err
		case c := <-h.arrived:
			idle = nil
			h.begin(ctx, c)
		case c := <-h.gone:
			h.conns = slices.DeleteFunc(h.conns, func(o *conn) bool { return o == c })
			if !server || h.opt.Once {
				return c.err
			}
			h.note(WhyClientLeft, c.name, len(h.conns))
			if len(h.conns) == 0 {
				idle = h.idle()
			}
		case line, ok := <-input:
			if !ok {
				input = nil
				if !server {
					h.conns[0].order(h.opt.Then, "")
				}
				continue
			}
			if done := h.typed(line); done {
				return nil
			}
		}
	}
}

// idle is when a server that has no client gives up.
func (h *hub) idle() <-chan time.Time {
	if h.opt.Within <= 0 || h.opt.Listen == "" {
		return nil
	}
	return time.After(h.opt.Within)
}

// nobodyCame ends a server whose time is over: in peace, if somebody has come before.
func (h *hub) nobodyCame() error {
	if h.served > 0 {
		return nil
	}
	s := &sock{peer: h.peer, name: listenerName}
	return s.returned("accept", "s", "", context.DeadlineExceeded)
}

// typed does what a typed line asks for and reports whether the run is over.
func (h *hub) typed(line string) (done bool) {
	cmd := ParseTyped(line)
	to := h.conns
	if cmd.Who > 0 {
		i := slices.IndexFunc(h.conns, func(c *conn) bool { return c.number == cmd.Who })
		if i < 0 {
			h.note(WhyNoSuch, cmd.Who)
			return false
		}
		to = h.conns[i : i+1]
	}
	switch cmd.Do {
	case "quit":
		return true
	case "help", "unknown":
		h.note(WhyTyped, cmd.Text)
	case "list":
		if len(h.conns) == 0 {
			h.note(WhyListEmpty)
		}
		for _, c := range h.conns {
			h.note(WhyList, c.number, c.name, c.remote)
		}
	case "send":
		if len(to) == 0 {
			h.note(WhyNobody)
		}
		for _, c := range to {
			c.order("send", cmd.Text+"\n")
		}
	default: // close, reset, shutdown
		for _, c := range to {
			c.order(cmd.Do, "")
		}
	}
	return false
}

// begin lets a connection live.
func (h *hub) begin(ctx context.Context, c *conn) {
	c.ctx = ctx
	h.conns = append(h.conns, c)
	h.last.Store(c)
	h.served++
	h.all.Add(1)
	go func() {
		defer h.all.Done()
		c.live(ctx, h)
		h.gone <- c
	}()
}

// fds name descriptors as the scripts of the lessons do.
const (
	listenerName = "s"
	clientName   = "c"
	acceptedName = "x"
)

// listen makes the listening socket: socket, bind, listen, getsockname.
func (p *peer) listen(ctx context.Context) (*net.TCPListener, *sock, error) {
	local, err := ParseLocal(p.opt.Listen)
	if err != nil {
		return nil, nil, err
	}
	s := p.newSock(listenerName)
	s.between(local, netip.AddrPort{})
	lc := net.ListenConfig{Control: s.prepare(p.opt.Fault != NoReuse)}
	lc.SetMultipathTCP(false) // plain TCP is what is to be seen
	where := s.name + " " + local.String()
	ln, err := lc.Listen(ctx, network("tcp", local.Addr()), local.String())
	if err != nil {
		call := "bind"
		var sys *net.OpError
		if errors.As(err, &sys) && isCall(sys.Err, "listen") {
			call = "listen"
		}
		return nil, nil, s.did(call, where, "", err)
	}
	tcp := ln.(*net.TCPListener)
	if raw, err := tcp.SyscallConn(); err == nil {
		s.opened(raw)
	}
	_ = s.did("bind", where, "0", nil)
	s.becomes(Bound)
	_ = s.did("listen", s.name, "0", nil)
	s.between(unmap(tcp.Addr().(*net.TCPAddr).AddrPort()), netip.AddrPort{})
	_ = s.did("getsockname", s.name, s.local.String(), nil)
	s.becomes(Listening)
	p.sample()
	return tcp, s, nil
}

// prepare tells that the socket is there and sets what must be set before bind.
func (s *sock) prepare(reuse bool) func(string, string, syscall.RawConn) error {
	return func(_, _ string, raw syscall.RawConn) error {
		_ = s.did("socket", s.opt.Proto.String(), s.name, nil)
		value := map[bool]int{true: 1}[reuse]
		var err error
		if e := raw.Control(func(fd uintptr) { err = setReuse(fd, s.opt.Proto == wire.UDP, value) }); e != nil {
			return e
		}
		return s.did("setsockopt", s.name+" SO_REUSEADDR "+strconv.Itoa(value), "0", err)
	}
}

// closeListener closes the listening socket.
func (s *sock) closeListener(ln *net.TCPListener) {
	s.becomes(Closing)
	s.calls("close", s.name)
	err := ln.Close()
	s.shut()
	if errors.Is(err, net.ErrClosed) { // the context has closed it already
		err = nil
	}
	_ = s.returned("close", s.name, "0", err)
	s.becomes(Unconnected)
	s.sample()
}

// accept takes clients until the listener is closed.
func (h *hub) accept(ctx context.Context, ln *net.TCPListener, s *sock) {
	for number := 1; ; number++ {
		s.calls("accept", s.name)
		sock, err := ln.AcceptTCP()
		if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
			if sock != nil {
				_ = sock.Close()
			}
			return
		}
		if err != nil {
			h.failed <- s.returned("accept", s.name, "", err)
			return
		}
		c := h.newConn(acceptedName+strconv.Itoa(number), number, sock)
		s.tell(Event{Event: acceptReturn(s, c), Local: c.local, Remote: c.remote})
		c.becomes(Connected)
		h.sample()
		select {
		case h.arrived <- c:
		case <-ctx.Done():
			c.close()
			return
		}
	}
}

// connect makes the client's socket and opens the connection.
func (p *peer) connect(ctx context.Context) (*conn, error) {
	host, port, err := ParseRemote(p.opt.Connect)
	if err != nil {
		return nil, err
	}
	s := p.newSock(clientName)
	ends, err := s.lookup(ctx, host, port)
	if err != nil {
		return nil, err
	}
	for _, end := range ends {
		var c *conn
		if c, err = p.connectTo(ctx, s, end); err == nil || ctx.Err() != nil {
			return c, err
		}
	}
	return nil, err
}

// connectTo tries one address.
func (p *peer) connectTo(ctx context.Context, s *sock, end netip.AddrPort) (*conn, error) {
	dialer := net.Dialer{Timeout: p.patience(), FallbackDelay: -1}
	dialer.SetMultipathTCP(false)
	bound := ""
	if p.opt.Local != "" {
		local, err := ParseLocal(p.opt.Local)
		if err != nil {
			return nil, err
		}
		dialer.LocalAddr = net.TCPAddrFromAddrPort(local)
		bound = local.String()
		s.between(local, netip.AddrPort{})
	}
	where := s.name + " " + end.String()
	dialer.Control = func(_, _ string, raw syscall.RawConn) error {
		_ = s.did("socket", "tcp", s.name, nil)
		s.opened(raw)
		if bound != "" {
			s.calls("bind", s.name+" "+bound)
		}
		s.between(s.local, end)
		s.becomes(Connecting)
		s.calls("connect", where)
		return nil
	}
	conn, err := dialer.DialContext(ctx, network("tcp", end.Addr()), end.String())
	if err != nil {
		s.opened(nil)
		defer s.between(netip.AddrPort{}, netip.AddrPort{}) // another connection may have them
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		var op *net.OpError
		if errors.As(err, &op) && isCall(op.Err, "bind") {
			return nil, s.returned("bind", s.name+" "+bound, "", err)
		}
		failed := s.returned("connect", where, "", err)
		s.becomes(Unconnected)
		return nil, failed
	}
	s.between(unmap(conn.LocalAddr().(*net.TCPAddr).AddrPort()), end)
	if bound != "" {
		_ = s.returned("bind", s.name+" "+bound, "0", nil)
	}
	c := s.asConn(0, conn.(*net.TCPConn))
	_ = s.returned("connect", where, "0", nil)
	_ = s.did("getsockname", s.name, s.local.String(), nil)
	s.becomes(Connected)
	p.sample()
	return c, nil
}

func unmap(a netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()) }
