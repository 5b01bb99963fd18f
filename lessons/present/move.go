package present

import (
	"slices"

	"netlab/lessons/course"
)

// enter goes to a step of a lesson of the playlist.
func (s *Show) enter(lesson, step int) {
	l := s.deck.lessons[lesson]
	s.state.Lesson, s.state.ID, s.state.Hash, s.state.Seed = lesson, l.ID, l.Hash(), l.Seed
	if s.opt.Seed != nil {
		s.state.Seed = *s.opt.Seed
	}
	s.state.Step = max(0, min(step, len(l.Steps)-1))
	s.state.Shown, s.state.At, s.state.Of = 0, 0, 0
}

// next reveals, goes on, or leaves a world that is over.
func (s *Show) next() {
	st := &s.state
	switch {
	case st.Shown > 0 && st.At < s.stops()-1:
		st.At++
	case st.Shown > 0:
		s.leave()
	case s.isOpen():
		s.reveal()
	case st.Step < len(s.deck.lessons[st.Lesson].Steps)-1:
		st.Step++
	case st.Lesson < len(s.deck.lessons)-1:
		s.enter(st.Lesson+1, 0)
	default:
		s.say("present_end")
	}
}

func (s *Show) isOpen() (open bool) {
	s.locked(func(t *course.Session) { open = s.state.Shown == 0 && t.Open() })
	return open
}

func (s *Show) goBack() {
	st := &s.state
	switch {
	case st.Shown > 0 && st.At > 0:
		st.At--
	case st.Shown > 0:
		s.leave()
	case st.Step > 0:
		st.Step--
	case st.Lesson > 0:
		s.enter(st.Lesson-1, 1<<30)
	default:
		s.say("present_begin")
	}
}

// first goes to the lesson's first step or, if it was just asked for, back: many clickers
// have a button that is easily pressed.
func (s *Show) first(back *State) {
	if back != nil {
		s.state.Step, s.state.Shown, s.state.At, s.state.Of = back.Step, back.Shown, back.At, back.Of
		return
	}
	here := s.state
	s.back = &here
	s.enter(s.state.Lesson, 0)
	s.say("present_first")
}

func (s *Show) question(d int) {
	steps := s.deck.lessons[s.state.Lesson].Steps
	for i := s.state.Step + d; i >= 0 && i < len(steps); i += d {
		if steps[i].Ask != nil {
			s.enter(s.state.Lesson, i)
			return
		}
	}
	s.say("present_no_question")
}

func (s *Show) reveal() {
	if !s.isOpen() {
		s.say("present_nothing_open")
		return
	}
	st := &s.state
	id := question(st.ID, s.deck.lessons[st.Lesson].Steps[st.Step].Ask.ID)
	st.Revealed = append(slices.Clone(st.Revealed), id)
}

// tally notes how many hands were up for each choice.
func (s *Show) tally(counts []int) {
	ask := s.deck.lessons[s.state.Lesson].Steps[s.state.Step].Ask
	if ask == nil || s.state.Shown > 0 {
		s.say("present_no_tally")
		return
	}
	t := cloneTally(s.state.Tally)
	if t == nil {
		t = map[string][]int{}
	}
	const most = 9 // choices
	list := make([]int, 0, most)
	for _, n := range counts[:min(len(counts), most)] {
		list = append(list, max(0, min(n, 9999)))
	}
	t[question(s.state.ID, ask.ID)] = list
	s.state.Tally = t
}
