package course

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"netlab/lessons/text"
	"netlab/sim/scenario"
	"netlab/sim/trace"
)

// A Session is one learner's way through a lesson. It draws nothing and reads no
// keys; every front end drives one.
type Session struct {
	Run   *Run
	Words *text.Words

	pos      int
	furthest int
	records  map[string]*Record // by question
	log      *Log               // nil: nothing is noted
	now      func() time.Time
}

// A Record is what a learner has done about one question.
type Record struct {
	Tries   []string `json:"tries,omitempty"` // as typed
	Right   bool     `json:"right,omitempty"` // the last try was right
	First   bool     `json:"first,omitempty"` // the first try was right: this scores
	Closed  bool     `json:"closed,omitempty"`
	Skipped bool     `json:"skipped,omitempty"`
	Hints   int      `json:"hints,omitempty"`
	Shows   []string `json:"shows,omitempty"` // misconceptions that wrong tries showed
}

// NewSession begins a session at the first step. Every text and every answer of
// the lesson is computed once here, so that nothing can fail later.
func NewSession(l *Lesson, seed uint64, lang string) (*Session, error) {
	r, err := NewRun(l, seed)
	if err != nil {
		return nil, err
	}
	return r.session(lang)
}

// session begins a session of the run.
func (r *Run) session(lang string) (*Session, error) {
	for i, s := range r.Lesson.Steps {
		if s.Ask == nil {
			continue
		}
		if _, err := r.answerOf(i); err != nil {
			return nil, fmt.Errorf("%s: step %s: %w", r.Lesson.ID, s.ID, err)
		}
	}
	return &Session{Run: r, Words: text.For(lang), records: map[string]*Record{}}, nil
}

// Lesson returns the lesson.
func (s *Session) Lesson() *Lesson { return s.Run.Lesson }

// SetLang changes the language; place and answers stay.
func (s *Session) SetLang(lang string) { s.Words = text.For(lang) }

// Pos returns the current step, from 0.
func (s *Session) Pos() int { return s.pos }

// Len returns the number of steps.
func (s *Session) Len() int { return len(s.Lesson().Steps) }

// Step returns the current step.
func (s *Session) Step() *Step { return &s.Lesson().Steps[s.pos] }

// Goto goes to step i, or as near as there is.
func (s *Session) Goto(i int) {
	s.pos = max(0, min(i, s.Len()-1))
	s.furthest = max(s.furthest, s.pos)
}

// Next skips an open question, or goes to the next step; it reports whether
// anything changed.
func (s *Session) Next() bool {
	if s.Open() {
		s.Skip()
		return true
	}
	if s.pos == s.Len()-1 {
		return false
	}
	s.Goto(s.pos + 1)
	return true
}

// Back goes to the step before and reports whether there is one.
func (s *Session) Back() bool {
	if s.pos == 0 {
		return false
	}
	s.Goto(s.pos - 1)
	return true
}

// Question finds the next step with a question in a direction (1 or -1); it
// returns false if there is none.
func (s *Session) Question(direction int) bool {
	for i := s.pos + direction; i >= 0 && i < s.Len(); i += direction {
		if s.Lesson().Steps[i].Ask != nil {
			s.Goto(i)
			return true
		}
	}
	return false
}

// Upto returns how many events of the trace are shown.
func (s *Session) Upto() int { return s.Run.Upto(s.pos) }

// Since returns how many events were shown at the step before, if that was in
// the same scene.
func (s *Session) Since() int {
	if s.NewScene() {
		return 0
	}
	return s.Run.Upto(s.pos - 1)
}

// NewScene reports whether the current step begins a scene.
func (s *Session) NewScene() bool {
	return s.pos == 0 || s.Lesson().Steps[s.pos-1].Scene != s.Step().Scene
}

// Trace returns the run of the current step's scene.
func (s *Session) Trace() *trace.Trace { return s.Run.TraceOf(s.pos) }

// Script returns the script of the current step's scene.
func (s *Session) Script() *scenario.Script { return s.Lesson().Scene(s.Step().Scene) }

// SceneTitle names the current step's scene in the learner's words; it is empty
// for the lesson's own script.
func (s *Session) SceneTitle() string {
	if s.Step().Scene == "" {
		return ""
	}
	return s.Lesson().Text(s.Words.Lang).SceneTitle(s.Step().Scene)
}

// Ask returns the question of the current step, or nil.
func (s *Session) Ask() *Ask { return s.Step().Ask }

// Record returns what the learner has done about a question.
func (s *Session) Record(id string) *Record {
	r := s.records[id]
	if r == nil {
		r = &Record{}
		s.records[id] = r
	}
	return r
}

// Open reports whether the current step has a question that is not closed.
func (s *Session) Open() bool { return s.Ask() != nil && !s.Record(s.Ask().ID).Closed }

