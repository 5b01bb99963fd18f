package tcp

import "netlab/sim/wire"

// How a sender repairs a loss (RFC 5681 §3.2, RFC 6582, RFC 6675).
type recovery uint8

const (
	notRecovering recovery = iota
	fastRecovery           // three duplicate ACKs came; more are expected
	afterTimeout           // the timer went off: everything sent before is in doubt
)

// dupThreshold is how many duplicate ACKs mean a loss (RFC 5681 §3.2).
const dupThreshold = 3

// startCongestion sets the initial window once the connection is open
// (RFC 5681 §3.1).
func (m *machine) startCongestion() {
	b := m.b
	if !b.Profile.Congestion {
		return
	}
	mss := uint32(b.SndMSS)
	switch n := uint32(b.Profile.InitialWindow); {
	case b.synRetried: // the SYN was lost: begin with one segment
		b.Cwnd = mss
	case n > 0:
		b.Cwnd = n * mss
	case mss > 2190:
		b.Cwnd = 2 * mss
	case mss > 1095:
		b.Cwnd = 3 * mss
	default:
		b.Cwnd = 4 * mss
	}
	b.Ssthresh = 1 << 30 // "arbitrarily high"
}

// flight is how many octets are sent and unacknowledged (RFC 5681 §2).
func (b *TCB) flight() uint32 { return uint32(max(0, b.SndNxt.Minus(b.SndUna))) }

// growWindow opens the congestion window for n octets newly acknowledged: by as
// many in slow start, by about one segment a round trip after it (RFC 5681 §3.1).
func (m *machine) growWindow(n int) {
	b := m.b
	if !b.Profile.Congestion || b.recovery == fastRecovery {
		return
	}
	mss := uint32(b.SndMSS)
	if b.Cwnd < b.Ssthresh {
		b.Cwnd += min(uint32(n), mss)
		return
	}
	b.ackedInWindow += uint32(n)
	if b.ackedInWindow >= b.Cwnd {
		b.ackedInWindow -= b.Cwnd
		b.Cwnd += mss
	}
}

// halve sets the threshold to half of what was in flight (RFC 5681, equation 4).
func (m *machine) halve(flight uint32) {
	m.b.Ssthresh = max(flight/2, 2*uint32(m.b.SndMSS))
}

// duplicateAck counts an ACK that says the same as the one before; the third
// starts fast retransmit (RFC 5681 §3.2).
func (m *machine) duplicateAck(seg wire.Segment) {
	b := m.b
	if b.SndUna == b.ISS { // a crossed open that nobody has acknowledged: there is no text to repeat
		return
	}
	fresh := m.takeSACK(seg)
	dup := b.SndUna != b.SndNxt && seg.Ack == b.SndUna && seg.Data == "" && seg.Flags&(wire.SYN|wire.FIN) == 0 &&
		m.scaledWindow(seg) == b.SndWnd || fresh
	if !dup || !b.Profile.FastRetransmit {
		return
	}
	if b.dupAcks == 0 {
		b.flightAtDup = b.flight()
	}
	if b.dupAcks < 255 {
		b.dupAcks++
	}
	switch {
	case b.recovery == fastRecovery: // one more segment has left the network
		b.Cwnd += uint32(b.SndMSS)
		m.repairNext(RuleRepair)
	case b.recovery == notRecovering && b.dupAcks == dupThreshold && seg.Ack.After(b.recoverSeq):
		m.fastRetransmit()
	}
}

// fastRetransmit sends the first missing segment without waiting for the timer.
func (m *machine) fastRetransmit() {
	b := m.b
	m.halve(b.flightAtDup) // limited transmit's segments do not count, RFC 5681 §3.2
	b.recovery, b.recoverSeq = fastRecovery, b.SndNxt
	b.rttRuns = false // Karn's rule
	b.highRxt = b.SndUna
	m.repairNext(RuleFastRetransmit)
	b.Cwnd = b.Ssthresh + dupThreshold*uint32(b.SndMSS)
	m.start(TimerRetransmit, b.RTO)
}

// repairNext sends the next segment that is known or believed to be missing. In
// fast recovery without SACK that is the one at SND.UNA, once for each partial
// ACK (RFC 6582); with SACK it is the next hole (RFC 6675).
func (m *machine) repairNext(why *wire.Rule) bool {
	b := m.b
	limit := b.recoverSeq
	if b.recovery == fastRecovery {
		if high, ok := b.sacked.highest(); ok {
			limit = high
		} else if b.highRxt != b.SndUna {
			return false
		}
	}
	from, to := b.sacked.hole(later(b.SndUna, b.highRxt), limit)
	if !from.Before(to) {
		return false
	}
	n := min(to.Minus(from), b.maxText())
	m.resend(from, n, why)
	b.highRxt = from.Add(n)
	return true
}

// recovered looks at an ACK of new octets while a loss is being repaired: either it
// covers everything sent before the loss was found, or it uncovers the next hole.
func (m *machine) recovered(octets int) {
	b := m.b
	b.dupAcks = 0
	b.sacked.advance(b.SndUna)
	switch b.recovery {
	case notRecovering:
		b.recoverSeq = later(b.recoverSeq, b.SndUna.Add(-1))
	case fastRecovery:
		if b.SndUna.AtOrAfter(b.recoverSeq) {
			b.Cwnd = min(b.Ssthresh, max(b.flight(), uint32(b.SndMSS))+uint32(b.SndMSS))
			b.recovery = notRecovering
			return
		}
		b.highRxt = later(b.highRxt, b.SndUna)
		if b.sacked.n == 0 {
			b.highRxt = b.SndUna
		}
		b.Cwnd -= min(b.Cwnd, uint32(octets))
		b.Cwnd += uint32(b.SndMSS)
		m.repairNext(RuleRepair)
	case afterTimeout:
		if b.SndUna.AtOrAfter(b.recoverSeq) {
			b.recovery = notRecovering
			return
		}
		for b.inDoubt() < b.repairWindow() && m.repairNext(RuleRepair) {
		}
	}
}

// windowToUse is how much may be in flight: what the peer offers and what the
// network is believed to bear. The first two duplicate ACKs let one more segment
// each go, so that small windows still see a third (limited transmit, RFC 3042).
func (b *TCB) windowToUse() int {
	if !b.Profile.Congestion {
		return int(b.SndWnd)
	}
	cwnd := b.Cwnd
	if b.recovery == notRecovering && b.dupAcks < dupThreshold {
		cwnd += uint32(b.dupAcks) * uint32(b.SndMSS)
	}
	return int(min(b.SndWnd, cwnd))
}

// inDoubt is how much of what was sent again is not acknowledged yet.
func (b *TCB) inDoubt() uint32 { return uint32(max(0, b.highRxt.Minus(b.SndUna))) }

// repairWindow is how much may be sent again at a time after a time-out.
func (b *TCB) repairWindow() uint32 {
	if b.Profile.Congestion {
		return b.Cwnd
	}
	return uint32(b.SndMSS)
}
