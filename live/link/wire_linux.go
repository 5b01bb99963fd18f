package link

import (
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"runtime"
	"slices"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// A Wire joins ports.
type Wire struct {
	opt   Options
	ports []port
	wake  int // an eventfd
	done  chan struct{}

	mu      sync.Mutex
	due     deliveries
	held    []Delivery
	sent    []Frame // from ports without a kernel, not yet routed
	frames  int
	pending int  // frames read or due, and not yet dealt with
	reading bool // what is read has left the socket, and is not pending yet
	stop    bool
	err     error
}

// A port is a pair of packet sockets; -1: a port without a host behind it.
type port struct {
	hear int // sees what the host sends
	put  int // puts frames before the host
}

// longestFrame is the largest frame that an interface without segmentation offload sends.
const longestFrame = 65536 + 14

// Open plugs the wire into the ports. From when it returns, no frame is missed.
func Open(ports []Port, opt Options) (*Wire, error) {
	w := &Wire{opt: opt, done: make(chan struct{})}
	for _, p := range ports {
		plugged, err := p.plug()
		w.ports = append(w.ports, plugged)
		if err != nil {
			w.unplug()
			return nil, err
		}
	}
	var err error
	if w.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		w.unplug()
		return nil, fmt.Errorf("link: eventfd: %w", err)
	}
	go w.run()
	return w, nil
}

// plug opens the sockets of a port. What a host sends is heard where it goes out, inside the
// call that sends it: where it comes in, at the other end of the pair, frames of two
// processors (a timer's on one, a system call's on the other) may have overtaken each other.
func (p Port) plug() (port, error) {
	plugged := port{-1, -1}
	if p.Tap == "" {
		return plugged, nil
	}
	var err error
	if plugged.put, err = packetSocket(p.Tap); err != nil {
		return plugged, err
	}
	if err = unix.SetsockoptInt(plugged.put, unix.SOL_PACKET, unix.PACKET_QDISC_BYPASS, 1); err != nil { // straight to the interface
		return plugged, fmt.Errorf("link: interface %s: %w", p.Tap, err)
	}
	err = p.Within(func() (err error) {
		plugged.hear, err = packetSocket(p.Host)
		return err
	})
	if err == nil {
		err = listen(plugged.hear, p.Host)
	}
	return plugged, err
}

// packetSocket opens a packet socket for an interface, which receives nothing yet.
func packetSocket(name string) (int, error) {
	ifi, err := net.InterfaceByName(name)
	if err != nil {
		return -1, fmt.Errorf("link: interface %s: %w", name, err)
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, fmt.Errorf("link: packet socket: %w", err)
	}
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Ifindex: ifi.Index}); err != nil {
		unix.Close(fd)
		return -1, fmt.Errorf("link: plug into %s: %w", name, err)
	}
	return fd, nil
}

// outgoing keeps the IPv4 packets that go out.
var outgoing = []bpf.Instruction{
	bpf.LoadExtension{Num: bpf.ExtType},
	bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.PACKET_OUTGOING, SkipTrue: 3},
	bpf.LoadExtension{Num: bpf.ExtProto},
	bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.ETH_P_IP, SkipTrue: 1},
	bpf.RetConstant{Val: longestFrame},
	bpf.RetConstant{Val: 0},
}

// listen lets a packet socket receive what goes out.
func listen(fd int, name string) error {
	raw, err := bpf.Assemble(outgoing)
	if err != nil {
		return err
	}
	filter := make([]unix.SockFilter, len(raw))
	for i, in := range raw {
		filter[i] = unix.SockFilter{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	here, err := unix.Getsockname(fd)
	if err != nil {
		return fmt.Errorf("link: interface %s: %w", name, err)
	}
	all := uint16(unix.ETH_P_ALL) // the kernel hands no outgoing frame to who asks for one protocol
	here.(*unix.SockaddrLinklayer).Protocol = all<<8 | all>>8
	err = errors.Join(
		unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}),
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1),
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 8<<20),
		unix.Bind(fd, here))
	if err != nil {
		return fmt.Errorf("link: listen on %s: %w", name, err)
	}
	return nil
}

