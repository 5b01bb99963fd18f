package tui

import (
	"context"
	"errors"
	"fmt"

	"netlab/lessons/course"
	"netlab/lessons/text"
	"netlab/lessons/text/width"
)

// Layouts are the sizes for which screens are made; others are in between.
var Layouts = [][2]int{{60, 20}, {80, 24}, {100, 30}, {160, 45}}

// CheckLayouts shows every step of a lesson, in every language and layout,
// before its question is answered, after a wrong answer, and after it is closed,
// and reports what does not fit.
func CheckLayouts(l *course.Lesson) error {
	var errs []error
	for _, lang := range text.Languages() {
		for _, size := range Layouts {
			for _, unicode := range []bool{false, true} {
				errs = append(errs, checkLayout(l, lang, size, unicode)...)
			}
		}
	}
	return errors.Join(errs...)
}

// CheckSeed shows every step of a lesson with the numbers of a seed: in every size, in the
// language and the characters whose turn it is.
func CheckSeed(l *course.Lesson, seed uint64) error {
	var errs []error
	langs := text.Languages()
	for _, size := range Layouts {
		errs = append(errs, checkSession(l, seed, langs[seed%uint64(len(langs))], size, seed/2%2 == 0)...)
	}
	return errors.Join(errs...)
}

func checkLayout(l *course.Lesson, lang string, size [2]int, unicode bool) (errs []error) {
	return checkSession(l, l.Seed, lang, size, unicode)
}

func checkSession(l *course.Lesson, seed uint64, lang string, size [2]int, unicode bool) (errs []error) {
	s, err := course.NewSession(l, seed, lang)
	if err != nil {
		return []error{err}
	}
	m := New(context.Background(), s, Options{Unicode: unicode, Color: "never"})
	m.w, m.h = size[0], size[1]
	for i := range s.Len() {
		s.Goto(i)
		m.feedback, m.lastTry = nil, ""
		m.openLine()
		look := func(when string) {
			for _, problem := range m.overflow() {
				errs = append(errs, fmt.Errorf("%s: step %s, %s, %s, %dx%d: %s", l.ID, s.Step().ID, lang, when, size[0], size[1], problem))
			}
		}
		look("first seen")
		const enough = 9 // tries: every question is closed long before
		for try := 0; s.Open() && try < enough; try++ {
			for s.Hint() {
			}
			m.answer(wrongAnswer(s.Ask(), try))
			look("after a wrong answer")
		}
		if s.Open() {
			errs = append(errs, fmt.Errorf("%s: step %s: no answer closes the question", l.ID, s.Step().ID))
			s.Skip()
		}
		look("closed")
	}
	return errs
}

// wrongAnswer is an answer that is understood and, as a rule, wrong; another for
// each try.
func wrongAnswer(a *course.Ask, try int) string {
	switch a.Kind {
	case course.AskNumber:
		return fmt.Sprint(4294967295 - try)
	case course.AskState:
		return []string{"CLOSING", "LAST-ACK", "TIME-WAIT"}[try%3]
	case course.AskOrder: // backwards, then with the first two exchanged
		order := ""
		for i := range a.Choices {
			order = fmt.Sprint(i+1) + order
		}
		if try > 0 {
			order = order[1:2] + order[:1] + order[2:]
		}
		return order
	default:
		return fmt.Sprint(1 + try%len(a.Choices))
	}
}

// overflow says what of the current screen is cut.
func (m *Model) overflow() (problems []string) {
	w := m.w - 2
	if n := len(m.askLines(w)) + len(m.afterLines(w)); n > m.h-3 {
		problems = append(problems, fmt.Sprintf("the question takes %d lines, there are %d", n, m.h-3))
	}
	if n := len(m.storyLines(w)) + len(m.askLines(w)); m.s.Ask() == nil && n > m.h-3 {
		problems = append(problems, fmt.Sprintf("the story takes %d lines, there are %d", n, m.h-3))
	}
	if n := len(m.storyLines(w)); n > m.h-3 {
		problems = append(problems, fmt.Sprintf("the story takes %d lines, there are %d", n, m.h-3))
	}
	for i, l := range m.lessonPage() {
		if n := l.width(); n > m.w {
			problems = append(problems, fmt.Sprintf("line %d is %d columns wide", i+1, n))
		}
	}
	if m.header().width() != m.w {
		problems = append(problems, fmt.Sprintf("the header is %d columns wide", width.Of(m.header().text)))
	}
	return problems
}
