package tui

// What is typed stands on the last line; what happens is printed above it:
//
//	     812.3ms  recv x1 4096 -> 6  127.0.0.1:53421: "hello\n"
//	     812.9ms  send x1 "hello\n" -> 6
//	> what is being typed_

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"

	tea "github.com/charmbracelet/bubbletea"

	"netlab/lessons/text/width"
)

// A Prompt is a line to type on, below lines that come at any time. It takes no more of
// the screen than its line, and what was printed stays in the terminal's history.
type Prompt struct {
	ctx   context.Context
	p     *tea.Program
	lines chan string

	mu   sync.Mutex
	done bool
	rest []string // lines that came after the prompt had ended
}

// NewPrompt makes a prompt; hint stands on an empty line.
func NewPrompt(ctx context.Context, in io.Reader, out io.Writer, hint string) *Prompt {
	r := &Prompt{ctx: ctx, lines: make(chan string, 16)}
	m := &promptModel{prompt: r, hint: hint, w: 80}
	r.p = tea.NewProgram(m, tea.WithContext(ctx), tea.WithInput(in), tea.WithOutput(out), tea.WithoutSignalHandler())
	return r
}

// Lines gives the typed lines; it is closed at the end of the input (Ctrl-D).
func (r *Prompt) Lines() <-chan string { return r.lines }

// Run shows the prompt until it is closed. interrupted says that Ctrl-C was pressed.
func (r *Prompt) Run() (interrupted bool, err error) {
	m, err := r.p.Run()
	r.mu.Lock()
	r.done = true
	r.mu.Unlock()
	if model, ok := m.(*promptModel); ok {
		interrupted = model.interrupted
	}
	if errors.Is(err, tea.ErrProgramKilled) || errors.Is(err, context.Canceled) {
		err = nil
	}
	return interrupted, err
}

// Write prints whole lines above the prompt. It implements io.Writer.
func (r *Prompt) Write(b []byte) (int, error) {
	line := strings.TrimSuffix(string(b), "\n")
	r.mu.Lock()
	if r.done {
		r.rest = append(r.rest, line)
		r.mu.Unlock()
		return len(b), nil
	}
	r.mu.Unlock()
	r.p.Send(lineMsg(line))
	return len(b), nil
}

// Rest returns what came too late to be shown by the prompt.
func (r *Prompt) Rest() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rest
}

// Close ends the prompt after what was written before has been shown.
func (r *Prompt) Close() { r.p.Send(closeMsg{}) }

type lineMsg string

type closeMsg struct{}

// A printedMsg says that what was handed to the screen is on it.
type printedMsg struct{}

// A promptModel is the prompt as Bubble Tea sees it.
type promptModel struct {
	prompt      *Prompt
	hint        string
	w           int
	text        []rune
	at          int // the cursor
	history     []string
	back        int // how far back in the history; 0: the line being typed
	ended       bool
	interrupted bool
	waiting     []string // lines to print when those before are on the screen
	printing    bool
	leaving     bool // when all is printed
	closing     bool
}

// Init implements tea.Model.
func (m *promptModel) Init() tea.Cmd { return nil }

// Update implements tea.Model.
func (m *promptModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w = msg.Width
	case lineMsg:
		m.waiting = append(m.waiting, hardWrap(string(msg), m.w)...)
		return m, m.print()
	case printedMsg:
		m.printing = false
		return m, m.print()
	case closeMsg:
		m.leaving = true
		return m, m.print()
	case tea.KeyMsg:
		return m, m.key(msg)
	}
	return m, nil
}

// print hands lines to the screen, one batch at a time: commands run side by side, and
// would change the order.
func (m *promptModel) print() tea.Cmd {
	switch {
	case m.printing:
		return nil
	case len(m.waiting) > 0:
		text := strings.Join(m.waiting, "\n")
		m.waiting, m.printing = nil, true
		return tea.Sequence(tea.Println(text), func() tea.Msg { return printedMsg{} })
	case m.leaving:
		m.closing = true
		return tea.Quit
	}
	return nil
}

