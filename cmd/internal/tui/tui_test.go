package tui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"netlab/lessons"
	"netlab/lessons/course"
	"netlab/lessons/text/width"
	"netlab/live/lab"
	"netlab/sim"
	"netlab/sim/scenario"
	"netlab/sim/simtest"
	"netlab/sim/tcp"
)

// newModel returns the handshake lesson in a window of the given size.
func newModel(t *testing.T, lang string, w, h int, unicode bool) *Model {
	t.Helper()
	lib, err := course.LoadLibrary(lessons.FS)
	if err != nil {
		t.Fatal(err)
	}
	s, err := course.NewSession(lib.Find("handshake"), 42, lang)
	if err != nil {
		t.Fatal(err)
	}
	m := New(context.Background(), s, Options{Unicode: unicode, Color: "never"})
	m.Update(tea.WindowSizeMsg{Width: w, Height: h})
	return m
}

var named = map[string]tea.KeyType{
	"right": tea.KeyRight, "left": tea.KeyLeft, "up": tea.KeyUp, "down": tea.KeyDown, "enter": tea.KeyEnter, "esc": tea.KeyEsc,
	"tab": tea.KeyTab, "backspace": tea.KeyBackspace, "home": tea.KeyHome, "end": tea.KeyEnd, "pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp,
	"ctrl+c": tea.KeyCtrlC, "ctrl+u": tea.KeyCtrlU,
}

// press sends keys by name; anything else is typed.
func press(m *Model, keys ...string) {
	for _, k := range keys {
		if typ, ok := named[k]; ok {
			m.Update(tea.KeyMsg{Type: typ})
			continue
		}
		for _, r := range k {
			m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
		}
	}
}

// The screens, as files to look at: no colour, every layout, both languages.
func TestScreens(t *testing.T) {
	used := map[string]bool{}
	for _, c := range []struct {
		name string
		keys []string
	}{
		{"start", nil},
		{"question", []string{"right", "right", "right"}},
		{"wrong", []string{"right", "right", "right", "800", "enter"}},
		{"right", []string{"right", "right", "right", "801", "enter"}},
		{"choice", []string{"g", "ack-sent", "enter"}},
		{"what-if", []string{"g", "ack-sent", "enter", "1", "f", "end"}},
		{"edited", []string{"g", "ack-sent", "enter", "x", "1", "right", "right"}},
		{"why", []string{"g", "synack-sent", "enter", "b"}},
		{"textbook", []string{"g", "data-arrives", "enter", "n"}},
		{"help", []string{"g", "listen", "enter", "?"}},
		{"last", []string{"g", "summary", "enter"}},
	} {
		for _, size := range Layouts {
			for _, lang := range []string{"en", "zh-CN"} {
				if c.name != "question" && c.name != "wrong" && size != [2]int{80, 24} && lang == "zh-CN" {
					continue // one Chinese screen of each kind is enough to read
				}
				name := fmt.Sprintf("%s-%dx%d-%s.txt", c.name, size[0], size[1], lang)
				used[name] = true
				t.Run(name, func(t *testing.T) {
					m := newModel(t, lang, size[0], size[1], size[0] >= 100)
					press(m, c.keys...)
					simtest.Golden(t, name, m.View())
					checkScreen(t, m)
				})
			}
		}
	}
	for name := range wireScreens() {
		used[name] = true
	}
	for name := range talkScreens() {
		used[name] = true
	}
	for _, c := range projectorScreens {
		used[projectorName(c.name)] = true
	}
	simtest.Unread(t, used)
}

// checkScreen: exactly as many lines as the window, none wider.
func checkScreen(t *testing.T, m *Model) {
	t.Helper()
	lines := strings.Split(m.View(), "\n")
	if len(lines) != m.h {
		t.Errorf("%d lines in a window of %d", len(lines), m.h)
	}
	for i, l := range lines {
		if n := width.Of(l); n > m.w {
			t.Errorf("line %d is %d columns wide: %q", i+1, n, l)
		}
	}
}

