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
	case timers:
	}
}

// retransmissionTimeout sends the oldest unacknowledged segment again
// (RFC 6298 §5.4 to §5.6), or gives up (RFC 9293 §3.8.3, R2).
func (m *machine) retransmissionTimeout() {
	b := m.b
	if b.Retries >= m.maxRetries() {
		m.giveUp()
		return
	}
	b.Retries++
	b.rttRuns = false // Karn's rule
	m.retransmit()
	m.backOff()
	m.start(TimerRetransmit, b.RTO)
}

func (m *machine) maxRetries() uint8 {
	switch m.b.State {
	case wire.StateSynSent:
		return m.b.Profile.SynRetries
	case wire.StateSynReceived:
		return m.b.Profile.SynAckRetries
	default: // data or FIN
		return m.b.Profile.DataRetries
	}
}

func (m *machine) giveUp() {
	if m.b.State == wire.StateSynReceived && m.b.Passive {
		m.backToListen(RuleGiveUpListen)
		return
	}
	m.signal(wire.ETIMEDOUT, RuleGiveUp)
	m.enterClosed(RuleGiveUp)
}

// retransmit sends the segment at SND.UNA again.
func (m *machine) retransmit() {
	b := m.b
	switch b.State {
	case wire.StateSynSent:
		m.emitSegment(wire.SYN, b.ISS, "", RuleRetransmit, true)
		return
	case wire.StateSynReceived:
		m.emitSegment(wire.SYN|wire.ACK, b.ISS, "", RuleRetransmit, true)
		return
	default: // data or FIN
		if b.SndUna == b.ISS { // CLOSE came before our SYN was acknowledged
			m.emitSegment(wire.SYN|wire.ACK, b.ISS, "", RuleRetransmit, true)
			return
		}
	}
	if b.SndWnd == 0 {
		b.countProbe()
	}
	sent := b.SndNxt.Minus(b.SndUna)
	n := min(sent, b.snd.Len(), int(b.SndMSS))
	flags := wire.ACK
	if n > 0 {
		flags |= wire.PSH
	}
	if b.finSent() && n == b.snd.Len() {
		flags |= wire.FIN
	}
	m.emitSegment(flags, b.SndUna, b.snd.Slice(0, n), RuleRetransmit, true)
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
	case b.Unsent() > 0:
		m.emitSegment(wire.ACK, b.SndNxt, b.snd.Slice(0, 1), RuleProbe, false)
		b.SndNxt = b.SndNxt.Add(1)
		m.start(TimerRetransmit, b.RTO)
		return
	default: // only the FIN is left: it probes as well as an octet would
		m.emitSegment(wire.FIN|wire.ACK, b.SndNxt, "", RuleProbe, false)
		b.SndNxt = b.SndNxt.Add(1)
		m.start(TimerRetransmit, b.RTO)
		return
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
	n := min(b.Unsent(), int(b.SndWnd), int(b.SndMSS))
	if n > 0 && b.SndUna == b.SndNxt {
		seq := b.SndNxt
		b.SndNxt = b.SndNxt.Add(n)
		m.emitSegment(wire.ACK, seq, b.snd.Slice(0, n), RuleSillyWindow, false)
		m.sent(n)
	}
	m.output(RuleSend)
}
