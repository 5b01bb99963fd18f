package live

import (
	"net/netip"

	"golang.org/x/sys/unix"

	"netlab/sim/wire"
)

// SocketState asks the kernel for the state of an open TCP socket (TCP_INFO); ok is
// false where it cannot be told.
func SocketState(fd uintptr) (s wire.State, ok bool) {
	info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		return 0, false
	}
	s, ok = kernelStates[info.State]
	return s, ok
}

// ConnState asks the kernel for the state of a TCP connection by its two ends
// (inet_diag), which it knows after the descriptor is closed or TIME-WAIT has taken it
// over, too; ok is false where it cannot be told.
func ConnState(local, peer netip.AddrPort) (s wire.State, ok bool) {
	if !local.IsValid() || local.Addr().Is4() != peer.Addr().Is4() {
		return 0, false
	}
	d, err := openDiag()
	if err != nil {
		return 0, false
	}
	defer d.close()
	return d.state(local, peer)
}
