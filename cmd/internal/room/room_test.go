package room

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"netlab/lessons"
	"netlab/lessons/course"
	"netlab/lessons/present"
)

// talk begins a show of a lesson.
func talk(t *testing.T) *present.Show {
	t.Helper()
	lib, err := course.LoadLibrary(lessons.FS)
	if err != nil {
		t.Fatal(err)
	}
	show, err := present.New(t.Context(), []*course.Lesson{lib.Find("handshake")}, present.Options{Lang: "en"})
	if err != nil {
		t.Fatal(err)
	}
	return show
}

// place is a socket in a folder that only this user can enter; its path is short, because those of
// sockets must be.
func place(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "nl")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return filepath.Join(dir, "talk.sock")
}

func serve(t *testing.T, show *present.Show, path string) *Server {
	t.Helper()
	s, err := Serve(t.Context(), show, path, Pages{Follow: "follow", Lead: "lead", Followers: func() int { return 7 }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// hear waits for news that is as wanted.
func hear(t *testing.T, f *Follower, what string, want func(News) bool) News {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		select {
		case n := <-f.News():
			if want(n) {
				return n
			}
		case <-deadline:
			t.Fatalf("after 10 s the notes have not heard %s", what)
		}
	}
}

// Notes see every step of the projector, and their keys are the projector's.
func TestFollow(t *testing.T) {
	show, path := talk(t), place(t)
	serve(t, show, path)
	f := Follow(t.Context(), path)
	if n := hear(t, f, "the beginning", func(n News) bool { return n.Here && n.State.Step == 0 }); n.Follow != "follow" || n.Lead != "lead" || n.Followers != 7 {
		t.Errorf("of the browsers the notes know %+v", n)
	}
	show.Do(present.Command{Act: present.Next})
	hear(t, f, "the projector's step", func(n News) bool { return n.State.Step == 1 })
	if !f.Do(present.Command{Act: present.Reveal}) {
		t.Fatal("the projector does not hear the notes")
	}
	hear(t, f, "what the notes asked for", func(n News) bool { return len(n.State.Revealed) == 1 })
}

// Whichever is started first, they find each other; if one ends, the other goes on and finds
// the next one. A projector that begins anew goes on where the notes saw it last.
func TestEitherMayEnd(t *testing.T) {
	path := place(t)
	f := Follow(t.Context(), path) // before there is a projector
	first := talk(t)
	s := serve(t, first, path)
	hear(t, f, "the projector", func(n News) bool { return n.Here })
	first.Do(present.Command{Act: present.Next})
	first.Do(present.Command{Act: present.Lose})
	hear(t, f, "the world", func(n News) bool { return n.State.Shown == 1 })
	s.Close()
	gone := hear(t, f, "that the projector is away", func(n News) bool { return !n.Here })
	if gone.State == nil || gone.State.Shown != 1 {
		t.Errorf("away, the notes know %+v, want the last state", gone.State)
	}
	if f.Do(present.Command{Act: present.Next}) {
		t.Error("a key is said to be heard by a projector that is away")
	}
	second := talk(t)
	serve(t, second, path)
	hear(t, f, "the second projector, where the first one was", func(n News) bool { return n.Here && n.State.Shown == 1 && n.State.Step == 1 })

	ctx, end := context.WithCancel(t.Context())
	other := Follow(ctx, path)
	hear(t, other, "the projector", func(n News) bool { return n.Here })
	end() // these notes are gone
	second.Do(present.Command{Act: present.Lesson})
	hear(t, f, "the projector after other notes have ended", func(n News) bool { return n.Here && n.State.Shown == 0 })
}

// A projector that was killed leaves its socket behind; the next one takes the place. Of two that
// live, the second is told.
func TestPlaceIsTaken(t *testing.T) {
	path := place(t)
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	_ = l.Close() // as a killed process leaves it
	serve(t, talk(t), path)
	if _, err := Serve(t.Context(), talk(t), path, Pages{}); !errors.Is(err, ErrBusy) {
		t.Errorf("a second talk at the same place: %v, want ErrBusy", err)
	}
}

// A place that others could enter, or a file of somebody's, is not used.
func TestPlaceIsPrivate(t *testing.T) {
	dir := filepath.Dir(place(t))
	open := filepath.Join(dir, "open")
	if err := os.Mkdir(open, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := Serve(t.Context(), talk(t), filepath.Join(open, "s"), Pages{}); err == nil || !strings.Contains(err.Error(), "can be entered by others") {
		t.Errorf("in an open folder: %v", err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Serve(t.Context(), talk(t), file, Pages{}); err == nil || !strings.Contains(err.Error(), "is not a socket") {
		t.Errorf("in the place of a file: %v", err)
	}
	if data, _ := os.ReadFile(file); string(data) != "mine" {
		t.Error("the file was touched")
	}
}

// Whatever else speaks to the socket is let go, and the talk goes on.
func TestRubbish(t *testing.T) {
	show, path := talk(t), place(t)
	serve(t, show, path)
	for _, words := range []string{"hello\n", "{\"state\":{\"at\":-1}}\n{\"command\":{\"act\":\"rubbish\"}}\n", strings.Repeat("x", 2*longestLine), "{\"state\":{\"shown\":5,\"at\":0}}\n", "null\n"} {
		c, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(c, words)
		_ = c.(*net.UnixConn).CloseWrite()
		_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
		if _, err := io.ReadAll(c); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%.20q: still served after 5 s", words)
		}
		_ = c.Close()
	}
	if st := show.State(); st.Step != 0 || st.Shown != 0 {
		t.Errorf("the talk is at %+v", st)
	}
	f := Follow(t.Context(), path)
	hear(t, f, "the projector", func(n News) bool { return n.Here })
}

// Notes that read nothing hold nobody up.
func TestStandstill(t *testing.T) {
	show, path := talk(t), place(t)
	serve(t, show, path)
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	f := Follow(t.Context(), path)
	hear(t, f, "the projector", func(n News) bool { return n.Here })
	for range 2000 { // far more than the socket holds
		show.Do(present.Command{Act: present.Lose})
		show.Do(present.Command{Act: present.Next})
		show.Do(present.Command{Act: present.Back})
	}
	show.Do(present.Command{Act: present.Last})
	hear(t, f, "the last step", func(n News) bool { return n.State.Step > 5 })
}

// Without a folder for such things, each user has one of their own.
func TestPath(t *testing.T) {
	none := func(string) string { return "" }
	if got := Path(none, "/tmp", 1000); got != "/tmp/netlab-1000/talk.sock" {
		t.Error(got)
	}
	if got := Path(func(string) string { return "/run/user/7" }, "/tmp", 7); got != "/run/user/7/netlab/talk.sock" {
		t.Error(got)
	}
}
