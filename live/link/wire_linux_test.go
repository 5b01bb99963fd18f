package link

import (
	"errors"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// runs starts a wire with one port that only puts frames before somebody.
func runs(t *testing.T, put int, opt Options) *Wire {
	t.Helper()
	w := &Wire{opt: opt, ports: []port{{hear: -1, put: put}}, done: make(chan struct{})}
	var err error
	if w.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		t.Fatal(err)
	}
	go w.run()
	return w
}

// What the kernel does not take was not delivered: a run must not show it as received, and must
// hear why.
func TestNotTaken(t *testing.T) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pair[1])
	delivered := make(chan int, 2)
	w := runs(t, pair[0], Options{Delivered: func(d Delivery, _ time.Time) { delivered <- d.Frame }})
	w.Put(Delivery{Frame: 1, Data: make([]byte, 1<<24)})
	w.Put(Delivery{Frame: 2, Data: make([]byte, 60), Due: time.Now().Add(time.Millisecond)})
	select {
	case n := <-delivered:
		if n != 2 {
			t.Errorf("frame %d is delivered first, want 2: 1 is longer than what the socket takes", n)
		}
	case <-time.After(10 * time.Second):
		t.Error("nothing is delivered, want frame 2")
	}
	if err := w.Close(); !errors.Is(err, unix.EMSGSIZE) {
		t.Errorf("Close: %v, want %v", err, unix.EMSGSIZE)
	}
}

// A timer may send after the end of a run. The wire's descriptors can be another's by then.
func TestPutAfterClose(t *testing.T) {
	w := runs(t, -1, Options{})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	next, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK) // takes the lowest free number
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(next)
	w.Put(Delivery{})
	w.Send(0, nil)
	var b [8]byte
	if _, err := unix.Read(next, b[:]); !errors.Is(err, unix.EAGAIN) {
		t.Errorf("a wire that is closed has written to descriptor %d, which is not its own: %v", next, err)
	}
}
