package follow

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"netlab/sim/wire"
)

// A Handshake is how a connection opened.
type Handshake uint8

// The ways to open.
const (
	NoHandshake      Handshake = iota // none seen: the capture began later
	ThreeWay                          // SYN; SYN,ACK; ACK
	SimultaneousOpen                  // two SYNs that crossed
	SplitHandshake                    // the answer to the SYN is an ACK and a SYN of its own
	Refused                           // the SYN was answered with a reset
	UnansweredSyn                     // nobody answered
	HalfOpen                          // the SYN,ACK was not acknowledged
	PartlySeen                        // a SYN,ACK without its SYN, or a SYN whose answer is missing
	lastHandshake
)

var handshakeNames = [lastHandshake]string{"none seen", "three-way", "simultaneous", "split", "refused", "unanswered", "half-open", "partly seen"}

// String returns "three-way".
func (h Handshake) String() string { return handshakeNames[h] }

// Handshakes lists the ways to open.
func Handshakes() []string { return handshakeNames[:] }

// A Close is how a connection ended.
type Close uint8

// The ways to end.
const (
	NotClosed         Close = iota
	FourSegments            // FIN, ACK, FIN, ACK
	ThreeSegments           // the second FIN carries the ACK of the first
	SimultaneousClose       // two FINs that crossed
	HalfClose               // one end had closed, and the other went on sending
	Reset
	lastClose
)

var closeNames = [lastClose]string{"none", "four-segments", "three-segments", "simultaneous", "half-close", "reset"}

// String returns "four-segments".
func (c Close) String() string { return closeNames[c] }

// Closes lists the ways to end.
func Closes() []string { return closeNames[:] }

// A Count is how often something was found, and where first.
type Count struct {
	Kind  Kind
	N     int
	First int // frame
}

// A Summary is what is known of a whole conversation.
type Summary struct {
	N          int // counts the conversations of a file from 1, by their first packets
	Proto      wire.Proto
	Ends       [2]netip.AddrPort // A, who called, and B
	FirstFrame int
	LastFrame  int
	Start      time.Time
	Lasted     time.Duration
	Packets    [2]int
	Octets     [2]int64 // of data

	Handshake Handshake
	RTT       time.Duration // of the handshake, as seen where it was captured; 0: unknown
	Close     Close
	First     int    // which end closed or reset first; -1: neither
	Closing   [2]int // frames of the FINs; 0: none
	Segments  int    // 4 if the first FIN was acknowledged before the second came, 3 if by it; 0: not so closed
	Bits      Bits
	Final     [2]Inferred
	TimeWait  [2]bool
	Guessed   bool // who called is a guess
	Counts    []Count
	Hindsight [2]Hindsight // what a second reading can use
}

// Bits say what parts of a connection were captured.
type Bits uint8

// The parts.
const (
	BitSyn Bits = 1 << iota
	BitSynAck
	BitAck
	BitData
	BitFin
	BitReset
)

// Complete says in words what was captured of a TCP conversation.
func (s *Summary) Complete() string {
	switch b := s.Bits; {
	case s.Proto != wire.TCP:
		return ""
	case b&BitSyn == 0:
		return "began-before"
	case s.Handshake == Refused || s.Handshake == UnansweredSyn || s.Handshake == HalfOpen:
		return "never-open"
	case b&(BitFin|BitReset) == 0 || s.Close == NotClosed || s.Close == HalfClose && s.First >= 0 && s.Closing[1-s.First] == 0:
		return "still-open"
	case b&BitData == 0:
		return "complete-empty"
	default:
		return "complete"
	}
}

// Completes lists what Complete can return.
func Completes() []string {
	return []string{"began-before", "never-open", "still-open", "complete-empty", "complete"}
}

// Count returns how often a kind was found.
func (s *Summary) Count(k Kind) int {
	for _, c := range s.Counts {
		if c.Kind == k {
			return c.N
		}
	}
	return 0
}

// Troubles counts the findings that do not belong to the ordinary course.
func (s *Summary) Troubles() (n int) {
	for _, c := range s.Counts {
		if !c.Kind.Quiet() {
			n += c.N
		}
	}
	return n
}

// crossed reports whether neither FIN acknowledges the other.
func (c *conv) crossed() bool {
	a, b := &c.ends[0], &c.ends[1]
	return a.fin && b.fin && !a.finAck.After(b.finSeq) && !b.finAck.After(a.finSeq)
}

