package tcp

import "netlab/sim/wire"

// checkSequence is the first check of RFC 9293 §3.10.7.4. It returns the part of
// the segment that lies in the window and whether to go on.
func (m *machine) checkSequence(seg wire.Segment) (wire.Segment, bool) {
	b := m.b
	switch {
	case m.crossesOurs(seg):
		m.crossing = true
		if b.Profile.Has(QuirkCrossingAcked) {
			m.oweAck(RuleAckSyn, true)
		}
		return m.trim(seg), true
	case m.outdated(seg):
		m.ignore(RulePaws)
		m.answer(RulePaws, seg)
		return seg, false
	case m.straddles(seg):
		m.ignore(RuleStraddle)
		if !seg.Flags.Has(wire.RST) {
			m.answer(RuleStraddle, seg)
		}
		return seg, false
	case m.acceptable(seg):
		return m.trim(seg), true
	case seg.Flags.Has(wire.RST):
		if b.RcvWnd == 0 && seg.Seq == b.RcvNxt || m.resetsBeforeFin(seg) {
			return seg, true // MUST-66: a RST counts at a closed window too
		}
		m.ignore(RuleOldRst)
		return seg, false
	case m.onlyAckCounts(seg):
		// Special allowance: with a closed window a valid ACK is still taken.
		if seg.Data != "" {
			m.ignore(RuleAckAcceptedOnly)
		}
		if m.checkAck(wire.Segment{Seq: seg.Seq, Ack: seg.Ack, Flags: wire.ACK, Wnd: seg.Wnd, Options: seg.Options}) && b.State != wire.StateTimeWait {
			if b.Profile.Has(QuirkOldEnd) { // what may be sent now carries the ACK
				m.oweAck(RuleAckAcceptedOnly, true)
				m.output(RuleSend)
				m.settleAck()
			} else {
				m.emitAck(RuleAckAcceptedOnly)
				m.output(RuleSend)
			}
		}
		return seg, false
	case b.State == wire.StateTimeWait && (seg.Flags.Has(wire.FIN) || seg.Flags.Has(wire.ACK) && b.Profile.Has(QuirkTimeWaitNoAck)):
		m.start(TimerTimeWait, b.Profile.TimeWait)
		m.answer(RuleFinAgain, seg)
		return seg, false
	}
	m.ignore(RuleNotAcceptable)
	if seg.Data != "" && seg.Seq.Before(b.RcvNxt) {
		b.twice = wire.Block{From: seg.Seq, To: earlier(seg.Seq.Add(len(seg.Data)), b.RcvNxt)}
	}
	m.answer(RuleNotAcceptable, seg)
	return seg, false
}

// crossesOurs reports whether the segment is the crossing SYN,ACK of a simultaneous
// open. It lies one before the window; Figure 7 shows it completing the open all
// the same.
func (m *machine) crossesOurs(seg wire.Segment) bool {
	b := m.b
	return b.State == wire.StateSynReceived && !b.Passive && b.Profile.Has(QuirkDirectOpen) &&
		seg.Flags.Has(wire.SYN|wire.ACK) && !seg.Flags.Has(wire.RST) && seg.Seq == b.IRS && seg.Ack == b.SndNxt && seg.Data == ""
}

// outdated reports whether the segment's timestamp is older than one already seen:
// it is an old duplicate, whatever its number (RFC 7323 §5).
func (m *machine) outdated(seg wire.Segment) bool {
	b := m.b
	return b.UseTS && seg.Options.HasTimestamps && !seg.Flags.Has(wire.RST) && int32(seg.Options.TSVal-b.TSRecent) < 0
}