// Hidden reports whether a variable ("RCV.NXT") or the state ("state") of a host
// is masked, because it gives the answer of the open question.
func (s *Session) Hidden(host, name string) bool {
	return s.Open() && slices.Contains(s.Ask().Hides, host+"."+name)
}

// TriesLeft returns how many tries the open question still has.
func (s *Session) TriesLeft() int {
	a := s.Ask()
	return a.Tries() - len(s.Record(a.ID).Tries)
}

// words returns the texts of step i.
func (s *Session) words(i int) *StepText {
	if t := s.Lesson().Text(s.Words.Lang).Steps[s.Lesson().Steps[i].ID]; t != nil {
		return t
	}
	return &StepText{}
}

// fill evaluates the expressions of a text; `lesson check` has made sure that
// they can be.
func (s *Session) fill(p *place, text string) string {
	out, err := p.fill(text)
	if err != nil {
		return text
	}
	return out
}

// Title returns the lesson's title.
func (s *Session) Title() string { return s.Lesson().Text(s.Words.Lang).Title }

// Intro returns the lesson's first words.
func (s *Session) Intro() string { return s.Lesson().Text(s.Words.Lang).Intro }

// Story returns the words of the current step.
func (s *Session) Story() string { return s.fill(s.Run.place(s.pos), s.words(s.pos).Story) }

// After returns what is told once the question of the current step is closed.
func (s *Session) After() string {
	if s.Ask() == nil || s.Open() {
		return ""
	}
	return s.fill(s.answerPlace(), s.words(s.pos).After)
}

// answerPlace is where the words about an answer are evaluated: at the step, with
// the answer by that name.
func (s *Session) answerPlace() *place {
	p := s.Run.place(s.pos)
	if s.Ask() == nil {
		return p
	}
	if a, err := s.Run.answerOf(s.pos); err == nil {
		return p.with("answer", a.text)
	}
	return p
}

// Prompt returns the words of the question.
func (s *Session) Prompt() string { return s.fill(s.Run.place(s.pos), s.words(s.pos).Ask) }

// Choices returns the texts to choose from.
func (s *Session) Choices() []string {
	var all []string
	for _, c := range s.Ask().Choices {
		all = append(all, s.fill(s.Run.place(s.pos), s.words(s.pos).Choices[c.ID]))
	}
	return all
}

// Solution returns the right answer, as a person writes it.
func (s *Session) Solution() string {
	a, err := s.Run.answerOf(s.pos)
	if err != nil {
		return ""
	}
	switch {
	case a.right > 0:
		return fmt.Sprintf("%d) %s", a.right, s.Choices()[a.right-1])
	case a.order != nil:
		var parts []string
		for _, n := range a.order {
			parts = append(parts, fmt.Sprintf("%d) %s", n, s.Choices()[n-1]))
		}
		return strings.Join(parts, "  ")
	}
	return a.text
}

// Hints returns the hints shown so far; all of them once the question is closed.
func (s *Session) Hints() (shown []string, total int) {
	hints := s.words(s.pos).Hints
	n := s.Record(s.Ask().ID).Hints
	if !s.Open() {
		n = len(hints)
	}
	for _, h := range hints[:min(n, len(hints))] {
		shown = append(shown, s.fill(s.answerPlace(), h))
	}
	return shown, len(hints)
}

// Hint shows one more hint and reports whether there was one.
func (s *Session) Hint() bool {
	if !s.Open() {
		return false
	}
	r := s.Record(s.Ask().ID)
	if r.Hints == len(s.words(s.pos).Hints) {
		return false
	}
	r.Hints++
	s.note("hint", "", false)
	return true
}

// Skip closes the open question without an answer.
func (s *Session) Skip() {
	r := s.Record(s.Ask().ID)
	s.note("skip", "", false)
	r.Closed, r.Skipped = true, len(r.Tries) == 0
}

// Belief returns a misconception in the learner's language.
func (s *Session) Belief(id string) string {
	m, _ := s.Lesson().Misconception(id)
	return m.In(s.Words.Lang)
}

// Score returns how many questions were answered right at the first try, how
// many were met, and how many there are.
func (s *Session) Score() (right, met, total int) {
	for _, st := range s.Lesson().Steps {
		if st.Ask == nil {
			continue
		}
		total++
		if r := s.records[st.Ask.ID]; r != nil && r.Closed {
			met++
			if r.First {
				right++
			}
		}
	}
	return right, met, total
}

// Finished reports whether the last step has been seen.
func (s *Session) Finished() bool { return s.furthest == s.Len()-1 }

// Plain strips the marks of bold and code from a text; what is code stays as it is.
func Plain(s string) string {
	parts := strings.Split(s, "`")
	for i := 0; i < len(parts); i += 2 {
		parts[i] = strings.ReplaceAll(parts[i], "**", "")
	}
	return strings.Join(parts, "")
}
