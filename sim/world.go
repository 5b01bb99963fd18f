package sim

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"netlab/sim/fault"
	"netlab/sim/ip"
	"netlab/sim/scenario"
	"netlab/sim/socket"
	"netlab/sim/tcp"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A World is everything at one moment.
type World struct {
	script *scenario.Script
	faults []fault.Fault
	seed   uint64
	links  []link // by sender and receiver
	index  map[string]int

	now      time.Duration
	queue    queue
	hosts    []host
	cursor   scenario.Cursor
	counts   []fault.Counts // by direction
	copies   map[uint64]int // how often a packet was sent; only if some fault is by chance
	packets  int
	events   []trace.Event
	known    []trace.Event  // what a replay will record: the events are there already
	quiet    bool           // no trace is kept
	outside  *[]wire.Packet // of a Peer: what leaves its host, alone
	alone    int
	slack    time.Duration // how late a call may be before the trace says so
	loopback bool          // see Options
	lastAt   time.Duration // when the last call with a time of its own was due
	answers  int           // ACKs in a row that only answer ACKs
	cause    int           // the event that is being worked on
	waits    scenario.Waits
	datagram uint16 // identification of the next datagram that is split
}

// A link is the way from one host to another.
type link struct {
	joined bool
	delay  time.Duration
	mtu    int
}

// A host is one computer of the world.
type host struct {
	socket.Host
	puppet bool
	flows  map[pair]scenario.Seen // of a puppet
	parts  ip.Reassembler
	names  map[string]socket.ID // the program's variables
	seen   []seenSock           // what the trace already says of each socket
	calls  []call               // calls that have not returned
}

// A pair names a flow of a puppet: its own port and the other end.
type pair struct {
	port uint16
	peer wire.Endpoint
}

// A seenSock remembers what the trace says, so that only changes are recorded, and
// which timers have an item in the queue.
type seenSock struct {
	known bool
	vars  [trace.Vars]int64
	timer [tcp.Timers]time.Duration
}

// A call is a call that has not returned yet.
type call struct {
	stmt  int
	sock  socket.ID
	cause int
	sent  int    // send, recv: octets taken or read so far
	got   string // recv of a text: octets read so far
}

// clone returns a copy that can go its own way; the events so far are shared.
func (w *World) clone() *World {
	c := *w
	c.queue = w.queue.clone()
	c.cursor = w.cursor.Clone()
	c.counts = slices.Clone(w.counts)
	c.copies = maps.Clone(w.copies)
	c.waits = w.waits.Clone()
	c.hosts = make([]host, len(w.hosts))
	for i := range w.hosts {
		h := &w.hosts[i]
		c.hosts[i] = host{h.Host.Clone(), h.puppet, maps.Clone(h.flows), h.parts.Clone(), maps.Clone(h.names), slices.Clone(h.seen), slices.Clone(h.calls)}
	}
	c.events = w.events[:len(w.events):len(w.events)]
	return &c
}

// fewHosts is up to how many hosts are looked through rather than looked up.
const fewHosts = 8

func (w *World) hostIndex(name string) int {
	if len(w.hosts) <= fewHosts { // faster than hashing
		for i := range w.hosts {
			if w.hosts[i].Name == name {
				return i
			}
		}
		return -1
	}
	if i, ok := w.index[name]; ok {
		return i
	}
	return -1
}

func (w *World) schedule(it item) { w.queue.push(it) }

// record appends an event, caused by what is being worked on, and returns its number.
func (w *World) record(e trace.Event) int {
	if w.quiet {
		return 0
	}
	if n := len(w.events); n < len(w.known) {
		w.events = w.known[:n+1]
		return n + 1
	}
	e.N = len(w.events) + 1
	e.T = w.now
	e.Source = trace.Model
	if e.Cause == 0 {
		e.Cause = w.cause
	}
	if len(w.events) == cap(w.events) { // append grows a long list by a quarter, and copies it as often
		w.events = slices.Grow(w.events, max(64, len(w.events)))
	}
	w.events = append(w.events, e)
	return e.N
}

// step does the next thing that happens and reports whether there was one.
func (w *World) step() bool {
	if i, ok := w.cursor.Next(w.now); ok && !w.delivers(i) {
		w.startStmt(i)
		return true
	}
	at, waits := w.cursor.NextAt()
	next, due := w.queue.peek()
	if !due || (waits && at <= next && !(w.loopback && at <= w.now)) {
		if !waits {
			return false
		}
		w.now = max(w.now, at)
		i, _ := w.cursor.Next(w.now)
		w.startStmt(i)
		return true
	}
	if w.answers > stormAfter {
		w.cause = 0
		w.record(trace.Event{Kind: trace.Note, Rule: fault.RuleAckStorm, Text: "stopped: the two ends answer each other's ACKs for ever"})
		w.answers = 0
		w.queue = queue{}
		return true
	}
	if w.over() {
		return false
	}
	it := w.queue.pop()
	w.now = it.at
	w.work(&it)
	return true
}

// loopbackDelay is how long loopback takes to deliver.
const loopbackDelay = time.Microsecond

// delivers reports whether packets are still on their way that loopback delivers
// before statement i begins.
func (w *World) delivers(i int) bool {
	st := &w.script.Stmts[i]
	if !w.loopback || st.HasAt && st.At == w.lastAt {
		return false
	}
	next, due := w.queue.peek()
	return due && next <= w.now+loopbackDelay && w.queue.items[0].kind == itemArrival
}