// promptIndent is where a line goes on that the screen is too narrow for: below its text, not
// below its time.
const promptIndent = 14

// hardWrap breaks a line that is wider than the screen, which would cut it.
func hardWrap(line string, w int) []string {
	var rows []string
	for room := max(promptIndent+8, w); width.Of(line) > room; {
		row := width.Cut(line, room)
		if i := strings.LastIndexByte(row, ' '); i > promptIndent {
			row = row[:i+1]
		}
		rows = append(rows, strings.TrimRight(row, " "))
		line = strings.Repeat(" ", promptIndent) + line[len(row):]
	}
	return append(rows, line)
}

func (m *promptModel) key(msg tea.KeyMsg) tea.Cmd {
	switch msg.Type {
	case tea.KeyCtrlC:
		m.interrupted, m.closing = true, true
		return tea.Quit
	case tea.KeyCtrlD:
		if len(m.text) == 0 && !m.ended {
			m.ended = true
			close(m.prompt.lines)
		}
	case tea.KeyEnter:
		m.enter()
	case tea.KeyBackspace:
		if m.at > 0 {
			m.text = append(m.text[:m.at-1:m.at-1], m.text[m.at:]...)
			m.at--
		}
	case tea.KeyDelete:
		if m.at < len(m.text) {
			m.text = append(m.text[:m.at:m.at], m.text[m.at+1:]...)
		}
	case tea.KeyLeft:
		m.at = max(0, m.at-1)
	case tea.KeyRight:
		m.at = min(len(m.text), m.at+1)
	case tea.KeyHome, tea.KeyCtrlA:
		m.at = 0
	case tea.KeyEnd, tea.KeyCtrlE:
		m.at = len(m.text)
	case tea.KeyCtrlU:
		m.text, m.at = m.text[m.at:], 0
	case tea.KeyUp:
		m.recall(m.back + 1)
	case tea.KeyDown:
		m.recall(m.back - 1)
	case tea.KeyRunes, tea.KeySpace:
		m.insert(msg.Runes)
	default: // keys that mean nothing here
	}
	return nil
}

// insert takes what was typed or pasted; a line break in it ends a line.
func (m *promptModel) insert(runes []rune) {
	for _, r := range runes {
		if r == '\n' || r == '\r' {
			m.enter()
			continue
		}
		m.text = append(m.text[:m.at:m.at], append([]rune{r}, m.text[m.at:]...)...)
		m.at++
	}
}

// enter hands the line on; if nobody takes it, it stays to be sent again.
func (m *promptModel) enter() {
	if m.ended {
		return
	}
	select {
	case m.prompt.lines <- string(m.text):
	default:
		return
	}
	if len(m.text) > 0 {
		m.history = append(m.history, string(m.text))
	}
	m.text, m.at, m.back = nil, 0, 0
}

// recall puts an earlier line on the prompt.
func (m *promptModel) recall(back int) {
	if back < 0 || back > len(m.history) {
		return
	}
	m.back, m.text = back, nil
	if back > 0 {
		m.text = []rune(m.history[len(m.history)-back])
	}
	m.at = len(m.text)
}

// View implements tea.Model: one line, of which the part around the cursor is shown.
func (m *promptModel) View() string {
	if m.closing || m.ended {
		return ""
	}
	if len(m.text) == 0 {
		return width.Cut("> _ "+m.hint, max(4, m.w-1))
	}
	before, after := string(m.text[:m.at]), string(m.text[m.at:])
	room := max(1, m.w-5) // beside "> ", the cursor and a free column
	for width.Of(before) > room {
		_, n := firstRune(before)
		before = before[n:]
	}
	return width.Cut("> "+before+"_"+after, max(4, m.w-1))
}

// firstRune returns the first character and how many octets it takes.
func firstRune(s string) (rune, int) {
	for i, r := range s {
		if i > 0 {
			return r, i
		}
	}
	return 0, len(s)
}
