package tcp

import "netlab/sim/wire"

// expire handles a timer that has gone off (RFC 9293 §3.10.8). A timer that was
// stopped or restarted in the meantime does nothing.
func (m *machine) expire(t Timer) {
	b := m.b
	if d := b.deadline[t]; d == 0 || d > m.now {
		return
	}
	m.stop(t)
	switch t {
	case TimerRetransmit:
		m.retransmissionTimeout()
	case TimerDelayedAck:
		m.emitAck(RuleDelayedAck)
	case TimerPersist:
		m.persistTimeout()
	case TimerTimeWait:
		m.enterClosed(RuleTimeWaitOver)
	case TimerKeepAlive:
		m.keepAliveTimeout()
	case TimerUser:
		m.giveUpBecause(RuleUserTimeout)
	case TimerFinWait2:
		m.enterClosed(RuleFinWait2Over)
	case Timers:
	}
}

// configured starts and stops the timers that depend on the endpoint's habits.
func (m *machine) configured() {
	b, p := m.b, &m.b.Profile
	alive := b.State.Synchronized() && b.State != wire.StateTimeWait
	if !p.KeepAlive || !alive {
		m.stop(TimerKeepAlive)
	} else if b.deadline[TimerKeepAlive] == 0 {
		m.start(TimerKeepAlive, p.KeepIdle)
	}
	if p.UserTimeout == 0 {
		m.stop(TimerUser)
	} else if b.deadline[TimerRetransmit] != 0 && (b.Retries > 0 || !p.Has(QuirkLateUserTimeout)) {
		m.start(TimerUser, p.UserTimeout)
	}
	if b.orphan && p.FinWait2 > 0 && b.State == wire.StateFinWait2 && b.deadline[TimerFinWait2] == 0 {
		b.ackHeld = false // as in TIME-WAIT, which the kernel takes it for
		m.start(TimerFinWait2, p.FinWait2)
	}
}

// startRetransmit starts the retransmission timer, and with it the user time-out.
func (m *machine) startRetransmit() {
	m.start(TimerRetransmit, m.b.RTO)
	late := m.b.Profile.Has(QuirkLateUserTimeout) && m.b.Retries == 0
	if t := m.b.Profile.UserTimeout; t > 0 && m.b.deadline[TimerUser] == 0 && !late {
		m.start(TimerUser, t)
	}
}

// stopRetransmit stops both: nothing is outstanding.
func (m *machine) stopRetransmit() {
	m.stop(TimerRetransmit)
	m.stop(TimerUser)
}

// retransmissionTimeout sends the oldest unacknowledged segment again
// (RFC 6298 §5.4 to §5.6), or gives up (RFC 9293 §3.8.3, R2).
func (m *machine) retransmissionTimeout() {
	b := m.b
	if b.Retries >= m.maxRetries() {
		m.giveUp()
		return
	}
	if b.Retries < 255 {
		b.Retries++
	}
	if b.Retries == b.Profile.R1 {
		m.out = append(m.out, Output{Effect: EffectAdvise, Rule: RuleAdvise})
	}
	b.rttRuns = false // Karn's rule
	m.lossByTimeout()
	m.retransmit()
	m.backOff()
	m.startRetransmit()
}

// InTrouble reports whether the program should know that R1 is reached and nothing has been
// acknowledged since (RFC 9293 §3.8.3, SHLD-9).
func (b *TCB) InTrouble() bool {
	return b.Profile.WarnProgram && b.State.Synchronized() && b.Retries >= b.Profile.R1
}

// lossByTimeout takes note that everything sent is in doubt (RFC 5681 §3.1,
// RFC 2018 §8).
func (m *machine) lossByTimeout() {
	b := m.b
	if !b.Profile.FastRetransmit || !b.State.Synchronized() || b.SndWnd == 0 { // a closed window is no congestion
		return
	}
	if b.Retries == 1 {
		m.halve(b.flight())
	}
	b.Cwnd = uint32(b.SndMSS)
	b.recovery, b.recoverSeq, b.dupAcks = afterTimeout, b.SndNxt, 0
	b.sacked = scoreboard{}
	b.highRxt = b.SndUna.Add(min(b.SndNxt.Minus(b.SndUna), b.maxText()))
}

func (m *machine) maxRetries() uint8 {
	switch m.b.State {
	case wire.StateSynSent:
		return m.b.Profile.SynRetries
	case wire.StateSynReceived:
		return m.b.Profile.SynAckRetries
	default: // data or FIN
		if n := m.b.Profile.OrphanRetries; m.b.orphan && n > 0 {
			return n
		}
		return m.b.Profile.DataRetries
	}
}

func (m *machine) giveUp() {
	if m.b.State == wire.StateSynReceived && m.b.Passive {
		m.backToListen(RuleGiveUpListen)
		return
	}
	m.giveUpBecause(RuleGiveUp)
}

