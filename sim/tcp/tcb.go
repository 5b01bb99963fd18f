package tcp

import (
	"time"

	"netlab/sim/wire"
)

// A Timer is one of the endpoint's clocks. Each runs or does not.
type Timer uint8

// The timers.
const (
	TimerRetransmit Timer = iota // RFC 6298
	TimerDelayedAck              // RFC 9293 §3.8.6.3
	TimerPersist                 // zero-window probes, RFC 9293 §3.8.6.1
	TimerTimeWait                // 2*MSL, RFC 9293 §3.10.8
	TimerKeepAlive               // RFC 9293 §3.8.4
	TimerUser                    // user time-out, RFC 9293 §3.10.8
	TimerFinWait2                // how long nobody waits for the peer's FIN
	Timers                       // how many there are
)

var timerNames = [Timers]string{"retransmission timer", "delayed-ACK timer", "persist timer", "TIME-WAIT timer",
	"keep-alive timer", "user time-out", "FIN-WAIT-2 timer"}

// String returns the timer's name on screen.
func (t Timer) String() string { return timerNames[t] }

// A TCB is a transmission control block: everything one endpoint knows about
// one connection (RFC 9293 §3.3.1). It holds no pointer, map, slice or
// interface: assigning it takes a snapshot, == compares.
//
//	Send sequence space (RFC 9293, Figure 3)
//
//	     1         2          3          4
//	----------|----------|----------|----------
//	       SND.UNA    SND.NXT    SND.UNA
//	                            +SND.WND
//
//	1 acknowledged   2 sent, not acknowledged
//	3 may be sent    4 may not be sent yet
//
//	Receive sequence space (RFC 9293, Figure 4)
//
//	      1          2          3
//	  ----------|----------|----------
//	         RCV.NXT    RCV.NXT
//	                   +RCV.WND
//
//	1 received   2 will be taken   3 will not be taken
type TCB struct {
	State         wire.State
	Passive       bool // SYN-RECEIVED came from LISTEN, not from SYN-SENT (MUST-11)
	CloseDeferred bool // CLOSE was called in SYN-RECEIVED and waits for ESTABLISHED

	ISS, SndUna, SndNxt wire.Seq
	SndWnd, MaxSndWnd   uint32
	SndWl1, SndWl2      wire.Seq
	IRS, RcvNxt         wire.Seq
	RcvWnd              uint32   // what was last announced
	LastAckSent         wire.Seq // the ACK field of the last segment sent
	SndMSS              uint16   // the largest segment to send
	SndScale, RcvScale  uint8    // window shifts agreed on
	UseTS, UseSACK      bool     // agreed on
	TSRecent            uint32
	snd                 Queue // octets from SND.UNA on: sent and unacknowledged, then unsent
	rcv                 Queue // octets the program has not read
	holes               holeQueue
	lastHole            wire.Seq // the last segment that came out of order
	RTO, SRTT, RTTVar   time.Duration
	probeWait           time.Duration // until the next window probe; 0 while the window is open
	probes              uint8
	probing             bool     // what is out beyond SND.UNA only probes a closed window
	probeEnd            wire.Seq // the end of a probe that the window has overtaken
	Retries             uint8    // time-outs of the oldest segment so far
	rttSeq              wire.Seq
	rttAt               time.Duration
	rttRuns             bool // a round trip is being timed
	quickAcks           uint8
	ato                 time.Duration // how long an ACK may wait
	heardAt             time.Duration // when text last came
	pingPong            bool          // the program answers quickly, so ACKs wait for its data
	unackedFull         uint8         // full segments not acknowledged yet
	synRetried          bool          // the SYN or SYN,ACK had to be sent again
	eofRead             bool          // the program has read the end of the stream
	orphan              bool          // no program has the connection any more
	deaf                bool          // nobody will read what comes
	keepProbes          uint8         // keep-alives not answered
	ackedAt             time.Duration // when the last ACK went that AckLimit counts
	ackHeld             bool          // ackedAt is set

	Cwnd, Ssthresh uint32 // RFC 5681; 0 without congestion control
	ackedInWindow  uint32
	recovery       recovery
	recoverSeq     wire.Seq // SND.NXT when the loss was found (RFC 6582)
	highRxt        wire.Seq // the end of what was sent again
	dupAcks        uint8
	flightAtDup    uint32     // what was in flight when the first duplicate ACK came
	ackedOctets    uint32     // how many were ever acknowledged, up to what fits
	smallEnd       wire.Seq   // the end of the last segment that was not full
	twice          wire.Block // octets that came twice, to be told by SACK; QuirkDSACK
	sacked         scoreboard

	deadline [Timers]time.Duration
	Profile  Profile
}

