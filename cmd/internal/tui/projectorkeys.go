package tui

import (
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"netlab/lessons/course"
	"netlab/lessons/present"
	"netlab/lessons/text"
)

// The keys of a talk: the projector's screen and the speaker's notes have the same ones.

// The actions that only the two screens know.
const (
	actTalkTally action = "present_tally"
	actTalkTheme action = "present_theme"
	actTalkLink  action = "present_link"
	actTalkHelp  action = "help"
	actTalkLang  action = "language"
)

// presentMap says which keys ask for what in a talk; those of a clicker come first.
var presentMap = []struct {
	act  present.Act
	keys []string
}{
	{present.Next, []string{"pgdown", "right", "down", " ", "n"}},
	{present.Back, []string{"pgup", "left", "up", "backspace", "p"}},
	{present.Enter, []string{"enter"}},
	{present.Blank, []string{"b", "."}},
	{present.First, []string{"f5", "home"}},
	{present.Escape, []string{"esc", "q"}},
	{present.Reveal, []string{"r"}},
	{present.Lose, []string{"x"}},
	{present.Twice, []string{"d"}},
	{present.Late, []string{"D"}},
	{present.World, []string{"f"}},
	{present.Live, []string{"L"}},
	{present.Lesson, []string{"u"}},
	{present.Forks, []string{"F"}},
	{present.PrevAsk, []string{"["}},
	{present.NextAsk, []string{"]"}},
	{present.Last, []string{"end"}},
	{present.Larger, []string{"+", "="}},
	{present.Smaller, []string{"-"}},
}

// screenMap are the keys that only change the screen before which they are pressed.
var screenMap = []binding{
	{actTalkTally, []string{"a"}},
	{actTalkTheme, []string{"t"}},
	{actTalkLink, []string{"w"}},
	{actTalkLang, []string{"Z"}},
	{actTalkHelp, []string{"?", "f1"}},
}

// presentBindings lists all keys of a talk, for the help.
func presentBindings() (all []binding) {
	for _, b := range presentMap {
		all = append(all, binding{action("present_" + string(b.act)), b.keys})
	}
	return append(all, screenMap...)
}

// presentKeyLines words them.
func presentKeyLines(w *text.Words) []string { return keyLines(w, presentBindings()) }

// asked is the command that a key stands for.
func asked(name string) (present.Command, bool) {
	for _, b := range presentMap {
		for _, k := range b.keys {
			if k == name {
				return present.Command{Act: b.act}, true
			}
		}
	}
	return present.Command{}, false
}

// each calls f for every key in a message: what arrives in one read is one message.
func each(msg tea.KeyMsg, f func(name string) tea.Cmd) tea.Cmd {
	if msg.Type == tea.KeyEsc && msg.Alt { // two of them in one read
		return tea.Batch(f("esc"), f("esc"))
	}
	if msg.Type != tea.KeyRunes || len(msg.Runes) < 2 {
		return f(msg.String())
	}
	var cmds []tea.Cmd
	for _, r := range msg.Runes {
		cmds = append(cmds, f(string(r)))
	}
	return tea.Batch(cmds...)
}

// A handLine is the line in which hands are typed.
type handLine struct {
	open  bool
	input string
	bad   bool
}

// mostHands bounds the line: nobody types more.
const mostHands = 60

// key takes a key; counts is what was typed once Enter closes the line.
func (h *handLine) key(name string) (counts []int, done bool) {
	h.bad = false
	switch {
	case name == "esc":
		*h = handLine{}
	case name == "enter":
		if strings.TrimSpace(h.input) == "" {
			*h = handLine{}
			return nil, false
		}
		for _, f := range strings.FieldsFunc(course.HalfWidth(h.input), func(r rune) bool { return r == ' ' || r == ',' || r == '、' }) {
			n, err := strconv.Atoi(f)
			if err != nil || n < 0 {
				h.bad = true
				return nil, false
			}
			counts = append(counts, n)
		}
		*h = handLine{}
		return counts, true
	case name == "backspace":
		if r := []rune(h.input); len(r) > 0 {
			h.input = string(r[:len(r)-1])
		}
	case len([]rune(name)) == 1 && len(h.input) < mostHands:
		h.input += name
	}
	return nil, false
}
