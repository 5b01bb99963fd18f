package follow

import (
	"math/bits"
	"strings"

	"netlab/capture"
	"netlab/sim/wire"
)

// A States is a set of connection states.
type States uint16

func one(s wire.State) States { return 1 << s }

func set(list ...wire.State) (all States) {
	for _, s := range list {
		all |= one(s)
	}
	return all
}

// Has reports whether a state is in the set.
func (s States) Has(st wire.State) bool { return s&one(st) != 0 }

// Len is how many states are in the set.
func (s States) Len() int { return bits.OnesCount16(uint16(s)) }

// List returns the states in the order of the standard's list.
func (s States) List() (list []wire.State) {
	for _, st := range wire.States() {
		if s.Has(st) {
			list = append(list, st)
		}
	}
	return list
}

// String joins the names: "ESTABLISHED|CLOSE-WAIT".
func (s States) String() string {
	var names []string
	for _, st := range s.List() {
		names = append(names, st.String())
	}
	return strings.Join(names, "|")
}

// Inferred is what the packets so far tell about the state of one end.
type Inferred struct {
	// Earliest is the state that the end is in if everything that was captured has
	// arrived: it cannot have come further.
	Earliest wire.State
	// Proven is the state that its own packets prove: it has come at least so far.
	Proven wire.State
	// Possible are all states that fit the packets, among them those that an end enters
	// without a word: a program that has closed while data waits, a timer that has gone off.
	Possible States
	// Guess says that the opening was not captured, so that everything rests on the
	// assumption that there was one.
	Guess bool
}

// facts are what decides about a state; each may be seen or proven.
type facts struct {
	syn, answered bool // sent a SYN; it acknowledges the peer's, or is answered by its own
	gotSyn        bool // has the peer's SYN
	acked         bool // its SYN is acknowledged
	middle        bool // no SYN was captured
	peerFin       bool // has the peer's FIN, and everything before it
	fin           bool // has sent its FIN
	finAcked      bool
	finAfter      bool // sent it after it had the peer's
}

// state is the state of RFC 9293 §3.3.2 that facts amount to.
func (f facts) state() wire.State {
	if !f.middle && !f.fin {
		switch {
		case !f.syn:
			if !f.gotSyn || !f.acked {
				return wire.StateListen
			}
		case !f.gotSyn && !f.acked:
			return wire.StateSynSent
		case !f.gotSyn:
			return wire.StateSynSent
		case !f.acked:
			return wire.StateSynReceived
		}
	}
	switch {
	case !f.fin && !f.peerFin:
		return wire.StateEstablished
	case !f.fin:
		return wire.StateCloseWait
	case f.peerFin && f.finAfter && f.finAcked:
		return wire.StateClosed
	case f.peerFin && f.finAfter:
		return wire.StateLastAck
	case f.peerFin && f.finAcked:
		return wire.StateTimeWait
	case f.peerFin:
		return wire.StateClosing
	case f.finAcked:
		return wire.StateFinWait2
	default:
		return wire.StateFinWait1
	}
}

// seen are the facts about end x if everything captured has arrived.
func (c *conv) seen(x int) facts {
	me, peer := &c.ends[x], &c.ends[1-x]
	f := facts{syn: me.syn, answered: me.synAck, fin: me.fin, middle: !me.syn && !peer.syn || !me.syn && me.plain && !me.rst}
	f.gotSyn = peer.syn && c.frame >= c.hindsight(x).Syn
	f.acked = me.syn && peer.acked && peer.ack.After(me.iss)
	if me.bareSyn && peer.synAck && !peer.bareSyn && !f.acked { // it answers another SYN (RFC 9293 §3.10.7.3, first)
		f.gotSyn = false
	}
	if me.plain && me.syn && !peer.syn { // it goes on, so it was answered by what was not captured
		f.gotSyn, f.acked = true, f.acked || me.data || me.fin
		f.middle = f.acked
	}
	if c.answeredUnseen(x) {
		f.syn, f.answered, f.gotSyn, f.acked = true, true, true, true
	}
	f.peerFin = peer.fin && c.frame >= c.hindsight(x).Fin && (len(peer.gaps) == 0 || me.acked && me.ack.After(peer.finSeq))
	f.finAfter = me.fin && peer.fin && me.finAck.After(peer.finSeq)
	f.finAcked = me.fin && peer.acked && peer.ack.After(me.finSeq)
	return f
}

