package lab

import (
	"time"

	"netlab/sim/tcp"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// Why a kernel has sent a segment again, as far as its packets and TCP_INFO prove it. They are
// the last words of an event's CauseBy.
const (
	AgainTimer = "the kernel's retransmission timer (RTO) went off"
	AgainAcks  = "the receiver's duplicate ACKs asked for it"
	AgainProbe = "the kernel probes the tail of what it has sent (RFC 8985 §7)"
)

// findRepeats marks the segments that were sent again, with the one that they repeat as
// their cause and with what proves why.
func findRepeats(events []trace.Event) {
	ends := map[trace.Flow]wire.Seq{} // behind the last octet that was sent
	for i := range events {
		e := &events[i]
		if e.Kind != trace.Send || e.Proto != wire.TCP || e.Seg.Len() == 0 {
			continue
		}
		end, some := ends[e.Flow()]
		if !some || e.Seg.End().After(end) || e.Seg.Flags.Has(wire.SYN) {
			ends[e.Flow()] = e.Seg.End()
		}
		if !some || e.Seg.Seq.AtOrAfter(end) { // nothing of it was sent before
			continue
		}
		first := -1
		for k := i - 1; k >= 0 && first < 0; k-- {
			if repeats(e, &events[k]) {
				first = k
			}
		}
		if first < 0 {
			continue
		}
		e.Again, e.Cause = true, events[first].N
		e.CauseBy, e.Rule = whyAgain(events, first, i)
	}
}

// repeats reports whether a segment covers the number with which an earlier one of its
// direction began, or begins inside it.
func repeats(e, earlier *trace.Event) bool {
	if earlier.Kind != trace.Send || earlier.Proto != wire.TCP || earlier.Flow() != e.Flow() || earlier.Seg.Len() == 0 ||
		e.Seg.Flags.Has(wire.SYN) != earlier.Seg.Flags.Has(wire.SYN) {
		return false
	}
	return e.Seg.Seq.Minus(earlier.Seg.Seq) >= 0 && e.Seg.Seq.Minus(earlier.Seg.End()) < 0
}

// sampleAfter is how long after a packet the kernel is asked about its sender at the latest.
const sampleAfter = 100 * time.Millisecond

// whyAgain says what made the sender of event i repeat the segment of event first: its timer,
// whose count the kernel tells, or the ACKs that have reached it meanwhile.
func whyAgain(events []trace.Event, first, i int) (string, *wire.Rule) {
	e := &events[i]
	acks, told, expired := 0, false, e.Seg.Flags.Has(wire.SYN)
	for k := range events {
		x := &events[k]
		if x.Host != e.Host {
			continue
		}
		if k > first && k < i && x.Kind == trace.Recv && x.Flow() == e.Flow().Reverse() && x.Seg.Ack == e.Seg.Seq && x.Seg.Len() == 0 {
			acks++
		}
		if x.Kind == trace.Set && x.Conn == e.Conn && x.T-e.T < sampleAfter {
			for _, v := range x.Vars {
				if v.ID == trace.VarRetransmits {
					told, expired = true, v.Value > 0
				}
			}
		}
	}
	switch {
	case expired:
		return AgainTimer, tcp.RuleRetransmit
	case acks > 0:
		return AgainAcks, tcp.RuleFastRetransmit
	case told:
		return AgainProbe, nil
	default:
		return "the same octets", nil
	}
}
