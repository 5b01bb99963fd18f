package netns

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"unsafe"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// A Space is a network namespace for one host, with one interface, whose other end is in
// the namespace of the process.
type Space struct {
	Addr netip.Addr
	FD   int              // the namespace
	Tap  string           // the interface at this end: what is put onto it reaches the host
	MAC  net.HardwareAddr // of the host's own interface
}

// Spaces makes one for each address. Call it inside a private namespace, from where the
// frames are carried from one to the other: nothing else joins them.
func Spaces(addrs []netip.Addr, mtu int) ([]Space, error) {
	if mtu == 0 {
		mtu = EthernetMTU
	}
	var all []Space
	for i, a := range addrs {
		s := Space{Addr: a, FD: -1, Tap: "wire" + strconv.Itoa(i), MAC: net.HardwareAddr{2, 0, 0, 0, byte(i >> 8), byte(i + 1)}}
		var err error
		if s.FD, err = newSpace(); err == nil {
			err = s.furnish(mtu)
		}
		if err != nil {
			Close(append(all, s))
			return nil, fmt.Errorf("netns: a network for %s: %w", a, err)
		}
		all = append(all, s)
	}
	return all, nil
}

// Close lets go of spaces; what is in use in one keeps it.
func Close(spaces []Space) {
	for _, s := range spaces {
		if s.FD > 0 {
			unix.Close(s.FD)
		}
	}
}

// Move gives the space one more address, under which it is known from then on.
func (s *Space) Move(addr netip.Addr) error {
	err := Within(s.FD, func() error {
		eth, err := netlink.LinkByName(Interface)
		if err != nil {
			return err
		}
		return netlink.AddrAdd(eth, &netlink.Addr{IPNet: &net.IPNet{IP: addr.AsSlice(), Mask: net.CIDRMask(32, 32)}})
	})
	if err != nil {
		return fmt.Errorf("netns: a new address %s: %w", addr, err)
	}
	s.Addr = addr
	return nil
}

// newSpace makes a namespace and returns a descriptor of it.
func newSpace() (int, error) {
	fd := -1
	err := visit(func() error { return unix.Unshare(unix.CLONE_NEWNET) }, func() (err error) {
		fd, err = unix.Open(ownNamespace, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		return err
	})
	return fd, err
}

const ownNamespace = "/proc/thread-self/ns/net"

// Within does something in the network namespace, on the calling goroutine: what it opens
// stays in there.
func Within(fd int, do func() error) error {
	return visit(func() error { return unix.Setns(fd, unix.CLONE_NEWNET) }, do)
}

// visit goes to another namespace, does something, and comes back.
func visit(enter, do func() error) error {
	runtime.LockOSThread()
	home, err := unix.Open(ownNamespace, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		runtime.UnlockOSThread()
		return err
	}
	defer unix.Close(home)
	if err = enter(); err == nil {
		err = do()
	}
	if back := unix.Setns(home, unix.CLONE_NEWNET); back != nil {
		return errors.Join(err, back) // the thread is lost: it stays locked, and ends with its goroutine
	}
	runtime.UnlockOSThread()
	return err
}

// furnish gives the space its interface, address and habits.
func (s *Space) furnish(mtu int) error {
	veth := &netlink.Veth{
		LinkAttrs: netlink.LinkAttrs{Name: s.Tap, MTU: mtu},
		PeerName:  Interface, PeerHardwareAddr: s.MAC, PeerNamespace: netlink.NsFd(s.FD), PeerMTU: uint32(mtu),
	}
	if err := netlink.LinkAdd(veth); err != nil {
		return fmt.Errorf("veth: %w", err)
	}
	tap, err := netlink.LinkByName(s.Tap)
	if err == nil {
		err = netlink.LinkSetUp(tap) // first: an interface without a carrier drops what is sent
	}
	if err != nil {
		return err
	}
	return Within(s.FD, s.inside)
}

func (s *Space) inside() error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	eth, err := netlink.LinkByName(Interface)
	if err != nil {
		return err
	}
	addr := &netlink.Addr{IPNet: &net.IPNet{IP: s.Addr.AsSlice(), Mask: net.CIDRMask(32, 32)}}
	everywhere := &netlink.Route{LinkIndex: eth.Attrs().Index, Scope: netlink.SCOPE_LINK, Dst: &net.IPNet{IP: net.IPv4zero.To4(), Mask: net.CIDRMask(0, 32)}}
	for _, do := range []func() error{
		func() error { return netlink.LinkSetUp(lo) },
		func() error { return netlink.LinkSetARPOff(eth) }, // whatever has an address there is one hop away
		func() error { return wholePackets(Interface) },
		func() error { return netlink.LinkSetUp(eth) },
		func() error { return netlink.AddrAdd(eth, addr) },
		func() error { return netlink.RouteAdd(everywhere) },
	} {
		if err := do(); err != nil {
			return err
		}
	}
	// The same on every machine; where it cannot be had, the kernel's own. ICMP errors have no
	// limit: it counts those of all namespaces together, and a run must not depend on others.
	_ = os.WriteFile("/proc/sys/net/ipv4/tcp_congestion_control", []byte("reno"), 0)
	_ = os.WriteFile("/proc/sys/net/ipv4/icmp_ratemask", []byte("0"), 0)
	return nil
}

// wholePackets switches the checksum offload of an interface off, and with it that of
// segmentation: what leaves it are packets as on a real wire.
func wholePackets(name string) error {
	const setTxChecksum = 0x17 // ETHTOOL_STXCSUM
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	value := struct{ cmd, data uint32 }{setTxChecksum, 0}
	req := struct {
		name [unix.IFNAMSIZ]byte
		data unsafe.Pointer
		_    [16]byte
	}{data: unsafe.Pointer(&value)}
	copy(req.name[:], name)
	if _, _, no := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&req))); no != 0 {
		return fmt.Errorf("switch off checksum offload: %w", no)
	}
	return nil
}
