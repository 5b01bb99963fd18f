package live

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"netlab/live/netns"
	"netlab/sim/fault"
	"netlab/sim/wire"
)

// Raw makes system calls on non-blocking sockets. The kernel does the same for
// them as for blocking ones; only the waiting is ours, so that it has a limit.
type Raw struct {
	diag   *diag
	spaces map[netip.Addr]space
	peers  map[Handle]netip.AddrPort // of connects in progress
}

// A space is a network namespace that holds one host.
type space struct {
	fd      int
	diag    *diag
	ifindex int // of the interface to the other hosts
}

// NewRaw returns a backend whose sockets live in the namespace of the caller.
func NewRaw() (*Raw, error) {
	d, err := openDiag()
	if err != nil {
		return nil, err
	}
	return &Raw{diag: d, spaces: map[netip.Addr]space{}, peers: map[Handle]netip.AddrPort{}}, nil
}

// Settle lets the sockets of the host with that address live in another namespace.
func (r *Raw) Settle(host netip.Addr, namespace int) error {
	return netns.Within(namespace, func() error {
		d, err := openDiag()
		if err != nil {
			return err
		}
		eth, err := net.InterfaceByName(netns.Interface)
		if err != nil {
			d.close()
			return err
		}
		r.spaces[host] = space{namespace, d, eth.Index}
		return nil
	})
}

// CloseDiag releases the backend's own sockets.
func (r *Raw) CloseDiag() {
	r.diag.close()
	for _, s := range r.spaces {
		s.diag.close()
	}
}

// Socket implements [Backend].
func (r *Raw) Socket(proto wire.Proto, host netip.Addr) (h Handle, err error) {
	if s, ok := r.spaces[host]; ok {
		inside := netns.Within(s.fd, func() error {
			h, err = makeSocket(proto)
			return nil
		})
		return h, errors.Join(err, inside)
	}
	return makeSocket(proto)
}

func makeSocket(proto wire.Proto) (Handle, error) {
	kind := unix.SOCK_STREAM
	if proto == wire.UDP {
		kind = unix.SOCK_DGRAM
	}
	fd, err := unix.Socket(unix.AF_INET, kind|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err == nil && proto == wire.UDP { // a group that another socket of this machine has joined is not ours
		err = unix.SetsockoptInt(fd, unix.SOL_IP, unix.IP_MULTICAST_ALL, 0)
	}
	return Handle(fd), err
}

func sockaddr(a netip.AddrPort) *unix.SockaddrInet4 {
	return &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}
}

