package peer

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A run is a peer under test.
type run struct {
	t      *testing.T
	typed  chan string
	cancel context.CancelFunc
	end    chan error

	mu     sync.Mutex
	events []Event
	news   chan struct{} // there is a new event
}

// patience bounds every wait of these tests.
const patience = 10 * time.Second

// begin runs a peer until the test is over.
func begin(t *testing.T, opt Options) *run {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r := &run{t: t, typed: make(chan string), cancel: cancel, end: make(chan error, 1), news: make(chan struct{}, 1)}
	opt.Tell = func(e Event) {
		r.mu.Lock()
		r.events = append(r.events, e)
		r.mu.Unlock()
		select {
		case r.news <- struct{}{}:
		default:
		}
	}
	opt.Input = r.typed
	go func() { r.end <- Run(ctx, opt) }()
	t.Cleanup(func() {
		cancel()
		if err, open := <-r.end; open && err != nil && !errors.Is(err, context.Canceled) {
			t.Log("the peer ended with", err)
		}
	})
	return r
}

// sees waits for an event and returns it.
func (r *run) sees(what string, is func(*Event) bool) Event {
	r.t.Helper()
	over := time.After(patience)
	for from := 0; ; {
		r.mu.Lock()
		for ; from < len(r.events); from++ {
			if is(&r.events[from]) {
				defer r.mu.Unlock()
				return r.events[from]
			}
		}
		r.mu.Unlock()
		select {
		case <-r.news:
		case <-over:
			r.t.Fatalf("no event: %s; there are:\n%s", what, r.told())
		}
	}
}

func (r *run) told() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var b strings.Builder
	for i := range r.events {
		b.WriteString(r.events[i].Line() + " " + string(r.events[i].Why) + "\n")
	}
	return b.String()
}

// port waits until the socket has one.
func (r *run) port() string {
	r.t.Helper()
	e := r.sees("a port", func(e *Event) bool { return e.Call == "getsockname" && e.Kind == trace.Return })
	return e.Result
}

// hears waits until a socket has received a text, in however many pieces.
func (r *run) hears(conn, text string) {
	r.t.Helper()
	got := ""
	r.sees(conn+" hears "+text, func(e *Event) bool {
		if e.Kind == trace.Deliver && e.Conn == conn {
			got += e.Data
		}
		return strings.Contains(got, text)
	})
}

// reaches waits until the kernel reports a state.
func (r *run) reaches(conn string, s wire.State) {
	r.t.Helper()
	if runtime.GOOS != "linux" {
		return // the kernel is not asked there
	}
	r.sees(conn+" in "+s.String(), func(e *Event) bool { return e.Kind == trace.State && e.Conn == conn && e.To == s })
}

func (r *run) why(w Why) Event {
	r.t.Helper()
	return r.sees(string(w), func(e *Event) bool { return e.Why == w })
}

// ends waits for the end.
func (r *run) ends() error {
	r.t.Helper()
	select {
	case err := <-r.end:
		close(r.end)
		return err
	case <-time.After(patience):
		r.t.Fatalf("the peer does not end:\n%s", r.told())
		return nil
	}
}

func server(t *testing.T, opt Options) (r *run, addr string) {
	opt.Listen = "127.0.0.1:0"
	r = begin(t, opt)
	return r, r.port()
}

// A server reads from whichever client has data, sends to one or to all, and removes the
// one that left; the clients' ports tell them apart, the server's is the same for all.
func TestManyClients(t *testing.T) {
	s, addr := server(t, Options{})
	one := begin(t, Options{Connect: addr})
	s.sees("the first client", func(e *Event) bool { return e.Call == "accept" && e.Conn == "x1" })
	two := begin(t, Options{Connect: addr})
	second := s.sees("the second client", func(e *Event) bool { return e.Call == "accept" && e.Conn == "x2" })
	if second.Local.String() != addr || second.Remote.String() != two.port() {
		t.Errorf("accept gave %v to %v, want the listener's own %s and the client's %s", second.Local, second.Remote, addr, two.port())
	}
	one.typed <- "hello"
	s.hears("x1", "hello\n")
}

