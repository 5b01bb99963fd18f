package sim

import (
	"time"

	"netlab/sim/scenario"
	"netlab/sim/socket"
	"netlab/sim/tcp"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A Peer is one host of a script, played by the model against hosts that are not: its
// packets are handed out instead of carried, and the time is told from outside. It keeps no
// clock, and starts no statement by itself.
type Peer struct {
	w    *World
	told int // events handed out
}

// NewPeer returns the host of the script at time 0.
func NewPeer(s *scenario.Script, host string, opt Options) *Peer {
	if opt.Profile.Name == "" {
		opt.Profile = tcp.Linux
	}
	w := newWorld(s, opt)
	w.outside, w.queue = &[]wire.Packet{}, queue{}
	w.alone, w.slack = w.hostIndex(host), realSlack
	return &Peer{w: w}
}

// realSlack is how late a real clock may be: a busy machine always is, a little.
const realSlack = 50 * time.Millisecond

// Start starts statement i, which is one of this host.
func (p *Peer) Start(now time.Duration, i int) {
	p.Advance(now)
	p.w.startStmt(i)
}

// Returned reports whether statement i has returned.
func (p *Peer) Returned(i int) bool { return p.w.cursor.HasReturned(i) }

// Arrives takes a packet that has come from another host.
func (p *Peer) Arrives(now time.Duration, pkt wire.Packet) {
	p.Advance(now)
	p.w.arrive(&item{at: now, kind: itemArrival, host: p.w.alone, pkt: &pkt})
	p.w.retryCalls()
}

// Advance does what is due up to now: timers, and calls that have waited long enough.
func (p *Peer) Advance(now time.Duration) {
	w := p.w
	for {
		next, due := w.queue.peek()
		if !due || next > now {
			break
		}
		it := w.queue.pop()
		w.now = max(w.now, it.at)
		w.work(&it)
	}
	w.now = max(w.now, now)
	w.cause = 0
}

// Due returns when Advance has something to do; ok is false if never.
func (p *Peer) Due() (at time.Duration, ok bool) { return p.w.queue.peek() }

// Sent returns the packets that the host has sent since the last time it was asked, in
// order; their IDs count from 1.
func (p *Peer) Sent() []wire.Packet {
	out := *p.w.outside
	*p.w.outside = nil
	return out
}

// Told returns the events since the last time it was asked.
func (p *Peer) Told() []trace.Event {
	events := p.w.events[p.told:]
	p.told = len(p.w.events)
	return events
}

// Quiet reports whether everything that the host has sent is acknowledged.
func (p *Peer) Quiet() bool {
	h := &p.w.hosts[p.w.alone]
	for id := range h.Sockets() {
		if b := h.TCB(socket.ID(id)); b.Deadline(tcp.TimerRetransmit) != 0 || b.Deadline(tcp.TimerDelayedAck) != 0 {
			return false
		}
	}
	return true
}
