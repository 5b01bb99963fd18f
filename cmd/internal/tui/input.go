package tui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// keys splits what arrived in one read into single keys: a fast typist, or a
// program, sends several at once, and Bubble Tea makes one message of them.
func (m *Model) keys(msg tea.KeyMsg) tea.Cmd {
	if msg.Type != tea.KeyRunes || len(msg.Runes) < 2 {
		return m.key(msg.String(), msg)
	}
	var cmds []tea.Cmd
	for _, r := range msg.Runes {
		one := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}}
		cmds = append(cmds, m.key(string(r), one))
		if m.quitting {
			break
		}
	}
	return tea.Batch(cmds...)
}

// key does what one key asks for.
func (m *Model) key(name string, msg tea.KeyMsg) tea.Cmd {
	m.message = ""
	if name == "ctrl+c" {
		return m.quit()
	}
	if m.tooSmall() {
		return m.keyTooSmall(name)
	}
	switch m.mode {
	case modeHelp:
		m.keyHelp(name)
		return nil
	case modeTerms:
		m.keyTerms(name)
		return nil
	case modeAnswer, modeGoto, modeChange:
		if done, cmd := m.keyInput(name, msg); done {
			return cmd
		}
	case modeEdit:
		m.keyEdit(name)
		return nil
	case modeKeys:
	}
	if m.page == pageCompare {
		return m.keyCompare(name)
	}
	if m.wire != nil && m.keyWire(name) {
		return nil
	}
	if m.talk != nil && m.keyTalk(name) {
		return nil
	}
	return m.act(actionOf(name), name)
}

// tooSmall reports whether the window is below the smallest layout.
func (m *Model) tooSmall() bool { return m.w < 60 || m.h < 20 }

func (m *Model) keyTooSmall(name string) tea.Cmd {
	switch name {
	case "q":
		return m.quit()
	case "p":
		m.opt.plainAfter = true
		return m.quit()
	}
	return nil
}

// keyInput takes a key into the input line; done is false for keys that are no
// text and keep their meaning, such as the arrows.
func (m *Model) keyInput(name string, msg tea.KeyMsg) (done bool, cmd tea.Cmd) {
	switch {
	case name == "enter":
		return true, m.enter()
	case name == "esc":
		was := m.mode
		m.input, m.mode = "", modeKeys
		if was == modeChange {
			m.openLine()
		}
		return true, nil
	case name == "backspace":
		if m.input == "" {
			return m.mode != modeAnswer, nil
		}
		r := []rune(m.input)
		m.input = string(r[:len(r)-1])
		return true, nil
	case m.input != "" && (name == "right" || name == "left" || name == "home" || name == "end"):
		return true, nil // what is typed is not thrown away by a reflex
	case name == "ctrl+u":
		m.input = ""
		return true, nil
	case m.mode == modeAnswer && m.input == "" && (name == "h" || name == "?" || name == "？"):
		if name == "h" {
			m.hint()
		} else {
			m.notSure()
		}
		return true, nil
	case msg.Type == tea.KeyRunes || name == " ":
		m.view = viewAll // the line must be seen
		if name == " " || name == "　" {
			m.input += " "
		} else {
			m.input += string(msg.Runes)
		}
		return true, nil
	default:
		return false, nil
	}
}

// maxInput bounds what the line sends on; nobody types more.
const maxInput = 200

// enter sends the input line.
func (m *Model) enter() tea.Cmd {
	text := strings.TrimSpace(m.input)
	if len(text) > maxInput {
		text = text[:maxInput]
	}
	m.input = ""
	if m.mode == modeChange {
		m.mode = modeKeys
		if text != "" && !m.change(text) { // it can be mended
			m.mode, m.input = modeChange, text
		}
		return nil
	}
	if m.mode == modeGoto {
		m.mode = modeKeys
		if i := m.s.Lesson().StepIndex(text); i >= 0 {
			m.moveTo(func() { m.s.Goto(i) })
		} else if text != "" {
			m.message = m.s.Words.T("goto_bad", text)
		}
		m.openLine()
		return nil
	}
	switch text {
	case "":
		m.next()
	case "h", "H":
		m.hint()
	case "?", "？":
		m.notSure()
	default:
		m.answer(text)
	}
	return nil
}

// openLine puts the answer line under the keys if a typed question is open.
func (m *Model) openLine() {
	m.mode = modeKeys
	if m.branch == 0 && m.page == pageLesson && m.s.Open() && m.s.Ask().Kind.Typed() {
		m.mode = modeAnswer
	}
}
