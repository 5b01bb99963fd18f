package worksheet

import (
	"slices"

	"netlab/sim/wire"
)

// belief finds the misconception that a wrong cell shows, by its value; empty if it shows
// none that is known.
func (s *Sheet) belief(i int, f field, h *heard) string {
	r := s.rows[i]
	switch f.kind {
	case kindSeq:
		return s.seqBelief(i, h)
	case kindAck:
		return s.ackBelief(i, h)
	case kindState:
		if state, ok := h.state[f.host]; ok {
			return stateBeliefs[[2]wire.State{r.states[f.host], state}]
		}
	case kindFlags:
		if h.flags != nil && r.event.Seg.Flags&^*h.flags&counted == wire.ACK && *h.flags&^r.event.Seg.Flags&counted == 0 {
			return "ack-goes-alone"
		}
	case kindCount:
		if n, ok := h.num[f.name]; ok && f.name == "len" && r.isTCP() {
			return lenBelief(&r.event.Seg, int(n))
		}
	default: // who sent what shows nothing by itself
	}
	return ""
}

// lenBelief explains a wrong number of octets: there are no data, and one was counted.
func lenBelief(seg *wire.Segment, n int) string {
	if n == len(seg.Data)+1 && seg.Flags&(wire.SYN|wire.FIN) == 0 {
		return "counts-the-segment"
	}
	return ""
}

// A guess is a wrong number and the belief that leads to it.
type guess struct {
	n      wire.Seq
	belief string
}

// find returns the belief of the first guess that is the number.
func find(n wire.Seq, guesses []guess) string {
	if i := slices.IndexFunc(guesses, func(g guess) bool { return g.n == n }); i >= 0 {
		return guesses[i].belief
	}
	return ""
}

// seqBelief explains a wrong seq by the segment that was sent before it.
func (s *Sheet) seqBelief(i int, h *heard) string {
	r := s.rows[i]
	if h.none["seq"] {
		return "pure-ack-has-no-seq"
	}
	n, ok := h.num["seq"]
	if !ok {
		return ""
	}
	seg, truth := &r.event.Seg, r.event.Seg.Seq
	var guesses []guess
	if o, _ := s.sourceOf(r.seqFrom); o != nil && o.event.Flow() == r.event.Flow() {
		guesses = missed(&o.event.Seg, truth)
		if len(o.event.Seg.Data) > 0 {
			if seg.Flags.Has(wire.FIN) {
				guesses = append(guesses, guess{truth.Add(-1), "w-is-last-octet"})
			}
			guesses = append(guesses, guess{o.event.Seg.Seq, "ack-repeats-seq"}, guess{o.event.Seg.Seq.Add(1), "counts-segments"})
		}
	}
	if s.pureAckBefore(i, r.event.Flow().Src) {
		guesses = append(guesses, guess{truth.Add(1), "ack-uses-number"})
	}
	guesses = append(guesses, guess{truth.Add(1), "counts-the-segment"})
	if seg.Flags.Has(wire.ACK) {
		guesses = append(guesses, guess{seg.Ack, "wrong-number-space"}, guess{seg.Ack.Add(-1), "wrong-number-space"})
	}
	return find(wire.Seq(n), guesses)
}

// ackBelief explains a wrong ack by the segment that it acknowledges.
func (s *Sheet) ackBelief(i int, h *heard) string {
	r := s.rows[i]
	n, ok := h.num["ack"]
	if !ok || !r.event.Seg.Flags.Has(wire.ACK) {
		return ""
	}
	seg, truth := &r.event.Seg, r.event.Seg.Ack
	var guesses []guess
	for _, o := range s.crossing(i) { // a FIN that is sent, but has not come yet
		guesses = append(guesses, guess{o.event.Seg.End(), "fin-always-acks"})
	}
	if o, how := s.sourceOf(r.ackFrom); o != nil && how == after {
		other := &o.event.Seg
		guesses = append(guesses, missed(other, truth)...)
		if d := len(other.Data); d > 0 {
			guesses = append(guesses, guess{truth.Add(-1), "ack-names-last"}, guess{other.Seq.Add(1), "counts-segments"},
				guess{wire.Seq(uint32(d)), "ack-is-a-count"})
		}
	}
	if s.pureAckBefore(i, r.event.Flow().Dst) {
		guesses = append(guesses, guess{truth.Add(1), "ack-uses-number"})
	}
	guesses = append(guesses, guess{truth.Add(1), "counts-the-segment"}, guess{seg.Seq, "wrong-number-space"}, guess{seg.Seq.Add(1), "wrong-number-space"})
	return find(wire.Seq(n), guesses)
}

