package capture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A Recorder takes every packet of one interface, each exactly once.
type Recorder struct {
	fd     int
	wake   [2]int // a pipe: a byte asks the reader to report or to stop
	take   func(Frame)
	done   chan struct{}
	err    error
	flush  chan chan struct{}
	closer sync.Once
}

// Stats say how complete a recording is.
type Stats struct {
	Captured int // packets handed over
	Dropped  int // packets that the kernel had no room for
}

// recorderBuffer is the receive buffer asked for; the kernel grants what
// net.core.rmem_max allows.
const recorderBuffer = 8 << 20

// Open begins to record an interface: from when it returns, no packet is missed.
// Frames are handed to take on another goroutine, in order. Delivery to a packet
// socket happens inside the sender's own system call, so a packet sent before
// Flush is called has been taken when Flush returns.
func Open(iface string, take func(Frame)) (*Recorder, error) {
	r := &Recorder{take: take, done: make(chan struct{}), flush: make(chan chan struct{}, 1)}
	var err error
	if r.fd, err = openPacketSocket(iface); err != nil {
		return nil, err
	}
	if err := unix.Pipe2(r.wake[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		unix.Close(r.fd)
		return nil, fmt.Errorf("capture: pipe: %w", err)
	}
	go r.run()
	return r, nil
}

// openPacketSocket opens a packet socket bound to the interface. The protocol
// stays 0, which receives nothing, until everything is set.
func openPacketSocket(iface string) (int, error) {
	ifi, err := net.InterfaceByName(iface)
	if err != nil {
		return 0, fmt.Errorf("capture: interface %s: %w", iface, err)
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return 0, fmt.Errorf("capture: packet socket: %w", err)
	}
	set := func(level, opt, value int, name string) {
		if err == nil {
			if e := unix.SetsockoptInt(fd, level, opt, value); e != nil {
				err = fmt.Errorf("capture: set %s: %w", name, e)
			}
		}
	}
	if ifi.Flags&net.FlagLoopback != 0 { // it hands every packet over twice, going out and coming in
		set(unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1, "PACKET_IGNORE_OUTGOING")
	}
	set(unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1, "SO_TIMESTAMPNS")
	set(unix.SOL_SOCKET, unix.SO_RCVBUF, recorderBuffer, "SO_RCVBUF")
	if err == nil {
		all := uint16(unix.ETH_P_ALL)
		addr := &unix.SockaddrLinklayer{Protocol: all<<8 | all>>8, Ifindex: ifi.Index}
		if e := unix.Bind(fd, addr); e != nil {
			err = fmt.Errorf("capture: bind to %s: %w", iface, e)
		}
	}
	if err != nil {
		unix.Close(fd)
		return 0, err
	}
	return fd, nil
}

// run reads until Stop.
func (r *Recorder) run() {
	defer close(r.done)
	data := make([]byte, snapLen)
	control := make([]byte, 256)
	for {
		for {
			more, err := r.readOne(data, control)
			if err != nil {
				r.err = err
				return
			}
			if !more {
				break
			}
		}
		select {
		case answer := <-r.flush:
			// The queue was empty after the request was made, or it is read now.
			for more, err := true, error(nil); more; {
				if more, err = r.readOne(data, control); err != nil {
					r.err = err
					close(answer)
					return
				}
			}
			close(answer)
		default:
		}
		fds := []unix.PollFd{{Fd: int32(r.fd), Events: unix.POLLIN}, {Fd: int32(r.wake[0]), Events: unix.POLLIN}}
		if _, err := unix.Poll(fds, -1); err != nil && !errors.Is(err, unix.EINTR) {
			r.err = fmt.Errorf("capture: poll: %w", err)
			return
		}
		if fds[1].Revents != 0 {
			var b [16]byte
			n, _ := unix.Read(r.wake[0], b[:])
			for _, c := range b[:max(0, n)] {
				if c == 's' {
					return
				}
			}
		}
	}
}

// readOne takes one packet and reports whether there was one.
func (r *Recorder) readOne(data, control []byte) (bool, error) {
	n, cn, _, _, err := unix.Recvmsg(r.fd, data, control, unix.MSG_TRUNC)
	switch {
	case errors.Is(err, unix.EAGAIN):
		return false, nil
	case errors.Is(err, unix.EINTR):
		return true, nil
	case err != nil:
		return false, fmt.Errorf("capture: receive: %w", err)
	}
	kept := min(n, len(data))
	frame := Frame{Time: kernelTime(control[:cn]), Data: append([]byte(nil), data[:kept]...), OrigLen: n}
	r.take(frame)
	return true, nil
}

// Link types that the kernel gives to interfaces (linux/if_arp.h): with an Ethernet header,
// or with none.
var linkOfHardware = map[string]uint16{"1": linkEthernet, "772": linkEthernet, "65534": linkRaw, "768": linkRaw, "769": linkRaw, "776": linkRaw, "778": linkRaw}

// LinkType returns the link type of what a recorder takes from an interface; ok is false if
// netlab cannot read it.
func LinkType(iface string) (link uint16, ok bool) {
	kind, err := os.ReadFile("/sys/class/net/" + filepath.Base(iface) + "/type")
	if err != nil {
		return linkEthernet, true
	}
	link, ok = linkOfHardware[strings.TrimSpace(string(kind))]
	return link, ok
}

// kernelTime reads the time at which the kernel saw the packet.
func kernelTime(control []byte) time.Time {
	messages, err := unix.ParseSocketControlMessage(control)
	if err == nil {
		for _, m := range messages {
			if m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SO_TIMESTAMPNS && len(m.Data) >= int(unsafe.Sizeof(unix.Timespec{})) {
				sec := int64(binary.NativeEndian.Uint64(m.Data))
				nsec := int64(binary.NativeEndian.Uint64(m.Data[8:]))
				return time.Unix(sec, nsec)
			}
		}
	}
	return time.Now()
}

// Flush returns when every packet sent before the call has been taken.
func (r *Recorder) Flush() {
	answer := make(chan struct{})
	select {
	case r.flush <- answer:
	case <-r.done:
		return
	}
	_, _ = unix.Write(r.wake[1], []byte{'f'})
	select {
	case <-answer:
	case <-r.done:
	}
}

// Stop takes what is there, ends the recording and says how complete it is.
func (r *Recorder) Stop() (Stats, error) {
	var st Stats
	r.closer.Do(func() {
		r.Flush()
		_, _ = unix.Write(r.wake[1], []byte{'s'})
		<-r.done
		// tp_packets includes the dropped ones; reading clears both.
		if s, err := unix.GetsockoptTpacketStats(r.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS); err == nil {
			st = Stats{Captured: int(s.Packets - s.Drops), Dropped: int(s.Drops)}
		} else if r.err == nil {
			r.err = fmt.Errorf("capture: statistics: %w", err)
		}
		unix.Close(r.fd)
		unix.Close(r.wake[0])
		unix.Close(r.wake[1])
	})
	return st, r.err
}
