package course

import (
	"slices"

	"netlab/sim/scenario"
	"netlab/sim/trace"
)

// A Feedback is what is said about a try.
type Feedback struct {
	Right         bool
	Closed        bool
	TriesLeft     int
	Because       string // why it is wrong, in the lesson's words
	Misconception string // the belief it shows; may be empty
	Invalid       string // the try was not understood and does not count
}

// Answer takes a try at the open question.
func (s *Session) Answer(typed string) Feedback {
	a := s.Ask()
	r := s.Record(a.ID)
	ans, err := s.Run.answerOf(s.pos)
	if err != nil || r.Closed {
		return Feedback{Closed: true}
	}
	given, problem := s.understand(a, typed)
	if problem == "" && s.tried(a, r, given) {
		problem = s.Words.T("tried_already")
	}
	if problem != "" {
		return Feedback{Invalid: problem, TriesLeft: s.TriesLeft()}
	}
	r.Tries = append(r.Tries, typed)
	f := Feedback{Right: given == ans.key}
	s.note("try", typed, f.Right)
	if f.Right {
		r.Right, r.Closed = true, true
		r.First = len(r.Tries) == 1
	} else {
		f.Because, f.Misconception = s.explain(ans, given)
		if s.TriesLeft() > 0 {
			f.Because = mask(f.Because, ans.text)
		}
		if f.Misconception != "" && !slices.Contains(r.Shows, f.Misconception) {
			r.Shows = append(r.Shows, f.Misconception)
		}
		r.Closed = s.TriesLeft() == 0
	}
	f.Closed, f.TriesLeft = r.Closed, s.TriesLeft()
	return f
}

// tried reports whether the same answer was given before, in whatever form: it
// costs no try.
func (s *Session) tried(a *Ask, r *Record, given string) bool {
	return slices.ContainsFunc(r.Tries, func(old string) bool {
		was, problem := s.understand(a, old)
		return problem == "" && was == given
	})
}

// NotSure closes the question without a guess, and says so in the record.
func (s *Session) NotSure() {
	r := s.Record(s.Ask().ID)
	s.note("not-sure", "", false)
	r.Tries = append(r.Tries, "?")
	r.Closed = true
}

// explain finds why a wrong answer is wrong and which belief it shows.
func (s *Session) explain(ans answer, given string) (words, belief string) {
	texts := s.words(s.pos)
	for _, w := range ans.wrong {
		if w.text == given {
			belief = w.because
			break
		}
	}
	if t := texts.Because[belief]; t != "" && belief != "" {
		return s.fill(s.answerPlace(), t), belief
	}
	return s.fill(s.answerPlace(), texts.Otherwise), belief
}

// WorldTitle names the world of the current question in the learner's words.
func (s *Session) WorldTitle() string { return s.words(s.pos).World }

// WorldTrace returns the world of the current question, or nil.
func (s *Session) WorldTrace() *trace.Trace {
	if a := s.Ask(); a != nil && a.World != "" {
		return s.Run.Scene(a.World)
	}
	return nil
}

// WrongWorld is the world in which the learner's last wrong answer would be
// right: its script and the changes that make it. Without one, why is what is
// wrong about the answer; without a wrong answer both are empty.
func (s *Session) WrongWorld() (script *scenario.Script, changes []string, why string) {
	a := s.Ask()
	if a == nil || s.Open() || len(s.Record(a.ID).Tries) == 0 {
		return nil, nil, ""
	}
	ans, err := s.Run.answerOf(s.pos)
	if err != nil {
		return nil, nil, ""
	}
	tries := s.Record(a.ID).Tries
	for i := len(tries) - 1; i >= 0; i-- {
		given, problem := s.understand(a, tries[i])
		if problem != "" || given == ans.key {
			continue
		}
		for _, w := range ans.wrong {
			if w.text == given && len(w.trueIf) > 0 {
				if script, err := s.questionScript().Change(w.trueIf...); err == nil {
					return script, w.trueIf, ""
				}
			}
		}
		why, _ := s.explain(ans, given)
		return nil, nil, why
	}
	return nil, nil, ""
}

// questionScript is the script about which the current question asks.
func (s *Session) questionScript() *scenario.Script {
	if a := s.Ask(); a != nil && a.World != "" {
		return s.Lesson().Worlds[a.World]
	}
	return s.Script()
}
