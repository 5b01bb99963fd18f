package web

import (
	"net"
	"sync"
	"time"
)

// A limit is a listener that has so many connections at most. Those beyond are told to come
// back later.
type limit struct {
	net.Listener
	room    chan struct{}
	refused chan struct{} // how many are being told
}

func newLimit(l net.Listener, most int) *limit {
	return &limit{Listener: l, room: make(chan struct{}, most), refused: make(chan struct{}, 16)}
}

// sendBuffer bounds what the kernel keeps for a browser that does not read.
const sendBuffer = 64 << 10

func (l *limit) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if t, ok := c.(*net.TCPConn); ok {
			_ = t.SetWriteBuffer(sendBuffer)
		}
		select {
		case l.room <- struct{}{}:
			return &held{Conn: c, leave: sync.OnceFunc(func() { <-l.room })}, nil
		default:
			l.refuse(c)
		}
	}
}

const tooMany = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

// refuse says that there is no room. What the browser has sent is read first, or
// the kernel would throw the answer away with it.
func (l *limit) refuse(c net.Conn) {
	select {
	case l.refused <- struct{}{}:
	default: // too many even to talk to
		_ = c.Close()
		return
	}
	go func() {
		defer func() { <-l.refused }()
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(time.Second))
		_, _ = c.Read(make([]byte, mostHeader))
		_, _ = c.Write([]byte(tooMany))
	}()
}

// A held connection gives its room back when it is closed.
type held struct {
	net.Conn
	leave func()
}

func (h *held) Close() error {
	defer h.leave()
	return h.Conn.Close()
}
