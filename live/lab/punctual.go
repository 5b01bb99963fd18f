package lab

import (
	"fmt"
	"time"

	"netlab/sim/scenario"
)

// A run on the wire says what a kernel does at certain times. A machine that stands still
// for longer than the network's delays changes that: segments that should cross do not. Such a
// run is played again.
const (
	wireTries    = 12
	wireTriesFor = 10 * time.Second
)

// tolerance is how late a packet or a call may be: so small a part of the shortest delay that
// two of them in a row do not change what crosses what, between bounds that a machine keeps
// most of the time and that no timer of a kernel notices.
func tolerance(s *scenario.Script) time.Duration {
	const least, most, part = 2 * time.Millisecond, 10 * time.Millisecond, 5
	shortest := part * most
	for i := range s.Links {
		if d := s.Links[i].Delay; d > 0 {
			shortest = min(shortest, d)
		}
	}
	return max(least, min(most, shortest/part))
}

// loopbackLate is how late something may be on loopback, where nothing takes time on its way:
// less than any time-out of a kernel or a script.
const loopbackLate = 50 * time.Millisecond

// mustRepeatHere reports whether a run on loopback must be played once more.
func (st *stage) mustRepeatHere(late time.Duration, err error, try int, began time.Time) bool {
	return err == nil && st.program == nil && late > loopbackLate && try < wireTries && time.Since(began) < wireTriesFor
}

// pulse notices when the machine stands still between two calls. The function that it returns
// ends it, and says by how much a short wait was too long at most.
func pulse() (worst func() time.Duration) {
	const beat = 5 * time.Millisecond
	stop, most := make(chan struct{}), make(chan time.Duration)
	go func() {
		late := time.Duration(0)
		for {
			began := time.Now()
			select {
			case <-time.After(beat):
				late = max(late, time.Since(began)-beat)
			case <-stop:
				most <- max(late, time.Since(began)-beat)
				return
			}
		}
	}()
	return func() time.Duration { close(stop); return <-most }
}

// mustRepeat reports whether a run must be played once more.
func (st *stage) mustRepeat(s *scenario.Script, rec *recording, err error, try int, began time.Time) bool {
	return err == nil && st.hand == nil && st.program == nil && st.watch == 0 && rec.late > tolerance(s) && try < wireTries && time.Since(began) < wireTriesFor
}

// tooLate is what a run is late by, if that is more than it may.
func (r *recording) tooLate(s *scenario.Script) time.Duration {
	if r.late > tolerance(s) {
		return r.late
	}
	return 0
}

// punctual notes in the result how the machine has kept time.
func (r *Result) punctual(end message) {
	r.Late = time.Duration(end.Late)
	switch {
	case r.Late > 0:
		r.Trace.Notes = append(r.Trace.Notes, fmt.Sprintf("the machine was too busy, in each of %d tries: something was %v late, and what depends on time may be otherwise", end.WireTries, r.Late.Round(time.Millisecond)))
	case end.WireTries > 1:
		r.Trace.Notes = append(r.Trace.Notes, fmt.Sprintf("try %d: before, the machine was too busy to keep the script's times", end.WireTries))
	}
}

// TooLate says that a run cannot be compared, because the machine was late; nil if it was
// not.
func (r *Result) TooLate() error {
	if r.Late == 0 {
		return nil
	}
	return &CannotError{"the machine was too busy: something was late by " + r.Late.Round(time.Millisecond).String() + " in every try", "try again when it has less to do"}
}