// No screen of the lesson is cut, in any layout, language and set of characters.
func TestNothingIsCut(t *testing.T) {
	lib, err := course.LoadLibrary(lessons.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lib.Lessons {
		if err := CheckLayouts(l); err != nil {
			t.Error(err)
		}
	}
}

// Going back shows the same screen as before.
func TestBackShowsTheSameScreen(t *testing.T) {
	m := newModel(t, "en", 80, 24, false)
	press(m, "right", "right", "right", "right") // past the first question
	before := m.View()
	press(m, "right", "right", "left")
	if m.s.Open() {
		t.Fatal("the question closed before is open again")
	}
	press(m, "left", "right")
	if got := m.View(); got != before && m.s.Pos() == 2 {
		t.Errorf("the screen differs after going back and forth:\n%s", simtest.Diff(before, got))
	}
}

// Bubble Tea makes one message of characters that arrive in one read: a fast
// typist must not lose them.
func TestKeysThatArriveTogether(t *testing.T) {
	m := newModel(t, "en", 80, 24, false)
	m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("nn")})
	if m.textbook {
		t.Error("n twice must change the notation twice")
	}
	press(m, "right")
	m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("SYN-RECEIVED")})
	press(m, "enter")
	if !m.s.Record("b-on-syn").First {
		t.Errorf("the typed answer was not taken: %+v", m.s.Record("b-on-syn"))
	}
}

// An answer is never on the screen while its question is open.
func TestNoAnswerOnTheScreen(t *testing.T) {
	for _, lang := range []string{"en", "zh-CN"} {
		for _, size := range Layouts {
			m := newModel(t, lang, size[0], size[1], false)
			for i := range m.s.Len() {
				m.moveTo(func() { m.s.Goto(i) })
				a := m.s.Ask()
				if a == nil || a.Kind != course.AskNumber {
					continue
				}
				want := m.s.Solution()
				if a.ID == "first-data-seq" {
					continue // the same number stands on the arrows of the past, as it must
				}
				for _, view := range []view{viewAll, viewStory, viewTCB, viewLadder} {
					m.view = view
					if strings.Contains(m.View(), want) {
						t.Errorf("%s %dx%d, step %s: the screen shows the answer %s", lang, size[0], size[1], m.s.Step().ID, want)
					}
				}
				m.view = viewAll
			}
		}
	}
}

// x loses the selected segment: a new branch, equal up to there, that can be
// stepped, left and taken back; the lesson's own future is kept.
func TestLoseASegment(t *testing.T) {
	m := newModel(t, "en", 80, 24, false)
	press(m, "g", "ack-sent", "enter")
	before := m.View()
	press(m, "x", "1")
	if b := m.current(); b == nil || b.name != "FORK drop A->B ACK 1" {
		t.Fatalf("branch %+v", m.current())
	}
	press(m, "end")
	if v := m.View(); !strings.Contains(v, "1010") {
		t.Errorf("in the world without the ACK, B resends after a second:\n%s", v)
	}
	press(m, "F")
	if m.current() != nil {
		t.Error("F goes back to the lesson")
	}
	press(m, "F", "u")
	if len(m.branches) != 0 || m.current() != nil {
		t.Error("u takes the change back")
	}
	press(m, "x", "esc")
	if len(m.branches) != 0 {
		t.Error("Esc leaves the world as it is")
	}
	if got := m.View(); got != before {
		t.Errorf("the lesson's own screen has changed:\n%s", simtest.Diff(before, got))
	}
}

// Cause and effect are jumps along the trace.
func TestCauseAndEffect(t *testing.T) {
	m := newModel(t, "en", 100, 30, false)
	press(m, "g", "b-established", "enter", "c")
	tr := m.s.Trace()
	if e := tr.At(m.selected); e == nil || e.Host != "B" || e.Kind != "recv" {
		t.Fatalf("B became ESTABLISHED because of %+v", e)
	}
	press(m, "c")
	if e := tr.At(m.selected); e.Host != "A" || e.Kind != "send" {
		t.Errorf("and that segment came from %s", e.Line())
	}
	press(m, "e")
	if e := tr.At(m.selected); e.Kind != "recv" {
		t.Errorf("its effect is %s", e.Line())
	}
}

