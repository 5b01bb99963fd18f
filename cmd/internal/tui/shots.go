package tui

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"

	"netlab/cmd/internal/screen"
	"netlab/lessons/course"
	"netlab/sim/scenario"
	"netlab/sim/trace"
)

// How long a screen stays in a recording: long enough to be read.
const (
	leastStay = 2 * time.Second
	mostStay  = 14 * time.Second
	perLetter = 45 * time.Millisecond
	perWide   = 160 * time.Millisecond // Chinese
	typing    = 250 * time.Millisecond
)

// reading is how long the words of a step take.
func reading(words string) time.Duration {
	d := leastStay
	for _, r := range words {
		if r >= 0x2e80 {
			d += perWide
		} else {
			d += perLetter
		}
	}
	return min(d, mostStay).Round(100 * time.Millisecond)
}

// film is a model without a terminal, whose screens are kept.
type film struct {
	m     *Model
	shots []screen.Shot
}

func newFilm(ctx context.Context, s *course.Session, w, h int, opt Options) *film {
	f := &film{m: New(ctx, s, opt)}
	f.m.Update(tea.WindowSizeMsg{Width: w, Height: h})
	return f
}

func (f *film) take(mark string, stay time.Duration) {
	f.shots = append(f.shots, screen.Shot{Screen: f.m.View(), Mark: mark, Stay: stay})
}

// Shots goes through the steps first to last of a lesson as a learner who knows the answers:
// each step, each answer as it is typed, and what is said to it.
func Shots(ctx context.Context, s *course.Session, first, last, w, h int, opt Options) ([]screen.Shot, error) {
	f := newFilm(ctx, s, w, h, opt)
	for i := first; i <= last; i++ {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		f.m.moveTo(func() { s.Goto(i) })
		words := s.Story()
		if s.Ask() != nil {
			words += s.Prompt() + strings.Join(s.Choices(), "")
		}
		f.take(fmt.Sprintf("%d %s", i+1, s.Step().ID), reading(words))
		if q := s.Sheet(); q != nil && s.Open() {
			for _, r := range q.Key {
				f.m.press(string(r))
				if !s.Open() { // one digit was the answer
					break
				}
				f.take("", typing)
			}
			if s.Open() {
				f.m.press("enter")
			}
			f.take("", reading(q.After))
		}
	}
	return f.shots, nil
}

// mostMoments bounds a recording of a run: nobody watches more.
const mostMoments = 400

// RunShots goes through the events from to of a run that is no lesson's.
func RunShots(ctx context.Context, s *course.Session, script *scenario.Script, t *trace.Trace, from, to, w, h int, opt Options) ([]screen.Shot, error) {
	f := newFilm(ctx, s, w, h, opt)
	f.m.only = true
	b := newBranch(t.Script, script, t)
	f.m.addBranch(b)
	var picked []int
	for i, n := range b.stops {
		if n >= from && (i == 0 || b.stops[i-1] < to) {
			picked = append(picked, i)
		}
	}
	if len(picked) > mostMoments {
		return nil, fmt.Errorf("a recording of %d moments is too long: %d are the most", len(picked), mostMoments)
	}
	for _, i := range picked {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		n := b.stops[i]
		b.jump(i)
		at := "0"
		if e := t.At(n); e != nil {
			at = trace.Ms(e.T)
		}
		f.take("t="+at+" ms", leastStay)
	}
	return f.shots, nil
}

// Screen is what the screen shows at a step after some keys. A key that plays the script for
// real is waited for.
func Screen(ctx context.Context, s *course.Session, step int, keys []string, w, h int, opt Options) (string, error) {
	f := newFilm(ctx, s, w, h, opt)
	f.m.moveTo(func() { s.Goto(step) })
	for _, k := range keys {
		f.m.press(k)
		if f.m.quitting {
			return "", fmt.Errorf("the key %q leaves the screen", k)
		}
	}
	return f.m.View(), nil
}

// keyNames are the keys that are no characters.
var keyNames = map[string]tea.KeyType{
	"right": tea.KeyRight, "left": tea.KeyLeft, "up": tea.KeyUp, "down": tea.KeyDown, "enter": tea.KeyEnter, "esc": tea.KeyEsc,
	"tab": tea.KeyTab, "backspace": tea.KeyBackspace, "home": tea.KeyHome, "end": tea.KeyEnd, "pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp,
	"f1": tea.KeyF1, "space": tea.KeySpace,
}

// press presses a key by its name; any other word is typed.
func (m *Model) press(key string) {
	if typ, ok := keyNames[key]; ok {
		m.update(tea.KeyMsg{Type: typ})
		return
	}
	for len(key) > 0 {
		r, n := utf8.DecodeRuneInString(key)
		m.update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
		key = key[n:]
	}
}

// update is Update, and waits for a real run that the key has begun.
func (m *Model) update(msg tea.Msg) {
	if _, cmd := m.Update(msg); cmd != nil && m.running {
		m.Update(cmd())
	}
}
