package tui

import (
	"context"
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"netlab/lessons"
	"netlab/lessons/course"
	"netlab/lessons/present"
	"netlab/lessons/text"
	"netlab/lessons/text/width"
	"netlab/sim/simtest"
)

// talkOf begins a talk and its screen.
func talkOf(t *testing.T, lang string, ids ...string) (*present.Show, *Projector) {
	t.Helper()
	lib, err := course.LoadLibrary(lessons.FS)
	if err != nil {
		t.Fatal(err)
	}
	list := lib.Lessons
	if len(ids) > 0 {
		list = nil
		for _, id := range ids {
			list = append(list, lib.Find(id))
		}
	}
	show, err := present.New(t.Context(), list, present.Options{Lang: lang})
	if err != nil {
		t.Fatal(err)
	}
	return show, NewProjector(context.Background(), show, ProjectorOptions{Options: Options{Color: "never"}})
}

// pressTalk sends keys by Bubble Tea's names.
func pressTalk(m tea.Model, keys ...string) {
	named := map[string]tea.KeyType{"pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp, "f5": tea.KeyF5, "esc": tea.KeyEsc, "enter": tea.KeyEnter, "ctrl+c": tea.KeyCtrlC}
	for _, k := range keys {
		msg := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(k)}
		if typ, ok := named[k]; ok {
			msg = tea.KeyMsg{Type: typ}
		}
		m.Update(msg)
	}
}

// projectorScreens are keys that lead to screens worth reading.
var projectorScreens = []struct {
	name, lang string
	w, h       int
	keys       []string
}{
	{"question", "en", 100, 30, []string{"pgdown"}},
	{"hands", "en", 100, 30, []string{"pgdown", "a", "4 21 9", "enter", "pgdown"}},
	{"lost", "zh-CN", 100, 30, []string{"pgdown", "x", "pgdown", "pgdown"}},
	{"menu", "en", 80, 24, []string{"pgdown", "pgdown", "pgdown", "esc", "pgdown"}},
	{"largest", "zh-CN", 60, 20, []string{"pgdown", "+", "+"}},
}

// The screens of a short talk, as they were read and found good.
func TestProjectorScreens(t *testing.T) {
	for _, c := range projectorScreens {
		t.Run(c.name, func(t *testing.T) {
			_, p := talkOf(t, c.lang, "handshake")
			p.Update(tea.WindowSizeMsg{Width: c.w, Height: c.h})
			pressTalk(p, c.keys...)
			simtest.Golden(t, projectorName(c.name), trimLines(p.View()))
		})
	}
}

func projectorName(name string) string { return "projector-" + name + ".txt" }

func trimLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// Nothing on a projector is cut, in any lesson: every question with its choices, before and
// after the reveal, at every size of screen and in both languages.
func TestProjectorFits(t *testing.T) {
	for _, lang := range []string{"en", "zh-CN"} {
		show, p := talkOf(t, lang)
		for {
			for _, size := range Layouts {
				p.Update(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
				checkProjector(t, p, lang)
			}
			before := show.Version()
			place := show.State()
			show.Do(present.Command{Act: present.Next})
			if st := show.State(); st.Lesson == place.Lesson && st.Step == place.Step && len(st.Revealed) == len(place.Revealed) || show.Version() == before {
				break
			}
		}
	}
}

// checkProjector looks at one screen.
func checkProjector(t *testing.T, p *Projector, lang string) {
	t.Helper()
	s, err := p.show.Slide("")
	if err != nil {
		t.Fatal(err)
	}
	screen := p.View()
	for i, l := range strings.Split(screen, "\n") {
		if n := width.Of(l); n > p.w {
			t.Errorf("%s step %d, %s, %dx%d: line %d is %d columns wide: %s", s.Lesson, s.Step, lang, p.w, p.h, i+1, n, l)
		}
	}
	words := text.For(s.Lang)
	if foot, room := len(p.footLines(s, words)), p.h-len(p.headLines(s, words))-6; foot > room+1 && p.w > 60 { // an empty line may go
		t.Errorf("%s step %d, %s, %dx%d: %d lines of words, and room for %d", s.Lesson, s.Step, lang, p.w, p.h, foot, room)
	}
	if s.Ask == nil {
		return
	}
	flat := strings.Join(strings.Fields(screen), "")
	for _, c := range s.Ask.Choices {
		want := strings.Join(strings.Fields(plainText(c.Letter+") "+c.Text)), "")
		if !strings.Contains(flat, want) {
			t.Errorf("%s step %d, %s, %dx%d: choice %s is not on the screen:\n%s", s.Lesson, s.Step, lang, p.w, p.h, c.Letter, screen)
			return
		}
	}
}

// Keys that only a person at the keyboard has; and two that arrive in one read are two.
func TestProjectorKeys(t *testing.T) {
	show, p := talkOf(t, "en", "handshake")
	p.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("nn")})
	if st := show.State(); st.Step != 1 || len(st.Revealed) != 1 {
		t.Errorf("nn in one read leads to %+v, want step 2 with its answer", st)
	}
	if pressTalk(p, "?"); !strings.Contains(p.View(), "reveal the answer") {
		t.Errorf("the help does not list the keys:\n%s", p.View())
	}
	pressTalk(p, "esc")
	if pressTalk(p, "Z"); !strings.Contains(p.View(), "第 2 步") {
		t.Error("Z does not change the language")
	}
	if pressTalk(p, "a", "x"); !p.hands.open {
		t.Error("a does not open the line for hands")
	}
	if pressTalk(p, "enter"); !p.hands.bad {
		t.Error("what is no number is taken for hands")
	}
	pressTalk(p, "esc", "b")
	if out := p.View(); strings.TrimSpace(out) != "" {
		t.Errorf("a blank screen shows\n%s", out)
	}
	pressTalk(p, ".", "esc", "esc")
	if !p.over {
		t.Error("Esc twice does not leave")
	}
}