// answeredUnseen reports whether end x has answered the SYN with what was not captured: the peer
// goes on, and acknowledges it.
func (c *conv) answeredUnseen(x int) bool {
	me, peer := &c.ends[x], &c.ends[1-x]
	return !me.syn && !me.plain && !me.rst && peer.bareSyn && peer.plain && peer.acked
}

// proven are the facts about end x that its own packets prove.
func (c *conv) proven(x int) facts {
	me, peer := &c.ends[x], &c.ends[1-x]
	f := c.seen(x)
	f.gotSyn = f.gotSyn && me.acked && me.ack.After(peer.iss)
	if me.bareSyn && !me.synAck {
		f.acked = f.acked && me.plain && f.gotSyn
	} else {
		f.acked = f.acked && (me.data || me.fin || me.acked && me.ack.After(peer.iss.Add(1)))
	}
	if c.answeredUnseen(x) { // its SYN,ACK is all that is known
		f.gotSyn, f.acked = true, false
	}
	f.peerFin = f.peerFin && me.acked && me.ack.After(peer.finSeq)
	f.finAcked = f.finAcked && peer.hasProof && me.acked && me.ack.AtOrAfter(peer.finProof)
	return f
}

// possible are the states of all facts between the proven and the seen ones.
func possible(proven, seen facts) (all States) {
	for i := range 16 {
		f := seen
		f.gotSyn = proven.gotSyn || seen.gotSyn && i&1 != 0
		f.acked = proven.acked || seen.acked && i&2 != 0
		f.peerFin = proven.peerFin || seen.peerFin && i&4 != 0
		f.finAcked = proven.finAcked || seen.finAcked && i&8 != 0
		all |= one(f.state())
	}
	return all
}

// Infer tells the states of end x.
func (c *conv) infer(x int) Inferred {
	me, peer := &c.ends[x], &c.ends[1-x]
	seen, proven := c.seen(x), c.proven(x)
	in := Inferred{Earliest: seen.state(), Proven: proven.state(), Possible: possible(proven, seen), Guess: !me.syn && !peer.syn}
	if c.self { // what it sends, it receives: nothing is left to prove
		in.Proven = in.Earliest
	}
	in.Possible |= c.silent(x, in.Possible)
	in.afterReset(c, x)
	if c.hindsight(x).Refuses && !me.syn {
		in.Earliest, in.Proven = wire.StateClosed, wire.StateClosed
		in.Possible |= set(wire.StateClosed)
	}
	return in
}

// silent adds the states that an end enters without sending anything, or before it can
// send what tells of it.
func (c *conv) silent(x int, s States) (more States) {
	me, peer := &c.ends[x], &c.ends[1-x]
	if !me.fin { // close() has been called, and data or the window holds the FIN back
		if s.Has(wire.StateEstablished) || s.Has(wire.StateSynReceived) {
			more |= set(wire.StateFinWait1)
		}
		if s.Has(wire.StateCloseWait) {
			more |= set(wire.StateLastAck, wire.StateClosing)
		}
	} else if s.Has(wire.StateLastAck) { // close() may have been called before the peer's FIN came
		more |= set(wire.StateClosing, wire.StateFinWait1)
	}
	if (s | more).Has(wire.StateClosing) && c.seen(x).finAcked {
		more |= set(wire.StateTimeWait)
	}
	if !me.syn && peer.syn && !me.plain { // it has the SYN and has not answered, or its own SYN is about to cross it
		more |= set(wire.StateSynReceived, wire.StateSynSent, wire.StateClosed)
	}
	if s.Has(wire.StateSynReceived) && !me.bareSyn { // nobody finishes the handshake: it has forgotten it
		more |= set(wire.StateListen, wire.StateClosed)
	}
	if c.doubted && !me.data && !me.fin { // several SYNs: which of them counts is open
		more |= set(wire.StateListen, wire.StateSynSent, wire.StateSynReceived, wire.StateClosed)
	}
	if !me.data && !me.fin { // an old connection on the same sockets may not have given way to this one
		more |= c.before[x]
	}
	if s.Has(wire.StateListen) {
		more |= set(wire.StateClosed)
	}
	if (s | more).Has(wire.StateTimeWait) || s.Has(wire.StateSynSent) || s.Has(wire.StateFinWait2) {
		more |= set(wire.StateClosed) // a timer, or the program, has ended it
	}
	if me.unanswered > 0 || peer.acked && me.next.After(peer.ack) || peer.rst || me.fin {
		more |= set(wire.StateClosed) // nobody answers: it may have given up
	}
	return more
}

