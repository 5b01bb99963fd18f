package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"netlab/lessons/present"
)

// Options say where and to whom a talk is served.
type Options struct {
	Addr string // HOST:PORT; port 0: any
	Open bool   // an address that others on the network can reach is allowed
	// Follow and Lead are the tokens of the links, 32 hexadecimal digits each; without them new
	// ones are made. Who gives those of before lets the pages of before go on.
	Follow, Lead string
	MaxConns     int // connections at the same time; 0: 500
}

// Bounds on what a browser may ask.
const (
	mostConns    = 500
	mostHeader   = 8 << 10 // octets
	mostBody     = 1 << 10 // octets of a command
	tokenBytes   = 16
	readTime     = 10 * time.Second // for a whole request
	idleTime     = 60 * time.Second // between requests on a connection
	writeTime    = 20 * time.Second // for one answer, or one event
	beatInterval = 15 * time.Second // an event at least so often: silence means that the talk is away
)

// A Server serves one show until its context ends.
type Server struct {
	show         *present.Show
	follow, lead string
	addr         *net.TCPAddr
	loopback     bool
	stage        *stage
	words        string     // of the page, in all languages
	own          string     // the show's language
	looking      sync.Mutex // one at a time has a place made that was shown before: leading comes first
	followers    atomic.Int64
	beat         time.Duration
	done         chan struct{}
	err          error
}

// Serve listens and serves until ctx ends. An address that cannot be meant is an [*AddrError];
// other errors are the machine's.
func Serve(ctx context.Context, show *present.Show, opt Options) (*Server, error) {
	addr, err := checkAddr(opt.Addr, opt.Open)
	if err != nil {
		return nil, err
	}
	s := &Server{show: show, words: pageWords(), beat: beatInterval, done: make(chan struct{})}
	slide, err := show.Slide("")
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	s.own = slide.Lang
	if s.follow, err = token(opt.Follow); err != nil {
		return nil, err
	}
	if s.lead, err = token(opt.Lead); err != nil {
		return nil, err
	}
	if s.follow == s.lead {
		return nil, errors.New("web: followers and leader need different tokens")
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("web: listen on %s: %w", opt.Addr, err)
	}
	s.addr = l.Addr().(*net.TCPAddr)
	s.loopback = s.addr.IP.IsLoopback()
	most := opt.MaxConns
	if most <= 0 {
		most = mostConns
	}
	ctx, cancel := context.WithCancel(ctx)
	s.stage = newStage(show)
	go s.stage.run(ctx)
	server := &http.Server{
		Handler:           s.guard(),
		ReadHeaderTimeout: readTime,
		ReadTimeout:       readTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    mostHeader,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          log.New(io.Discard, "", 0), // the terminal is the projector
	}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	go func() {
		defer close(s.done)
		defer cancel()
		if err := server.Serve(newLimit(l, most)); !errors.Is(err, http.ErrServerClosed) {
			s.err = fmt.Errorf("web: %w", err)
		}
	}()
	return s, nil
}

// token takes a given token, or makes one.
func token(given string) (string, error) {
	if given == "" {
		b := make([]byte, tokenBytes)
		_, err := rand.Read(b)
		return hex.EncodeToString(b), err
	}
	if b, err := hex.DecodeString(given); err != nil || len(b) != tokenBytes {
		return "", fmt.Errorf("web: a token has %d hexadecimal digits", 2*tokenBytes)
	}
	return given, nil
}

// Links returns the address of the page for those who follow, and of the one that leads.
func (s *Server) Links() (follow, lead string) {
	link := func(others bool, token string) string {
		host := net.JoinHostPort(reachable(s.addr, others), fmt.Sprint(s.addr.Port))
		return "http://" + host + "/" + token + "/"
	}
	return link(true, s.follow), link(false, s.lead)
}

// Followers counts the pages that follow now.
func (s *Server) Followers() int { return int(s.followers.Load()) }

// Done is closed when the server has ended.
func (s *Server) Done() <-chan struct{} { return s.done }

// Wait waits until the server has ended, and says why if that was not because its context
// did.
func (s *Server) Wait() error {
	<-s.done
	return s.err
}
