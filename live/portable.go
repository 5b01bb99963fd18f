package live

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"netlab/sim/scenario"
	"netlab/sim/wire"
)

// Portable makes the calls through package net, on any operating system. It
// cannot see states and cannot lose segments; a call that blocks runs on a
// goroutine of its own, and Cancel ends it.
type Portable struct {
	mu    sync.Mutex
	socks []*portableSock
	ready chan struct{}
}

type portableSock struct {
	bound  netip.AddrPort
	ln     *net.TCPListener
	conn   *net.TCPConn
	op     chan opResult // the call that is being made; nil: none
	cancel context.CancelFunc
}

// An opResult is how a blocking call ended.
type opResult struct {
	conn *net.TCPConn
	data string
	n    int
	err  error
}

// NewPortable returns a backend on the host's own loopback.
func NewPortable() *Portable { return &Portable{ready: make(chan struct{}, 1)} }

func (p *Portable) sock(h Handle) *portableSock {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.socks[h]
}

func (p *Portable) add(s *portableSock) Handle {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.socks = append(p.socks, s)
	return Handle(len(p.socks) - 1)
}

// Socket implements [Backend].
func (p *Portable) Socket(proto wire.Proto, _ netip.Addr) (Handle, error) {
	if proto != wire.TCP {
		return 0, errors.ErrUnsupported
	}
	return p.add(&portableSock{}), nil
}

// Bind implements [Backend]; the address is used when the socket listens or connects.
func (p *Portable) Bind(h Handle, local netip.AddrPort) error {
	p.sock(h).bound = local
	return nil
}

// BindAddress implements [Backend].
func (p *Portable) BindAddress(h Handle, addr netip.Addr) error {
	return p.Bind(h, netip.AddrPortFrom(addr, 0))
}

// Listen implements [Backend]; package net chooses the backlog.
func (p *Portable) Listen(h Handle, _ int) (err error) {
	s := p.sock(h)
	s.ln, err = net.ListenTCP("tcp4", net.TCPAddrFromAddrPort(s.bound))
	return err
}

// start runs a blocking call; its result is fetched by finish.
func (p *Portable) start(s *portableSock, call func(ctx context.Context) opResult) {
	ctx, cancel := context.WithCancel(context.Background())
	op := make(chan opResult, 1)
	s.op, s.cancel = op, cancel
	go func() {
		op <- call(ctx)
		select {
		case p.ready <- struct{}{}:
		default:
		}
	}()
}

// finish fetches the result of the call that runs; done is false while it runs.
func (s *portableSock) finish() (opResult, bool) {
	select {
	case r := <-s.op:
		s.op = nil
		s.cancel()
		return r, true
	default:
		return opResult{}, false
	}
}

// Connect implements [Backend].
func (p *Portable) Connect(h Handle, peer netip.AddrPort) error {
	s := p.sock(h)
	dialer := net.Dialer{}
	if s.bound.IsValid() {
		dialer.LocalAddr = net.TCPAddrFromAddrPort(s.bound)
	}
	p.start(s, func(ctx context.Context) opResult {
		c, err := dialer.DialContext(ctx, "tcp4", peer.String())
		if err != nil {
			return opResult{err: err}
		}
		return opResult{conn: c.(*net.TCPConn)}
	})
	return errInProgress
}

// Connected implements [Backend].
func (p *Portable) Connected(h Handle) (bool, error) {
	s := p.sock(h)
	r, done := s.finish()
	if done {
		s.conn = r.conn
	}
	return done, r.err
}

// Accept implements [Backend].
func (p *Portable) Accept(h Handle) (Handle, bool, error) {
	s := p.sock(h)
	if s.ln == nil {
		return 0, true, net.ErrClosed
	}
	if s.op == nil {
		p.start(s, func(context.Context) opResult {
			c, err := s.ln.AcceptTCP()
			return opResult{conn: c, err: err}
		})
	}
	r, done := s.finish()
	if !done || r.err != nil {
		return 0, done, r.err
	}
	return p.add(&portableSock{conn: r.conn}), true, nil
}

// Send implements [Backend].
func (p *Portable) Send(h Handle, data string) (int, bool, error) {
	s := p.sock(h)
	if s.conn == nil {
		return 0, true, errClosedPipe // as Linux answers a send() before connect()
	}
	if s.op == nil {
		p.start(s, func(context.Context) opResult {
			n, err := s.conn.Write([]byte(data))
			return opResult{n: n, err: err}
		})
	}
	r, done := s.finish()
	return r.n, done, r.err
}

