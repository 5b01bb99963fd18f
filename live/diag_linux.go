package live

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"

	"netlab/sim/wire"
)

// A diag asks the kernel about single sockets (sock_diag(7)). An exact look-up
// takes microseconds; a dump of the table would take milliseconds.
type diag struct {
	fd  int
	seq uint32
}

// diagPatience bounds the wait for the kernel's answer.
const diagPatience = 2 * time.Second

func openDiag() (*diag, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return nil, fmt.Errorf("live: inet_diag: %w", err)
	}
	tv := unix.NsecToTimeval(int64(diagPatience))
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &tv); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("live: inet_diag: %w", err)
	}
	return &diag{fd: fd}, nil
}

func (d *diag) close() { unix.Close(d.fd) }

// Layout of the request: a netlink header (16 octets), then inet_diag_req_v2
// (56 octets) with the socket's identity from offset 8 on.
const (
	diagByFamily = 20
	requestLen   = 16 + 56
)

// state returns the state of the connection with these two ends; a connection
// that the kernel no longer knows is CLOSED.
func (d *diag) state(local, peer netip.AddrPort) (wire.State, bool) {
	msg, ok := d.ask(local, peer, 0)
	if !ok {
		return 0, false
	}
	return answer(msg, peer)
}

// ask returns the kernel's answer about the connection with these two ends; extensions is
// the set of attributes wanted beside it.
func (d *diag) ask(local, peer netip.AddrPort, extensions byte) ([]byte, bool) {
	d.seq++
	req := make([]byte, requestLen)
	binary.NativeEndian.PutUint32(req[0:], requestLen)
	binary.NativeEndian.PutUint16(req[4:], diagByFamily)
	binary.NativeEndian.PutUint16(req[6:], unix.NLM_F_REQUEST)
	binary.NativeEndian.PutUint32(req[8:], d.seq)
	body := req[16:]
	body[0], body[1], body[2] = unix.AF_INET, unix.IPPROTO_TCP, extensions
	src, dst := local.Addr().AsSlice(), peer.Addr().AsSlice()
	if local.Addr().Is6() {
		body[0] = unix.AF_INET6
	}
	binary.NativeEndian.PutUint32(body[4:], ^uint32(0)) // any state
	id := body[8:]
	binary.BigEndian.PutUint16(id[0:], local.Port())
	binary.BigEndian.PutUint16(id[2:], peer.Port())
	copy(id[4:20], src)
	copy(id[20:36], dst)
	copy(id[40:], "\xff\xff\xff\xff\xff\xff\xff\xff") // no cookie
	if err := unix.Sendto(d.fd, req, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return nil, false
	}
	buf := make([]byte, 8192)
	for {
		n, _, err := unix.Recvfrom(d.fd, buf, 0)
		if err != nil || n < 20 {
			return nil, false
		}
		if binary.NativeEndian.Uint32(buf[8:]) == d.seq {
			return buf[:n], true
		}
	}
}

// answer reads the kernel's answer. Without an exact match the kernel names the
// listener on that port, whose peer port is 0.
func answer(msg []byte, peer netip.AddrPort) (wire.State, bool) {
	if kind := binary.NativeEndian.Uint16(msg[4:]); kind == unix.NLMSG_ERROR {
		errno := -int32(binary.NativeEndian.Uint32(msg[16:]))
		return wire.StateClosed, errno == int32(unix.ENOENT)
	}
	if len(msg) < 16+8 {
		return 0, false
	}
	body := msg[16:]
	if binary.BigEndian.Uint16(body[6:]) != peer.Port() {
		return wire.StateClosed, true
	}
	s, ok := kernelStates[body[1]]
	return s, ok
}
