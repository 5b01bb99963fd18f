package room

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"netlab/lessons/present"
)

// A message is a line in either direction.
type message struct {
	State     *present.State   `json:"state,omitempty"`     // down: the present; up: the last one that was seen
	Followers int              `json:"followers,omitempty"` // down: browsers that follow
	Follow    string           `json:"follow,omitempty"`    // down: their link
	Lead      string           `json:"lead,omitempty"`      // down: the link of the page that drives
	Command   *present.Command `json:"command,omitempty"`   // up
}

// longestLine bounds a line: a state with sixty worlds takes less.
const longestLine = 1 << 16

// writeWithin is how long a line may take to be taken: notes that stand still are let go.
const writeWithin = 2 * time.Second

// mostNotes bounds how many notes follow one talk.
const mostNotes = 20

// ErrBusy says that another talk of this user meets its notes at the same place.
var ErrBusy = errors.New("another talk of yours is being given on this machine")

// Path is where a user's projector and notes meet unless they are told another place: in the
// folder for such things or, where there is none, in one of the user's own below temp.
func Path(getenv func(string) string, temp string, uid int) string {
	if dir := getenv("XDG_RUNTIME_DIR"); dir != "" {
		return filepath.Join(dir, "netlab", "talk.sock")
	}
	return filepath.Join(temp, "netlab-"+strconv.Itoa(uid), "talk.sock")
}

// Pages are where browsers find the talk, for the speaker to know.
type Pages struct {
	Follow, Lead string     // links; empty: there are none
	Followers    func() int // how many follow; nil: nobody can
}

// A Server is a projector's end.
type Server struct {
	show     *present.Show
	pages    Pages
	listener net.Listener
	cancel   context.CancelFunc
	done     sync.WaitGroup

	mu    sync.Mutex
	notes int
}

// Serve lets notes follow a show until ctx ends or the server is closed. [ErrBusy] says that
// somebody else serves there.
func Serve(ctx context.Context, show *present.Show, path string, pages Pages) (*Server, error) {
	if err := private(filepath.Dir(path)); err != nil {
		return nil, err
	}
	if c, err := net.DialTimeout("unix", path, time.Second); err == nil {
		_ = c.Close()
		return nil, ErrBusy
	}
	if st, err := os.Lstat(path); err == nil { // left by a projector that was killed
		if st.Mode()&os.ModeSocket == 0 {
			return nil, fmt.Errorf("%s is not a socket", path)
		}
		_ = os.Remove(path)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	s := &Server{show: show, pages: pages, listener: l, cancel: cancel}
	s.done.Add(1)
	go s.accept(ctx)
	context.AfterFunc(ctx, func() { _ = l.Close() })
	return s, nil
}

// private makes a folder that only this user can enter, and refuses one of somebody else's.
func private(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	st, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !st.IsDir() || !owned(st) || st.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s can be entered by others", dir)
	}
	return nil
}

// Close ends the server and lets all notes go.
func (s *Server) Close() {
	if s == nil {
		return
	}
	s.cancel()
	s.done.Wait()
}

// Notes returns how many notes follow.
func (s *Server) Notes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.notes
}

func (s *Server) accept(ctx context.Context) {
	defer s.done.Done()
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return // closed
		}
		s.mu.Lock()
		full := s.notes >= mostNotes
		if !full {
			s.notes++
			s.done.Add(1)
		}
		s.mu.Unlock()
		if full {
			_ = c.Close()
			continue
		}
		go func() {
			defer s.done.Done()
			s.serve(ctx, c)
			s.mu.Lock()
			s.notes--
			s.mu.Unlock()
		}()
	}
}

// serve tells one of the notes every state, and does what it asks.
func (s *Server) serve(ctx context.Context, c net.Conn) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	context.AfterFunc(ctx, func() { _ = c.Close() })
	news, stop := s.show.Watch()
	defer stop()
	go func() {
		defer cancel()
		lines := bufio.NewScanner(c)
		lines.Buffer(nil, longestLine)
		for lines.Scan() {
			var m message
			if json.Unmarshal(lines.Bytes(), &m) != nil {
				return // not ours
			}
			if m.State != nil {
				s.show.Adopt(*m.State)
			}
			if m.Command != nil {
				s.show.Do(*m.Command)
			}
		}
	}()
	tick := time.NewTicker(time.Second) // followers come and go
	defer tick.Stop()
	told, counted := -1, -1
	for {
		n := 0
		if s.pages.Followers != nil {
			n = s.pages.Followers()
		}
		if v := s.show.Version(); v != told || n != counted {
			told, counted = v, n
			st := s.show.State()
			if write(c, &message{State: &st, Followers: n, Follow: s.pages.Follow, Lead: s.pages.Lead}) != nil {
				return
			}
		}
		select {
		case <-news:
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// write sends a line.
func write(c net.Conn, m *message) error {
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if err := c.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil {
		return err
	}
	_, err = c.Write(append(data, '\n'))
	return err
}
