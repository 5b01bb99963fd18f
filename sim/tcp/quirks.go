package tcp

import "netlab/sim/wire"

// Habits of the Linux kernel that need more than a condition in one of the checks.
// They were measured on Linux 6.18 with single segments against a connection in
// every state; testdata/linux-6.18.tsv has the answers.

// early does what comes before the first check. It reports whether to go on.
func (m *machine) early(seg wire.Segment) bool {
	b := m.b
	switch {
	case m.isEmbryo():
		return m.embryo(seg)
	case b.State == wire.StateFinWait2 && b.orphan && b.Profile.Has(QuirkOrphanFinWait2):
		m.orphanFinWait2(seg)
		return false
	case b.State == wire.StateTimeWait:
		return true
	case b.Profile.Has(QuirkFinNeedsAck) && seg.Flags&(wire.ACK|wire.RST|wire.SYN) == 0:
		m.ignore(RuleNoAck)
		return false
	}
	return true
}

// isEmbryo reports whether this is the passive SYN-RECEIVED.
func (m *machine) isEmbryo() bool { return m.b.State == wire.StateSynReceived && m.b.Passive }

// embryo is what a passive SYN-RECEIVED does before the first check: the kernel
// keeps no whole endpoint for it yet, only the numbers of the two SYNs.
func (m *machine) embryo(seg wire.Segment) bool {
	b := m.b
	if m.outdated(seg) && !seg.Flags.Has(wire.RST) { // an earlier copy of the SYN, too
		m.ignore(RulePaws)
		m.answer(RulePaws, seg)
		return false
	}
	if b.Profile.Has(QuirkSynAckAgain) && seg.Flags&(wire.SYN|wire.ACK|wire.RST) == wire.SYN && seg.Seq == b.IRS {
		m.emitSegment(wire.SYN|wire.ACK, b.ISS, "", RuleSynAckAgain, true)
		b.rttRuns = false // Karn's rule
		m.startRetransmit()
		return false
	}
	if b.Profile.Has(QuirkAckFirst) && seg.Flags&(wire.ACK|wire.RST) == wire.ACK && seg.Ack != b.ISS.Add(1) {
		m.emit(wire.Segment{Seq: seg.Ack, Flags: wire.RST}, RuleBadAckSynRcvd, false)
		return false
	}
	return true
}

// takesShortCut reports whether the kernel takes the text of a segment before it looks at
// its ACK: the next one in order, with nothing but ACK and the window as it was. The octets
// must fit into memory that the socket holds already, which it does while something of its
// own is unacknowledged or unread.
func (m *machine) takesShortCut(seg wire.Segment) bool {
	b := m.b
	return b.Profile.Has(QuirkShortCut) && b.State == wire.StateEstablished && seg.Flags&^wire.PSH == wire.ACK && len(seg.Data) > 0 &&
		m.arrived == b.RcvNxt && m.scaledWindow(seg) == b.SndWnd && (b.SndUna != b.SndNxt || b.rcv.Len() > 0)
}

// resetsBeforeFin reports whether a RST has the number of the peer's FIN, which is
// one before RCV.NXT: a peer that forgot everything with the FIN sends such a one.
func (m *machine) resetsBeforeFin(seg wire.Segment) bool {
	b := m.b
	switch b.State {
	case wire.StateCloseWait, wire.StateClosing, wire.StateLastAck:
		return b.Profile.Has(QuirkResetBeforeFin) && seg.Flags.Has(wire.RST) && m.arrived == b.RcvNxt.Add(-1)
	default: // the peer's FIN has not come, or TIME-WAIT has its own way with a RST
		return false
	}
}

// straddles reports whether the text of a segment begins in the window and ends beyond
// it, and the kernel refuses it whole, because something waits to be read (the peer's
// FIN counts); the standard takes the part that fits.
func (m *machine) straddles(seg wire.Segment) bool {
	b := m.b
	if !b.Profile.Has(QuirkStraddle) || b.State == wire.StateTimeWait || (b.rcv.Len() == 0 && (!b.finReceived() || b.eofRead || b.orphan)) {
		return false
	}
	edge := b.RcvNxt.Add(int(b.RcvWnd))
	end := seg.End()
	if seg.Flags.Has(wire.FIN) {
		end = end.Add(-1)
	}
	return seg.Len() > 0 && !seg.Seq.Before(b.RcvNxt) && seg.Seq.AtOrBefore(edge) && end.After(edge)
}

// runsPastFin reports whether text overlaps the peer's FIN and goes on after it.
func (m *machine) runsPastFin(seg wire.Segment) bool {
	b := m.b
	if !b.Profile.Has(QuirkTextBeyondFin) || !b.finReceived() || b.State == wire.StateTimeWait {
		return false
	}
	text := len(m.orig.Data)
	end := m.arrived.Add(text)
	return text > 0 && m.arrived.Before(b.RcvNxt) && end.After(b.RcvNxt)
}

// orphanFinWait2 is all that the kernel does for a connection in FIN-WAIT-2 that no program
// has any more.
func (m *machine) orphanFinWait2(seg wire.Segment) {
	b := m.b
	edge := b.RcvNxt.Add(int(b.RcvWnd))
	inside := seg.Seq == b.RcvNxt || seg.End().After(b.RcvNxt) && seg.Seq.Before(edge) || seg.Seq == edge && seg.Len() == 0
	switch {
	case !inside:
		m.ignore(RuleNotAcceptable)
		m.answer(RuleNotAcceptable, seg)
	case seg.Flags.Has(wire.RST):
		m.enterClosed(RuleResetQuiet)
	case seg.Flags.Has(wire.SYN) && !seg.Seq.Before(b.RcvNxt):
		m.emit(ResetFor(seg), RuleSynError, false)
		m.enterClosed(RuleSynError)
	case !seg.Flags.Has(wire.ACK) || seg.Len() == 0 || !seg.End().After(b.RcvNxt):
		m.ignore(RuleNoAck)
	case !seg.Flags.Has(wire.FIN) || seg.End() != b.RcvNxt.Add(1):
		m.emit(ResetFor(seg), RuleDataAfterEnd, false)
		m.enterClosed(RuleDataAfterEnd)
	default:
		b.RcvNxt = b.RcvNxt.Add(1)
		m.oweAck(RuleAckFin, true)
		m.enterTimeWait(RuleFinBothAcked)
	}
}

// oldestAck is how far back an ACK may lie before it is too old to be true.
func (b *TCB) oldestAck() wire.Seq {
	back := b.MaxSndWnd
	if b.Profile.Has(QuirkOldAckBound) {
		back = min(back, b.ackedOctets)
	}
	return b.SndUna.Add(-int(back))
}