// missed are the numbers that come out if SYN or FIN is not counted.
func missed(other *wire.Segment, truth wire.Seq) (all []guess) {
	if other.Flags.Has(wire.SYN) {
		all = append(all, guess{truth.Add(-1), "syn-uses-no-number"})
	}
	if other.Flags.Has(wire.FIN) {
		all = append(all, guess{truth.Add(-1), "fin-uses-no-number"})
	}
	return all
}

// pureAckBefore reports whether the last segment of an end before row i was a pure ACK.
func (s *Sheet) pureAckBefore(i int, end wire.Endpoint) bool {
	for j := i - 1; j >= 0; j-- {
		if o := s.rows[j]; o.isTCP() && o.event.Src == end {
			return o.event.Seg.IsPureAck()
		}
	}
	return false
}

// crossing lists the FINs of the peer that were on their way when row i was sent.
func (s *Sheet) crossing(i int) (all []*row) {
	r := s.rows[i]
	for _, o := range s.rows {
		if o != r && o.isTCP() && o.event.Flow() == r.event.Flow().Reverse() && o.event.Seg.Flags.Has(wire.FIN) &&
			o.event.T <= r.event.T && o.arrived > r.event.N {
			all = append(all, o)
		}
	}
	return all
}

// stateBeliefs are the beliefs that a wrong state shows, by the right state and the wrong one.
var stateBeliefs = map[[2]wire.State]string{
	{wire.StateSynReceived, wire.StateEstablished}: "both-at-once",
	{wire.StateSynReceived, wire.StateListen}:      "listener-waits",
	{wire.StateSynSent, wire.StateEstablished}:     "both-at-once",
	{wire.StateEstablished, wire.StateListen}:      "listener-waits",

	{wire.StateFinWait1, wire.StateFinWait2}:  "sent-is-acked",
	{wire.StateFinWait1, wire.StateClosing}:   "closing-is-any-closing",
	{wire.StateFinWait2, wire.StateClosing}:   "closing-is-any-closing",
	{wire.StateCloseWait, wire.StateClosing}:  "closing-is-any-closing",
	{wire.StateLastAck, wire.StateClosing}:    "closing-is-any-closing",
	{wire.StateFinWait1, wire.StateCloseWait}: "close-wait-is-first",
	{wire.StateFinWait2, wire.StateCloseWait}: "close-wait-is-first",
	{wire.StateFinWait1, wire.StateLastAck}:   "close-wait-is-first",
	{wire.StateFinWait2, wire.StateLastAck}:   "close-wait-is-first",
	{wire.StateFinWait1, wire.StateClosed}:    "close-is-instant",
	{wire.StateFinWait2, wire.StateClosed}:    "close-is-instant",
	{wire.StateFinWait2, wire.StateTimeWait}:  "fin-closes-both",
	{wire.StateCloseWait, wire.StateLastAck}:  "fin-closes-both",
	{wire.StateCloseWait, wire.StateClosed}:   "fin-closes-both",
	{wire.StateLastAck, wire.StateFinWait1}:   "closer-is-fin-wait",
	{wire.StateCloseWait, wire.StateFinWait1}: "closer-is-fin-wait",
	{wire.StateLastAck, wire.StateClosed}:     "last-ack-is-optional",
	{wire.StateClosed, wire.StateTimeWait}:    "second-waits-too",

	{wire.StateClosing, wire.StateFinWait2}:  "fin-is-taken-as-ack",
	{wire.StateClosing, wire.StateTimeWait}:  "fin-is-taken-as-ack",
	{wire.StateClosing, wire.StateCloseWait}: "fin-means-passive",
	{wire.StateClosing, wire.StateLastAck}:   "fin-means-passive",
	{wire.StateTimeWait, wire.StateClosed}:   "close-is-instant",
	{wire.StateTimeWait, wire.StateLastAck}:  "close-wait-is-first",
}
