package tcp

import (
	"fmt"
	"time"

	"netlab/sim/wire"
)

// An Event is what happens to an endpoint (RFC 9293 §3.10).
type Event uint8

// The events.
const (
	EventOpenPassive Event = iota
	EventOpenActive
	EventSend
	EventReceive
	EventClose
	EventAbort
	EventDeaf
	EventArrives
	EventExpire
	EventConfigure
	EventOrphan
	EventEOFRead
)

// An Input is one event with what belongs to it. Use the constructors.
type Input struct {
	Event   Event
	ISS     wire.Seq // initial sequence number to use, if one is needed (RFC 9293 §3.4.1)
	Data    string
	Max     int
	Seg     wire.Segment
	Timer   Timer
	Profile Profile
	rule    *wire.Rule
}

// OpenPassive is the OPEN call of a server.
func OpenPassive() Input { return Input{Event: EventOpenPassive} }

// OpenActive is the OPEN call of a client, with the initial sequence number to use.
func OpenActive(iss wire.Seq) Input { return Input{Event: EventOpenActive, ISS: iss} }

// Send is the SEND call.
func Send(data string) Input { return Input{Event: EventSend, Data: data} }

// Receive is the RECEIVE call for at most n octets.
func Receive(n int) Input { return Input{Event: EventReceive, Max: n} }

// Close is the CLOSE call: no more data will be sent.
func Close() Input { return Input{Event: EventClose} }

// Abort is the ABORT call.
func Abort() Input { return Input{Event: EventAbort, rule: RuleAbort} }

// AbortFor is the ABORT call for a reason of the caller's.
func AbortFor(why *wire.Rule) Input { return Input{Event: EventAbort, rule: why} }

// AbortUnread is the ABORT that a socket's close() becomes when data is unread.
func AbortUnread() Input { return Input{Event: EventAbort, rule: RuleDataAfterEnd} }

// Deaf tells the endpoint that nobody will read what comes: data is answered with a RST
// once CLOSE was called (RFC 9293 §3.6.1, SHLD-3).
func Deaf() Input { return Input{Event: EventDeaf} }

// Arrives is an incoming segment. The initial sequence number is used if the
// segment opens a connection.
func Arrives(seg wire.Segment, iss wire.Seq) Input {
	return Input{Event: EventArrives, Seg: seg, ISS: iss}
}

// Configure changes the endpoint's habits: what a socket option does.
func Configure(p Profile) Input { return Input{Event: EventConfigure, Profile: p} }

// Orphan tells the endpoint that no program has the connection any more.
func Orphan() Input { return Input{Event: EventOrphan} }

// EOFRead tells the endpoint that the program has read the end of the stream.
func EOFRead() Input { return Input{Event: EventEOFRead} }

// Expire is a timer that has gone off.
func Expire(t Timer) Input { return Input{Event: EventExpire, Timer: t} }

// An Effect is what an endpoint does.
type Effect uint8

// The effects.
const (
	EffectSend    Effect = iota // Seg leaves; Again says that it is a retransmission
	EffectState                 // From became To
	EffectDeliver               // Data goes to the program
	EffectIgnore                // the segment that arrived was dropped
	EffectSignal                // the program is told Errno
	EffectAdvise                // the path may be dead: IP should look for another (RFC 9293 §3.8.3, R1)
	EffectRefuse                // the call is refused; Err says why; nothing changed
)

// An Output is one effect, with the rule that demands it.
type Output struct {
	Effect   Effect
	Seg      wire.Segment
	Again    bool
	From, To wire.State
	Data     string
	Errno    wire.Errno
	Err      *CallError
	Rule     *wire.Rule
}

// A CallError is a user call that the standard refuses in this state. A refused
// call changes nothing.
type CallError struct {
	Call  string // "SEND"
	State wire.State
	Err   string // "connection closing", the standard's words
}

// Error implements error.
func (e *CallError) Error() string { return fmt.Sprintf("%s in %s: %s", e.Call, e.State, e.Err) }

// Step is the protocol: it applies one event to the endpoint at time now
// (virtual time since the start) and appends what the endpoint does to out,
// which belongs to the caller.
func (b *TCB) Step(now time.Duration, in Input, out []Output) []Output {
	m := machine{b: b, now: now, out: out}
	switch in.Event {
	case EventOpenPassive:
		m.openPassive()
	case EventOpenActive:
		m.openActive(in.ISS)
	case EventSend:
		m.send(in.Data)
	case EventReceive:
		m.receive(in.Max)
	case EventClose:
		m.close()
	case EventAbort:
		m.abort(in.rule)
	case EventDeaf:
		b.deaf = true
	case EventArrives:
		m.segmentArrives(in.Seg, in.ISS)
	case EventExpire:
		m.expire(in.Timer)
	case EventConfigure:
		b.Profile = in.Profile
		m.configured()
	case EventEOFRead:
		b.eofRead = true
	case EventOrphan:
		b.orphan, b.deaf = true, true
		m.configured()
	default:
		panic(fmt.Sprintf("tcp: unknown event %d", in.Event))
	}
	return m.out
}

