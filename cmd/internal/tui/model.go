package tui

import (
	"context"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"netlab/lessons/course"
	"netlab/live/lab"
	"netlab/sim/compare"
	"netlab/sim/ladder"
	"netlab/sim/scenario"
)

// A mode says where printable keys go.
type mode uint8

const (
	modeKeys   mode = iota // single keys
	modeAnswer             // the answer line
	modeGoto               // the prompt for a step
	modeEdit               // the menu of changes
	modeHelp               // the key page
)

// A page is what fills the screen.
type page uint8

const (
	pageLesson page = iota
	pageCompare
)

// A view is which part of the lesson page is shown.
type view uint8

const (
	viewAll view = iota
	viewStory
	viewTCB
	viewLadder
	views
)

// LiveFunc plays a script with real sockets.
type LiveFunc func(ctx context.Context, s *scenario.Script) (*lab.Result, error)

// A Model is the root model.
type Model struct {
	ctx     context.Context
	s       *course.Session
	opt     Options
	colors  palette
	w, h    int
	mode    mode
	page    page
	view    view
	input   string
	message string // one line about the last key; gone with the next
	saveErr error

	feedback *course.Feedback // on the last try at the open question
	lastTry  string
	selected int // event
	why      bool
	textbook bool // notation x, y
	axis     ladder.Axis
	playing  bool
	speed    time.Duration
	tick     int // numbers the ticks of the clock, so that old ones are ignored

	branches []*branch
	branch   int // 0: the lesson itself; else branches[branch-1]

	live     *lab.Result
	liveErr  error
	running  bool
	report   *compare.Report
	row      int // selected row of the comparison
	allRows  bool
	rowWhy   bool
	quitting bool
}

// Init implements tea.Model.
func (m *Model) Init() tea.Cmd {
	if m.opt.StartLive {
		return m.startLive()
	}
	return nil
}

// Update implements tea.Model.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
	case tea.KeyMsg:
		return m, m.keys(msg)
	case tickMsg:
		return m, m.onTick(msg)
	case liveMsg:
		m.onLive(msg)
	}
	return m, nil
}

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
		m.mode = modeKeys
		m.openLine()
		return nil
	case modeAnswer, modeGoto:
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

// quit saves and ends; nothing is asked.
func (m *Model) quit() tea.Cmd {
	m.save()
	m.quitting = true
	return tea.Quit
}

func (m *Model) save() {
	if m.opt.Save != nil {
		m.saveErr = m.opt.Save()
	}
}

// keyInput takes a key into the input line; done is false for keys that are no
// text and keep their meaning, such as the arrows.
func (m *Model) keyInput(name string, msg tea.KeyMsg) (done bool, cmd tea.Cmd) {
	switch {
	case name == "enter":
		return true, m.enter()
	case name == "esc":
		m.input, m.mode = "", modeKeys
		return true, nil
	case name == "backspace":
		if m.input == "" {
			return m.mode == modeGoto, nil
		}
		r := []rune(m.input)
		m.input = string(r[:len(r)-1])
		return true, nil
	case name == "ctrl+u":
		m.input = ""
		return true, nil
	case msg.Type == tea.KeyRunes || name == " ":
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
	if m.branch > 0 {
		m.current().step(1)
		m.selected = 0
		return
	}
	if m.s.Open() {
		m.s.Skip()
		m.message = m.s.Words.T("skipped", course.Plain(m.s.Solution()))
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
	if f.Invalid != "" {
		m.message = f.Invalid
		return
	}
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
	m.message = m.s.Words.T("closed") + " " + course.Plain(m.s.Solution())
	m.save()
	m.openLine()
}

func (m *Model) hint() {
	if m.branch == 0 && m.s.Ask() != nil {
		m.s.Hint()
		m.save()
	}
}

// act does what a key of the lesson page asks for.
func (m *Model) act(a action, key string) tea.Cmd {
	switch a {
	case actNext:
		m.next()
	case actBack:
		m.back()
	case actFirst:
		m.jump(0)
	case actLast:
		m.jump(1 << 30)
	case actGoto:
		m.mode, m.input = modeGoto, ""
	case actPrevAsk:
		m.moveTo(func() { m.s.Question(-1) })
	case actNextAsk:
		m.moveTo(func() { m.s.Question(1) })
	case actPlay:
		return m.togglePlay()
	case actSlower:
		m.speed = min(8*time.Second, m.speed*2)
	case actFaster:
		m.speed = max(250*time.Millisecond, m.speed/2)
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
		if m.branch == 0 && m.s.Open() && !m.s.Ask().Kind.Typed() {
			m.answer(key)
		} else {
			m.openLine()
			if m.mode == modeAnswer {
				m.input = key
			}
		}
	case actNotSure:
		m.notSure()
	case actHint:
		m.hint()
	case actEdit:
		m.openEdit()
	case actFork:
		m.toggleWorld()
	case actBranches:
		m.nextBranch()
	case actUndo:
		m.undo()
	case actReset:
		m.branches = nil
		m.showBranch(0)
	case actView:
		m.view = (m.view + 1) % views
	case actLive:
		return m.startLive()
	case actNotation:
		m.textbook = !m.textbook
	case actAxis:
		m.axis = (m.axis + 1) % 2
	case actLanguage:
		m.otherLanguage()
	case actWrite:
		m.write()
	case actHelp:
		m.mode = modeHelp
	case actQuit:
		return m.quit()
	case actNone:
		m.openLine()
	}
	return nil
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
