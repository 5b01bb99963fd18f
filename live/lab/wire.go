package lab

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
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
	start  time.Time
	hand   *hand // that lets packets through one by one; nil: they travel by themselves

	mu     sync.Mutex
	counts map[[2]int]*fault.Counts // by direction
	copies map[uint64]int
	states map[[2]netip.AddrPort]wire.State // as last seen, by the end of a connection
	seen   []happening
	rules  map[[2]int]*wire.Rule // what happens to a frame on its way to a host
	last   time.Time
}

// A happening is one thing seen on the wire; its hosts and sockets get their names when all
// is known.
type happening struct {
	kind  trace.Kind
	at    time.Time
	frame capture.Frame
	n     int // of the frame
	pkt   capture.Packet
	to    int // recv: the host
	rule  *wire.Rule
	// state:
	when        time.Duration
	local, peer netip.AddrPort
	from, state wire.State
	vars        []trace.Var // set: what the kernel told
	text        string      // drop, note: by the learner's hand
}

// openNetwork joins the hosts' namespaces.
func openNetwork(s *scenario.Script, spaces []netns.Space, st stage) (*network, error) {
	n := &network{script: s, faults: s.AllFaults(), seed: st.seed, hand: st.hand, spaces: spaces, counts: map[[2]int]*fault.Counts{}, copies: map[uint64]int{},
		states: map[[2]netip.AddrPort]wire.State{}, rules: map[[2]int]*wire.Rule{}, last: time.Now()}
	var taps []string
	for _, sp := range spaces {
		taps = append(taps, sp.Tap)
	}
	var err error
	n.wire, err = link.Open(taps, link.Options{Route: n.route, Delivered: n.delivered, Held: n.hand.takes})
	return n, err
}

// know gives the network its player before the first statement.
func (n *network) know(p *live.Player) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.look, n.start = p.Look, p.Start()
}