// A machine is one Step in progress.
type machine struct {
	b   *TCB
	now time.Duration
	out []Output

	orig       wire.Segment // the segment at hand, before it was trimmed
	arrived    wire.Seq     // its SEG.SEQ
	synArrived bool         // it carried a SYN
	crossing   bool         // that SYN is the crossing one of a simultaneous open
	ackRule    *wire.Rule   // an ACK is owed because of this rule; nil when none is
	ackNow     bool         // it may not wait
}

// enter is the only place where the state changes.
func (m *machine) enter(to wire.State, why *wire.Rule) {
	from := m.b.State
	if from == to {
		return
	}
	m.b.State = to
	switch to {
	case wire.StateFinWait1:
		if from == wire.StateSynReceived { // CLOSE came early
			m.startCongestion()
		}
	case wire.StateEstablished:
		m.startCongestion()
		m.configured()
	case wire.StateFinWait2:
		m.configured()
	default: // nothing begins with the others
	}
	m.out = append(m.out, Output{Effect: EffectState, From: from, To: to, Rule: why})
}

// enterClosed forgets the connection.
func (m *machine) enterClosed(why *wire.Rule) {
	for t := range m.b.deadline {
		m.b.deadline[t] = 0
	}
	m.b.snd = Queue{}
	m.b.holes = holeQueue{}
	m.b.sacked = scoreboard{}
	m.enter(wire.StateClosed, why)
}

// enterTimeWait starts the 2*MSL wait and stops the other timers.
func (m *machine) enterTimeWait(why *wire.Rule) {
	for t := range m.b.deadline {
		m.b.deadline[t] = 0
	}
	m.b.ackHeld = false // the wait has a count of its own
	m.start(TimerTimeWait, m.b.Profile.TimeWait)
	m.enter(wire.StateTimeWait, why)
}

func (m *machine) start(t Timer, d time.Duration) { m.b.deadline[t] = m.now + d }
func (m *machine) stop(t Timer)                   { m.b.deadline[t] = 0 }

func (m *machine) refuse(call, why string) {
	m.out = append(m.out, Output{Effect: EffectRefuse, Err: &CallError{Call: call, State: m.b.State, Err: why}})
}

func (m *machine) ignore(why *wire.Rule) {
	m.out = append(m.out, Output{Effect: EffectIgnore, Rule: why})
}

func (m *machine) signal(errno wire.Errno, why *wire.Rule) {
	m.out = append(m.out, Output{Effect: EffectSignal, Errno: errno, Rule: why})
}

// emit sends a segment as it is.
func (m *machine) emit(seg wire.Segment, why *wire.Rule, again bool) {
	m.out = append(m.out, Output{Effect: EffectSend, Seg: seg, Rule: why, Again: again})
}

// emitAck sends <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>.
//
// Deviation: with an octet out that probes a closed window, SND.NXT lies beyond what the
// peer takes, and an ACK with that number is refused and answered. If both ends probe,
// they answer each other for ever. So an ACK never goes beyond the peer's window (Linux:
// tcp_acceptable_seq).
func (m *machine) emitAck(why *wire.Rule) {
	b := m.b
	seq := b.SndNxt
	if edge := b.SndUna.Add(int(b.SndWnd)); b.State.Synchronized() && seq.After(edge) && edge.AtOrAfter(b.SndUna) && b.SndUna != b.ISS {
		seq = edge
	}
	m.emitSegment(wire.ACK, seq, "", why, false)
}

// answer sends an ACK to a segment that is not taken, unless one has gone a moment
// ago: two ends that disagree must not answer each other for ever (RFC 5961 §10).
func (m *machine) answer(why *wire.Rule, seg wire.Segment) {
	// What carries text or a FIN, and no SYN, is no part of a loop of ACKs; a challenge is
	// limited whatever it answers.
	loops := m.orig.Len() == 0 || m.orig.Flags.Has(wire.SYN) || why == RuleOldAck || why == RuleFutureAck || why == RuleChallenge
	if m.b.Profile.Has(QuirkNoWayBack) && m.b.MayReopen(seg) { // nobody listens; the kernel has not counted it
		loops = false
	}
	if loops && !m.mayAnswer() {
		m.ignore(RuleAckLimit)
		return
	}
	m.emitAck(why)
}

// mayAnswer reports whether the last answer of that kind is long enough ago, and notes that
// there is one now.
func (m *machine) mayAnswer() bool {
	b := m.b
	if b.Profile.AckLimit == 0 {
		return true
	}
	if b.ackHeld && m.now-b.ackedAt < b.Profile.AckLimit {
		return false
	}
	b.ackHeld, b.ackedAt = true, m.now
	return true
}

// emitSegment sends a segment of this connection: it fills in ACK, window and
// options, and settles any ACK that is owed.
func (m *machine) emitSegment(flags wire.Flags, seq wire.Seq, data string, why *wire.Rule, again bool) {
	b := m.b
	seg := wire.Segment{Seq: seq, Flags: flags, Data: data}
	if flags.Has(wire.ACK) {
		seg.Ack = b.RcvNxt
		b.LastAckSent = b.RcvNxt
		m.ackRule, m.ackNow = nil, false
		b.unackedFull = 0
		m.stop(TimerDelayedAck)
	}
	m.setWindow(&seg)
	m.setOptions(&seg)
	m.setSACK(&seg)
	m.emit(seg, why, again)
}
