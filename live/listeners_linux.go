package live

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"

	"netlab/sim/wire"
)

// Listeners tells which TCP sockets of a network namespace listen. It asks for these alone
// (sock_diag(7)): /proc/net/tcp would have the kernel walk through all connections of the
// machine each time.
type Listeners struct{ d *diag }

// OpenListeners opens one for the calling thread's namespace.
func OpenListeners() (*Listeners, error) {
	d, err := openDiag()
	if err != nil {
		return nil, err
	}
	return &Listeners{d}, nil
}

// Close gives it up.
func (l *Listeners) Close() { l.d.close() }

// All lists the addresses and ports of the sockets in LISTEN now.
func (l *Listeners) All() (all []netip.AddrPort, err error) {
	for _, family := range []byte{unix.AF_INET, unix.AF_INET6} {
		some, err := l.d.listening(family)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// listening asks for all sockets in LISTEN of an address family.
func (d *diag) listening(family byte) (all []netip.AddrPort, err error) {
	d.seq++
	req := make([]byte, requestLen)
	binary.NativeEndian.PutUint32(req[0:], requestLen)
	binary.NativeEndian.PutUint16(req[4:], diagByFamily)
	binary.NativeEndian.PutUint16(req[6:], unix.NLM_F_REQUEST|unix.NLM_F_DUMP)
	binary.NativeEndian.PutUint32(req[8:], d.seq)
	body := req[16:]
	body[0], body[1] = family, unix.IPPROTO_TCP
	for number, s := range kernelStates {
		if s == wire.StateListen {
			binary.NativeEndian.PutUint32(body[4:], 1<<number)
		}
	}
	if err := unix.Sendto(d.fd, req, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return nil, fmt.Errorf("live: inet_diag: %w", err)
	}
	buf := make([]byte, 32<<10)
	for {
		n, _, err := unix.Recvfrom(d.fd, buf, 0)
		if err != nil {
			return nil, fmt.Errorf("live: inet_diag: %w", err)
		}
		some, done, err := listenersIn(buf[:n], d.seq)
		if all = append(all, some...); err != nil || done {
			return all, err
		}
	}
}

// listenersIn reads the messages of one datagram of an answer: the local ends of sockets, and
// whether that was all.
func listenersIn(msgs []byte, seq uint32) (all []netip.AddrPort, done bool, err error) {
	for len(msgs) >= 16 {
		size := int(binary.NativeEndian.Uint32(msgs))
		if size < 16 || size > len(msgs) {
			return all, true, fmt.Errorf("live: inet_diag: a message of %d octets in %d", size, len(msgs))
		}
		msg := msgs[:size]
		msgs = msgs[min(len(msgs), (size+3)&^3):]
		if binary.NativeEndian.Uint32(msg[8:]) != seq {
			continue // of an earlier question
		}
		switch binary.NativeEndian.Uint16(msg[4:]) {
		case unix.NLMSG_DONE:
			return all, true, nil
		case unix.NLMSG_ERROR:
			return all, true, fmt.Errorf("live: inet_diag refuses to list listeners")
		}
		if len(msg) < 16+24 {
			continue
		}
		body := msg[16:]
		length := 4
		if body[0] == unix.AF_INET6 {
			length = 16
		}
		if a, ok := netip.AddrFromSlice(body[8 : 8+length]); ok {
			all = append(all, netip.AddrPortFrom(a.Unmap(), binary.BigEndian.Uint16(body[4:])))
		}
	}
	return all, false, nil
}
