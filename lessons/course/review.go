package course

import "slices"

// A Missed is a question that was not answered right at the first try.
type Missed struct {
	Lesson   *Lesson
	Step     int
	Question string
	Shows    []string // the misconceptions that wrong tries showed
}

// Missed lists the questions of the library that the learner has missed and not
// mended since, in the order of the lessons.
func (lib *Library) Missed(p *Progress) (all []Missed) {
	for _, l := range lib.Lessons {
		st := p.Lessons[l.key()]
		if st == nil {
			continue
		}
		for i, step := range l.Steps {
			if step.Ask == nil {
				continue
			}
			r := st.Records[step.Ask.ID]
			if r != nil && r.Closed && !r.First && !slices.Contains(st.Mended, step.Ask.ID) {
				all = append(all, Missed{l, i, step.Ask.ID, r.Shows})
			}
		}
	}
	return all
}

// Ask begins a session in which the question is asked again with other numbers.
func (m *Missed) Ask(seed uint64, lang string) (*Session, error) {
	s, err := NewSession(m.Lesson, seed, lang)
	if err != nil {
		return nil, err
	}
	s.Goto(m.Step)
	return s, nil
}

// Mend notes that a missed question was answered right.
func (p *Progress) Mend(m *Missed) {
	if st := p.Lessons[m.Lesson.key()]; st != nil && !slices.Contains(st.Mended, m.Question) {
		st.Mended = append(st.Mended, m.Question)
	}
}
