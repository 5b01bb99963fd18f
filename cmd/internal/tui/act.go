package tui

import (
	"time"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
)

// moveTo changes the step and forgets what belonged to the one before.
func (m *Model) moveTo(move func()) {
	before := m.s.Pos()
	move()
	if m.s.Pos() != before {
		m.feedback, m.lastTry, m.why = nil, "", false
		m.selected = m.s.Run.Event(m.s.Pos())
		m.save()
	}
	m.input = ""
	m.openLine()
}

// next skips an open question or goes on.
func (m *Model) next() {
	if b := m.current(); b != nil {
		if b.atEnd() {
			m.message = m.s.Words.T("branch_end")
			if m.branch > m.base() {
				m.message += " " + m.s.Words.T("leave_fork")
			}
		}
		b.step(1)
		m.selected = 0
		return
	}
	if m.s.Open() {
		m.s.Skip()
		m.feedback = nil
		m.save()
		m.openLine()
		return
	}
	if !m.s.Next() {
		m.message = m.s.Words.T("end_of_lesson")
		return
	}
	m.s.Goto(m.s.Pos() - 1)
	m.moveTo(func() { m.s.Goto(m.s.Pos() + 1) })
}

func (m *Model) back() {
	if m.branch > 0 {
		m.current().step(-1)
		m.selected = 0
		return
	}
	m.moveTo(func() { m.s.Back() })
}

// answer takes a try.
func (m *Model) answer(text string) {
	if !m.s.Open() || m.branch > 0 {
		return
	}
	f := m.s.Answer(text)
	m.feedback, m.lastTry = &f, text
	m.save()
	m.openLine()
}

func (m *Model) notSure() {
	if !m.s.Open() || m.branch > 0 {
		return
	}
	m.s.NotSure()
	m.feedback = nil
	m.save()
	m.openLine()
}

func (m *Model) hint() {
	if b := m.current(); b != nil && b.challenge {
		m.challengeHints++
		return
	}
	if m.branch == 0 && m.s.Open() {
		m.view = viewAll
		if !m.s.Hint() {
			m.say("acc_no_hint")
		}
		m.save()
	}
}

// act does what a key of the lesson page asks for.
func (m *Model) act(a action, key string) tea.Cmd {
	switch a {
	case actNext:
		if m.opt.Review != "" && m.branch == 0 && !m.s.Open() {
			m.more = true
			return m.quit()
		}
		m.next()
	case actBack:
		m.back()
	case actFirst:
		m.jump(0)
	case actLast:
		m.jump(1 << 30)
	case actGoto:
		m.mode, m.input, m.view = modeGoto, "", viewAll
	case actPrevAsk:
		m.moveTo(func() { m.s.Question(-1) })
	case actNextAsk:
		m.moveTo(func() { m.s.Question(1) })
	case actPlay:
		return m.togglePlay()
	case actSlower:
		m.speed = min(slowest, m.speed*2)
	case actFaster:
		m.speed = max(fastest, m.speed/2)
	case actUp:
		m.selectBy(-1)
	case actDown:
		m.selectBy(1)
	case actCause:
		m.toCause()
	case actEffect:
		m.toEffect()
	case actWhy:
		m.why = !m.why
	case actAnswer:
		m.digit(key)
	case actNotSure:
		m.notSure()
	case actHint:
		m.hint()
	case actView:
		m.view = (m.view + 1) % views
	case actLive:
		return m.startLive(false)
	case actWireLive:
		return m.startLive(true)
	case actNotation:
		m.textbook = !m.textbook
		m.say(map[bool]string{true: "notation_textbook", false: "notation_small"}[m.textbook])
	case actAxis:
		m.axis = (m.axis + 1) % 2
		m.say([]string{"axis_step", "axis_linear"}[m.axis])
	case actTerms:
		m.mode, m.termTop = modeTerms, 0
	case actLanguage:
		m.otherLanguage()
	case actWrite:
		m.write()
	case actHelp:
		m.mode, m.helpTop = modeHelp, 0
	case actQuit:
		return m.quit()
	case actNone:
		m.typeOn(key)
	default: // what changes the world
		m.actOnWorld(a)
	}
	return nil
}

// actOnWorld does what a key asks for that shows or makes another world.
func (m *Model) actOnWorld(a action) {
	switch a {
	case actEdit:
		m.openEdit()
	case actWrong:
		m.runWrong()
	case actChallenge:
		m.startChallenge()
	case actFork:
		m.toggleWorld()
	case actBranches:
		m.nextBranch()
	case actUndo:
		m.undo()
	case actReset:
		m.reset()
	default:
		panic("tui: unknown action " + string(a))
	}
}

// jump goes to the first or the last step or moment.
func (m *Model) jump(to int) {
	if m.branch > 0 {
		m.current().jump(to)
		return
	}
	m.moveTo(func() { m.s.Goto(to) })
}

func (m *Model) otherLanguage() {
	if m.s.Words.Lang == "en" {
		m.s.SetLang("zh-CN")
	} else {
		m.s.SetLang("en")
	}
}

// digit answers a choice; for a typed question it opens the line and begins it.
func (m *Model) digit(key string) {
	if m.branch == 0 && m.s.Open() && !m.s.Ask().Kind.Typed() {
		m.answer(key)
		return
	}
	if m.openLine(); m.mode == modeAnswer {
		m.input = key
	}
}

// The limits of playing, in time for a step.
const (
	slowest = 8 * time.Second
	fastest = 250 * time.Millisecond
)

// say puts a line about the last key into the footer.
func (m *Model) say(key string) { m.message = m.s.Words.T(key) }

// reset takes every change back.
func (m *Model) reset() {
	m.branches = m.branches[:m.base()]
	m.showBranch(0)
}

// typeOn handles a key that means nothing by itself: Esc leaves a branch, and a
// character begins the answer to a typed question.
func (m *Model) typeOn(key string) {
	if key == "esc" && m.view != viewAll {
		m.view = viewAll
		return
	}
	if key == "esc" && m.why {
		m.why = false
		return
	}
	if key == "esc" && m.branch > 0 {
		m.showBranch(0)
		return
	}
	if m.openLine(); m.mode == modeAnswer && utf8.RuneCountInString(key) == 1 {
		m.input = key
	}
}