// L never ends the lesson: a run is compared; a refusal falls back to the
// recording and says so; any other failure is one line.
func TestLive(t *testing.T) {
	m := newModel(t, "en", 80, 24, false)
	script := m.s.Lesson().Script
	answer := func(res *lab.Result, err error) {
		m.opt.Live = func(context.Context, *scenario.Script, bool) (*lab.Result, error) { return res, err }
		m.page = pageLesson
		m.Update(m.startLive(false)())
	}
	answer(&lab.Result{Level: lab.LevelPrivate, Trace: m.s.Lesson().Recorded[""]}, nil)
	if m.page != pageCompare || m.report.Differences() != 0 {
		t.Fatalf("page %d, message %q", m.page, m.message)
	}
	checkScreen(t, m)
	press(m, "down", "down", "enter", "tab", "end")
	checkScreen(t, m)
	press(m, "m")
	if b := m.current(); b == nil || !b.flat {
		t.Error("m steps the live trace")
	}
	press(m, "right", "right")
	checkScreen(t, m)
	press(m, "u", "esc")

	answer(nil, &lab.RefusedError{Stage: "namespace", Reason: "not allowed here", Fix: "ask nicely"})
	if m.page != pageCompare || m.live.Level != lab.LevelRecorded {
		t.Fatalf("no recording was shown; message %q", m.message)
	}
	for _, want := range []string{"a recording of an earlier run", "not allowed here", "ask nicely"} {
		if !strings.Contains(strings.Join(strings.Fields(m.View()), " "), want) {
			t.Errorf("the screen does not say %q:\n%s", want, m.View())
		}
	}
	press(m, "esc")
	answer(nil, errors.New("out of luck"))
	if m.page != pageLesson || !strings.Contains(m.message, "out of luck") {
		t.Errorf("page %d, message %q", m.page, m.message)
	}
	_ = sim.Run(script, sim.Options{Profile: tcp.Linux})
}

// A window that is too small says so in one line; p and q still work.
func TestTooSmall(t *testing.T) {
	m := newModel(t, "en", 59, 20, false)
	if v := m.View(); !strings.Contains(v, "60x20 at least") || strings.Contains(v, "\n") {
		t.Errorf("screen: %q", v)
	}
	press(m, "x", "right")
	if m.s.Pos() != 0 {
		t.Error("a key that nobody can see the effect of has moved the lesson")
	}
	press(m, "p")
	if !m.quitting || !m.opt.plainAfter {
		t.Error("p continues as plain text")
	}
}

// q and Ctrl-C quit at once and save; a failure to save is not hidden.
func TestQuitSaves(t *testing.T) {
	for _, key := range []string{"q", "ctrl+c"} {
		m := newModel(t, "en", 80, 24, false)
		saved := 0
		m.opt.Save = func() error { saved++; return nil }
		press(m, key)
		if !m.quitting || saved == 0 {
			t.Errorf("%s: quitting %v, saved %d times", key, m.quitting, saved)
		}
	}
}

// Every key of the map does something that the help names, and no key stands there twice.
func TestKeyMap(t *testing.T) {
	seen := map[string]action{}
	for _, b := range keyMap {
		for _, k := range b.keys {
			if other, ok := seen[k]; ok {
				t.Errorf("%q is both %s and %s", k, other, b.act)
			}
			seen[k] = b.act
		}
		for _, lang := range []string{"en", "zh-CN"} {
			m := newModel(t, lang, 80, 24, false)
			if text := m.s.Words.Key(string(b.act)); strings.HasPrefix(text, "?") {
				t.Errorf("%s has no help in %s", b.act, lang)
			}
		}
	}
	if !strings.Contains(KeyHelp("en"), "take all changes back") {
		t.Error("netlab help keys is not made from the key map")
	}
}

// Colour is only ever an addition: without it the same words are there.
func TestColourIsNeverTheOnlySign(t *testing.T) {
	m := newModel(t, "en", 80, 24, false)
	press(m, "right", "CLOSING", "enter")
	plainView := m.View()
	m.colors.on = true
	coloured := m.View()
	if coloured == plainView {
		t.Fatal("no colour at all")
	}
	var b strings.Builder
	skip := false
	for _, r := range coloured {
		switch {
		case r == 0x1b:
			skip = true
		case skip:
			skip = r != 'm'
		default:
			b.WriteRune(r)
		}
	}
	if b.String() != plainView {
		t.Error("the coloured screen has other words than the plain one")
	}
}

// Whatever the seed, nothing is cut on any screen. NETLAB_SEEDS says how many seeds: CI asks for
// all 64.
func TestEverySeedFits(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("NETLAB_SEEDS"))
	if err != nil {
		n = 1
	}
	lib, err := course.LoadLibrary(lessons.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lib.Lessons {
		t.Run(l.ID, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(n) {
				if err := CheckSeed(l, seed+1); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
}
