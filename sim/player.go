package sim

import (
	"slices"

	"netlab/sim/fault"
	"netlab/sim/ip"
	"netlab/sim/scenario"
	"netlab/sim/socket"
	"netlab/sim/tcp"
	"netlab/sim/trace"
	"netlab/sim/udp"
	"netlab/sim/wire"
)

// Options choose how a script is played.
type Options struct {
	Profile tcp.Profile // the zero Profile means tcp.Textbook
	Seed    uint64      // numbers that the script leaves open come from it
	// Loopback plays the script as one machine does that talks to itself: links have
	// next to no delay, and what a call sends has arrived, and is answered, before
	// the next call begins. Calls at the same set time are still simultaneous.
	Loopback bool
	MTU      int // of links for which the script sets none; 0: any packet fits

	quiet bool // keep no trace
}

// DefaultSeed is the seed used where none is given.
const DefaultSeed = 42

// maxMoments bounds a run: two endpoints that answer each other for ever must
// not hang the player. No script that ends comes near it.
const maxMoments = 1_000_000

// checkpointEvery is how many moments lie between two checkpoints at first; when
// there are too many checkpoints, every second one goes and the distance doubles.
const (
	checkpointEvery = 8
	maxCheckpoints  = 32
)

// A Player plays a script and keeps its history. A moment is one thing that
// happens (a call, an arrival, a timer) with all that follows from it at once.
// Going back keeps the future; only a fork changes it.
type Player struct {
	script *scenario.Script
	opt    Options

	world  *World // the furthest moment played so far
	ends   []int  // ends[i] is how many events there are after i+1 moments
	pos    int    // moments shown
	ended  bool
	checks []checkpoint
	every  int
	near   []checkpoint // between two of checks, where somebody is looking
}

// A checkpoint is the world after some moments, without its events: those are the
// player's, and holding older copies of the list would keep them all.
type checkpoint struct {
	moment int
	world  *World
}

// snapshot is a clone without events.
func (w *World) snapshot() *World {
	c := w.clone()
	c.events, c.known = nil, nil
	return c
}

// NewPlayer returns a player before the first moment.
func NewPlayer(s *scenario.Script, opt Options) *Player {
	if opt.Profile.Name == "" {
		opt.Profile = tcp.Textbook
	}
	p := &Player{script: s, opt: opt, every: checkpointEvery}
	p.world = newWorld(s, opt)
	p.checks = []checkpoint{{0, p.world.snapshot()}}
	return p
}

// Script returns the script that is played, faults of forks included.
func (p *Player) Script() *scenario.Script { return p.script }

// Pos returns how many moments are shown.
func (p *Player) Pos() int { return p.pos }

// Step shows the next moment and reports whether there was one.
func (p *Player) Step() bool {
	if p.pos == len(p.ends) && !p.play() {
		return false
	}
	p.pos++
	return true
}

// Back hides the last moment shown and reports whether there was one. The
// moment is kept: Step shows the same one again.
func (p *Player) Back() bool {
	if p.pos == 0 {
		return false
	}
	p.pos--
	return true
}

// Goto shows exactly n moments, or all there are, and returns how many.
func (p *Player) Goto(n int) int {
	for len(p.ends) < n && p.play() {
	}
	p.pos = max(0, min(n, len(p.ends)))
	return p.pos
}

// play plays the next moment that leaves an event.
func (p *Player) play() bool {
	if p.ended {
		return false
	}
	before := len(p.world.events)
	for len(p.world.events) == before {
		if len(p.ends) >= maxMoments {
			p.world.endless()
			p.ended = true
			break
		}
		if !p.world.step() {
			p.ended = true
			return false
		}
	}
	p.ends = append(p.ends, len(p.world.events))
	p.remember()
	return true
}

// remember keeps a checkpoint now and then.
func (p *Player) remember() {
	if len(p.ends)%p.every != 0 {
		return
	}
	p.checks = append(p.checks, checkpoint{len(p.ends), p.world.snapshot()})
	if len(p.checks) > maxCheckpoints {
		kept := p.checks[:0]
		for i, c := range p.checks {
			if i%2 == 0 {
				kept = append(kept, c)
			}
		}
		p.checks = kept
		p.every *= 2
	}
}

