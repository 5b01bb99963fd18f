package sim

import (
	"slices"
	"time"

	"netlab/sim/fault"
	"netlab/sim/scenario"
	"netlab/sim/socket"
	"netlab/sim/tcp"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// An item is something scheduled: a packet's arrival, a packet's loss, a timer
// or the end of a call's patience.
type item struct {
	at    time.Duration
	order int // ties are broken by the order of scheduling
	kind  itemKind
	host  int
	sock  socket.ID
	timer tcp.Timer
	pkt   wire.Packet
	cause int
	stmt  int
	rule  *wire.Rule
}

type itemKind uint8

const (
	itemArrival itemKind = iota
	itemLoss
	itemTimer
	itemPatience
	itemOld
)

// A World is everything at one moment.
type World struct {
	script *scenario.Script
	faults []fault.Fault

	now     time.Duration
	order   int
	queue   []item // sorted by time, then order
	hosts   []host
	cursor  scenario.Cursor
	counts  []fault.Counts // by direction
	packets int
	events  []trace.Event
	cause   int // the event that is being worked on
	acted   []int
}

// A host is one computer of the world.
type host struct {
	socket.Host
	names map[string]socket.ID // the program's variables
	seen  []seenSock           // what the trace already says of each socket
	calls []call               // calls that have not returned
}

// A seenSock remembers what the trace says, so that only changes are recorded.
type seenSock struct {
	known bool
	vars  [trace.Vars]int64
	timer [4]time.Duration
}

// A call is a call that has not returned yet.
type call struct {
	stmt  int
	sock  socket.ID
	cause int
	sent  int    // send: octets taken so far
	got   string // recv of a text: octets read so far
}

// newWorld returns the world before anything has happened.
func newWorld(s *scenario.Script, p tcp.Profile, seed uint64) *World {
	w := &World{script: s, faults: s.Faults, cursor: scenario.NewCursor(s)}
	for i := range s.Hosts {
		h := &s.Hosts[i]
		iss := h.ISS
		if !h.HasISS {
			iss = readableISS(s, seed, i)
		}
		w.hosts = append(w.hosts, host{Host: socket.New(h.Name, p, iss), names: map[string]socket.ID{}})
	}
	w.counts = make([]fault.Counts, len(s.Hosts)*len(s.Hosts))
	for _, f := range s.Faults {
		if f.Verb == fault.Old {
			w.schedule(item{at: f.At, kind: itemOld, host: w.hostIndex(f.Sel.From), pkt: wire.Packet{
				Src: wire.Endpoint{Host: f.Sel.From}, Dst: wire.Endpoint{Host: f.Sel.To}, Seg: f.Seg}})
		}
	}
	return w
}

// clone returns a copy that can go its own way; the events so far are shared.
func (w *World) clone() *World {
	c := *w
	c.queue = slices.Clone(w.queue)
	c.cursor = w.cursor.Clone()
	c.counts = slices.Clone(w.counts)
	c.acted = nil
	c.hosts = make([]host, len(w.hosts))
	for i := range w.hosts {
		h := &w.hosts[i]
		names := make(map[string]socket.ID, len(h.names))
		for k, v := range h.names {
			names[k] = v
		}
		c.hosts[i] = host{h.Host.Clone(), names, slices.Clone(h.seen), slices.Clone(h.calls)}
	}
	c.events = w.events[:len(w.events):len(w.events)]
	return &c
}

func (w *World) hostIndex(name string) int {
	return slices.IndexFunc(w.hosts, func(h host) bool { return h.Name == name })
}

// schedule puts an item in its place.
func (w *World) schedule(it item) {
	it.order = w.order
	w.order++
	i, _ := slices.BinarySearchFunc(w.queue, it, func(a, b item) int {
		if a.at != b.at {
			return int(min(1, max(-1, a.at-b.at)))
		}
		return a.order - b.order
	})
	w.queue = slices.Insert(w.queue, i, it)
}

// record appends an event, caused by what is being worked on, and returns its number.
func (w *World) record(e trace.Event) int {
	e.N = len(w.events) + 1
	e.T = w.now
	e.Source = trace.Model
	if e.Cause == 0 {
		e.Cause = w.cause
	}
	w.events = append(w.events, e)
	return e.N
}

// step does the next thing that happens and reports whether there was one.
func (w *World) step() bool {
	if i, ok := w.cursor.Next(w.now); ok {
		w.startStmt(i)
		return true
	}
	at, waits := w.cursor.NextAt()
	if len(w.queue) == 0 || (waits && at <= w.queue[0].at) {
		if !waits {
			return false
		}
		w.now = max(w.now, at)
		i, _ := w.cursor.Next(w.now)
		w.startStmt(i)
		return true
	}
	if w.over() {
		return false
	}
	it := w.queue[0]
	w.queue = w.queue[1:]
	w.now = it.at
	w.work(it)
	return true
}

// over reports whether the run has ended: the programs are done, and nothing is
// due but waits that tell nothing (TIME-WAIT), unless the script says how long to run.
func (w *World) over() bool {
	if w.script.Until > 0 {
		return w.queue[0].at > w.script.Until && w.cursor.Done()
	}
	if !w.cursor.Done() {
		return false
	}
	for _, it := range w.queue {
		switch {
		case it.kind == itemArrival || it.kind == itemLoss || it.kind == itemOld:
			return false
		case it.kind == itemTimer && it.timer != tcp.TimerTimeWait && w.stillDue(it) && !w.onlyProbing(it):
			return false
		}
	}
	return true
}

// onlyProbing reports whether the timer would only probe, once more, a window that
// no program is going to open: that goes on for ever and tells nothing new.
func (w *World) onlyProbing(it item) bool {
	b := w.hosts[it.host].TCB(it.sock)
	return b.SndWnd == 0 && b.State.Synchronized() && b.Probes() >= enoughProbes
}

// enoughProbes shows how the wait between probes grows.
const enoughProbes = 3

// stillDue reports whether a timer item has not been overtaken: timers that were
// stopped or restarted leave their old item in the queue.
func (w *World) stillDue(it item) bool {
	return w.hosts[it.host].TCB(it.sock).Deadline(it.timer) == it.at
}

// work does one scheduled item.
func (w *World) work(it item) {
	w.cause = it.cause
	switch it.kind {
	case itemArrival:
		w.arrive(it)
	case itemLoss:
		w.record(trace.Event{Host: it.pkt.Src.Host, Kind: trace.Drop, Pkt: it.pkt.ID, Src: it.pkt.Src, Dst: it.pkt.Dst,
			Seg: it.pkt.Seg, Rule: it.rule, Text: "the network loses"})
	case itemTimer:
		if !w.stillDue(it) {
			return
		}
		h := &w.hosts[it.host]
		w.cause = w.record(trace.Event{Host: h.Name, Kind: trace.Timer, Conn: h.ConnName(it.sock), Text: it.timer.String()})
		h.Expire(w.now, it.sock, it.timer)
		w.drain(it.host)
	case itemPatience:
		w.losePatience(it)
	case itemOld:
		w.oldPacket(it)
	}
	w.retryCalls()
}

// arrive delivers a packet to its host.
func (w *World) arrive(it item) {
	h := &w.hosts[it.host]
	n := w.record(trace.Event{Host: h.Name, Kind: trace.Recv, Pkt: it.pkt.ID, Src: it.pkt.Src, Dst: it.pkt.Dst, Seg: it.pkt.Seg, Rule: it.rule})
	w.cause = n
	id := h.Arrives(w.now, it.pkt.Src, it.pkt.Dst, it.pkt.Seg)
	w.events[n-1].Conn = h.ConnName(id)
	w.drain(it.host)
}

// oldPacket lets a segment of an earlier connection between the same sockets
// turn up: it takes the ports of the connection that the script makes.
func (w *World) oldPacket(it item) {
	from, to := it.pkt.Src.Host, it.pkt.Dst.Host
	it.pkt.Src.Port, it.pkt.Dst.Port = 40000, 80
	for i := range w.script.Stmts {
		st := &w.script.Stmts[i]
		switch {
		case st.Verb == scenario.Connect && st.Host == from && st.Peer.Host == to:
			it.pkt.Dst.Port = st.Peer.Port
			if id, ok := w.hosts[it.host].names[st.Sock]; ok {
				if local, _ := w.hosts[it.host].Ends(id); local.Port != 0 {
					it.pkt.Src.Port = local.Port
				}
			}
		case st.Verb == scenario.Connect && st.Host == to && st.Peer.Host == from:
			it.pkt.Src.Port, it.pkt.Dst.Port = st.Peer.Port, 40000
		}
	}
	w.packets++
	it.pkt.ID = w.packets
	n := w.record(trace.Event{Host: from, Kind: trace.Note, Text: "an old segment of an earlier connection turns up: " + it.pkt.Seg.Label(), Rule: fault.RuleOldPacket})
	it.cause, it.kind, it.rule = n, itemArrival, fault.RuleOldPacket
	it.host = w.hostIndex(to)
	w.cause = n
	w.arrive(it)
}