// Recv implements [Backend].
func (p *Portable) Recv(h Handle, n int) (string, bool, error) {
	s := p.sock(h)
	if s.conn == nil {
		return "", true, errNotConnected
	}
	if s.op == nil {
		p.start(s, func(context.Context) opResult {
			buf := make([]byte, n)
			got, err := s.conn.Read(buf)
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return opResult{data: string(buf[:got]), err: err}
		})
	}
	r, done := s.finish()
	return r.data, done, r.err
}

// Shutdown implements [Backend].
func (p *Portable) Shutdown(h Handle, how string) error {
	s := p.sock(h)
	if s.conn == nil {
		return errNotConnected
	}
	var read, write error
	if how != "write" {
		read = s.conn.CloseRead()
	}
	if how != "read" {
		write = s.conn.CloseWrite()
	}
	return errors.Join(read, write)
}

// Close implements [Backend].
func (p *Portable) Close(h Handle) error {
	s := p.sock(h)
	switch {
	case s.ln != nil:
		return s.ln.Close()
	case s.conn != nil:
		return s.conn.Close()
	}
	return nil
}

// Cancel implements [Backend].
func (p *Portable) Cancel(h Handle) {
	s := p.sock(h)
	if s.cancel != nil {
		s.cancel()
	}
	past := time.Unix(1, 0)
	if s.ln != nil {
		_ = s.ln.SetDeadline(past)
	}
	if s.conn != nil {
		_ = s.conn.SetDeadline(past)
	}
	if s.op != nil {
		if r := <-s.op; r.conn != nil {
			_ = r.conn.Close()
		}
		s.op = nil
	}
	if s.ln != nil {
		_ = s.ln.SetDeadline(time.Time{})
	}
	if s.conn != nil {
		_ = s.conn.SetDeadline(time.Time{})
	}
}

// Local implements [Backend].
func (p *Portable) Local(h Handle) netip.AddrPort {
	s := p.sock(h)
	switch {
	case s.conn != nil:
		return unmapped(s.conn.LocalAddr())
	case s.ln != nil:
		return unmapped(s.ln.Addr())
	default:
		return s.bound
	}
}

// Peer implements [Backend].
func (p *Portable) Peer(h Handle) netip.AddrPort {
	if c := p.sock(h).conn; c != nil {
		return unmapped(c.RemoteAddr())
	}
	return netip.AddrPort{}
}

func unmapped(a net.Addr) netip.AddrPort {
	t, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	ap := t.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

// State implements [Backend]: package net does not tell.
func (p *Portable) State(Handle, bool, netip.AddrPort, netip.AddrPort) (wire.State, bool) {
	return 0, false
}

// Quiet implements [Backend]: package net does not tell.
func (p *Portable) Quiet(Handle) bool { return true }

// Wait implements [Backend].
func (p *Portable) Wait(ctx context.Context, _ []Interest, limit time.Duration) error {
	t := time.NewTimer(max(limit, 0))
	defer t.Stop()
	select {
	case <-p.ready:
	case <-t.C:
	case <-ctx.Done():
	}
	return nil
}

// Lose implements [Backend]: it cannot be done through package net.
func (p *Portable) Lose(Handle, wire.Proto, []Loss) error { return errors.ErrUnsupported }

// What follows are calls that package net does not make; scripts that make them are
// refused before they are played.

// SendTo implements [Backend].
func (p *Portable) SendTo(Handle, string, netip.Addr, netip.AddrPort) (bool, error) {
	return true, errors.ErrUnsupported
}

// SetOption implements [Backend].
func (p *Portable) SetOption(Handle, string, scenario.Value) error { return errors.ErrUnsupported }

// PendingError implements [Backend].
func (p *Portable) PendingError(Handle) error { return errors.ErrUnsupported }

// Join implements [Backend].
func (p *Portable) Join(Handle, netip.Addr, netip.Addr) error { return errors.ErrUnsupported }

// Leave implements [Backend].
func (p *Portable) Leave(Handle, netip.Addr, netip.Addr) error { return errors.ErrUnsupported }

// Ready implements [Backend].
func (p *Portable) Ready(Handle, []string) string { return "" }