// World returns the state at the moment shown, to look at.
func (p *Player) World() *World {
	if p.pos == len(p.ends) {
		return p.world
	}
	from := p.nearest()
	w := from.world.clone()
	w.known = p.world.events
	if from.moment > 0 {
		w.events = w.known[:p.ends[from.moment-1]]
	}
	span := max(1, (p.pos-from.moment)/nearCheckpoints)
	if p.pos-from.moment > 2*nearCheckpoints { // far: keep some on the way, for the next step back
		p.near = p.near[:0]
	}
	for m := from.moment; m < p.pos; m++ {
		if span > 1 && (m-from.moment)%span == 0 {
			p.near = append(p.near, checkpoint{m, w.snapshot()})
		}
		for len(w.events) < p.ends[m] && w.step() {
		}
	}
	return w
}

// nearCheckpoints is about how many are kept between two lasting ones.
const nearCheckpoints = 16

// nearest returns the last checkpoint that is not after the moment shown.
func (p *Player) nearest() checkpoint {
	from := p.checks[0]
	for _, list := range [][]checkpoint{p.checks, p.near} {
		for _, c := range list {
			if c.moment <= p.pos && c.moment > from.moment {
				from = c
			}
		}
	}
	return from
}

// Events returns the events up to the moment shown.
func (p *Player) Events() []trace.Event {
	if p.pos == 0 {
		return nil
	}
	return p.world.events[:p.ends[p.pos-1]]
}

// Trace plays to the end and returns the whole run; what is shown stays.
func (p *Player) Trace() *trace.Trace {
	for p.play() {
	}
	return p.world.trace(p.opt)
}

// endless notes that the run was stopped.
func (w *World) endless() {
	w.cause = 0
	w.record(trace.Event{Kind: trace.Note, Call: scenario.StoppedCall, Text: "stopped: a million moments, and still no end; ask for less, or for a shorter time"})
}

// trace is the run so far.
func (w *World) trace(opt Options) *trace.Trace {
	t := &trace.Trace{
		Script: w.script.Name, Hash: w.script.Hash(), Profile: opt.Profile.Name, Seed: opt.Seed,
		Source: trace.Model, Events: w.events, Ended: w.now,
	}
	for i, h := range w.script.Hosts {
		t.Hosts = append(t.Hosts, trace.Host{Name: h.Name, IP: w.script.Address(i)})
	}
	return t
}

// Fork returns a player of the same script with more faults, at the same moment.
// Up to the first packet that an added fault touches, both runs are equal.
func (p *Player) Fork(faults ...fault.Fault) *Player {
	f := NewPlayer(p.script.With(faults...), p.opt)
	f.Goto(p.pos)
	return f
}

// Counts says how much happened in a run of which no trace was kept.
type Counts struct {
	Moments int // calls, arrivals and timers
	Packets int
}

// Drive plays a script to its end without keeping a trace: for measurements.
func Drive(s *scenario.Script, opt Options) Counts {
	if opt.Profile.Name == "" {
		opt.Profile = tcp.Textbook
	}
	opt.quiet = true
	w := newWorld(s, opt)
	n := 0
	for ; n < maxMoments*10 && w.step(); n++ {
	}
	return Counts{n, w.packets}
}

// Run plays a script to its end.
func Run(s *scenario.Script, opt Options) *trace.Trace {
	if opt.Profile.Name == "" {
		opt.Profile = tcp.Textbook
	}
	w := newWorld(s, opt)
	for n := 0; w.step(); n++ {
		if n >= maxMoments {
			w.endless()
			break
		}
	}
	return w.trace(opt)
}

// Rules lists every rule that the model can name, from the endpoint outward.
func Rules() []*wire.Rule {
	return slices.Concat(tcp.Rules(), socket.Rules(), udp.Rules(), ip.Rules(), fault.Rules(), []*wire.Rule{RulePuppet})
}
