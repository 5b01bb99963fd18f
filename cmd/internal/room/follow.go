package room

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"sync"
	"time"

	"netlab/lessons/present"
)

// again is how long notes wait before they look for the projector once more.
const again = 300 * time.Millisecond

// A News is what notes know of the projector.
type News struct {
	Here      bool           // it is there; else State is the last one that was seen
	State     *present.State // nil: none was seen yet
	Followers int
	Follow    string // the link for browsers; empty: there is none
	Lead      string // the link of the page that drives
}

// A Follower is the notes' end. It looks for the projector until it is closed.
type Follower struct {
	path string
	news chan News

	mu   sync.Mutex
	conn net.Conn
	last News
}

// Follow looks for the projector at a path until ctx ends.
func Follow(ctx context.Context, path string) *Follower {
	f := &Follower{path: path, news: make(chan News, 1)}
	go f.look(ctx)
	return f
}

// News has the newest of what is known, once for each change; what was not read in time is
// replaced.
func (f *Follower) News() <-chan News { return f.news }

// Do asks the projector for something, and reports whether it was there to hear it.
func (f *Follower) Do(c present.Command) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.conn != nil && write(f.conn, &message{Command: &c}) == nil
}

func (f *Follower) look(ctx context.Context) {
	dial := net.Dialer{Timeout: time.Second}
	for {
		if c, err := dial.DialContext(ctx, "unix", f.path); err == nil {
			f.follow(ctx, c)
		}
		select {
		case <-time.After(again):
		case <-ctx.Done():
			return
		}
	}
}

// follow reads states until the projector is gone.
func (f *Follower) follow(ctx context.Context, c net.Conn) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	context.AfterFunc(ctx, func() { _ = c.Close() })
	f.mu.Lock()
	last := f.last
	f.mu.Unlock()
	if last.State != nil { // where the talk was, should it begin anew
		if write(c, &message{State: last.State}) != nil {
			return
		}
	}
	f.mu.Lock()
	f.conn = c
	f.mu.Unlock()
	lines := bufio.NewScanner(c)
	lines.Buffer(nil, longestLine)
	for lines.Scan() {
		var m message
		if json.Unmarshal(lines.Bytes(), &m) != nil || m.State == nil {
			break
		}
		f.tell(News{Here: true, State: m.State, Followers: m.Followers, Follow: m.Follow, Lead: m.Lead})
	}
	f.mu.Lock()
	f.conn = nil
	gone := f.last
	f.mu.Unlock()
	gone.Here = false
	f.tell(gone)
}

// tell replaces what was not read yet.
func (f *Follower) tell(n News) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last = n
	select {
	case <-f.news:
	default:
	}
	f.news <- n
}