// handshake names how the connection opened.
func (c *conv) handshake() Handshake {
	a, b := &c.ends[0], &c.ends[1]
	switch {
	case !a.syn && !b.syn:
		return NoHandshake
	case a.bareSyn && b.bareSyn:
		caller, called := a, b
		if b.firstFrame < a.firstFrame {
			caller, called = b, a
		}
		if caller.synAck && !called.synAck { // the called end's own SYN was its answer
			return SplitHandshake
		}
		return SimultaneousOpen
	case a.bareSyn && b.synAck || b.bareSyn && a.synAck:
		caller, called := a, b
		if b.bareSyn {
			caller, called = b, a
		}
		if !caller.plain || !caller.acked || !caller.ack.After(called.iss) {
			return HalfOpen
		}
		return ThreeWay
	case a.synAck || b.synAck:
		return PartlySeen
	}
	caller, called := a, b
	if b.bareSyn {
		caller, called = b, a
	}
	switch {
	case called.plain || caller.plain:
		return PartlySeen
	case called.rst:
		return Refused
	default:
		return UnansweredSyn
	}
}

// closing names how the connection ended, and which end was first.
func (c *conv) closing() (kind Close, first int) {
	a, b := &c.ends[0], &c.ends[1]
	bothAcked := a.fin && b.fin && b.acked && b.ack.After(a.finSeq) && a.acked && a.ack.After(b.finSeq)
	if (c.resets(0) || c.resets(1)) && !bothAcked {
		first = 0
		if !c.resets(0) || c.resets(1) && b.rstFrame < a.rstFrame {
			first = 1
		}
		return Reset, first
	}
	if !a.fin && !b.fin {
		return NotClosed, -1
	}
	if !b.fin || a.fin && (a.finFrame <= b.finFrame) {
		first = 0
	} else {
		first = 1
	}
	two := &c.ends[1-first]
	switch {
	case c.crossed() && two.fin:
		return SimultaneousClose, first
	case !two.fin, two.dataAfter:
		return HalfClose, first
	case two.ackedFin:
		return FourSegments, first
	default:
		return ThreeSegments, first
	}
}

// resets reports whether an end has reset the connection, and has not gone on after that.
func (c *conv) resets(x int) bool { return c.ends[x].rst && c.ends[x].rstAlone }

// finish makes the summary of what is known now.
func (c *conv) finish() *Summary {
	s := c.sum
	s.Packets = [2]int{int(c.ends[0].packets), int(c.ends[1].packets)}
	s.Octets = [2]int64{c.ends[0].octets, c.ends[1].octets}
	s.Lasted = c.lastAt - c.first
	s.First = -1
	if s.Proto == wire.TCP {
		c.finishTCP(s)
	} else {
		c.finishUDP()
	}
	s.Counts = s.Counts[:0]
	for _, t := range c.tally {
		s.Counts = append(s.Counts, Count{t.kind, int(t.n), int(t.first)})
	}
	slices.SortFunc(s.Counts, func(a, b Count) int { return cmp.Compare(a.Kind, b.Kind) })
	return s
}

func (c *conv) finishTCP(s *Summary) {
	a, b := &c.ends[0], &c.ends[1]
	s.Handshake, s.RTT = c.handshake(), c.rtt
	s.Close, s.First = c.closing()
	if s.Handshake == Refused || s.Handshake == UnansweredSyn && s.Close != Reset { // a caller may reset what nobody answers
		s.Close, s.First = NotClosed, -1
	}
	s.Closing = [2]int{int(a.finFrame), int(b.finFrame)}
	if s.Close == FourSegments || s.Close == ThreeSegments || s.Close == HalfClose && a.fin && b.fin {
		s.Segments = 3
		if c.ends[1-s.First].ackedFin {
			s.Segments = 4
		}
	}
	s.Final = [2]Inferred{c.infer(0), c.infer(1)}
	for _, bit := range []struct {
		on  bool
		bit Bits
	}{{a.bareSyn || b.bareSyn, BitSyn}, {a.synAck || b.synAck, BitSynAck}, {a.plain || b.plain, BitAck},
		{a.data || b.data, BitData}, {a.fin || b.fin, BitFin}, {a.rst || b.rst, BitReset}} {
		if bit.on {
			s.Bits |= bit.bit
		}
	}
	switch s.Close {
	case FourSegments, ThreeSegments:
		s.TimeWait[s.First] = true
	case SimultaneousClose:
		s.TimeWait = [2]bool{true, true}
	case HalfClose:
		s.TimeWait[s.First] = s.Closing[1-s.First] > 0
	case NotClosed, Reset:
	}
	if a.packets == 0 || b.packets == 0 {
		silent := s.Handshake == UnansweredSyn || c.self
		if x := 0; !silent {
			if a.packets == 0 {
				x = 1
			}
			if c.ends[x].plain && c.ends[x].acked {
				c.once(OneDirection, s.FirstFrame, Name(x))
			}
		}
	}
}

// once notes a finding about the whole conversation.
func (c *conv) once(k Kind, frame int, args ...string) {
	if c.tallied(k) < 0 {
		c.find(k, frame, nil, args...)
	}
}
