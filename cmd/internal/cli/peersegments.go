package cli

import (
	"net"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"netlab/capture"
	"netlab/live/peer"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A segmentWatch finds a peer's packets among all that the interfaces carry.
type segmentWatch struct {
	show      *peerShow
	recorders []*capture.Recorder

	mu         sync.Mutex
	names      map[trace4]string   // connections, by their two ends
	listening  map[uint16]string   // own ports where anybody may come from
	connecting netip.AddrPort      // an own connect is under way: its port is seen in its SYN
	pending    []seen              // not yet known to be anybody's
	own        map[netip.Addr]bool // the addresses of this host
	half       bool                // it was said that only one direction of some packets is seen
}

// A trace4 is a connection's own end and the other one.
type trace4 struct{ local, remote netip.AddrPort }

// A seen is a packet that a recorder has taken.
type seen struct {
	at time.Time
	p  capture.Packet
}

// mostPending bounds how many packets wait to be known; a socket is told of within
// microseconds of its packets.
const mostPending = 512

// watchSegments opens a recorder on every interface that is up. Without any it returns
// the key of the words that say why.
func watchSegments(s *peerShow) (w *segmentWatch, why string) {
	w = &segmentWatch{show: s, names: map[trace4]string{}, listening: map[uint16]string{}}
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil, "peer_segments_system"
	}
	w.own = ownAddresses()
	why = "peer_segments_why"
	if runtime.GOOS != "linux" {
		why = "peer_segments_system"
	}
	for _, ifi := range interfaces {
		if ifi.Flags&net.FlagUp == 0 {
			continue
		}
		r, err := capture.Open(ifi.Name, w.take)
		if err == nil {
			w.recorders = append(w.recorders, r)
		}
	}
	if len(w.recorders) == 0 {
		return nil, why
	}
	return w, ""
}

// ownAddresses lists the addresses of this host.
func ownAddresses() map[netip.Addr]bool {
	own := map[netip.Addr]bool{}
	all, _ := net.InterfaceAddrs() // none known: then more is taken for another host
	for _, a := range all {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			own[p.Addr()] = true
		}
	}
	return own
}

// observe learns from an event of the peer which packets are its own, after all packets
// sent before it have been taken.
func (w *segmentWatch) observe(e *peer.Event) {
	for _, r := range w.recorders {
		r.Flush()
	}
	w.learn(e)
	if !w.half && w.leavesHost(e) {
		w.half = true
		half := peer.Event{Event: trace.Event{T: e.T, Host: e.Host, Kind: trace.Note, Conn: e.Conn, Source: trace.Live}, Why: whyHalf}
		w.show.print(half)
	}
}

// whyHalf is the sentence about packets of which only one direction is seen.
const whyHalf peer.Why = "half"

// learn finds in an event which packets are the peer's.
func (w *segmentWatch) learn(e *peer.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := trace4{e.Local, e.Remote}
	switch {
	case e.Call == "connect" && e.Kind == trace.Call && e.Proto == wire.TCP:
		w.connecting = e.Remote
	case e.Call == "getsockname" && (e.Conn == "s" || e.Conn == "u"):
		w.listening[e.Local.Port()] = e.Conn
	case e.Kind == trace.Return && (e.Call == "accept" || e.Call == "connect") && e.Local.IsValid() && e.Remote.IsValid():
		w.names[key] = e.Conn
	default:
		return
	}
	waiting := w.pending
	w.pending = nil
	for _, s := range waiting {
		w.sort(s)
	}
}

// take is called by the recorders.
func (w *segmentWatch) take(f capture.Frame) {
	p, err := capture.Decode(f.Data)
	if err != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sort(seen{f.Time, p})
}

// sort tells of a packet, or keeps it until it is known whose it is.
func (w *segmentWatch) sort(s seen) {
	if s.p.Proto != w.show.flags.Proto && (s.p.Proto != wire.ICMP || w.show.flags.Proto != wire.UDP) {
		return
	}
	src, dst := s.p.Src, s.p.Dst
	if s.p.Proto == wire.ICMP { // it comes back to the one who has sent what it is about
		src, dst = s.p.Cited[1], s.p.Cited[0]
	}
	if s.p.Proto == wire.TCP && dst == w.connecting && s.p.Seg.Flags&(wire.SYN|wire.ACK) == wire.SYN {
		w.names[trace4{src, dst}] = "c"
		w.connecting = netip.AddrPort{}
	}
	name, leaves := w.whose(src, dst)
	if name == "" {
		if len(w.pending) == mostPending {
			w.pending = w.pending[1:]
		}
		w.pending = append(w.pending, s)
		return
	}
	w.tell(s, name, leaves, src, dst)
}

// whose finds the socket that has sent or will receive the packet.
func (w *segmentWatch) whose(src, dst netip.AddrPort) (name string, leaves bool) {
	if n := w.names[trace4{src, dst}]; n != "" {
		return n, true
	}
	if n := w.names[trace4{dst, src}]; n != "" {
		return n, false
	}
	if n := w.listening[dst.Port()]; n != "" {
		return n, false
	}
	if n := w.listening[src.Port()]; n != "" {
		return n, true
	}
	return "", false
}

func (w *segmentWatch) tell(s seen, name string, leaves bool, src, dst netip.AddrPort) {
	mine := w.show.host()
	other := map[string]string{"A": "B", "B": "A"}[mine]
	from, to := other, mine
	if leaves {
		from, to = mine, other
	}
	remote := src
	if leaves {
		remote = dst
	}
	e := peer.Event{Remote: remote, Event: trace.Event{T: s.at.Sub(w.show.start), Host: from, Kind: trace.Send, Conn: name,
		Src: wire.Endpoint{Host: from, Port: src.Port()}, Dst: wire.Endpoint{Host: to, Port: dst.Port()},
		Proto: s.p.Proto, Seg: s.p.Seg, Dgram: s.p.Dgram, Source: trace.Capture}}
	if a := dst.Addr(); a.IsMulticast() || a.String() == wire.Broadcast {
		e.Dst.Host = a.String()
	}
	if c := s.p.Dgram.Cite; c != nil {
		cite := *c
		cite.Src, cite.Dst = e.Dst, e.Src
		e.Dgram.Cite = &cite
	}
	w.show.segment(e)
}

// stop ends the recording and says how many packets the kernel had no room for.
func (w *segmentWatch) stop() (dropped int) {
	for _, r := range w.recorders {
		st, _ := r.Stop()
		dropped += st.Dropped
	}
	return dropped
}

// segment prints a packet.
func (s *peerShow) segment(e peer.Event) {
	s.mu.Lock()
	s.packets++
	e.Pkt = s.packets
	s.mu.Unlock()
	s.print(e)
}

// leavesHost reports whether a call has sent something that goes over a network card: the
// recorder takes only what arrives there.
func (w *segmentWatch) leavesHost(e *peer.Event) bool {
	if e.Kind != trace.Return || !e.Remote.IsValid() || (e.Call != "connect" && e.Call != "sendto" && e.Call != "accept") {
		return false
	}
	a := e.Remote.Addr()
	if a.IsMulticast() && w.show.flags.Interface != "" {
		ifi, err := net.InterfaceByName(w.show.flags.Interface)
		return err == nil && ifi.Flags&net.FlagLoopback == 0
	}
	return !a.IsLoopback() && !w.own[a]
}