// New returns a closed endpoint with the given habits.
func New(p Profile) TCB {
	return TCB{Profile: p, RcvWnd: min(p.RcvBuf, 65535), SndMSS: p.MSS, RTO: p.InitialRTO}
}

// Deadline returns when the timer will go off; zero means that it is stopped.
func (b *TCB) Deadline(t Timer) time.Duration { return b.deadline[t] }

// NextDeadline returns the timer that goes off first and when; zero means none runs.
func (b *TCB) NextDeadline() (Timer, time.Duration) {
	first, at := Timer(0), time.Duration(0)
	for t, d := range b.deadline {
		if d != 0 && (at == 0 || d < at) {
			first, at = Timer(t), d
		}
	}
	return first, at
}

// MayReopen reports whether the segment is a SYN that may open a new connection
// straight from TIME-WAIT: one that cannot be an old duplicate, because its number
// (RFC 9293 §3.6.1, MAY-2) or its timestamp (RFC 6191, SHLD-4) is newer.
func (b *TCB) MayReopen(seg wire.Segment) bool {
	flags := seg.Flags & (wire.SYN | wire.ACK | wire.RST | wire.FIN)
	if b.Profile.Has(QuirkNoWayBack) { // the kernel asks the listener what it thinks of a FIN only when the wait is gone
		flags &^= wire.FIN
	}
	if b.State != wire.StateTimeWait || flags != wire.SYN {
		return false
	}
	newer := b.UseTS && seg.Options.HasTimestamps && int32(seg.Options.TSVal-b.TSRecent) > 0
	return seg.Seq.After(b.RcvNxt) || newer
}

// reopenGap is how far beyond the old connection's numbers the new one begins.
const reopenGap = 65535 + 2

// ReopenISS is an initial sequence number beyond all that this connection has used.
func (b *TCB) ReopenISS() wire.Seq { return b.SndNxt.Add(reopenGap) }

// Readable returns how many octets the program could read now.
func (b *TCB) Readable() int { return b.rcv.Len() }

// AtEOF reports whether everything the peer sent before its FIN has been read.
func (b *TCB) AtEOF() bool { return b.rcv.Len() == 0 && b.finReceived() }

// Unsent returns how many octets wait to be sent for the first time.
func (b *TCB) Unsent() int { return max(0, b.dataEnd().Minus(b.SndNxt)) }

// SendRoom returns how many octets SEND would take now.
func (b *TCB) SendRoom() int { return max(0, b.Profile.SndBuf-b.snd.Len()) }

// MaySend reports whether SEND is allowed in this state (RFC 9293 §3.10.2).
func (b *TCB) MaySend() bool {
	switch b.State {
	case wire.StateSynSent, wire.StateSynReceived:
		return !b.CloseDeferred
	case wire.StateEstablished, wire.StateCloseWait:
		return true
	default: // no connection yet, or CLOSE was called
		return false
	}
}

// Probes returns how many times a closed window has been probed in vain.
func (b *TCB) Probes() int { return int(b.probes) }

// Idle reports whether nothing sent is unacknowledged and nothing waits to be sent.
func (b *TCB) Idle() bool { return b.SndUna == b.SndNxt && b.Unsent() == 0 }

// finReceived reports whether the peer's FIN has been taken.
func (b *TCB) finReceived() bool { return b.State.PeerDone() }

// finQueued reports whether CLOSE was called: a FIN follows the data.
func (b *TCB) finQueued() bool {
	switch b.State {
	case wire.StateFinWait1, wire.StateClosing, wire.StateLastAck:
		return true
	default: // before CLOSE, or our FIN is already acknowledged
		return false
	}
}

// firstData is the sequence number of the first octet in the send queue: our SYN
// occupies one number until it is acknowledged.
func (b *TCB) firstData() wire.Seq {
	if b.SndUna == b.ISS {
		return b.ISS.Add(1)
	}
	return b.SndUna
}

// dataEnd is the sequence number after the last octet queued: the FIN's number.
func (b *TCB) dataEnd() wire.Seq { return b.firstData().Add(b.snd.Len()) }

// finSent reports whether our FIN is on the wire.
func (b *TCB) finSent() bool { return b.finQueued() && b.SndNxt == b.dataEnd().Add(1) }
