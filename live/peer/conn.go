package peer

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"netlab/sim/trace"
)

// A conn is one TCP connection of the peer.
type conn struct {
	*sock
	number int // in the list of clients, from 1
	ctx    context.Context
	tcp    *net.TCPConn
	orders chan order
	err    error // what ended it, if it was no good end

	closing  sync.Once
	closed   chan struct{}
	finished atomic.Bool // nothing more may be sent
	buffer   [64]byte    // of the fault that sends all of it
	said     int         // messages received
	first    string      // of the fault that appends: the file that takes all
}

// An order is something for the writer to do.
type order struct{ do, text string }

// mostOrders is how many texts may wait for a peer that does not read.
const mostOrders = 256

// isCall reports whether an error comes from that system call.
func isCall(err error, call string) bool {
	var sys *os.SyscallError
	return errors.As(err, &sys) && sys.Syscall == call
}

func (p *peer) newConn(name string, number int, tcp *net.TCPConn) *conn {
	s := p.newSock(name)
	s.between(unmap(tcp.LocalAddr().(*net.TCPAddr).AddrPort()), unmap(tcp.RemoteAddr().(*net.TCPAddr).AddrPort()))
	return s.asConn(number, tcp)
}

// asConn makes a connection of a socket.
func (s *sock) asConn(number int, tcp *net.TCPConn) *conn {
	if raw, err := tcp.SyscallConn(); err == nil {
		s.opened(raw)
	}
	return &conn{sock: s, number: number, tcp: tcp, orders: make(chan order, mostOrders), closed: make(chan struct{})}
}

// acceptReturn says what accept gave: a new descriptor, and who is at its other end. The
// own end is the listener's port: the four-tuple tells connections apart.
func acceptReturn(s *sock, c *conn) trace.Event {
	return trace.Event{Kind: trace.Return, Conn: c.name, Call: "accept", Args: s.name, Result: c.name + " " + c.remote.String()}
}