// afterReset takes resets into account.
func (in *Inferred) afterReset(c *conv, x int) {
	me, peer := &c.ends[x], &c.ends[1-x]
	switch {
	case me.rst && me.rstAlone && me.rstOpen && !me.plain && peer.filled > 0:
		// It was not synchronized, and refused one segment: it stays where it was.
		in.Possible |= set(wire.StateClosed)
		if !me.syn || peer.packets == 0 { // or nobody has answered, and it has given up
			in.Earliest, in.Proven = wire.StateClosed, wire.StateClosed
		}
	case me.rst && me.rstAlone:
		in.Earliest, in.Proven = wire.StateClosed, wire.StateClosed
		in.Possible |= set(wire.StateClosed)
	}
	if peer.rst && peer.rstAlone && me.lastFrame() < peer.rstFrame {
		in.Earliest = wire.StateClosed
		in.Possible |= set(wire.StateClosed)
		if me.synAck && !me.plain { // a passive open goes back to LISTEN
			in.Possible |= set(wire.StateListen)
		}
	}
}

// Words says in one short text which states are possible: the proven one, and the one
// that it can have reached: "ESTABLISHED", "ESTABLISHED..CLOSE-WAIT".
func (in Inferred) Words() string {
	if in.Proven == in.Earliest {
		return in.Earliest.String()
	}
	return in.Proven.String() + ".." + in.Earliest.String()
}

// A Hindsight tells what only later packets show: until which frame the peer's SYN and
// FIN cannot have arrived, because the end sent something then that does not acknowledge
// them. A second reading knows it from the first one ([Summary].Hindsight).
type Hindsight struct {
	Syn, Fin int32 // frames
	Refuses  bool  // nobody listened: the SYN was answered with a reset
}

// learn notes what a packet of end x tells about when the peer's cannot have arrived.
func (c *conv) learn(x int, h *capture.Headers, frame int) {
	peer, hind := &c.ends[1-x], &c.sum.Hindsight[x]
	ack := h.Flags.Has(wire.ACK)
	if peer.syn && !c.ends[x].synAck && h.Flags&(wire.SYN|wire.ACK|wire.RST) == wire.SYN {
		hind.Syn = int32(frame)
	}
	if peer.fin && ack && !h.Flags.Has(wire.RST) && !h.Ack.After(peer.finSeq) && h.Seq.AtOrAfter(c.ends[x].next) {
		hind.Fin = int32(frame)
	}
}

// Between lists the states that an end passes on its way from one to another, the last
// one included: packets tell of several steps at once. active says that the end has sent
// a SYN without ACK.
func Between(from, to wire.State, active bool) []wire.State {
	if from == to {
		return nil
	}
	var way []wire.State
	switch {
	case active && (from == wire.StateClosed || from == wire.StateListen) && to != wire.StateSynSent && to != wire.StateClosed:
		way = append([]wire.State{wire.StateSynSent}, Between(wire.StateSynSent, to, active)...)
		return way
	case (from == wire.StateListen || from == wire.StateClosed) && to >= wire.StateEstablished && from != to:
		way = []wire.State{wire.StateSynReceived}
		from = wire.StateSynReceived
	}
	switch {
	case from < wire.StateEstablished && to > wire.StateEstablished:
		way = append(way, wire.StateEstablished)
		from = wire.StateEstablished
	}
	switch {
	case from == wire.StateEstablished && (to == wire.StateClosing || to == wire.StateFinWait2):
		way = append(way, wire.StateFinWait1)
	case from == wire.StateEstablished && to == wire.StateTimeWait:
		way = append(way, wire.StateFinWait1, wire.StateFinWait2)
	case from == wire.StateFinWait1 && to == wire.StateTimeWait:
		way = append(way, wire.StateFinWait2)
	case from == wire.StateEstablished && to == wire.StateLastAck:
		way = append(way, wire.StateCloseWait)
	}
	return append(way, to)
}