func (m *machine) giveUpBecause(why *wire.Rule) {
	m.signal(wire.ETIMEDOUT, why)
	m.enterClosed(why)
}

// retransmit sends the segment at SND.UNA again.
func (m *machine) retransmit() {
	b := m.b
	switch {
	case b.State == wire.StateSynSent:
		b.synRetried = true
		m.emitSegment(wire.SYN, b.ISS, "", RuleRetransmit, true)
		return
	case b.State == wire.StateSynReceived, b.SndUna == b.ISS: // CLOSE may have come before our SYN was acknowledged
		b.synRetried = true
		m.emitSegment(wire.SYN|wire.ACK, b.ISS, "", RuleRetransmit, true)
		return
	}
	if b.SndWnd == 0 {
		b.countProbe()
	}
	m.resend(b.SndUna, b.maxText(), RuleRetransmit)
}

// resend sends at most n octets from seq on again, and the FIN if it follows them.
func (m *machine) resend(seq wire.Seq, n int, why *wire.Rule) {
	b := m.b
	off := seq.Minus(b.firstData())
	n = min(n, b.SndNxt.Minus(seq), b.snd.Len()-off)
	flags := wire.ACK
	if n > 0 {
		flags |= wire.PSH
	}
	if b.finSent() && off+n == b.snd.Len() {
		flags |= wire.FIN
	}
	m.emitSegment(flags, seq, b.snd.Slice(off, n), why, true)
}

// persistTimeout probes a closed window (RFC 9293 §3.8.6.1): with the next octet
// or, as Linux does, with an old number and no data. The peer must answer both.
func (m *machine) persistTimeout() {
	b := m.b
	if b.SndWnd > 0 {
		m.overrideSillyWindow()
		return
	}
	b.countProbe()
	switch {
	case b.Profile.Has(QuirkProbeOld):
		m.emitSegment(wire.ACK, b.SndUna.Add(-1), "", RuleProbe, false)
	case b.snd.Len() > 0:
		m.emitSegment(wire.ACK, b.SndUna, b.snd.Slice(0, 1), RuleProbe, b.probing)
		b.SndNxt, b.probing = b.SndUna.Add(1), true
	default: // only the FIN is left: it probes as well as an octet would
		m.emitSegment(wire.FIN|wire.ACK, b.SndUna, "", RuleProbe, b.probing)
		b.SndNxt, b.probing = b.SndUna.Add(1), true
	}
	b.probeWait = min(2*b.probeWait, b.Profile.MaxRTO) // SHLD-30; the RTO itself stays
	m.start(TimerPersist, b.probeWait)
}

// countProbe counts a probe, up to what fits.
func (b *TCB) countProbe() {
	if b.probes < 255 {
		b.probes++
	}
}

// overrideSillyWindow sends into a window that is open but too small to be worth
// a segment: that can be put off, but not for ever (RFC 9293 §3.8.6.2.1).
func (m *machine) overrideSillyWindow() {
	b := m.b
	n := min(b.Unsent(), b.windowToUse(), b.maxText())
	if n > 0 && b.SndUna == b.SndNxt {
		seq, full := b.SndNxt, n == b.maxText()
		b.SndNxt = b.SndNxt.Add(n)
		m.emitSegment(wire.ACK, seq, b.snd.Slice(0, n), RuleSillyWindow, false)
		m.sent(n, full)
	}
	m.output(RuleSend)
}

// keepAliveTimeout asks a peer that has been silent whether it is still there
// (RFC 9293 §3.8.4): with the number before SND.NXT and no data (SHLD-12), which it
// must answer. One that is not answered proves nothing (MUST-29).
func (m *machine) keepAliveTimeout() {
	b, p := m.b, &m.b.Profile
	if b.SndUna != b.SndNxt || b.Unsent() > 0 { // data is asking already (MUST-26)
		m.start(TimerKeepAlive, p.KeepIdle)
		return
	}
	if b.keepProbes >= p.KeepCount {
		m.signal(wire.ETIMEDOUT, RuleKeepAliveDead)
		m.emit(wire.Segment{Seq: b.SndNxt, Ack: b.RcvNxt, Flags: wire.RST | wire.ACK}, RuleKeepAliveDead, false)
		m.enterClosed(RuleKeepAliveDead)
		return
	}
	b.keepProbes++
	m.emitSegment(wire.ACK, b.SndNxt.Add(-1), "", RuleKeepAlive, false)
	m.start(TimerKeepAlive, p.KeepInterval)
}

// heard notes that the peer is alive.
func (m *machine) heard() {
	b := m.b
	b.keepProbes = 0
	if b.deadline[TimerKeepAlive] != 0 {
		m.start(TimerKeepAlive, b.Profile.KeepIdle)
	}
}
