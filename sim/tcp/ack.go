package tcp

import "netlab/sim/wire"

// checkAck is the fifth check of RFC 9293 §3.10.7.4.
func (m *machine) checkAck(seg wire.Segment) bool {
	b := m.b
	if !seg.Flags.Has(wire.ACK) {
		m.ignore(RuleNoAck)
		if seg.Len() == 0 && m.arrived == b.RcvNxt && b.Profile.Has(QuirkQuietTimeWaitAck) {
			return false
		}
		if b.State == wire.StateTimeWait && b.Profile.Has(QuirkTimeWaitNoAck) {
			m.answer(RuleNoAck, seg)
		}
		return false
	}
	if b.State == wire.StateTimeWait {
		return m.ackInTimeWait(seg)
	}
	if b.State == wire.StateSynReceived && !m.ackInSynReceived(seg) {
		return false
	}
	if seg.Ack == b.probeEnd && seg.Ack == b.SndNxt.Add(1) { // the probe was taken after all
		b.SndNxt = seg.Ack
	}
	if seg.Ack.After(b.SndNxt) {
		m.ignore(RuleFutureAck)
		m.answer(RuleFutureAck, seg)
		return false
	}
	if b.Profile.Challenge && seg.Ack.Before(b.oldestAck()) {
		m.ignore(RuleOldAck)
		m.answer(RuleOldAck, seg)
		return false
	}
	m.takeTimestamp(seg)
	finSent := b.finSent()
	if seg.Ack.After(b.SndUna) {
		m.takeSACK(seg)
		m.acknowledged(seg.Ack)
	} else {
		m.duplicateAck(seg)
	}
	m.updateSendWindow(seg)
	if finSent && b.SndUna == b.SndNxt {
		return m.finAcknowledged()
	}
	return true
}

// ackInTimeWait is the fifth check in TIME-WAIT: "the only thing that can arrive in
// this state is a retransmission of the remote FIN": it is acknowledged, and the
// wait begins again.
func (m *machine) ackInTimeWait(seg wire.Segment) bool {
	b := m.b
	if seg.Len() == 0 && m.arrived == b.RcvNxt && b.Profile.Has(QuirkQuietTimeWaitAck) {
		m.ignore(RuleTimeWaitAck)
		return false
	}
	m.start(TimerTimeWait, b.Profile.TimeWait)
	m.ignore(RuleTimeWaitAck)
	m.answer(RuleTimeWaitAck, seg)
	return false
}

// ackInSynReceived opens the connection, or refuses an ACK of something else.
func (m *machine) ackInSynReceived(seg wire.Segment) bool {
	b := m.b
	crossed := !b.Passive && seg.Ack == b.ISS && b.Profile.Has(QuirkCrossedAck)
	if (!seg.Ack.After(b.SndUna) && !crossed) || seg.Ack.After(b.SndNxt) {
		m.emit(wire.Segment{Seq: seg.Ack, Flags: wire.RST}, RuleBadAckSynRcvd, false)
		return false
	}
	b.SndWnd = m.scaledWindow(seg)
	b.MaxSndWnd = max(b.MaxSndWnd, b.SndWnd)
	b.SndWl1, b.SndWl2 = m.arrived, seg.Ack
	m.afterRetriedSyn()
	why := RuleHandshakeDone
	if m.crossing {
		why = RuleDirectSimulOpen
	}
	m.enter(wire.StateEstablished, why)
	if b.CloseDeferred {
		b.CloseDeferred = false
		m.enter(wire.StateFinWait1, RuleClose)
	}
	return true
}

// acknowledged takes what ack covers from the send queue and restarts the clock
// for what is left (RFC 6298 §5.2 and §5.3).
func (m *machine) acknowledged(ack wire.Seq) {
	b := m.b
	octets := ack.Minus(b.SndUna)
	if b.SndUna == b.ISS {
		octets-- // the SYN
	}
	b.ackedOctets = min(b.ackedOctets+uint32(octets), 1<<30)
	b.snd.Trim(octets) // a FIN at the end is not in the queue; Trim stops there
	b.SndUna = ack
	b.Retries, b.probing = 0, false
	m.roundTripEnds(ack)
	m.stopRetransmit()
	if b.SndUna != b.SndNxt {
		m.startRetransmit()
	}
	m.growWindow(octets)
	m.recovered(octets)
}

// believesWindow reports whether a window is news: RFC 9293 §3.10.7.4 asks whether the
// segment is not older than the one that set it.
func (b *TCB) believesWindow(seq, ack wire.Seq, wnd uint32) bool {
	switch {
	case !b.Profile.Has(QuirkKeepsWindow):
		return b.SndWl1.Before(seq) || b.SndWl1 == seq && b.SndWl2.AtOrBefore(ack)
	case b.SndWl1.Before(seq), b.SndWl2.Before(ack):
		return true
	default:
		return b.SndWl1 == seq && (wnd > b.SndWnd || wnd == 0)
	}
}

// updateSendWindow takes the window from a segment that is not older than the
// one that set it (SND.WL1 and SND.WL2 guard against reordering).
func (m *machine) updateSendWindow(seg wire.Segment) {
	b := m.b
	if seg.Ack.Before(b.SndUna) {
		return
	}
	if b.believesWindow(m.arrived, seg.Ack, m.scaledWindow(seg)) {
		b.SndWnd = m.scaledWindow(seg)
		b.MaxSndWnd = max(b.MaxSndWnd, b.SndWnd)
		b.SndWl1, b.SndWl2 = m.arrived, seg.Ack
		if b.SndWnd > 0 {
			m.stop(TimerPersist)
			b.probeWait, b.probes = 0, 0
			if b.probing { // what the closed window refused goes again, with what follows it
				b.probing, b.probeEnd, b.SndNxt = false, b.SndNxt, b.SndUna
			}
		} else {
			b.Retries = 0 // the peer is alive, however long its window stays closed (MUST-37)
			if b.deadline[TimerUser] != 0 {
				m.start(TimerUser, b.Profile.UserTimeout)
			}
		}
	}
}

// finAcknowledged moves on now that our FIN is acknowledged, and reports whether
// the segment is still of interest.
func (m *machine) finAcknowledged() bool {
	switch m.b.State {
	case wire.StateFinWait1:
		m.enter(wire.StateFinWait2, RuleFinAcked)
	case wire.StateClosing:
		m.enterTimeWait(RuleClosingAcked)
	case wire.StateLastAck:
		m.enterClosed(RuleLastAck)
		return false
	default: // no FIN of ours is outstanding in the other states
	}
	return true
}