// live plays the connection until it is closed.
func (c *conn) live(ctx context.Context, h *hub) {
	stop := context.AfterFunc(ctx, func() { _ = c.tcp.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	written := make(chan struct{})
	go func() {
		defer close(written)
		c.write(ctx)
	}()
	go c.speak(ctx)
	c.err = c.converse(ctx, h)
	if ctx.Err() != nil {
		c.err = ctx.Err()
	}
	c.close()
	<-written
}

// converse does what the options say with the connection.
func (c *conn) converse(ctx context.Context, h *hub) error {
	switch {
	case c.opt.Fault == NeverRead:
		c.note(WhyNeverRead)
		return c.hold(ctx)
	case c.opt.ReceiveDir != "":
		return c.receiveFiles(ctx)
	case len(c.opt.SendFiles) > 0:
		return c.sendFiles(ctx)
	default:
		return c.read(ctx, h)
	}
}

// hold keeps the socket open until the run is over, or until its time is.
func (c *conn) hold(ctx context.Context) error {
	var over <-chan time.Time
	if c.opt.Within > 0 {
		over = time.After(c.opt.Within)
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-over:
	case <-c.closed:
	}
	return nil
}

// recv reads once and tells what the call returned.
func (c *conn) recv(buf []byte) (string, error) {
	if err := c.limit(c.tcp.SetReadDeadline, c.until()); err != nil {
		return "", err
	}
	c.calls("recv", c.name+" "+strconv.Itoa(len(buf)))
	n, err := c.tcp.Read(buf)
	args := c.name + " " + strconv.Itoa(len(buf))
	switch {
	case errors.Is(err, net.ErrClosed), c.ctx.Err() != nil:
		return "", net.ErrClosed
	case errors.Is(err, io.EOF):
		_ = c.returned("recv", args, "0", nil, because(WhyPeerClosed))
		c.sample()
		return "", io.EOF
	case err != nil:
		err = c.returned("recv", args, "", err)
		c.sample()
		return "", err
	}
	data := string(buf[:n])
	_ = c.returned("recv", args, strconv.Itoa(n), nil, holding(data))
	c.delivered(data, c.remote)
	c.sample()
	return data, nil
}

// limit sets the deadline of the next call. The end of the run sets one that has passed;
// looking for that end only after the deadline is set, neither can undo the other.
func (c *conn) limit(set func(time.Time) error, t time.Time) error {
	_ = set(t)
	if c.ctx.Err() != nil {
		return net.ErrClosed
	}
	return nil
}

// send writes and tells what the call returned.
func (c *conn) send(text string) error {
	if c.opt.Fault == WholeBuffer && len(text) < len(c.buffer) {
		n := copy(c.buffer[:], text)
		c.note(WhyGarbage, len(c.buffer), n, len(c.buffer)-n)
		text = string(c.buffer[:])
	}
	if err := c.limit(c.tcp.SetWriteDeadline, time.Now().Add(c.patience())); err != nil {
		return err
	}
	args := c.name + " " + quoted(text)
	c.calls("send", args)
	n, err := c.tcp.Write([]byte(text))
	closed := errors.Is(err, net.ErrClosed) || c.ctx.Err() != nil // by order, while the send waited
	if closed && n == 0 {
		return net.ErrClosed
	}
	why := because("")
	switch {
	case closed && n < len(text):
		err, why = nil, because(WhyPart, n, len(text))
	case closed:
		err = nil
	case err != nil && n > 0:
		why = because(WhyPart, n, len(text))
	case len(text) > tellCopied:
		why = because(WhyCopied)
	}
	err = c.returned("send", args, strconv.Itoa(n), err, holding(text[:n]), why)
	c.sample()
	if closed {
		return net.ErrClosed
	}
	return err
}

// tellCopied is from how many octets on it is worth saying what send's count means.
const tellCopied = 4096

// order asks the writer to do something; it never waits.
func (c *conn) order(do, text string) {
	select {
	case c.orders <- order{do, text}:
	default:
		c.note(WhyQueueFull, mostOrders)
	}
}

// write does what is ordered, in order, until the connection is closed.
func (c *conn) write(ctx context.Context) {
	for {
		select {
		case o := <-c.orders:
			if err := c.obey(o); err != nil {
				return
			}
		case <-c.closed:
			return
		case <-ctx.Done():
			return
		}
	}
}

func (c *conn) obey(o order) error {
	switch o.do {
	case "send":
		if c.finished.Load() {
			return nil
		}
		return c.send(o.text)
	case "shutdown", ThenHalfClose:
		c.finished.Store(true)
		c.shutdown()
	case ThenClose:
		c.close()
	case ThenReset:
		c.reset()
	case ThenHold:
		c.note(WhyHeld)
	}
	return nil
}

// shutdown ends the own direction: the RFC's CLOSE (RFC 9293 §3.10.4).
func (c *conn) shutdown() {
	args := c.name + " SHUT_WR"
	c.calls("shutdown", args)
	_ = c.returned("shutdown", args, "0", c.tcp.CloseWrite())
	c.becomes(Closing)
	c.sample()
}

// reset ends the connection with an RST: the RFC's ABORT (§3.10.5).
func (c *conn) reset() {
	_ = c.did("setsockopt", c.name+" SO_LINGER 0", "0", c.tcp.SetLinger(0))
	c.close()
}

// close closes the socket, once; its connection may live on in the kernel.
func (c *conn) close() {
	c.closing.Do(func() {
		c.becomes(Closing)
		c.calls("close", c.name)
		err := c.tcp.Close()
		c.shut()
		_ = c.returned("close", c.name, "0", err)
		c.becomes(Unconnected)
		close(c.closed)
		c.sample()
	})
}

// answerTo returns the client whom an answer goes to: the sender, or by fault the last
// one that has come.
func (c *conn) answerTo(h *hub) *conn {
	if c.opt.Fault != AnswerLast {
		return c
	}
	to := h.last.Load()
	if to != nil && to != c {
		c.note(WhyWrongClient, to.name, c.name)
		return to
	}
	return c
}