// route decides what becomes of a frame. It holds the lock of what is written down.
func (n *network) route(f link.Frame) []link.Delivery {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.last = time.Now()
	pkt, err := capture.Decode(f.Data)
	if err != nil {
		return nil // IGMP and the like: nothing that a script speaks of
	}
	n.seen = append(n.seen, happening{kind: trace.Send, at: f.Sent, n: f.N, pkt: pkt, frame: capture.Frame{Time: f.Sent, Data: f.Data, OrigLen: len(f.Data)}})
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
func damage(data []byte) { data[len(data)-1] ^= 1 }

// delivered writes down that a frame has arrived.
func (n *network) delivered(d link.Delivery, at time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.last = time.Now()
	pkt, err := capture.Decode(d.Data)
	if err != nil {
		return
	}
	n.seen = append(n.seen, happening{kind: trace.Recv, at: at, n: d.Frame, pkt: pkt, to: d.To, rule: n.rules[[2]int{d.Frame, d.To}]})
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
	if from := n.states[end]; ok && s != from {
		n.seen = append(n.seen, happening{kind: trace.State, when: at, local: local, peer: peer, from: from, state: s})
		n.states[end] = s
	}
	if n.hand != nil {
		n.inform(end)
	}
}

// waitQuiet waits until nothing is on its way and everything sent is acknowledged.
func (n *network) waitQuiet(ctx context.Context, p *live.Player) {
	longest := time.Duration(0)
	for i := range n.script.Links {
		longest = max(longest, n.script.Links[i].Delay)
	}
	end := time.Now().Add(quietAtMost + 2*longest)
	for time.Now().Before(end) && ctx.Err() == nil {
		n.mu.Lock()
		still := time.Since(n.last)
		n.mu.Unlock()
		if still >= quietFor && n.wire.Idle() && p.Quiet() {
			return
		}
		time.Sleep(quietFor / 8)
	}
}

// events puts what was seen into the script's words.
func (n *network) events(p *live.Player) []trace.Event {
	n.mu.Lock()
	defer n.mu.Unlock()
	namer := newNamer(p)
	var all []trace.Event
	for i := range n.seen {
		h := &n.seen[i]
		e := trace.Event{T: h.at.Sub(p.Start()), Kind: h.kind, Source: trace.Capture, Pkt: h.n, Frame: h.n, Rule: h.rule}
		if h.kind == trace.State {
			e = trace.Event{T: h.when, Kind: trace.State, Source: trace.Live, From: h.from, To: h.state, Text: "sampled",
				Src: p.Endpoint(h.local), Dst: p.Endpoint(h.peer), Host: p.Endpoint(h.local).Host, Conn: namer.conn(wire.TCP, h.local, h.peer)}
			all = append(all, e)
			continue
		}
		if h.kind == trace.Set {
			all = append(all, trace.Event{T: h.when, Kind: trace.Set, Source: trace.Live, Vars: h.vars, Src: p.Endpoint(h.local), Dst: p.Endpoint(h.peer),
				Host: p.Endpoint(h.local).Host, Conn: namer.conn(wire.TCP, h.local, h.peer)})
			continue
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
		case trace.Note:
			e = trace.Event{T: e.T, Kind: trace.Note, Source: trace.Capture, Text: h.text}
		default: // sent
			if e.Proto != wire.ICMP {
				e.Conn = namer.conn(h.pkt.Proto, h.pkt.Src, h.pkt.Dst)
			}
		}
		all = append(all, e)
	}
	return all
}

// A namer names the sockets of connections. A child that no program has accepted is called
// after its listener, as in the model: s.1, s.2, …
type namer struct {
	p        *live.Player
	children map[string]int
	names    map[[2]netip.AddrPort]string
}

func newNamer(p *live.Player) *namer {
	return &namer{p, map[string]int{}, map[[2]netip.AddrPort]string{}}
}

func (m *namer) conn(proto wire.Proto, local, peer netip.AddrPort) string {
	if proto == wire.UDP {
		return m.p.ConnName(proto, local, peer)
	}
	end := [2]netip.AddrPort{local, peer}
	if name, ok := m.names[end]; ok {
		return name
	}
	name, listener := m.p.ConnName(proto, local, peer), m.p.ListenerName(local, peer)
	if listener != "" {
		key := m.p.Endpoint(local).Host + " " + listener
		m.children[key]++
		if name == listener {
			name = fmt.Sprintf("%s.%d", listener, m.children[key])
		}
	}
	m.names[end] = name
	return name
}

// dropRepeated leaves out states that a socket is said to be in and is in already: calls
// and packets are watched each for themselves.
func dropRepeated(events []trace.Event) []trace.Event {
	now := map[[2]string]wire.State{}
	kept := events[:0]
	for _, e := range events {
		if e.Kind == trace.State {
			key := [2]string{e.Host, e.Conn}
			if e.From = now[key]; e.To == e.From {
				continue
			}
			now[key] = e.To
		}
		kept = append(kept, e)
	}
	return kept
}

// playWire conducts the experiment between namespaces, and returns what it has shown.
func playWire(ctx context.Context, s *scenario.Script, st stage) (*live.Player, *recording, error) {
	mtu := smallestMTU(s)
	var addrs []netip.Addr
	for _, h := range s.Hosts {
		addrs = append(addrs, st.addr[h.Name])
	}
	spaces, err := netns.Spaces(addrs, mtu)
	if err != nil {
		return nil, nil, err
	}
	back, closeBack, err := newWireBackend(spaces)
	if err != nil {
		return nil, nil, err
	}
	defer closeBack()
	n, err := openNetwork(s, spaces, st)
	if err != nil {
		return nil, nil, err
	}
	rec := &recording{}
	opt := live.Options{Addr: st.addr, FixedPorts: true, Wire: true, Backend: back, Emit: rec.event}
	know := n.know
	if st.hand != nil {
		opt.Turn, opt.Stood = st.hand.turn, st.hand.stood
		know = func(p *live.Player) { n.know(p); st.hand.join(n, p, rec) }
	}
	p, err := live.Play(ctx, s, opt, know)
	if err == nil {
		if st.hand == nil {
			n.waitQuiet(ctx, p)
		} else {
			st.hand.waitOver(ctx)
		}
		p.Sample()
	}
	err = errors.Join(err, n.wire.Close()) // before anything is tidied away
	rec.events = n.merge(p, rec)
	for i := range n.seen {
		if h := &n.seen[i]; h.kind == trace.Send {
			rec.frames = append(rec.frames, message{Type: "packet", TimeNs: h.frame.Time.UnixNano(), Data: h.frame.Data, Orig: h.frame.OrigLen})
		}
	}
	p.Tidy()
	return p, rec, err
}

// merge puts what the calls and the wire have shown so far into one order.
func (n *network) merge(p *live.Player, rec *recording) []trace.Event {
	all := append(slices.Clone(rec.events), n.events(p)...)
	slices.SortStableFunc(all, func(a, b trace.Event) int { return cmp.Compare(a.T, b.T) })
	return dropRepeated(all)
}

// childWire plays the script between namespaces and reports.
func childWire(ctx context.Context, s *scenario.Script, st stage, out io.Writer) error {
	p, rec, err := playWire(ctx, s, st)
	if p == nil {
		return writeMessage(out, refusal("namespace", err))
	}
	if st.hand != nil {
		if err := st.hand.tell(rec.events, true); err != nil {
			return err
		}
		rec.events = nil // they are told
	}
	end := message{Type: "end", Start: p.Start().UnixNano(), Took: int64(time.Since(p.Start())), Stats: capture.Stats{Captured: len(rec.frames)}}
	return rec.sendAll(out, end, err)
}