// TestTyped follows typed lines to one, to all, and to nobody.
func TestTyped(t *testing.T) {
	s, addr := server(t, Options{})
	s.typed <- "too early"
	s.why(WhyNobody)
	one := begin(t, Options{Connect: addr})
	s.sees("x1", func(e *Event) bool { return e.Conn == "x1" && e.Result == Connected })
	two := begin(t, Options{Connect: addr})
	s.sees("x2", func(e *Event) bool { return e.Conn == "x2" && e.Result == Connected })
	two.typed <- "from two"
	s.hears("x2", "from two\n")
	s.typed <- "to all"
	one.hears("c", "to all\n")
	two.hears("c", "to all\n")
	s.typed <- "/to 2 only two"
	two.hears("c", "only two\n")
	s.typed <- "/to 9 nobody"
	s.why(WhyNoSuch)
	one.typed <- "quit"
	if err := one.ends(); err != nil {
		t.Errorf("quit ends with %v", err)
	}
	left := s.why(WhyClientLeft)
	if left.With[0] != "x1" || left.With[1] != 1 {
		t.Errorf("who left, and how many are there: %v", left.With)
	}
	s.typed <- "/close 2"
	if err := two.ends(); err != nil {
		t.Errorf("a client whose server closes ends with %v", err)
	}
	if strings.Contains(one.told(), "only two") {
		t.Error("what is for one client went to another")
	}
	s.typed <- "quit"
	if err := s.ends(); err != nil {
		t.Errorf("the server ends with %v", err)
	}
}

// The end of the input is a half-close: the client goes on receiving (RFC 9293 §3.6).
func TestHalfClose(t *testing.T) {
	s, addr := server(t, Options{Fault: NeverClose}) // it has all the time to go on sending
	c := begin(t, Options{Connect: addr})
	c.typed <- "the last word"
	close(c.typed)
	c.sees("shutdown", func(e *Event) bool { return e.Call == "shutdown" && e.Result == "0" })
	s.reaches("x1", wire.StateCloseWait)
	c.reaches("c", wire.StateFinWait2)
	s.why(WhyNeverClosed)
	s.typed <- "but I have more"
	c.hears("c", "but I have more\n")
}

// A socket's states as its program sees them, in order.
func TestSocketStates(t *testing.T) {
	s, addr := server(t, Options{Once: true, Echo: true})
	c := begin(t, Options{Connect: addr, Sends: []string{"x"}})
	if err := c.ends(); err != nil {
		t.Fatal(err)
	}
	if err := s.ends(); err != nil {
		t.Fatal(err)
	}
	for _, p := range []struct {
		r    *run
		conn string
		want []string
	}{
		{c, "c", []string{Connecting, Connected, Closing, Unconnected}},
		{s, "s", []string{Bound, Listening, Closing, Unconnected}},
		{s, "x1", []string{Connected, Closing, Unconnected}},
	} {
		var got []string
		for _, e := range p.r.events {
			if e.Call == SocketChange && e.Conn == p.conn {
				got = append(got, e.Result)
			}
		}
		if !slices.Equal(got, p.want) {
			t.Errorf("the states of %s: %v, want %v", p.conn, got, p.want)
		}
	}
}

// A refused connection is an error that names the call and the errno.
func TestRefused(t *testing.T) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	ln.Close()
	var call *CallError
	if err := begin(t, Options{Connect: addr}).ends(); !errors.As(err, &call) || call.Call != "connect" || call.Errno != wire.ECONNREFUSED {
		t.Errorf("connect to a port that nobody has: %v", err)
	}
}

// Every wait has a limit once one is set: a peer that says nothing, a server that nobody
// visits, a sender whose peer does not read.
func TestWithin(t *testing.T) {
	const short = 50 * time.Millisecond
	var call *CallError
	lonely := begin(t, Options{Listen: "127.0.0.1:0", Within: short})
	if err := lonely.ends(); !errors.As(err, &call) || call.Call != "accept" || call.Errno != wire.ETIMEDOUT {
		t.Errorf("a server that nobody visits ends with %v", err)
	}
	_, addr := server(t, Options{Fault: NeverRead})
	if err := begin(t, Options{Connect: addr, Within: short}).ends(); !errors.As(err, &call) || call.Call != "recv" || call.Errno != wire.ETIMEDOUT {
		t.Errorf("a client whose server says nothing ends with %v", err)
	}
	full := begin(t, Options{Connect: addr, Within: 10 * short, Size: 16 << 20}) // more than buffers hold, made in less than that
	if err := full.ends(); !errors.As(err, &call) || call.Errno != wire.ETIMEDOUT {
		t.Errorf("a sender whose peer does not read ends with %v", err)
	}
	full.why(WhyPart)
}

