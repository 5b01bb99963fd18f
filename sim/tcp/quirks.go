package tcp

import "netlab/sim/wire"

// Habits of the Linux kernel that need more than a condition in one of the checks.
// They were measured on Linux 6.18 with single segments against a connection in
// every state; testdata/linux-6.18.tsv has the answers.

// early does what comes before the first check. It reports whether to go on.
func (m *machine) early(seg wire.Segment) bool {
	b := m.b
	embryo := b.State == wire.StateSynReceived && b.Passive
	switch {
	case embryo:
		return m.embryo(seg)
	case b.State == wire.StateTimeWait:
		return true
	case b.Profile.Has(QuirkFinNeedsAck) && seg.Flags&(wire.ACK|wire.RST|wire.SYN) == 0:
		m.ignore(RuleNoAck)
		return false
	}
	return true
}

// embryo is what a passive SYN-RECEIVED does before the first check: the kernel
// keeps no whole endpoint for it yet, only the numbers of the two SYNs.
func (m *machine) embryo(seg wire.Segment) bool {
	b := m.b
	if b.Profile.Has(QuirkSynAckAgain) && seg.Flags&(wire.SYN|wire.ACK|wire.RST) == wire.SYN && seg.Seq == b.IRS {
		m.emitSegment(wire.SYN|wire.ACK, b.ISS, "", RuleSynAckAgain, true)
		b.rttRuns = false // Karn's rule
		m.startRetransmit()
		return false
	}
	if b.Profile.Has(QuirkAckFirst) && seg.Flags.Has(wire.ACK) && seg.Ack != b.ISS.Add(1) {
		if seg.Flags.Has(wire.RST) {
			m.ignore(RuleIgnoreRst)
			return false
		}
		m.emit(wire.Segment{Seq: seg.Ack, Flags: wire.RST}, RuleBadAckSynRcvd, false)
		return false
	}
	return true
}

// resetsEmbryo reports whether any RST in the window ends this attempt, not only
// one with the exact number.
func (m *machine) resetsEmbryo() bool {
	b := m.b
	return b.State == wire.StateSynReceived && b.Passive && b.Profile.Has(QuirkAckFirst)
}

// resetsBeforeFin reports whether a RST has the number of the peer's FIN, which is
// one before RCV.NXT: a peer that forgot everything with the FIN sends such a one.
func (m *machine) resetsBeforeFin(seg wire.Segment) bool {
	b := m.b
	switch b.State {
	case wire.StateCloseWait, wire.StateClosing, wire.StateLastAck:
		return b.Profile.Has(QuirkResetBeforeFin) && seg.Seq == b.RcvNxt.Add(-1)
	default: // the peer's FIN has not come, or TIME-WAIT has its own way with a RST
		return false
	}
}

// straddles reports whether a segment begins in the window and ends beyond it, and
// the kernel refuses it whole; the standard takes the part that fits.
func (m *machine) straddles(seg wire.Segment) bool {
	b := m.b
	edge := b.RcvNxt.Add(int(b.RcvWnd))
	return b.Profile.Has(QuirkStraddle) && seg.Len() > 0 && b.State != wire.StateTimeWait &&
		!seg.Seq.Before(b.RcvNxt) && seg.Seq.AtOrBefore(edge) && seg.End().After(edge)
}

// runsPastFin reports whether text overlaps the peer's FIN and goes on after it.
func (m *machine) runsPastFin(seg wire.Segment) bool {
	b := m.b
	if !b.Profile.Has(QuirkTextBeyondFin) || !b.finReceived() || b.State == wire.StateTimeWait {
		return false
	}
	end := m.arrived.Add(m.arrivedText)
	return m.arrivedText > 0 && m.arrived.Before(b.RcvNxt) && end.After(b.RcvNxt)
}
