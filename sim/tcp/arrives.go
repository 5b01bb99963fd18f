package tcp

import "netlab/sim/wire"

// segmentArrives is SEGMENT ARRIVES (RFC 9293 §3.10.7).
func (m *machine) segmentArrives(seg wire.Segment, iss wire.Seq) {
	m.orig, m.arrived, m.synArrived = seg, seg.Seq, seg.Flags.Has(wire.SYN)
	switch m.b.State {
	case wire.StateClosed:
		m.arrivesClosed(seg)
	case wire.StateListen:
		m.arrivesListen(seg, iss)
	case wire.StateSynSent:
		m.arrivesSynSent(seg)
	case wire.StateSynReceived, wire.StateEstablished, wire.StateFinWait1, wire.StateFinWait2,
		wire.StateCloseWait, wire.StateClosing, wire.StateLastAck, wire.StateTimeWait:
		m.arrivesOther(seg)
	}
	m.settleAck()
}

// arrivesClosed is RFC 9293 §3.10.7.1.
func (m *machine) arrivesClosed(seg wire.Segment) {
	if seg.Flags.Has(wire.RST) {
		m.ignore(RuleIgnoreRst)
		return
	}
	m.emit(ResetFor(seg), RuleResetClosed, false)
}

// ResetFor returns the RST that answers a segment for which there is no
// connection (RFC 9293 §3.5.2, group 1).
func ResetFor(seg wire.Segment) wire.Segment {
	if seg.Flags.Has(wire.ACK) {
		return wire.Segment{Seq: seg.Ack, Flags: wire.RST}
	}
	return wire.Segment{Seq: 0, Ack: seg.End(), Flags: wire.RST | wire.ACK}
}

// arrivesListen is RFC 9293 §3.10.7.2.
func (m *machine) arrivesListen(seg wire.Segment, iss wire.Seq) {
	b := m.b
	switch {
	case seg.Flags.Has(wire.RST):
		m.ignore(RuleListenRst)
	case seg.Flags.Has(wire.ACK):
		m.emit(ResetFor(seg), RuleListenAck, false)
	case seg.Flags.Has(wire.SYN|wire.FIN) && b.Profile.Has(QuirkListenSynFin):
		m.ignore(RuleListenOther)
	case seg.Flags.Has(wire.SYN):
		b.IRS, b.RcvNxt = seg.Seq, seg.Seq.Add(1)
		m.setISS(iss)
		m.takeSynOptions(seg)
		b.SndWnd, b.MaxSndWnd = uint32(seg.Wnd), uint32(seg.Wnd)
		b.SndWl1, b.SndWl2 = seg.Seq, iss
		m.enter(wire.StateSynReceived, RuleListenSyn)
		m.emitSegment(wire.SYN|wire.ACK, iss, "", RuleListenSyn, false)
		b.SndNxt = iss.Add(1)
		m.timeRoundTrip(b.SndNxt)
		m.startRetransmit()
		// Deviation: text or a FIN on the SYN is not queued (the standard may
		// queue it); the sender repeats it, because only the SYN is acknowledged.
	default:
		m.ignore(RuleListenOther)
	}
}

// arrivesOther is RFC 9293 §3.10.7.4. Each check reports whether to go on.
func (m *machine) arrivesOther(seg wire.Segment) {
	m.heard()
	if !m.early(seg) {
		return
	}
	seg, ok := m.checkSequence(seg)
	if !ok || !m.checkReset(seg) || !m.checkSyn(seg) || !m.checkAck(seg) {
		return
	}
	m.checkText(seg)
	m.checkFin(seg)
	m.output(RuleSend)
}