// What is cut short, or was changed on its way, is not kept, and leaves nothing behind.
func TestFileNotKept(t *testing.T) {
	for _, c := range []struct{ name, stream, reason string }{
		{"cut short", string(Header{"f", 100}.Bytes()) + "only this", "cut-short"},
		{"changed", string(Header{"f", 4}.Bytes()) + "data" + strings.Repeat("\x00", 32), "bad-hash"},
		{"no header", strings.Repeat("name**12", 10), "no-header"},
		{"half a header", magic, "cut-short"},
		{"a path", string(Header{"../f", 1}.Bytes()) + "x" + strings.Repeat("\x00", 32), "bad-name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			s, addr := server(t, Options{ReceiveDir: dir, Once: true})
			conn, err := net.Dial("tcp4", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := conn.Write([]byte(c.stream)); err != nil {
				t.Fatal(err)
			}
			_ = conn.(*net.TCPConn).CloseWrite()
			var file *FileError
			if err := s.ends(); !errors.As(err, &file) || file.Reason != c.reason {
				t.Errorf("the receiver ends with %v, want %s", err, c.reason)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, temporary+"*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// A file that comes to be there while another of its name is received stays.
func TestFileRace(t *testing.T) {
	dir := t.TempDir()
	s, addr := server(t, Options{ReceiveDir: dir, Once: true})
	conn, err := net.Dial("tcp4", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write(Header{"f", 0}.Bytes()); err != nil {
		t.Fatal(err)
	}
	s.why(WhyFileComes)
	mine := filepath.Join(dir, "f")
	if err := os.WriteFile(mine, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	const sha256OfNothing = "\xe3\xb0\xc4\x42\x98\xfc\x1c\x14\x9a\xfb\xf4\xc8\x99\x6f\xb9\x24\x27\xae\x41\xe4\x64\x9b\x93\x4c\xa4\x95\x99\x1b\x78\x52\xb8\x55"
	if _, err := conn.Write([]byte(sha256OfNothing)); err != nil {
		t.Fatal(err)
	}
	var file *FileError
	if err := s.ends(); !errors.As(err, &file) || file.Reason != "exists" {
		t.Errorf("the receiver ends with %v, want exists", err)
	}
	if b, _ := os.ReadFile(mine); string(b) != "mine" {
		t.Errorf("the file that was there is now %q", b)
	}
}

// Progress never goes back nor beyond the size, on either end.
func TestProgress(t *testing.T) {
	const size = 3 << 20
	path := filepath.Join(t.TempDir(), "big")
	if err := os.WriteFile(path, make([]byte, size), 0o644); err != nil {
		t.Fatal(err)
	}
	var last [2]int64
	watch := func(i int) func(int64, int64) {
		return func(done, total int64) {
			if total == size && (done < last[i] || done > total) {
				t.Errorf("end %d: %d after %d, of %d", i, done, last[i], total)
			}
			if total == size {
				last[i] = done
			}
		}
	}
	s, addr := server(t, Options{ReceiveDir: t.TempDir(), Once: true, Progress: watch(0)})
	c := begin(t, Options{Connect: addr, SendFiles: []string{path}, Progress: watch(1)})
	if err := c.ends(); err != nil {
		t.Error(err)
	}
	if err := s.ends(); err != nil {
		t.Error(err)
	}
	if last != [2]int64{size, size} {
		t.Errorf("progress ended at %v of %d", last, size)
	}
}

// A UDP peer tells an empty datagram from silence, and answers the one who asked.
func TestDatagrams(t *testing.T) {
	s, addr := server(t, Options{Proto: wire.UDP, Reply: "{text}{n}"})
	one := begin(t, Options{Proto: wire.UDP, Connect: addr})
	two := begin(t, Options{Proto: wire.UDP, Connect: addr})
	one.typed <- "one"
	one.hears("u", "one1")
	two.typed <- ""
	s.why(WhyEmptyDatagram)
	two.hears("u", "2")
	one.typed <- "one"
	one.hears("u", "one3")
	s.typed <- "all"
	one.hears("u", "all")
	two.hears("u", "all")
}

// The faults of whom to answer, and of waiting for ever.
func TestDatagramFaults(t *testing.T) {
	s, addr := server(t, Options{Proto: wire.UDP, Echo: true, Fault: AnswerLast})
	one := begin(t, Options{Proto: wire.UDP, Connect: addr})
	two := begin(t, Options{Proto: wire.UDP, Connect: addr})
	one.typed <- "first"
	one.hears("u", "first")
	two.typed <- "second"
	two.hears("u", "second")
	one.typed <- "whose?"
	s.why(WhyWrongClient)
	two.hears("u", "whose?")

	forgetful, addr := server(t, Options{Proto: wire.UDP, Echo: true, Fault: ForgetAnswers})
	c := begin(t, Options{Proto: wire.UDP, Connect: addr, Fault: WaitForEver})
	c.typed <- "one"
	c.hears("u", "one")
	c.typed <- "two"
	forgetful.why(WhyForgotten)
	c.why(WhyStillWaiting)
	select {
	case c.typed <- "three":
		t.Error("a client that waits for ever takes another text")
	case <-time.After(10 * time.Millisecond): // nothing can prove a wait for ever
	}
}
