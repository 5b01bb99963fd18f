package tcp

import "netlab/sim/wire"

// checkSequence is the first check of RFC 9293 §3.10.7.4. It returns the part of
// the segment that lies in the window and whether to go on.
func (m *machine) checkSequence(seg wire.Segment) (wire.Segment, bool) {
	b := m.b
	if b.State == wire.StateSynReceived && seg.Flags.Has(wire.SYN) && seg.Seq == b.IRS {
		switch {
		case !b.Passive && seg.Flags.Has(wire.ACK):
			// The crossing SYN,ACK of a simultaneous open lies one before the
			// window; Figure 7 shows it completing the open all the same.
			return m.trim(seg), true
		case b.Passive && !seg.Flags.Has(wire.ACK) && b.Profile.Has(QuirkSynAckAgain):
			m.emitSegment(wire.SYN|wire.ACK, b.ISS, "", RuleSynAckAgain, true)
			b.rttRuns = false // Karn's rule
			m.start(TimerRetransmit, b.RTO)
			return seg, false
		}
	}
	if m.acceptable(seg) {
		return m.trim(seg), true
	}
	if seg.Flags.Has(wire.RST) {
		m.ignore(RuleOldRst)
		return seg, false
	}
	if b.RcvWnd == 0 && seg.Seq == b.RcvNxt && seg.Flags.Has(wire.ACK) && !seg.Flags.Has(wire.SYN) {
		// Special allowance: with a closed window a valid ACK is still taken.
		if m.checkAck(wire.Segment{Seq: seg.Seq, Ack: seg.Ack, Flags: wire.ACK, Wnd: seg.Wnd, Options: seg.Options}) {
			m.emitAck(RuleAckAcceptedOnly)
			m.output(RuleSend)
		}
		return seg, false
	}
	if b.State == wire.StateTimeWait && seg.Flags.Has(wire.FIN) {
		m.emitAck(RuleFinAgain)
		m.start(TimerTimeWait, b.Profile.TimeWait)
		return seg, false
	}
	m.ignore(RuleNotAcceptable)
	m.emitAck(RuleNotAcceptable)
	return seg, false
}

// acceptable is Table 6 of RFC 9293.
func (m *machine) acceptable(seg wire.Segment) bool {
	nxt, wnd := m.b.RcvNxt, m.b.RcvWnd
	edge := nxt.Add(int(wnd))
	if seg.Len() == 0 {
		if wnd == 0 {
			return seg.Seq == nxt
		}
		return seg.Seq.In(nxt, edge)
	}
	if wnd == 0 {
		return false
	}
	return seg.Seq.In(nxt, edge) || seg.End().Add(-1).In(nxt, edge)
}

// trim cuts off what lies outside the window: old octets (and an old SYN) at
// the front, octets beyond the window (and then the FIN too) at the end.
func (m *machine) trim(seg wire.Segment) wire.Segment {
	b := m.b
	if seg.Flags.Has(wire.SYN) && seg.Seq.Before(b.RcvNxt) {
		seg.Flags &^= wire.SYN
		seg.Seq = seg.Seq.Add(1)
	}
	if old := b.RcvNxt.Minus(seg.Seq); old > 0 && seg.Len() > 0 {
		cut := min(old, len(seg.Data))
		seg.Data = seg.Data[cut:]
		seg.Seq = seg.Seq.Add(cut)
	}
	edge := b.RcvNxt.Add(int(b.RcvWnd))
	if over := seg.End().Minus(edge); over > 0 && seg.Len() > 0 {
		if seg.Flags.Has(wire.FIN) {
			seg.Flags &^= wire.FIN
			over--
		}
		seg.Data = seg.Data[:max(0, len(seg.Data)-over)]
	}
	return seg
}

// checkReset is the second check of RFC 9293 §3.10.7.4.
func (m *machine) checkReset(seg wire.Segment) bool {
	b := m.b
	if !seg.Flags.Has(wire.RST) {
		return true
	}
	if b.Profile.Challenge && m.arrived != b.RcvNxt {
		m.emitAck(RuleChallenge)
		return false
	}
	switch b.State {
	case wire.StateSynReceived:
		if b.Passive {
			m.backToListen(RuleResetListen)
			return false
		}
		m.signal(wire.ECONNREFUSED, RuleResetRefused)
		m.enterClosed(RuleResetRefused)
	case wire.StateEstablished, wire.StateFinWait1, wire.StateFinWait2, wire.StateCloseWait:
		if !b.Profile.Has(QuirkResetKeepsData) {
			b.rcv = Queue{}
		}
		errno := wire.ECONNRESET
		if b.State == wire.StateCloseWait { // the peer had said that it sends no more: only writing is broken
			errno = wire.EPIPE
		}
		m.signal(errno, RuleReset)
		m.enterClosed(RuleReset)
	default: // CLOSING, LAST-ACK, TIME-WAIT
		m.enterClosed(RuleResetQuiet)
	}
	return false
}

// backToListen ends a passive attempt. The socket layer sees the state and
// discards the child; a bare endpoint listens again.
func (m *machine) backToListen(why *wire.Rule) {
	b := m.b
	fresh := New(b.Profile)
	fresh.Passive, fresh.State = true, b.State
	*b = fresh
	m.enter(wire.StateListen, why)
}

// checkSyn is the fourth check of RFC 9293 §3.10.7.4.
func (m *machine) checkSyn(seg wire.Segment) bool {
	b := m.b
	if !seg.Flags.Has(wire.SYN) {
		return true
	}
	if b.State == wire.StateSynReceived && b.Passive {
		m.backToListen(RuleSynListen)
		return false
	}
	if b.Profile.Challenge {
		m.emitAck(RuleChallenge)
		return false
	}
	m.emit(ResetFor(seg), RuleSynError, false)
	m.signal(wire.ECONNRESET, RuleSynError)
	m.enterClosed(RuleSynError)
	return false
}
