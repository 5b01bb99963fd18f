package tcp

import "netlab/sim/wire"

// checkText is the seventh check of RFC 9293 §3.10.7.4.
func (m *machine) checkText(seg wire.Segment) {
	b := m.b
	if m.nobodyReads() {
		m.emit(ResetFor(m.orig), RuleDataAfterEnd, false)
		m.enterClosed(RuleDataAfterEnd)
		return
	}
	if seg.Data == "" && !seg.Flags.Has(wire.FIN) {
		if m.orig.Len() > 0 && m.arrived == b.RcvNxt.Add(int(b.RcvWnd)) && !b.finReceived() { // all of it lay beyond the window
			m.oweAck(RuleNotAcceptable, true)
		}
		return
	}
	switch b.State {
	case wire.StateEstablished, wire.StateFinWait1, wire.StateFinWait2:
	default: // the peer's FIN has come: nothing can follow it
		if m.runsPastFin(seg) {
			m.emit(wire.Segment{Seq: seg.Ack, Flags: wire.RST}, RuleTextBeyondFin, false)
			m.resetArrives(RuleTextBeyondFin)
			return
		}
		if seg.Data != "" {
			m.ignore(RuleTextAfterFin)
		}
		return
	}
	start := seg.Seq
	if seg.Flags.Has(wire.SYN) {
		start = start.Add(1)
	}
	if start.After(b.RcvNxt) {
		if !b.holes.insert(run{Seq: start, Data: seg.Data, Fin: seg.Flags.Has(wire.FIN)}) {
			m.ignore(RuleHoleFull)
		}
		b.lastHole = start
		m.oweAck(RuleAckHole, true)
		return
	}
	if seg.Data == "" {
		return
	}
	if m.orig.Seq.Before(b.RcvNxt) { // a part of it came before
		b.twice = wire.Block{From: m.orig.Seq, To: b.RcvNxt}
	}
	filled := b.holes.n > 0
	m.take(seg.Data)
	if len(seg.Data) >= int(b.SndMSS) {
		b.unackedFull++
	}
	switch {
	case filled:
		m.oweAck(RuleAckHole, true)
	case b.unackedFull >= 2 && b.Profile.DelayedAck > 0:
		m.oweAck(RuleSecondSegment, true)
	default:
		m.oweAck(RuleAckData, false)
	}
}

// nobodyReads reports whether the segment brings text that no program will read, or a FIN
// that such text must precede, after CLOSE: data is lost, and the peer must know
// (RFC 9293 §3.6.1, SHLD-3).
func (m *machine) nobodyReads() bool {
	b := m.b
	if !b.deaf || m.orig.Len() == 0 || (b.State != wire.StateFinWait1 && b.State != wire.StateFinWait2) {
		return false
	}
	end := m.orig.End()
	if m.orig.Flags.Has(wire.FIN) {
		end = end.Add(-1)
	}
	return end.After(b.RcvNxt)
}

// take appends text at RCV.NXT.
func (m *machine) take(data string) {
	b := m.b
	b.rcv.Append(data)
	b.heardAt = m.now
	b.RcvNxt = b.RcvNxt.Add(len(data))
	b.RcvWnd -= min(b.RcvWnd, uint32(len(data)))
}

// drainHoles takes the runs that have become contiguous, up to the peer's FIN, and reports
// whether that was among them.
func (m *machine) drainHoles() (fin bool) {
	b := m.b
	for {
		r, ok := b.holes.take(b.RcvNxt)
		if !ok {
			return false
		}
		old := b.RcvNxt.Minus(r.Seq)
		if old <= len(r.Data) {
			m.take(r.Data[old:])
			if r.Fin {
				return true
			}
		}
	}
}

// checkFin is the eighth check of RFC 9293 §3.10.7.4. A FIN counts only when
// everything before it has arrived.
func (m *machine) checkFin(seg wire.Segment) {
	b := m.b
	switch b.State {
	case wire.StateClosed, wire.StateListen, wire.StateSynSent:
		return
	case wire.StateCloseWait, wire.StateClosing, wire.StateLastAck, wire.StateTimeWait:
		m.secondFin(seg)
		return
	default: // the others wait for the FIN
	}
	fin := seg.Flags.Has(wire.FIN) && seg.End().Add(-1) == b.RcvNxt
	if !fin && !m.drainHoles() {
		return
	}
	b.holes = holeQueue{} // nothing can follow the FIN
	b.RcvNxt = b.RcvNxt.Add(1)
	// Linux treats a FIN like a request that will be answered: the ACK waits,
	// for as long as earlier data has taught it to wait.
	if b.Profile.Has(QuirkFinDelaysAck) && (b.State == wire.StateEstablished || b.State == wire.StateSynReceived) {
		b.pingPong = true
		m.oweAck(RuleAckFin, false)
	} else {
		m.oweAck(RuleAckFin, true)
	}
	switch b.State {
	case wire.StateSynReceived, wire.StateEstablished:
		m.enter(wire.StateCloseWait, RuleFinArrives)
	case wire.StateFinWait1: // checkAck would have moved us on had our FIN been acknowledged
		m.enter(wire.StateClosing, RuleFinCrossed)
		if b.Profile.Has(QuirkAcksCrossingFin) {
			m.emitAck(RuleAckFin)
		}
	case wire.StateFinWait2:
		m.enterTimeWait(RuleFinBothAcked)
	default: // no other state waits for a FIN
	}
}

// secondFin is a FIN in the window when the peer's FIN has come already: it says
// nothing new, and RCV.NXT stays behind the first.
func (m *machine) secondFin(seg wire.Segment) {
	if !seg.Flags.Has(wire.FIN) {
		return
	}
	m.ignore(RuleSecondFin)
	if !m.b.Profile.Has(QuirkSecondFin) {
		m.oweAck(RuleSecondFin, true)
	}
}

// oweAck notes that an ACK is due; the next segment sent carries it.
func (m *machine) oweAck(why *wire.Rule, now bool) {
	if m.ackRule == nil || now {
		m.ackRule = why
	}
	m.ackNow = m.ackNow || now
}

// settleAck sends the ACK that is owed, or lets it wait for company.
func (m *machine) settleAck() {
	b := m.b
	if m.ackRule == nil || b.State == wire.StateClosed || b.State == wire.StateListen {
		return
	}
	p := &b.Profile
	if p.DelayedAck == 0 || m.ackNow {
		m.emitAck(m.ackRule)
		m.learnToWait()
		return
	}
	if b.ato == 0 && m.ackRule != RuleAckFin { // the first data of a connection
		b.quickAcks = p.QuickAcks
		b.ato = p.DelayedAck
	}
	if b.quickAcks > 0 && !b.pingPong {
		b.quickAcks--
		m.emitAck(m.ackRule)
		return
	}
	if b.deadline[TimerDelayedAck] == 0 {
		m.start(TimerDelayedAck, max(b.ato, delayedAckTick))
	}
}

// learnToWait notes that data has come, so that later ACKs may wait.
func (m *machine) learnToWait() {
	if m.b.Readable() > 0 && m.b.ato == 0 {
		m.b.ato = m.b.Profile.DelayedAck
	}
}