// On a projector the whole screen is painted, to the last column: light unless it is asked
// otherwise, nothing faint, and on light nothing bold, which many terminals draw grey.
func TestProjectorColours(t *testing.T) {
	_, p := talkOf(t, "en", "handshake")
	for theme, ground := range map[string]string{"auto": "30;107", "light": "30;107", "dark": "97;40"} {
		q := NewProjector(context.Background(), p.show, ProjectorOptions{Options: Options{Color: "always", Theme: theme}})
		pressTalk(q, "pgdown")
		for i, l := range strings.Split(q.View(), "\n") {
			seen := 0
			for _, part := range strings.Split(l, "\x1b[")[1:] {
				code, text, _ := strings.Cut(part, "m")
				if code == "0" {
					if text != "" {
						t.Fatalf("%s: line %d has unpainted %q", theme, i+1, text)
					}
					continue
				}
				seen += width.Of(text)
				codes := strings.Split(code, ";")
				if !strings.HasPrefix(code, ground) || slices.Contains(codes, "2") || ground == "30;107" && slices.Contains(codes, "1") {
					t.Fatalf("%s: line %d is painted with %q", theme, i+1, code)
				}
			}
			if seen != q.w {
				t.Errorf("%s: line %d: %d of %d columns are painted", theme, i+1, seen, q.w)
			}
		}
	}
}

// A recording before a room follows the newest conversation, stands still when told to, and looks
// back with the keys of a clicker.
func TestLiveProjector(t *testing.T) {
	m, rec := newTalkModel(t, "en", 100, 30)
	p := &LiveProjector{m: m}
	port := uint16(40000)
	grow := func(n int) {
		for range n {
			port++
			rec.handshake(t, port)
		}
	}
	shown := func() int { return p.m.talk.shown }
	grow(2)
	p.Update(newsMsg{})
	if shown() != 2 {
		t.Fatalf("conversation %d is shown, want the newest", shown())
	}
	pressTalk(p, " ") // stand still
	grow(1)
	p.Update(newsMsg{})
	if shown() != 2 || !strings.Contains(p.View(), "STANDS STILL") {
		t.Errorf("told to stand still, it shows conversation %d:\n%s", shown(), p.View())
	}
	if pressTalk(p, " "); shown() != 3 {
		t.Errorf("told to go on, it shows conversation %d", shown())
	}
	if pressTalk(p, "pgup"); p.m.current().atEnd() || !strings.Contains(p.View(), "WHAT WAS") {
		t.Error("PgUp does not look back")
	}
	grow(1)
	p.Update(newsMsg{})
	if shown() != 3 {
		t.Error("who looks back is disturbed by what is new")
	}
	if pressTalk(p, "f5"); shown() != 4 {
		t.Errorf("F5 shows conversation %d, want the newest", shown())
	}
	if pressTalk(p, "["); shown() != 3 {
		t.Errorf("[ shows conversation %d", shown())
	}
	if pressTalk(p, "b"); strings.TrimSpace(p.View()) != "" {
		t.Error("b does not blank the screen")
	}
	pressTalk(p, "pgdown", "esc")
	if p.m.quitting {
		t.Error("Esc leaves without asking")
	}
	if pressTalk(p, "esc"); !p.m.quitting {
		t.Error("Esc twice does not leave")
	}
}
