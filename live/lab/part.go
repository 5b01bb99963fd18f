package lab

import (
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"

	"netlab/live"
	"netlab/sim/scenario"
	"netlab/sim/wire"
)

// A part is what the script has a host do that a program plays.
type part struct {
	at     int // the statement in whose place the program is started; -1: it has nothing to do
	serves bool
	proto  wire.Proto
	port   uint16 // that it serves, or connects to; 0: the script does not say
	peer   string // the host, or the group, that it talks to
}

// partOf finds the first statement of the host with which something begins on the network: it
// serves a port, or turns to another host.
func partOf(s *scenario.Script, host string) part {
	p := part{at: -1}
	protos, ports := map[string]wire.Proto{}, map[string]uint16{}
	for i := range s.Stmts {
		st := &s.Stmts[i]
		if st.Host != host {
			continue
		}
		switch st.Verb {
		case scenario.Socket:
			protos[st.Result] = st.Proto
		case scenario.Bind:
			ports[st.Sock] = st.Port
		}
		p.proto, p.port = protos[st.Sock], st.Port
		switch {
		case st.Verb == scenario.Listen, st.Verb == scenario.Bind && p.proto == wire.UDP && !turnsFirst(s, host, st.Sock):
			p.at, p.serves, p.port, p.peer = i, true, cmp.Or(st.Port, ports[st.Sock]), peerOf(s, host)
			return p
		case st.Verb == scenario.Connect, st.Verb == scenario.SendTo:
			p.at, p.port, p.peer = i, st.Peer.Port, st.Peer.Host
			return p
		}
	}
	return p
}

// turnsFirst reports whether the host sends on the UDP socket before it receives on it: that
// is a client.
func turnsFirst(s *scenario.Script, host, sock string) bool {
	for i := range s.Stmts {
		if st := &s.Stmts[i]; st.Host == host && st.Sock == sock {
			switch st.Verb {
			case scenario.SendTo, scenario.Connect:
				return true
			case scenario.RecvFrom, scenario.Recv, scenario.Poll:
				return false
			default: // it says nothing about who begins
			}
		}
	}
	return false
}

// peerOf is the host that turns to this one first, or else the first other one.
func peerOf(s *scenario.Script, host string) string {
	for i := range s.Stmts {
		if s.Stmts[i].Peer.Host == host {
			return s.Stmts[i].Host
		}
	}
	for _, h := range s.Hosts {
		if h.Name != host {
			return h.Name
		}
	}
	return ""
}

// serving says what the program should do, for an error.
func (p *part) serving() string {
	if p.proto == wire.UDP {
		return "bind a UDP port"
	}
	return "listen on a TCP port"
}

// CanProgram says whether a program can play the host; the error is a [*CannotError].
func CanProgram(s *scenario.Script, host string) error {
	h := s.Host(host)
	switch {
	case h == nil:
		return &CannotError{fmt.Sprintf("it has no host %q", host), "name one of the script's hosts"}
	case h.Puppet:
		return &CannotError{host + " is a puppet, whose segments the script makes up", "let the program play another host"}
	case partOf(s, host).at < 0:
		return &CannotError{"the script has " + host + " neither listen nor connect nor send, so that there is nothing to do for a program", "let the program play another host: --exec HOST=CMD"}
	}
	return nil
}

// A socketList is what the kernel lists of the sockets of a namespace, read again and again. What
// is opened belongs to the namespace in which that was done.
type socketList struct {
	tcp *live.Listeners // of TCP's sockets those in LISTEN count
	udp []*os.File      // of UDP's those that are bound and not connected
}

// unconnected is the kernel's number of the state in which such a UDP socket is; it calls it
// CLOSE.
const unconnected = "07"

// sockets opens the list of the program's namespace.
func (r *running) sockets() (l *socketList, err error) {
	l = &socketList{}
	err = r.within(func() error {
		if r.part.proto != wire.UDP {
			l.tcp, err = live.OpenListeners()
			return err
		}
		f, err := os.Open("/proc/thread-self/net/udp")
		if err != nil {
			return err
		}
		l.udp = append(l.udp, f)
		if f, err := os.Open("/proc/thread-self/net/udp6"); err == nil { // a kernel may lack IPv6
			l.udp = append(l.udp, f)
		}
		return nil
	})
	return l, err
}

func (l *socketList) close() {
	if l.tcp != nil {
		l.tcp.Close()
	}
	for _, f := range l.udp {
		_ = f.Close()
	}
}

// waiting lists the addresses and ports on which somebody waits now.
func (l *socketList) waiting() (all []netip.AddrPort) {
	if l.tcp != nil {
		all, _ = l.tcp.All() // asked again soon
		return all
	}
	for _, f := range l.udp {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			continue
		}
		if data, err := io.ReadAll(f); err == nil {
			all = append(all, socketTable(string(data), unconnected)...)
		}
	}
	return all
}

// socketTable reads the local ends of the sockets in a state from a table of proc_pid_net(5):
//
//	sl  local_address rem_address   st tx_queue …
//	 0: 0100007F:1F90 00000000:0000 0A 00000000:…
func socketTable(text, state string) (all []netip.AddrPort) {
	for line := range strings.SplitSeq(text, "\n") {
		f := strings.Fields(line)
		if len(f) < 4 || f[3] != state {
			continue
		}
		host, port, _ := strings.Cut(f[1], ":")
		octets, err := hex.DecodeString(host)
		n, bad := strconv.ParseUint(port, 16, 16)
		if err != nil || bad != nil || len(octets)%4 != 0 {
			continue
		}
		for i := 0; i < len(octets); i += 4 { // words as this machine has them in memory
			binary.NativeEndian.PutUint32(octets[i:], binary.BigEndian.Uint32(octets[i:]))
		}
		if a, ok := netip.AddrFromSlice(octets); ok {
			all = append(all, netip.AddrPortFrom(a.Unmap(), uint16(n)))
		}
	}
	return all
}

// reached reports whether the other hosts reach a socket that is bound to the address.
func (r *running) reached(a netip.Addr) bool {
	return a.IsUnspecified() || a == r.addr || a.IsMulticast() || !r.wire && a.IsLoopback()
}

// best is the end on which the program serves, among those that were not there before: one
// that others reach rather, then the script's port rather, then the lowest.
func (r *running) best(now, before []netip.AddrPort) (netip.AddrPort, bool) {
	now = slices.DeleteFunc(now, func(a netip.AddrPort) bool { return slices.Contains(before, a) })
	if len(now) == 0 {
		return netip.AddrPort{}, false
	}
	return slices.MinFunc(now, func(a, b netip.AddrPort) int {
		first := func(x, y bool) int {
			switch {
			case x == y:
				return 0
			case x:
				return -1
			default:
				return 1
			}
		}
		port := first(a.Port() == r.part.port, b.Port() == r.part.port)
		if r.prog.Cell != nil && port != 0 { // no other will do
			return port
		}
		return cmp.Or(first(r.reached(a.Addr()), r.reached(b.Addr())), port, cmp.Compare(a.Port(), b.Port()), a.Addr().Compare(b.Addr()))
	}), true
}
