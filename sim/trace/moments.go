package trace

import "netlab/sim/fault"

// Stops lists how many events are shown at each stop of somebody who steps through the
// run: one for each moment, and in a real run, where hardly two things have the same
// time, one for each event. There is at least one.
func (t *Trace) Stops() (stops []int) {
	measured := t.Source != Model
	for i := range t.Events {
		last := i == len(t.Events)-1
		if last || t.Events[i+1].T != t.Events[i].T || (measured && t.Events[i+1].Kind != Drop && t.Events[i+1].Kind != Set) {
			stops = append(stops, i+1)
		}
	}
	if len(stops) == 0 {
		return []int{0}
	}
	return stops
}

// FirstUnusual is the first event of a run that something unusual has done, such as a
// loss: the place to begin to look. It is 1 if there is none.
func (t *Trace) FirstUnusual() int {
	for i := range t.Events {
		e := &t.Events[i]
		if e.Kind == Drop && e.Text != "" || e.Rule == fault.RuleOldPacket {
			return e.N
		}
	}
	return 1
}

// FirstDifference is the first event at which two runs of similar scripts are not the same.
func FirstDifference(a, b *Trace) int {
	for i := range b.Events {
		if i >= len(a.Events) {
			return i + 1
		}
		x, y := &a.Events[i], &b.Events[i]
		if x.Kind != y.Kind || x.Host != y.Host || x.T != y.T || x.Pkt != y.Pkt {
			return i + 1
		}
	}
	return len(b.Events)
}

// Departure is the event at which the packet of an event was sent, or nil: what a segment
// has done stands for the segment.
func (t *Trace) Departure(e *Event) *Event {
	if e != nil && e.Pkt == 0 {
		e = t.At(e.Cause)
	}
	if e == nil || e.Pkt == 0 {
		return nil
	}
	for i := range t.Events {
		if s := &t.Events[i]; s.Kind == Send && s.Pkt == e.Pkt {
			return s
		}
	}
	return nil
}

// Selector finds the words with which a script names a segment that was sent: its kind
// and its ordinal in its direction.
func (t *Trace) Selector(e *Event) fault.Selector {
	what := fault.Any
	for _, w := range []fault.What{fault.SynAck, fault.Syn, fault.Rst, fault.Fin, fault.Data, fault.Ack} {
		if w.Is(e.AsPacket()) {
			what = w
			break
		}
	}
	n := 0
	for i := range t.Events {
		s := &t.Events[i]
		if s.Kind == Send && s.Src.Host == e.Src.Host && s.Dst.Host == e.Dst.Host && what.Is(s.AsPacket()) {
			n++
		}
		if s == e {
			break
		}
	}
	return fault.Selector{From: e.Src.Host, To: e.Dst.Host, What: what, First: n, Last: n}
}
