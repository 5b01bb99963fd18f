package course

import "netlab/sim/trace"

// A Sheet is everything about the question of a step, answers included: what a page, a
// handout or a worksheet is made of.
type Sheet struct {
	ID        string
	Kind      AskKind
	Prompt    string
	Choices   []string
	Hints     []string
	Tries     int
	Key       string // what a try that is understood must be equal to
	Solution  string // the right answer, as a person writes it
	Wrong     []Explained
	Otherwise string // for a wrong answer that nobody expected
	Veiled    string // the same while a try is left: it does not tell the answer
	After     string // told once the question is closed
	World     string // the name of the what-if world; empty: none
}

// An Explained is a wrong answer that is expected, and why it is wrong.
type Explained struct {
	Key     string
	Because string
	Veiled  string // the same while a try is left
	Belief  string // in the reader's language
}

// Sheet returns the question of the current step, or nil.
func (s *Session) Sheet() *Sheet {
	a := s.Ask()
	if a == nil {
		return nil
	}
	ans, err := s.Run.answerOf(s.pos)
	if err != nil {
		return nil
	}
	words, at := s.words(s.pos), s.answerPlace()
	sheet := &Sheet{ID: a.ID, Kind: a.Kind, Prompt: s.Prompt(), Choices: s.Choices(), Tries: a.Tries(), Key: ans.key, Solution: s.Solution(),
		Otherwise: s.fill(at, words.Otherwise), After: s.fill(at, words.After), World: words.World}
	sheet.Veiled = mask(sheet.Otherwise, ans.text)
	for _, h := range words.Hints {
		sheet.Hints = append(sheet.Hints, s.fill(at, h))
	}
	for _, w := range ans.wrong {
		why, belief := s.explain(ans, w.text)
		sheet.Wrong = append(sheet.Wrong, Explained{w.text, why, mask(why, ans.text), s.Belief(belief)})
	}
	return sheet
}

// Note returns the instructor's note of the current step.
func (s *Session) Note() string { return s.fill(s.answerPlace(), s.words(s.pos).Note) }

// Rules lists the rules that the lesson's scenes show, in order of appearance.
func (s *Session) Rules() (all []trace.Event) {
	seen := map[string]bool{}
	for _, st := range s.Lesson().Steps {
		t := s.Run.Scene(st.Scene)
		for i := range t.Events {
			if e := &t.Events[i]; e.Rule != nil && !seen[e.Rule.ID] {
				seen[e.Rule.ID] = true
				all = append(all, *e)
			}
		}
	}
	return all
}
