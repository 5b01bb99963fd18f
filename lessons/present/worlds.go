package present

import (
	"slices"
	"time"

	"netlab/lessons/course"
	"netlab/sim/fault"
	"netlab/sim/trace"
)

// stops is how many moments the fork shown has: a real run has one more than segments, the one
// before the first.
func (s *Show) stops() (n int) {
	if f := s.state.Fork(); f.Live {
		if r := s.reals[s.state.Shown]; r != nil {
			return len(r.pairs()) + 1
		}
		return 1
	}
	s.locked(func(t *course.Session) {
		if w, err := s.deck.world(t, &s.state); err == nil {
			n = len(w.stops)
		}
	})
	return n
}

// leave goes back to the lesson, to where the world was made.
func (s *Show) leave() {
	if f := s.state.Fork(); f != nil {
		s.enter(f.Lesson, f.Step)
		return
	}
	s.say("present_in_lesson")
}

// otherFork shows the next of the worlds that were made, or the lesson after the last one.
func (s *Show) otherFork() {
	if len(s.state.Forks) == 0 {
		s.say("present_no_fork")
		return
	}
	for n := s.state.Shown + 1; n <= len(s.state.Forks); n++ {
		if !s.state.Forks[n-1].Live || s.reals[n] != nil { // a run that failed has nothing to show
			s.show(n, 0)
			return
		}
	}
	s.leave()
}

// show shows fork n at one of its moments.
func (s *Show) show(n, at int) {
	f := s.state.Forks[n-1]
	s.enter(f.Lesson, f.Step)
	s.state.Shown = n
	s.state.Of = s.stops()
	s.state.At = max(0, min(at, s.state.Of-1))
}

// add makes a fork, or finds it if it was made before.
func (s *Show) add(f Fork) (n int, ok bool) {
	if i := slices.IndexFunc(s.state.Forks, f.equal); i >= 0 {
		return i + 1, true
	}
	if len(s.state.Forks) >= mostForks {
		s.say("present_too_many", mostForks)
		return 0, false
	}
	s.state.Forks = append(slices.Clone(s.state.Forks), f)
	return len(s.state.Forks), true
}

// here is the fork shown, or a new one that begins at this step.
func (s *Show) here() Fork {
	if f := s.state.Fork(); f != nil {
		g := *f
		g.Changes = slices.Clone(f.Changes)
		return g
	}
	return Fork{Lesson: s.state.Lesson, Step: s.state.Step}
}

// lateBy is how much later a late segment arrives: longer than the links' delays, shorter than
// any retransmission.
const lateBy = 50 * time.Millisecond

// packet makes the world in which the newest segment is lost, or arrives twice or late; in a
// real run, the real one too.
func (s *Show) packet(a Act) {
	f := s.here()
	before, upto := s.shown()
	e := target(before, upto)
	if e == nil {
		s.say("present_no_segment")
		return
	}
	change := fault.Fault{Sel: before.Selector(e), Verb: fault.Drop}
	switch a {
	case Twice:
		change.Verb, change.By = fault.Duplicate, lateBy
	case Late:
		change.Verb, change.By = fault.Delay, lateBy
	default: // lost
	}
	f.Changes = append(f.Changes, change.String())
	wasLive := f.Live
	f.Live = false
	n, ok := s.add(f)
	if !ok {
		return
	}
	old := s.state
	s.show(n, 0)
	var w *world
	var err error
	s.locked(func(t *course.Session) { w, err = s.deck.world(t, &s.state) })
	if err != nil || w == nil {
		s.state = old
		s.say("present_no_segment")
		return
	}
	at := min(trace.FirstDifference(before, w.trace), max(upto, 1))
	for i, stop := range w.stops {
		if stop >= at {
			s.state.At = i
			break
		}
	}
	if wasLive {
		s.live()
	}
}

// shown is the model's run on the screen, and how much of it is shown.
func (s *Show) shown() (t *trace.Trace, upto int) {
	real := s.reals[s.state.Shown]
	slide, err := s.deck.Slide(s.state, real, "")
	if err != nil || len(slide.Panels) == 0 {
		return &trace.Trace{}, 0
	}
	return slide.Panels[0].Trace, slide.Panels[0].Upto
}

// target is the newest segment shown that left a host, lost ones apart: the one that the
// room talks about.
func target(t *trace.Trace, upto int) *trace.Event {
	lost := map[int]bool{}
	for i := range t.Events {
		if e := &t.Events[i]; e.Kind == trace.Drop {
			lost[e.Pkt] = true
		}
	}
	for n := upto; n > 0; n-- {
		if e := t.At(n); e != nil && e.Kind == trace.Send && e.Pkt > 0 && !lost[e.Pkt] {
			return e
		}
	}
	return nil
}

// world shows what comes of the revealed what-if question.
func (s *Show) world() {
	ask := s.deck.lessons[s.state.Lesson].Steps[s.state.Step].Ask
	switch {
	case s.state.Shown > 0:
		s.leave()
		return
	case ask == nil || ask.World == "":
		s.say("present_no_world")
		return
	case s.isOpen():
		s.say("present_reveal_first")
		return
	}
	n, ok := s.add(Fork{Lesson: s.state.Lesson, Step: s.state.Step, World: true})
	if !ok {
		return
	}
	s.show(n, 0)
	s.locked(func(t *course.Session) {
		if w, err := s.deck.world(t, &s.state); err == nil {
			first := w.trace.FirstUnusual()
			for i, stop := range w.stops {
				if stop >= first {
					s.state.At = i
					return
				}
			}
		}
	})
}
