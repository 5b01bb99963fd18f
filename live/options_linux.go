package live

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"netlab/sim/scenario"
)

// intOptions are the options that take a number, by their names in C.
var intOptions = map[string][2]int{
	"SO_REUSEADDR": {unix.SOL_SOCKET, unix.SO_REUSEADDR}, "SO_KEEPALIVE": {unix.SOL_SOCKET, unix.SO_KEEPALIVE},
	"SO_RCVBUF": {unix.SOL_SOCKET, unix.SO_RCVBUF}, "SO_SNDBUF": {unix.SOL_SOCKET, unix.SO_SNDBUF},
	"SO_BROADCAST": {unix.SOL_SOCKET, unix.SO_BROADCAST}, "TCP_NODELAY": {unix.SOL_TCP, unix.TCP_NODELAY},
	"TCP_KEEPCNT": {unix.SOL_TCP, unix.TCP_KEEPCNT}, "IP_MULTICAST_TTL": {unix.SOL_IP, unix.IP_MULTICAST_TTL},
	"IP_MULTICAST_LOOP": {unix.SOL_IP, unix.IP_MULTICAST_LOOP},
}

// timeOptions are the options that take a time, with their units.
var timeOptions = map[string]struct {
	opt  [2]int
	unit time.Duration
}{
	"TCP_KEEPIDLE":     {[2]int{unix.SOL_TCP, unix.TCP_KEEPIDLE}, time.Second},
	"TCP_KEEPINTVL":    {[2]int{unix.SOL_TCP, unix.TCP_KEEPINTVL}, time.Second},
	"TCP_USER_TIMEOUT": {[2]int{unix.SOL_TCP, unix.TCP_USER_TIMEOUT}, time.Millisecond},
}

// SetOption implements [Backend].
func (r *Raw) SetOption(h Handle, name string, v scenario.Value) error {
	if name == "SO_LINGER" {
		l := unix.Linger{Onoff: 1, Linger: int32(v.T / time.Second)}
		if v.Off {
			l.Onoff = 0
		}
		return unix.SetsockoptLinger(int(h), unix.SOL_SOCKET, unix.SO_LINGER, &l)
	}
	if o, ok := timeOptions[name]; ok {
		return unix.SetsockoptInt(int(h), o.opt[0], o.opt[1], int(v.T/o.unit))
	}
	o, ok := intOptions[name]
	if !ok {
		return fmt.Errorf("live: option %s: %w", name, unix.ENOPROTOOPT)
	}
	return unix.SetsockoptInt(int(h), o[0], o[1], v.N)
}

// PendingError implements [Backend].
func (r *Raw) PendingError(h Handle) error {
	n, err := unix.GetsockoptInt(int(h), unix.SOL_SOCKET, unix.SO_ERROR)
	if err == nil && n != 0 {
		err = unix.Errno(n)
	}
	return err
}

// groupInterface is the interface over which the host with that address reaches groups:
// loopback, if all hosts share one stack.
func (r *Raw) groupInterface(host netip.Addr) (int, error) {
	if s, ok := r.spaces[host]; ok {
		return s.ifindex, nil
	}
	lo, err := net.InterfaceByName("lo")
	if err != nil {
		return 0, err
	}
	return lo.Index, nil
}

// SendTo implements [Backend]. The source address and, for a group, the interface
// go with the datagram, because all hosts share one stack.
func (r *Raw) SendTo(h Handle, data string, from netip.Addr, dst netip.AddrPort) (bool, error) {
	info := &unix.Inet4Pktinfo{Spec_dst: from.As4()}
	if dst.Addr().IsMulticast() || dst.Addr() == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		index, err := r.groupInterface(from)
		if err != nil {
			return true, err
		}
		info.Ifindex = int32(index)
	}
	err := unix.Sendmsg(int(h), []byte(data), unix.PktInfo4(info), sockaddr(dst), unix.MSG_NOSIGNAL)
	if wouldBlock(err) {
		return false, nil
	}
	return true, err
}

func (r *Raw) membership(group, host netip.Addr) (*unix.IPMreqn, error) {
	index, err := r.groupInterface(host)
	if err != nil {
		return nil, err
	}
	return &unix.IPMreqn{Multiaddr: group.As4(), Ifindex: int32(index)}, nil
}

// Join implements [Backend].
func (r *Raw) Join(h Handle, group, local netip.Addr) error {
	m, err := r.membership(group, local)
	if err != nil {
		return err
	}
	return unix.SetsockoptIPMreqn(int(h), unix.SOL_IP, unix.IP_ADD_MEMBERSHIP, m)
}

// Leave implements [Backend].
func (r *Raw) Leave(h Handle, group, local netip.Addr) error {
	m, err := r.membership(group, local)
	if err != nil {
		return err
	}
	return unix.SetsockoptIPMreqn(int(h), unix.SOL_IP, unix.IP_DROP_MEMBERSHIP, m)
}

// pollBits are the events of poll(), in the order in which they are written.
var pollBits = []struct {
	name string
	bit  int16
}{{"POLLIN", unix.POLLIN}, {"POLLOUT", unix.POLLOUT}, {"POLLERR", unix.POLLERR}, {"POLLHUP", unix.POLLHUP}, {"POLLRDHUP", unix.POLLRDHUP}}

// Ready implements [Backend].
func (r *Raw) Ready(h Handle, events []string) string {
	want := int16(0)
	for _, e := range events {
		for _, p := range pollBits {
			if p.name == e {
				want |= p.bit
			}
		}
	}
	fds := []unix.PollFd{{Fd: int32(h), Events: want}}
	if n, err := unix.Poll(fds, 0); err != nil || n == 0 {
		if err != nil && !errors.Is(err, unix.EINTR) {
			return err.Error()
		}
		return ""
	}
	var got []string
	for _, p := range pollBits {
		if fds[0].Revents&p.bit != 0 {
			got = append(got, p.name)
		}
	}
	return strings.Join(got, "|")
}
