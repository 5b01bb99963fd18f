package tui

import (
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"netlab/lessons/course"
)

// A WatchFunc looks whether an author has changed the lesson since the last look. It
// returns the lesson as it is now, or what is wrong with it; both are nil if nothing
// has changed.
type WatchFunc func() (*course.Session, error)

// watchEvery is how often the lesson's folder is looked at.
const watchEvery = 500 * time.Millisecond

// watchMsg is what a look has found.
type watchMsg struct {
	s   *course.Session
	err error
}

func (m *Model) look() tea.Cmd {
	if m.opt.Watch == nil {
		return nil
	}
	return tea.Tick(watchEvery, func(time.Time) tea.Msg {
		s, err := m.opt.Watch()
		return watchMsg{s, err}
	})
}

// onWatch shows the changed lesson at the same step, or says what is wrong with it
// and keeps the old one on the screen.
func (m *Model) onWatch(msg watchMsg) tea.Cmd {
	if msg.s != nil {
		step, pos, lang := m.s.Step().ID, m.s.Pos(), m.s.Words.Lang
		m.s = msg.s
		m.s.SetLang(lang)
		if i := m.s.Lesson().StepIndex(step); i >= 0 {
			pos = i
		}
		m.s.Goto(pos)
		m.branches, m.branch, m.live, m.report, m.page = nil, 0, nil, nil, pageLesson
		m.feedback, m.lastTry, m.why, m.input = nil, "", false, ""
		m.selected = m.s.Run.Event(m.s.Pos())
		m.openLine()
		m.say("watch_loaded")
	}
	if msg.err != nil {
		first, _, _ := strings.Cut(msg.err.Error(), "\n")
		m.message = m.s.Words.T("watch_wrong", first)
	}
	return m.look()
}
