package tcp

import (
	"time"

	"netlab/sim/wire"
)

// arrivesSynSent is RFC 9293 §3.10.7.3.
func (m *machine) arrivesSynSent(seg wire.Segment) {
	b := m.b
	ackOK := false
	if seg.Flags.Has(wire.ACK) { // first
		if seg.Ack.AtOrBefore(b.ISS) || seg.Ack.After(b.SndNxt) {
			if b.Profile.Has(QuirkQuickSyn) && b.Retries == 0 {
				m.start(TimerRetransmit, quickSyn)
			}
			if seg.Flags.Has(wire.RST) {
				m.ignore(RuleSynSentDrop)
				return
			}
			m.emit(wire.Segment{Seq: seg.Ack, Flags: wire.RST}, RuleSynSentBadAck, false)
			return
		}
		ackOK = true
	}
	if seg.Flags.Has(wire.RST) { // second
		if !ackOK {
			m.ignore(RuleSynSentDrop)
			return
		}
		m.signal(wire.ECONNREFUSED, RuleRefused)
		m.enterClosed(RuleRefused)
		return
	}
	if !seg.Flags.Has(wire.SYN) { // fifth
		m.ignore(RuleSynSentOther)
		return
	}
	m.synArrivesInSynSent(seg, ackOK) // fourth
}

// quickSyn is how soon Linux sends the SYN again after a wrong ACK: the RST that
// answers it has cleared the way.
const quickSyn = 2 * time.Millisecond

// synArrivesInSynSent is the fourth check of RFC 9293 §3.10.7.3.
func (m *machine) synArrivesInSynSent(seg wire.Segment, ackOK bool) {
	b := m.b
	b.IRS, b.RcvNxt = seg.Seq, seg.Seq.Add(1)
	m.takeSynOptions(seg)
	b.SndWnd, b.MaxSndWnd = uint32(seg.Wnd), uint32(seg.Wnd)
	b.SndWl1, b.SndWl2 = seg.Seq, seg.Ack
	if !ackOK {
		b.rttRuns = false // the SYN,ACK repeats the SYN's number
		if b.Profile.Has(QuirkCrossedScale) && b.Profile.UseWScale {
			b.RcvScale = b.Profile.WScale
		}
		m.enter(wire.StateSynReceived, RuleSimultaneous)
		m.emitSegment(wire.SYN|wire.ACK, b.ISS, "", RuleSimultaneous, false)
		m.startRetransmit()
		return
	}
	m.afterRetriedSyn()
	m.acknowledged(seg.Ack)
	m.enter(wire.StateEstablished, RuleSynAckArrives)
	m.oweAck(RuleAckSyn, true)
	if !b.Profile.Has(QuirkSynText) {
		m.checkText(seg)
		m.checkFin(seg)
	}
	m.output(RuleSend)
}