// over reports whether the run has ended: the programs are done, and nothing is
// due but waits that tell nothing (TIME-WAIT, keep-alives, user time-outs), unless the
// script says how long to run.
func (w *World) over() bool {
	if !w.cursor.Done() {
		return false
	}
	until := max(w.script.Until, w.silences())
	if next, _ := w.queue.peek(); until > 0 && next <= until {
		return false
	}
	if w.script.Until > 0 {
		return true
	}
	for i := range w.queue.items {
		it := &w.queue.items[i]
		switch {
		case it.kind == itemArrival || it.kind == itemLoss || it.kind == itemOld:
			return false
		case it.kind == itemTimer && w.tellsMore(it):
			return false
		}
	}
	return true
}

// silences returns until when the run must go on so that the expect lines about silence
// can be judged.
func (w *World) silences() time.Duration {
	until := time.Duration(0)
	for i := range w.script.Expects {
		e := &w.script.Expects[i]
		if e.Kind != scenario.ExpectQuiet {
			continue
		}
		for k := range w.events {
			if w.events[k].Stmt == e.After+1 {
				until = max(until, w.events[k].T+e.For)
				break
			}
		}
	}
	return until
}

// tellsMore reports whether a timer in the queue will show something that is worth
// waiting for.
func (w *World) tellsMore(it *item) bool {
	b := w.hosts[it.host].TCB(it.sock)
	if b.Deadline(it.timer) == 0 {
		return false
	}
	switch it.timer {
	case tcp.TimerTimeWait, tcp.TimerKeepAlive, tcp.TimerUser, tcp.TimerFinWait2:
		return false
	default: // a closed window that no program is going to open is probed for ever
		return b.SndWnd != 0 || !b.State.Synchronized() || b.Probes() < enoughProbes
	}
}

// enoughProbes shows how the wait between probes grows.
const enoughProbes = 3

// work does one scheduled item.
func (w *World) work(it *item) {
	w.cause = it.cause
	switch it.kind {
	case itemArrival:
		w.arrive(it)
	case itemLoss:
		e := trace.Event{Host: it.pkt.Src.Host, Kind: trace.Drop, Rule: it.rule, Text: "the network loses"}
		e.SetPacket(it.pkt)
		w.record(e)
	case itemTimer:
		if !w.timerGoesOff(it) {
			return
		}
	case itemPatience:
		w.losePatience(it)
	case itemOld:
		w.oldPacket(it)
	case itemParts:
		h := &w.hosts[it.host]
		for _, cite := range h.parts.Expire(w.now) {
			w.cause = w.record(trace.Event{Host: h.Name, Kind: trace.Note, Rule: ip.RuleIncomplete, Text: "fragments are thrown away: one of them never came"})
			if cite != nil {
				w.transmit(it.host, wire.Packet{Proto: wire.ICMP, Src: wire.Endpoint{Host: h.Name}, Dst: wire.Endpoint{Host: cite.Src.Host}, TTL: 64,
					Dgram: wire.Datagram{Cite: cite}}, trace.Event{Rule: ip.RuleIncomplete}, false)
			}
		}
	}
	w.retryCalls()
}

// timerGoesOff handles a timer item. A timer that was stopped leaves its item behind; one
// that was put off is scheduled anew.
func (w *World) timerGoesOff(it *item) bool {
	h := &w.hosts[it.host]
	at := h.TCB(it.sock).Deadline(it.timer)
	h.seen[it.sock].timer[it.timer] = 0
	if at == 0 || at > w.now {
		w.scheduleTimer(it.host, it.sock, it.timer, at, it.cause)
		return false
	}
	if !h.Suspended(it.sock) {
		w.cause = w.record(trace.Event{Host: h.Name, Kind: trace.Timer, Conn: h.ConnName(it.sock), Text: it.timer.String()})
	}
	h.Expire(w.now, it.sock, it.timer)
	w.drain(it.host)
	return true
}

// arrive delivers a packet to its host.
func (w *World) arrive(it *item) {
	h := &w.hosts[it.host]
	e := trace.Event{Host: h.Name, Kind: trace.Recv, Rule: it.rule}
	e.SetPacket(it.pkt)
	n := w.record(e)
	w.cause = n
	if h.puppet {
		w.puppetSees(h, it.pkt)
		return
	}
	p := it.pkt
	if p.Dgram.Frag != nil && !p.Damaged {
		whole, ok := h.parts.Add(w.now, *p)
		if !ok {
			w.record(trace.Event{Host: h.Name, Kind: trace.Note, Rule: ip.RuleWaiting, Text: "the fragment waits for the others"})
			w.schedule(item{at: h.parts.Due(), kind: itemParts, host: it.host, cause: n})
			return
		}
		w.record(trace.Event{Host: h.Name, Kind: trace.Note, Rule: ip.RuleReassembled, Text: "the datagram is whole again: " + strconv.Itoa(len(whole.Dgram.Data)) + " octets"})
		p = &whole
	}
	id := h.Arrives(w.now, p)
	if n > 0 {
		w.events[n-1].Conn = h.ConnName(id)
	}
	w.drain(it.host)
}