// onlyAckCounts reports whether a segment that the window refuses has an ACK to
// look at all the same: at a closed window, or, for some, if it ends at RCV.NXT.
func (m *machine) onlyAckCounts(seg wire.Segment) bool {
	b := m.b
	if !seg.Flags.Has(wire.ACK) || seg.Flags.Has(wire.SYN) || b.State == wire.StateTimeWait {
		return false
	}
	oldEnd := b.Profile.Has(QuirkOldEnd) && !m.isEmbryo() && seg.Len() > 0 && seg.End() == b.RcvNxt
	closed := b.RcvWnd == 0 && seg.Seq == b.RcvNxt && !(seg.Data != "" && b.Profile.Has(QuirkClosedWindow))
	return closed || oldEnd
}

// acceptable is Table 6 of RFC 9293.
func (m *machine) acceptable(seg wire.Segment) bool {
	nxt, wnd := m.b.RcvNxt, m.b.RcvWnd
	edge := nxt.Add(int(wnd))
	if seg.Seq == edge && m.b.Profile.Has(QuirkRightEdge) && (seg.Len() == 0 || !m.isEmbryo() && wnd > 0) {
		return true
	}
	if seg.Len() == 0 {
		if wnd == 0 {
			return seg.Seq == nxt
		}
		return seg.Seq.In(nxt, edge)
	}
	if wnd == 0 {
		return m.b.Profile.Has(QuirkClosedWindow) && seg.Seq == nxt && seg.Data == "" && seg.Flags.Has(wire.FIN)
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
	if b.RcvWnd == 0 && seg.Data == "" { // a FIN at a closed window, if it got here
		return seg
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
	switch {
	case b.State == wire.StateTimeWait && b.Profile.RFC1337:
		m.ignore(RuleRFC1337)
		return false
	case b.Profile.Challenge && m.arrived != b.RcvNxt && !m.resetsBeforeFin(seg):
		if b.State == wire.StateTimeWait && b.Profile.Has(QuirkQuietTimeWaitRst) {
			m.ignore(RuleQuietRst)
			return false
		}
		m.answer(RuleChallenge, seg)
		return false
	}
	switch b.State {
	case wire.StateSynReceived:
		if b.Passive {
			m.backToListen(RuleResetListen)
			return false
		}
		errno := wire.ECONNREFUSED
		if b.Profile.Has(QuirkLateReset) {
			errno = wire.ECONNRESET
		}
		m.signal(errno, RuleResetRefused)
		m.enterClosed(RuleResetRefused)
	case wire.StateEstablished, wire.StateFinWait1, wire.StateFinWait2, wire.StateCloseWait:
		m.resetArrives(RuleReset)
	default: // CLOSING, LAST-ACK, TIME-WAIT
		if b.State != wire.StateTimeWait && b.Profile.Has(QuirkLateReset) {
			m.signal(wire.ECONNRESET, RuleResetQuiet)
		}
		m.enterClosed(RuleResetQuiet)
	}
	return false
}

// resetArrives ends an open connection and tells the program.
func (m *machine) resetArrives(why *wire.Rule) {
	b := m.b
	if !b.Profile.Has(QuirkResetKeepsData) {
		b.rcv = Queue{}
	}
	errno := wire.ECONNRESET
	if b.State == wire.StateCloseWait { // the peer had said that it sends no more: only writing is broken
		errno = wire.EPIPE
	}
	m.signal(errno, why)
	m.enterClosed(why)
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
		if m.synArrived && !m.crossing && b.Profile.Challenge { // an old SYN, with something new behind it
			m.answer(RuleChallenge, seg)
			return false
		}
		return true
	}
	if m.isEmbryo() {
		if b.Profile.Has(QuirkSynAckAgain) {
			m.emit(ResetFor(m.orig), RuleSynListen, false)
		}
		m.backToListen(RuleSynListen)
		return false
	}
	if b.Profile.Challenge || b.State == wire.StateTimeWait {
		m.answer(RuleChallenge, seg)
		return false
	}
	m.emit(ResetFor(seg), RuleSynError, false)
	m.signal(wire.ECONNRESET, RuleSynError)
	m.enterClosed(RuleSynError)
	return false
}