func (w *Wire) unplug() {
	for _, p := range w.ports {
		for _, fd := range []int{p.hear, p.put} {
			if fd >= 0 {
				unix.Close(fd)
			}
		}
	}
}

// Close ends the wire; what is on its way is lost. The error says what went wrong meanwhile.
func (w *Wire) Close() error {
	w.mu.Lock()
	w.stop = true
	w.mu.Unlock()
	w.poke()
	<-w.done
	w.mu.Lock()
	defer w.mu.Unlock()
	w.unplug()
	unix.Close(w.wake)
	w.wake = -1
	return w.err
}

// poke wakes the wire's goroutine. The descriptor of a wire that is closed may be another's by now.
func (w *Wire) poke() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.wake >= 0 {
		_, _ = unix.Write(w.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	}
}

// Put lets something reach a port that no host has sent.
func (w *Wire) Put(d Delivery) {
	w.mu.Lock()
	w.put(d)
	w.mu.Unlock()
	w.poke()
}

// Send sends a frame from a port behind which there is no kernel.
func (w *Wire) Send(from int, data []byte) {
	w.mu.Lock()
	w.sent = append(w.sent, Frame{From: from, Sent: time.Now(), Data: data})
	w.mu.Unlock()
	w.poke()
}

func (w *Wire) put(d Delivery) { heap.Push(&w.due, d) }

// Held lists what waits to be taken, in the order in which it was due.
func (w *Wire) Held() []Delivery {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.held)
}

// Take takes the first delivery of a frame to a port out of those that are held: to change
// it, to [Wire.Put] it on its way without Hold, or to lose it.
func (w *Wire) Take(frame, to int) (Delivery, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.IndexFunc(w.held, func(d Delivery) bool { return d.Frame == frame && d.To == to })
	if i < 0 {
		return Delivery{}, false
	}
	d := w.held[i]
	w.held = slices.Delete(w.held, i, i+1)
	return d, true
}

// Idle reports whether nothing is on its way; what is held does not count.
func (w *Wire) Idle() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.due) > 0 || len(w.sent) > 0 || w.pending > 0 || w.reading {
		return false
	}
	var fds []unix.PollFd
	for _, p := range w.ports {
		fds = append(fds, unix.PollFd{Fd: int32(p.hear), Events: unix.POLLIN})
	}
	n, err := unix.Poll(fds, 0)
	return n == 0 && err == nil
}

// run carries frames until the wire is closed.
func (w *Wire) run() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(w.done)
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0) // nanoseconds: wakes as punctually as this thread can
	fds := []unix.PollFd{{Fd: int32(w.wake), Events: unix.POLLIN}}
	for _, p := range w.ports {
		fds = append(fds, unix.PollFd{Fd: int32(p.hear), Events: unix.POLLIN}) // -1 is ignored
	}
	buf, control := make([]byte, longestFrame), make([]byte, 256)
	for {
		if err := w.read(buf, control); err != nil {
			w.err = err
			return
		}
		next, stop := w.deliver()
		if stop {
			return
		}
		var timeout *unix.Timespec
		if !next.IsZero() {
			t := unix.NsecToTimespec(max(0, time.Until(next).Nanoseconds()))
			timeout = &t
		}
		if _, err := unix.Ppoll(fds, timeout, nil); err != nil && !errors.Is(err, unix.EINTR) {
			w.err = fmt.Errorf("link: poll: %w", err)
			return
		}
		if fds[0].Revents != 0 {
			var b [8]byte
			_, _ = unix.Read(w.wake, b[:])
		}
	}
}

