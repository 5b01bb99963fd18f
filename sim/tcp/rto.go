package tcp

import (
	"time"

	"netlab/sim/wire"
)

// synRetriedRTO is the RTO with which data starts after a SYN had to be repeated
// (RFC 6298 §5.7).
const synRetriedRTO = 3 * time.Second

// clockGranularity is G of RFC 6298.
const clockGranularity = time.Millisecond

// timeRoundTrip begins to time the segment that ends at end, unless one is being
// timed already.
func (m *machine) timeRoundTrip(end wire.Seq) {
	if !m.b.rttRuns {
		m.b.rttRuns, m.b.rttSeq, m.b.rttAt = true, end, m.now
	}
}

// roundTripEnds takes a sample if ack covers the timed segment (RFC 6298 §2).
// A segment that was sent twice is never timed (Karn's rule, MUST-18):
// retransmitting clears rttRuns.
func (m *machine) roundTripEnds(ack wire.Seq) {
	b := m.b
	if !b.rttRuns || ack.Before(b.rttSeq) {
		return
	}
	b.rttRuns = false
	sample := m.now - b.rttAt
	if b.SRTT == 0 {
		b.SRTT, b.RTTVar = sample, sample/2
	} else {
		b.RTTVar += ((b.SRTT - sample).Abs() - b.RTTVar) / 4
		b.SRTT += (sample - b.SRTT) / 8
	}
	margin := max(clockGranularity, 4*b.RTTVar)
	if b.Profile.VarFloor { // Linux bounds the margin, not the sum
		margin = max(margin, b.Profile.MinRTO)
	}
	b.RTO = min(max(b.SRTT+margin, b.Profile.MinRTO), b.Profile.MaxRTO)
}

// afterRetriedSyn starts the RTO of the data phase anew when the SYN had to be
// repeated and nothing could be measured (RFC 6298 §5.7).
func (m *machine) afterRetriedSyn() {
	if m.b.Retries == 0 {
		return
	}
	if m.b.RTO = synRetriedRTO; m.b.UseTS { // timestamps measure even what was repeated
		m.b.RTO = m.b.Profile.InitialRTO
	}
}

// backOff doubles the RTO (RFC 6298 §5.5), except for the first SYNs of a
// profile that repeats those at a steady pace.
func (m *machine) backOff() {
	b := m.b
	if b.State == wire.StateSynSent && b.Retries <= b.Profile.SynLinear {
		return
	}
	b.RTO = min(2*b.RTO, b.Profile.MaxRTO)
}
