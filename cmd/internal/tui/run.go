package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"netlab/lessons/course"
	"netlab/sim/ladder"
	"netlab/sim/scenario"
	"netlab/sim/trace"
)

// Options say how a lesson is shown.
type Options struct {
	In        io.Reader
	Out       io.Writer
	Unicode   bool
	Color     string // auto, always, never
	Theme     string // auto, dark, light
	Getenv    func(string) string
	Save      func() error
	Live      LiveFunc
	StartLive bool
	StartWire bool      // StartLive plays on the wire
	Watch     WatchFunc // nil: the lesson stays as it is
	Review    string    // "2/7": one question is asked again, and going on ends the screen

	plainAfter bool
}

// New returns the model of a lesson, for a window of unknown size.
func New(ctx context.Context, s *course.Session, opt Options) *Model {
	m := &Model{ctx: ctx, s: s, opt: opt, speed: 2 * time.Second, w: 80, h: 24}
	m.colors = chooseColors(opt)
	m.selected = s.Run.Event(s.Pos())
	m.openLine()
	return m
}

// chooseColors obeys the flags, NO_COLOR, CLICOLOR and CLICOLOR_FORCE. It asks
// the terminal nothing: a terminal that does not answer would be waited for.
func chooseColors(opt Options) palette {
	get := opt.Getenv
	if get == nil {
		get = func(string) string { return "" }
	}
	p := palette{on: true, light: opt.Theme == "light"}
	if opt.Theme == "auto" || opt.Theme == "" {
		p.light = lightBackground(get("COLORFGBG"))
	}
	switch {
	case opt.Color == "always":
	case opt.Color == "never":
		p.on = false
	case get("NO_COLOR") != "":
		p.on, p.mono = false, true
	case get("CLICOLOR_FORCE") != "" && get("CLICOLOR_FORCE") != "0":
	case get("CLICOLOR") == "0", get("TERM") == "dumb":
		p.on = false
	}
	return p
}

// lightBackground reads COLORFGBG, which some terminals set: "15;0" is light on dark.
func lightBackground(v string) bool {
	return len(v) > 1 && v[len(v)-1] >= '7' && v[len(v)-1] != '8' && v[len(v)-2] == ';' || len(v) > 3 && v[len(v)-3:] == ";15"
}

// Run shows the lesson until the learner quits. The progress is saved.
func Run(ctx context.Context, s *course.Session, opt Options) error {
	_, err := RunOne(ctx, s, opt)
	return err
}

// RunOne is Run for one question of a review; more is false if the learner quits.
func RunOne(ctx context.Context, s *course.Session, opt Options) (more bool, err error) {
	m := New(ctx, s, opt)
	err = m.run(ctx)
	return m.more, err
}

// RunStep shows a run without a lesson: the model's, of a script that can be changed, or
// a recorded one, whose script is nil.
func RunStep(ctx context.Context, s *course.Session, script *scenario.Script, t *trace.Trace, opt Options) error {
	m := New(ctx, s, opt)
	m.only = true
	m.addBranch(newBranch(t.Script, script, t))
	return m.run(ctx)
}

// run shows the model until it quits.
func (m *Model) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m.ctx = ctx
	s, opt := m.s, m.opt
	onHangup(ctx, opt.In, cancel)
	p := tea.NewProgram(m, tea.WithAltScreen(), tea.WithContext(ctx), tea.WithInput(opt.In), tea.WithOutput(opt.Out))
	_, err := p.Run()
	m.save()
	if m.saveErr != nil {
		fmt.Fprintln(os.Stderr, "netlab: "+s.Words.T("not_saved", m.saveErr))
	}
	if err != nil && !stopped(err) {
		return fmt.Errorf("screen: %w", err)
	}
	if m.opt.plainAfter {
		return s.Transcript(opt.Out, "")
	}
	return nil
}

// stopped reports whether a screen ended because it was told to.
func stopped(err error) bool {
	return errors.Is(err, tea.ErrProgramKilled) || errors.Is(err, context.Canceled) || errors.Is(err, tea.ErrInterrupted)
}

// absolute is where a file lies, for people.
func absolute(name string) string {
	if path, err := filepath.Abs(name); err == nil {
		return path
	}
	return name
}

// write saves what is shown: the ladder as SVG, or the packets of a live run.
func (m *Model) write() {
	t, _, upto := m.shown()
	name := fmt.Sprintf("%s-step%02d.svg", m.s.Lesson().ID, m.s.Pos()+1)
	if m.branch > 0 {
		name = fmt.Sprintf("%s-branch%d.svg", m.s.Lesson().ID, m.branch)
	}
	l := ladder.New(t, ladder.Options{Upto: upto, Calls: true, Flat: m.flat(), Axis: m.axis, Label: m.label, State: m.stateTag, Say: m.s.Words.Tag, Held: m.heldPackets()})
	svg := l.SVG(ladder.SVGOptions{Title: m.s.Title(), Lost: m.s.Words.T("lost_word"), NotDrawn: m.s.Words.T("not_drawn")})
	m.message = m.s.Words.T("wrote", absolute(name))
	if err := os.WriteFile(name, []byte(svg), 0o644); err != nil {
		m.message = err.Error()
	}
}
