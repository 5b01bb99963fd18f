package lab

import (
	"bytes"
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"netlab/capture"
	"netlab/live"
	"netlab/live/link"
	"netlab/live/netns"
	"netlab/sim/fault"
	"netlab/sim/scenario"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A network carries the packets of an experiment between hosts that have a namespace each,
// and writes down what became of every one of them.
type network struct {
	script *scenario.Script
	faults []fault.Fault
	seed   uint64
	spaces []netns.Space // by host
	wire   *link.Wire
	look   func(local, peer netip.AddrPort) (wire.State, time.Duration, bool)
	player *live.Player
	start  time.Time
	hand   *hand // that lets packets through one by one; nil: they travel by themselves

	mu      sync.Mutex
	counts  map[[2]int]*fault.Counts // by direction
	copies  map[uint64]int
	states  map[[2]netip.AddrPort]wire.State // as last seen, by the end of a connection
	lives   map[[2]netip.AddrPort]int        // connections that these ends had before
	seen    []happening
	rules   map[[2]int]*wire.Rule // what happens to a frame on its way to a host
	flows   map[flow]scenario.Seen
	models  map[int]*modelHost
	olds    int
	most    int // happenings that are written down, if it is not 0: then tooMany is called
	tooMany func()
	played  netip.Addr // the address of the host that a program plays
	last    time.Time
	late    time.Duration // how late a packet was delivered at most

	clocks sync.WaitGroup // of the models, and of segments that turn up later

	telling sync.Mutex // after mu, if both are held
	tale    []trace.Event
	told    int // of seen
}

// A happening is one thing seen on the wire; its hosts and sockets get their names when all
// is known.
type happening struct {
	kind    trace.Kind
	at      time.Time
	frame   capture.Frame
	n       int // of the frame
	pkt     capture.Packet
	to      int  // recv: the host
	damaged bool // recv: its checksum is wrong
	rule    *wire.Rule
	conn    string // sent by a host that the model plays: by which socket
	// note:
	host, text string
	// state:
	when        time.Duration
	local, peer netip.AddrPort
	from, state wire.State
	vars        []trace.Var // set: what the kernel told
	life        int         // which connection between these ends it is, from 0
}

// openNetwork joins the hosts' namespaces.
func openNetwork(s *scenario.Script, spaces []netns.Space, st stage) (*network, error) {
	n := &network{script: s, faults: s.AllFaults(), seed: st.seed, hand: st.hand, spaces: spaces, counts: map[[2]int]*fault.Counts{}, copies: map[uint64]int{},
		states: map[[2]netip.AddrPort]wire.State{}, lives: map[[2]netip.AddrPort]int{}, rules: map[[2]int]*wire.Rule{}, flows: map[flow]scenario.Seen{}, models: map[int]*modelHost{}, last: time.Now()}
	var ports []link.Port
	for _, sp := range spaces {
		ports = append(ports, link.Port{Tap: sp.Tap, Host: netns.Interface, Within: func(do func() error) error { return netns.Within(sp.FD, do) }})
	}
	var err error
	n.wire, err = link.Open(ports, link.Options{Route: n.route, Delivered: n.delivered, Held: n.hand.takes})
	return n, err
}

// know gives the network its player before the first statement.
func (n *network) know(p *live.Player) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.player, n.look, n.start = p, p.Look, p.Start()
}

// route decides what becomes of a frame. It holds the lock of what is written down.
func (n *network) route(f link.Frame) []link.Delivery {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.most > 0 && len(n.seen) >= n.most {
		n.tooMany()
		return nil
	}
	n.last = time.Now()
	pkt, err := capture.Decode(f.Data)
	if err != nil {
		return nil // IGMP and the like: nothing that a script speaks of
	}
	if n.spaces[f.From].Addr != pkt.Src.Addr() {
		return nil // of a script that was played here before
	}
	var told trace.Event
	if m := n.models[f.From]; m != nil {
		told = m.nextSent()
	}
	n.seen = append(n.seen, happening{kind: trace.Send, rule: told.Rule, conn: told.Conn, at: f.Sent, n: f.N, pkt: pkt, life: n.lives[[2]netip.AddrPort{pkt.Src, pkt.Dst}], frame: capture.Frame{Time: f.Sent, Data: f.Data, OrigLen: len(f.Data)}})
	n.sight(pkt.Src, pkt.Dst)
	var all []link.Delivery
	for to := range n.spaces {
		if to != f.From && n.reaches(pkt.Dst.Addr(), to) {
			all = append(all, n.carry(&f, pkt, to)...)
		}
	}
	return all
}