func addrPort(sa unix.Sockaddr, err error) netip.AddrPort {
	in, ok := sa.(*unix.SockaddrInet4)
	if err != nil || !ok {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(netip.AddrFrom4(in.Addr), uint16(in.Port))
}

// Bind implements [Backend].
func (r *Raw) Bind(h Handle, local netip.AddrPort) error { return unix.Bind(int(h), sockaddr(local)) }

// BindAddress implements [Backend].
func (r *Raw) BindAddress(h Handle, addr netip.Addr) error {
	if err := unix.SetsockoptInt(int(h), unix.SOL_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1); err != nil {
		return err
	}
	return unix.Bind(int(h), sockaddr(netip.AddrPortFrom(addr, 0)))
}

// Listen implements [Backend].
func (r *Raw) Listen(h Handle, backlog int) error { return unix.Listen(int(h), backlog) }

// Connect implements [Backend].
func (r *Raw) Connect(h Handle, peer netip.AddrPort) error {
	err := unix.Connect(int(h), sockaddr(peer))
	if errors.Is(err, unix.EINPROGRESS) {
		r.peers[h] = peer
	}
	return err
}

// Connected implements [Backend].
func (r *Raw) Connected(h Handle) (bool, error) {
	fds := []unix.PollFd{{Fd: int32(h), Events: unix.POLLOUT}}
	n, err := unix.Poll(fds, 0)
	if err != nil || n == 0 {
		return false, nil
	}
	peer, ok := r.peers[h]
	if !ok {
		return true, unix.ENOTCONN
	}
	var failed error
	if info, err := unix.GetsockoptTCPInfo(int(h), unix.IPPROTO_TCP, unix.TCP_INFO); err == nil && kernelStates[info.State] == wire.StateClosed {
		if failed = r.PendingError(h); errors.Is(failed, unix.ECONNRESET) { // shutdown() has ended it: connect() would begin anew
			delete(r.peers, h)
			return true, failed
		}
	}
	// A second connect() tells how the first has ended, and lets the kernel count
	// the socket as connected, as a blocking connect() would.
	if err = unix.Connect(int(h), sockaddr(peer)); errors.Is(err, unix.EISCONN) {
		err = nil
	}
	if errors.Is(err, unix.EALREADY) || errors.Is(err, unix.EINPROGRESS) {
		return false, nil
	}
	delete(r.peers, h)
	return true, cmp.Or(failed, err)
}

// Accept implements [Backend].
func (r *Raw) Accept(h Handle) (Handle, bool, error) {
	fd, _, err := unix.Accept4(int(h), unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	if wouldBlock(err) {
		return 0, false, nil
	}
	return Handle(fd), true, err
}

func wouldBlock(err error) bool { return errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR) }

// Send implements [Backend].
func (r *Raw) Send(h Handle, data string) (int, bool, error) {
	n, err := unix.SendmsgN(int(h), []byte(data), nil, nil, unix.MSG_NOSIGNAL)
	if wouldBlock(err) {
		return 0, false, nil
	}
	return n, true, err
}

// Recv implements [Backend].
func (r *Raw) Recv(h Handle, n int) (string, bool, error) {
	buf := make([]byte, min(n, 1<<20))
	got, _, err := unix.Recvfrom(int(h), buf, 0)
	if wouldBlock(err) {
		return "", false, nil
	}
	if err != nil {
		return "", true, err
	}
	return string(buf[:got]), true, nil
}

// Shutdown implements [Backend].
func (r *Raw) Shutdown(h Handle, how string) error {
	return unix.Shutdown(int(h), map[string]int{"read": unix.SHUT_RD, "write": unix.SHUT_WR, "both": unix.SHUT_RDWR}[how])
}

// Close implements [Backend].
func (r *Raw) Close(h Handle) error { return unix.Close(int(h)) }

// Cancel implements [Backend]; a call that waits holds nothing in the kernel.
func (r *Raw) Cancel(Handle) {}

// Local implements [Backend].
func (r *Raw) Local(h Handle) netip.AddrPort { return addrPort(unix.Getsockname(int(h))) }

// Peer implements [Backend].
func (r *Raw) Peer(h Handle) netip.AddrPort { return addrPort(unix.Getpeername(int(h))) }

// kernelStates translates the kernel's numbering of states.
var kernelStates = map[uint8]wire.State{
	1: wire.StateEstablished, 2: wire.StateSynSent, 3: wire.StateSynReceived, 4: wire.StateFinWait1,
	5: wire.StateFinWait2, 6: wire.StateTimeWait, 7: wire.StateClosed, 8: wire.StateCloseWait,
	9: wire.StateLastAck, 10: wire.StateListen, 11: wire.StateClosing, 12: wire.StateSynReceived,
}

// State implements [Backend]: an exact look-up of a connection in the kernel's
// table, which still knows it after the descriptor is closed or TIME-WAIT has
// taken it over; TCP_INFO for a socket that has no peer.
func (r *Raw) State(h Handle, open bool, local, peer netip.AddrPort) (wire.State, bool) {
	if open && !peer.IsValid() {
		info, err := unix.GetsockoptTCPInfo(int(h), unix.IPPROTO_TCP, unix.TCP_INFO)
		if err != nil {
			return 0, false
		}
		s, ok := kernelStates[info.State]
		return s, ok
	}
	if !local.IsValid() || !peer.IsValid() {
		return wire.StateClosed, true
	}
	d := r.diag
	if s, ok := r.spaces[local.Addr()]; ok {
		d = s.diag
	}
	return d.state(local, peer)
}

// Quiet implements [Backend].
func (r *Raw) Quiet(h Handle) bool {
	info, err := unix.GetsockoptTCPInfo(int(h), unix.IPPROTO_TCP, unix.TCP_INFO)
	return err != nil || info.State == 7 || (info.Unacked == 0 && info.Notsent_bytes == 0)
}

// longestPoll is how long one poll lasts before the context is looked at again.
const longestPoll = 50 * time.Millisecond

// Wait implements [Backend].
func (r *Raw) Wait(ctx context.Context, sockets []Interest, limit time.Duration) error {
	if ctx.Err() != nil {
		return nil // the player sees it too
	}
	var fds []unix.PollFd
	for _, s := range sockets {
		events := int16(0)
		if s.Read {
			events |= unix.POLLIN
		}
		if s.Write {
			events |= unix.POLLOUT
		}
		fds = append(fds, unix.PollFd{Fd: int32(s.H), Events: events})
	}
	limit = min(max(limit, 0), longestPoll)
	timeout := unix.NsecToTimespec(int64(limit))
	if _, err := unix.Ppoll(fds, &timeout, nil); err != nil && !errors.Is(err, unix.EINTR) {
		return fmt.Errorf("poll: %w", err)
	}
	return nil
}

// Lose implements [Backend] with a classic BPF filter: the packet begins at the
// TCP header, and a verdict of 0 octets drops it.
func (r *Raw) Lose(h Handle, proto wire.Proto, kinds []Loss) error {
	if len(kinds) == 0 {
		err := unix.SetsockoptInt(int(h), unix.SOL_SOCKET, unix.SO_DETACH_FILTER, 0)
		if errors.Is(err, unix.ENOENT) {
			return nil
		}
		return err
	}
	program := lossProgram(kinds)
	if proto == wire.UDP {
		program = datagramLosses(kinds)
	}
	raw, err := bpf.Assemble(program)
	if err != nil {
		return err
	}
	prog := make([]unix.SockFilter, len(raw))
	for i, in := range raw {
		prog[i] = unix.SockFilter{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	return unix.SetsockoptSockFprog(int(h), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER,
		&unix.SockFprog{Len: uint16(len(prog)), Filter: &prog[0]})
}

// datagramLosses drops datagrams of any of the kinds; what a UDP socket receives
// begins at the UDP header.
func datagramLosses(kinds []Loss) []bpf.Instruction {
	var prog []bpf.Instruction
	for _, k := range kinds {
		switch k.What {
		case fault.Any, fault.UDP:
			prog = append(prog, from(k.From, bpf.RetConstant{Val: 0})...)
		case fault.Data:
			prog = append(prog, from(k.From, bpf.LoadExtension{Num: bpf.ExtLen},
				bpf.JumpIf{Cond: bpf.JumpGreaterThan, Val: wire.UDPHeaderLen, SkipFalse: 1}, bpf.RetConstant{Val: 0})...)
		default: // kinds of segment
		}
	}
	return append(prog, bpf.RetConstant{Val: 1 << 30})
}

// sourceAddress is where a filter finds the source address of the packet's IP
// header (SKF_NET_OFF).
const sourceAddress = 0xfff00000 + 12

// from does what follows only with packets from an address.
func from(a netip.Addr, then ...bpf.Instruction) []bpf.Instruction {
	b := a.As4()
	return append([]bpf.Instruction{
		bpf.LoadAbsolute{Off: sourceAddress, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: binary.BigEndian.Uint32(b[:]), SkipTrue: uint8(len(then))},
	}, then...)
}

// lossProgram drops segments of any of the kinds. M[0] holds the flags, M[1] the
// number of data octets.
func lossProgram(kinds []Loss) []bpf.Instruction {
	prog := []bpf.Instruction{
		bpf.LoadAbsolute{Off: 12, Size: 1}, // data offset in the high nibble, in words
		bpf.ALUOpConstant{Op: bpf.ALUOpShiftRight, Val: 4},
		bpf.ALUOpConstant{Op: bpf.ALUOpShiftLeft, Val: 2},
		bpf.TAX{},
		bpf.LoadExtension{Num: bpf.ExtLen},
		bpf.ALUOpX{Op: bpf.ALUOpSub},
		bpf.StoreScratch{Src: bpf.RegA, N: 1},
		bpf.LoadAbsolute{Off: 13, Size: 1},
		bpf.StoreScratch{Src: bpf.RegA, N: 0},
	}
	const (
		fin, syn, rst, ack = uint32(wire.FIN), uint32(wire.SYN), uint32(wire.RST), uint32(wire.ACK)
	)
	drop := bpf.RetConstant{Val: 0}
	flags := func(mask, want uint32, then ...bpf.Instruction) []bpf.Instruction {
		in := []bpf.Instruction{bpf.LoadScratch{Dst: bpf.RegA, N: 0}, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: mask}}
		return append(append(in, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: want, SkipTrue: uint8(len(then))}), then...)
	}
	octets := func(cond bpf.JumpTest) []bpf.Instruction {
		return []bpf.Instruction{bpf.LoadScratch{Dst: bpf.RegA, N: 1}, bpf.JumpIf{Cond: cond, Val: 0, SkipFalse: 1}, drop}
	}
	for _, k := range kinds {
		var then []bpf.Instruction
		switch k.What {
		case fault.Any:
			then = []bpf.Instruction{drop}
		case fault.Syn:
			then = flags(syn|ack, syn, drop)
		case fault.SynAck:
			then = flags(syn|ack, syn|ack, drop)
		case fault.Ack:
			then = flags(syn|ack|fin|rst, ack, octets(bpf.JumpEqual)...)
		case fault.Data:
			then = octets(bpf.JumpGreaterThan)
		case fault.Fin:
			then = flags(fin, fin, drop)
		case fault.Rst:
			then = flags(rst, rst, drop)
		}
		if k.Until != 0 {
			then = append(before(k.Until, len(then)), then...)
		}
		prog = append(prog, from(k.From, then...)...)
	}
	return append(prog, bpf.RetConstant{Val: 1 << 30})
}

// timestamp is where Linux puts the timestamp of a segment without SYN: after two NOPs
// and the option's kind and length.
const timestamp = 24

// before skips n instructions where the segment's timestamp is not before a value.
func before(value uint32, n int) []bpf.Instruction {
	return []bpf.Instruction{
		bpf.LoadAbsolute{Off: timestamp, Size: 4},
		bpf.ALUOpConstant{Op: bpf.ALUOpSub, Val: value},
		bpf.JumpIf{Cond: bpf.JumpLessThan, Val: 1 << 31, SkipTrue: uint8(n)},
	}
}