// read takes what all ports have sent, in the order of the kernel's times, and routes it.
func (w *Wire) read(buf, control []byte) error {
	w.mu.Lock()
	w.reading = true
	w.mu.Unlock()
	var frames []Frame
	for port, p := range w.ports {
		for p.hear >= 0 {
			n, cn, _, _, err := unix.Recvmsg(p.hear, buf, control, 0)
			if errors.Is(err, unix.EAGAIN) {
				break
			}
			if errors.Is(err, unix.EINTR) {
				continue
			}
			if err != nil {
				return fmt.Errorf("link: receive: %w", err)
			}
			frames = append(frames, Frame{From: port, Sent: kernelTime(control[:cn]), Data: slices.Clone(buf[:n])})
		}
	}
	w.mu.Lock()
	frames = append(frames, w.sent...)
	w.sent = nil
	slices.SortStableFunc(frames, func(a, b Frame) int { return a.Sent.Compare(b.Sent) })
	w.pending, w.reading = len(frames), false
	w.mu.Unlock()
	for _, f := range frames {
		w.frames++
		f.N = w.frames
		list := w.opt.Route(f)
		w.mu.Lock()
		for _, d := range list {
			w.put(d)
		}
		w.pending--
		w.mu.Unlock()
	}
	return nil
}

// deliver hands over what is due, and returns when the next is.
func (w *Wire) deliver() (next time.Time, stop bool) {
	for {
		w.mu.Lock()
		if w.stop {
			w.mu.Unlock()
			return time.Time{}, true
		}
		if len(w.due) == 0 || time.Until(w.due[0].Due) > 0 {
			if len(w.due) > 0 {
				next = w.due[0].Due
			}
			w.mu.Unlock()
			return next, false
		}
		d := heap.Pop(&w.due).(Delivery)
		if d.Hold {
			w.held = append(w.held, d)
			w.mu.Unlock()
			if w.opt.Held != nil {
				w.opt.Held(d, time.Now())
			}
			continue
		}
		w.pending++
		w.mu.Unlock()
		at := time.Now()
		if err := w.handOver(d); err == nil {
			w.opt.Delivered(d, at)
		} else if w.err == nil { // the frame is lost, and Close says so
			w.err = err
		}
		w.mu.Lock()
		w.pending--
		w.mu.Unlock()
	}
}

// handOver puts a frame before the kernel of a port, if there is one: that does its work inside
// this call.
func (w *Wire) handOver(d Delivery) error {
	fd := w.ports[d.To].put
	if fd < 0 {
		return nil
	}
	if _, err := unix.Write(fd, d.Data); err != nil {
		return fmt.Errorf("link: hand over a frame of %d octets: %w", len(d.Data), err)
	}
	return nil
}

// kernelTime reads the time at which the kernel saw the frame.
func kernelTime(control []byte) time.Time {
	messages, err := unix.ParseSocketControlMessage(control)
	if err == nil {
		for _, m := range messages {
			if m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SO_TIMESTAMPNS && len(m.Data) >= int(unsafe.Sizeof(unix.Timespec{})) {
				return time.Unix(int64(binary.NativeEndian.Uint64(m.Data)), int64(binary.NativeEndian.Uint64(m.Data[8:])))
			}
		}
	}
	return time.Now()
}

// deliveries is a heap by due time; of those due at the same time the one sent first is first.
type deliveries []Delivery

func (h deliveries) Len() int { return len(h) }
func (h deliveries) Less(i, j int) bool {
	return h[i].Due.Before(h[j].Due) || h[i].Due.Equal(h[j].Due) && h[i].Frame < h[j].Frame
}
func (h deliveries) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push implements [heap.Interface].
func (h *deliveries) Push(x any) { *h = append(*h, x.(Delivery)) }

// Pop implements [heap.Interface].
func (h *deliveries) Pop() any {
	old := *h
	d := old[len(old)-1]
	*h = old[:len(old)-1]
	return d
}