// reaches reports whether a packet to the address is for the host.
func (n *network) reaches(dst netip.Addr, host int) bool {
	return dst == n.spaces[host].Addr || dst.IsMulticast() || dst == netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

// carry is what the link between two hosts does to a frame: the script's faults, as the
// model applies them.
func (n *network) carry(f *link.Frame, pkt capture.Packet, to int) []link.Delivery {
	a, b := n.script.Hosts[f.From].Name, n.script.Hosts[to].Name
	delay, joined := n.script.Delay(a, b)
	if !joined {
		return nil
	}
	way := [2]int{f.From, to}
	if n.counts[way] == nil {
		n.counts[way] = &fault.Counts{}
	}
	p := pkt.Wire()
	n.counts[way].Count(p)
	fp := fault.Packet{From: a, To: b, Packet: p, At: f.Sent.Sub(n.start), Nth: *n.counts[way], Seed: n.seed}
	id := fp.SameIdentity()
	fp.Copy = n.copies[id]
	n.copies[id]++
	fate := fault.Of(n.faults, fp)
	if fate.Lost {
		n.seen = append(n.seen, happening{kind: trace.Drop, at: f.Sent.Add(delay / 2), n: f.N, pkt: pkt, rule: fate.Rule})
		return nil
	}
	data := address(f.Data, n.spaces[to].MAC)
	if fate.Damaged {
		damage(data)
	}
	due := f.Sent.Add(delay + fate.Later)
	all := []link.Delivery{{Frame: f.N, To: to, Due: due, Data: data, Hold: n.hand != nil}}
	for _, later := range fate.Copy {
		all = append(all, link.Delivery{Frame: f.N, To: to, Due: due.Add(later), Data: data, Copy: true, Hold: n.hand != nil})
	}
	n.rules[[2]int{f.N, to}] = fate.Rule
	return all
}

// address returns a frame as the receiver wants it: with its hardware address, if it is
// not for a group.
func address(data []byte, mac net.HardwareAddr) []byte {
	data = bytes.Clone(data)
	if len(data) >= len(mac) && !isGroupMAC(data) {
		copy(data, mac)
	}
	return data
}

// isGroupMAC reports whether the frame is for a group or for all.
func isGroupMAC(data []byte) bool { return data[0]&1 != 0 }

// damage changes a bit of the last octet: of the text if there is one, else of the header.
func damage(data []byte) {
	const header, length = 14, 2 // of Ethernet; where IP says how long it is: short frames are padded
	end := len(data)
	if end > header+length+2 {
		end = min(end, header+int(binary.BigEndian.Uint16(data[header+length:])))
	}
	data[end-1] ^= 1
}

// delivered writes down that a frame has arrived.
func (n *network) delivered(d link.Delivery, at time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.last = time.Now()
	if !d.Due.IsZero() {
		n.late = max(n.late, at.Sub(d.Due))
	}
	pkt, err := capture.Decode(d.Data)
	if err != nil {
		return
	}
	if n.script.Hosts[d.To].Puppet {
		n.puppetSees(d.To, &pkt)
	}
	if m := n.models[d.To]; m != nil {
		defer m.arrives(d.Data, &pkt)
	}
	n.seen = append(n.seen, happening{kind: trace.Recv, at: at, n: d.Frame, pkt: pkt, to: d.To, damaged: !sound(d.Data), rule: n.rules[[2]int{d.Frame, d.To}]})
	n.sight(pkt.Dst, pkt.Src)
}

// sight asks the kernel for the state of a connection's end, and writes it down if it has
// changed.
func (n *network) sight(local, peer netip.AddrPort) {
	if n.look == nil || !slices.ContainsFunc(n.spaces, func(s netns.Space) bool { return s.Addr == local.Addr() && s.FD > 0 }) {
		return
	}
	s, at, ok := n.look(local, peer)
	end := [2]netip.AddrPort{local, peer}
	from, known := n.states[end]
	if ok && s == wire.StateClosed && known && s != from {
		time.Sleep(live.LookAgain)
		s, at, ok = n.look(local, peer)
	}
	if n.hand != nil {
		defer n.inform(end)
	}
	if !ok || s == from {
		return
	}
	note := func(from, to wire.State) {
		n.seen = append(n.seen, happening{kind: trace.State, when: at, local: local, peer: peer, from: from, state: to, life: n.lives[end]})
	}
	if s == wire.StateSynReceived && (from == wire.StateTimeWait || known && from == wire.StateClosed) { // another connection between the same ends
		if from == wire.StateTimeWait {
			note(from, wire.StateClosed)
		}
		n.lives[end]++
		from = wire.StateClosed
	}
	note(from, s)
	n.states[end] = s
}

// waitQuiet waits until nothing is on its way and everything sent is acknowledged.
func (n *network) waitQuiet(ctx context.Context, p *live.Player) {
	longest := time.Duration(0)
	for i := range n.script.Links {
		longest = max(longest, n.script.Links[i].Delay)
	}
	atMost := quietAtMost
	if slices.Contains(n.script.Needs(), scenario.NeedChance) {
		atMost = lossyAtMost
	}
	end := time.Now().Add(atMost + 2*longest)
	for time.Now().Before(end) && ctx.Err() == nil {
		n.mu.Lock()
		still := time.Since(n.last)
		n.mu.Unlock()
		if still >= quietFor && n.wire.Idle() && p.Quiet() && n.modelsQuiet() && n.programQuiet() {
			return
		}
		time.Sleep(quietFor / 8)
	}
}

// events puts what was seen into the script's words.
func (n *network) events(p *live.Player) []trace.Event {
	n.mu.Lock()
	defer n.mu.Unlock()
	namer := newNamer(p, n.played, n.seen)
	var all []trace.Event
	for i := range n.seen {
		all = append(all, n.event(p, &n.seen[i], namer.conn))
	}
	return all
}

// event puts one happening into the script's words; conn names the socket of an end of a
// connection.
func (n *network) event(p *live.Player, h *happening, conn func(proto wire.Proto, local, peer netip.AddrPort, life int) string) trace.Event {
	e := trace.Event{T: h.at.Sub(p.Start()), Kind: h.kind, Source: trace.Capture, Pkt: h.n, Frame: h.n, Rule: h.rule}
	switch h.kind {
	case trace.State:
		return trace.Event{T: h.when, Kind: trace.State, Source: trace.Live, From: h.from, To: h.state, Text: "sampled",
			Src: p.Endpoint(h.local), Dst: p.Endpoint(h.peer), Host: p.Endpoint(h.local).Host, Conn: conn(wire.TCP, h.local, h.peer, h.life)}
	case trace.Set:
		return trace.Event{T: h.when, Kind: trace.Set, Source: trace.Live, Vars: h.vars, Src: p.Endpoint(h.local), Dst: p.Endpoint(h.peer),
			Host: p.Endpoint(h.local).Host, Conn: conn(wire.TCP, h.local, h.peer, h.life)}
	case trace.Note:
		return trace.Event{T: e.T, Kind: trace.Note, Source: trace.Live, Host: h.host, Text: h.text, Rule: h.rule}
	default: // a packet
	}
	if h.n > firstOld {
		e.Frame = 0
	}
	e.Src, e.Dst, e.Proto, e.Seg, e.Dgram = p.Endpoint(h.pkt.Src), p.Endpoint(h.pkt.Dst), h.pkt.Proto, h.pkt.Seg, h.pkt.Dgram
	if c := e.Dgram.Cite; c != nil {
		c.Src, c.Dst = p.Endpoint(h.pkt.Cited[0]), p.Endpoint(h.pkt.Cited[1])
	}
	e.Host = e.Src.Host
	switch h.kind {
	case trace.Recv:
		e.Host = n.script.Hosts[h.to].Name
	case trace.Drop:
		e.Text = "the network loses"
		e.CauseBy = "the script's drop line"
		if h.text != "" {
			e.Text, e.CauseBy = h.text, "the learner's hand"
		}
	default: // sent
		switch {
		case h.conn != "":
			e.Conn = h.conn
		case e.Proto != wire.ICMP:
			e.Conn = conn(h.pkt.Proto, h.pkt.Src, h.pkt.Dst, h.life)
		}
	}
	return e
}
