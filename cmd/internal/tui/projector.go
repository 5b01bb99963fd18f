package tui

import (
	"context"
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"netlab/lessons/present"
	"netlab/lessons/text"
	"netlab/lessons/text/width"
)

// The projector, at 100x30: few things, and large.
//
//	 THE THREE-WAY HANDSHAKE                                            step 2 of 12
//
//	              A                                                     B
//	  SYN-SENT    ┃''''----____ SYN seq=800                             ┃ LISTEN
//	              ┃            ''''----____                             ┃
//	================================================================================
//	 The SYN is on its way. Which state does B's side enter when it arrives?
//
//	   A) LISTEN     B) SYN-RECEIVED     C) ESTABLISHED
//
//	 Hands up.

// A Projector is the model of a talk's screen.
type Projector struct {
	ctx    context.Context
	show   *present.Show
	news   <-chan struct{}
	opt    ProjectorOptions
	colors palette
	w, h   int
	lang   string
	hands  handLine
	help   bool
	top    int  // first key shown in the help
	link   bool // the link for those who follow is shown
	over   bool
	err    error
}

// showMsg says that the talk is elsewhere now.
type showMsg struct{}

// ProjectorOptions say how a talk is shown.
type ProjectorOptions struct {
	Options
	Link      string     // for browsers that follow; empty: there are none
	Followers func() int // how many do
}

// NewProjector returns the model of a talk's screen, for a window of unknown size.
func NewProjector(ctx context.Context, show *present.Show, opt ProjectorOptions) *Projector {
	p := &Projector{ctx: ctx, show: show, opt: opt, w: 80, h: 24}
	if p.opt.Theme == "auto" || p.opt.Theme == "" { // projectors are bright, and rooms are not dark
		p.opt.Theme = "light"
	}
	p.colors = chooseColors(p.opt.Options).onProjector()
	return p
}

// RunProjector shows a talk until it is over.
func RunProjector(ctx context.Context, show *present.Show, opt ProjectorOptions) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p := NewProjector(ctx, show, opt)
	news, stop := show.Watch()
	defer stop()
	p.news = news
	if err := runProgram(ctx, p, opt.Options); err != nil {
		return err
	}
	return p.err
}

// Init implements tea.Model.
func (p *Projector) Init() tea.Cmd { return p.wait() }

// wait waits until the talk has changed.
func (p *Projector) wait() tea.Cmd {
	if p.news == nil {
		return nil
	}
	return func() tea.Msg {
		select {
		case <-p.news:
			return showMsg{}
		case <-p.ctx.Done():
			return nil
		}
	}
}

// Update implements tea.Model.
func (p *Projector) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		p.w, p.h = msg.Width, msg.Height
	case tea.KeyMsg:
		return p, each(msg, p.key)
	case showMsg:
		if p.show.State().Left {
			return p, p.leave()
		}
		return p, p.wait()
	}
	return p, nil
}

func (p *Projector) leave() tea.Cmd {
	p.over = true
	return tea.Quit
}

func (p *Projector) key(name string) tea.Cmd {
	switch {
	case name == "ctrl+c":
		return p.leave()
	case p.help:
		p.keyHelp(name)
		return nil
	case p.link:
		p.link = false
		return nil
	case p.hands.open:
		if counts, done := p.hands.key(name); done {
			p.show.Do(present.Command{Act: present.Tally, Counts: counts})
		}
		return nil
	}
	switch lookUp(screenMap, name) {
	case actTalkTally:
		if s, err := p.show.Slide(p.lang); err == nil && s.Ask != nil && !s.Ask.Order {
			p.hands = handLine{open: true}
		} else {
			p.show.Do(present.Command{Act: present.Tally}) // it says why not
		}
		return nil
	case actTalkTheme:
		p.otherTheme()
		return nil
	case actTalkLang:
		p.lang = otherLang(p.words().Lang)
		return nil
	case actTalkHelp:
		p.help, p.top = true, 0
		return nil
	case actTalkLink:
		p.link = true
		return nil
	default: // a key of the talk, or none
	}
	if c, ok := asked(name); ok {
		p.show.Do(c)
		if p.show.State().Left {
			return p.leave()
		}
	}
	return nil
}

func (p *Projector) otherTheme() {
	if p.opt.Theme == "light" {
		p.opt.Theme = "dark"
	} else {
		p.opt.Theme = "light"
	}
	p.colors = chooseColors(p.opt.Options).onProjector()
}

func otherLang(lang string) string {
	if lang == "en" {
		return "zh-CN"
	}
	return "en"
}

// words are those of the language on the screen.
func (p *Projector) words() *text.Words {
	if p.lang != "" {
		return text.For(p.lang)
	}
	if s, err := p.show.Slide(""); err == nil {
		return text.For(s.Lang)
	}
	return text.For("en")
}

func (p *Projector) keyHelp(name string) {
	rows := p.h - 3
	switch name {
	case "down", "pgdown", "right", " ":
		p.top += rows
		if p.top >= len(presentBindings()) {
			p.help = false
		}
	case "up", "pgup", "left":
		p.top = max(0, p.top-rows)
	default:
		p.help = false
	}
}

// View implements tea.Model.
func (p *Projector) View() string {
	if p.over {
		return ""
	}
	return paintScreen(p.colors, p.page(), p.w, p.h)
}

// page composes the screen.
func (p *Projector) page() []line {
	s, err := p.show.Slide(p.lang)
	if err != nil {
		p.err = err
		return []line{plain(err.Error())}
	}
	w := text.For(s.Lang)
	switch {
	case p.w < 60 || p.h < 20:
		return []line{plain(w.T("present_small", p.w, p.h))}
	case p.help:
		return p.helpLines(w)
	case p.link:
		return p.linkLines(w)
	case s.Blank:
		return nil
	}
	head := p.headLines(s, w)
	foot := clip(p.footLines(s, w), p.h-len(head)-6)
	rows := p.h - len(head) - len(foot) - 1
	lines := append(head, p.pictures(s, rows)...)
	rule := "="
	if p.opt.Unicode {
		rule = "━"
	}
	lines = append(lines, line{text: repeat(rule, p.w)})
	return append(lines, foot...)
}

// linkLines show the room where it can follow: the link, alone and in the middle.
func (p *Projector) linkLines(w *text.Words) []line {
	words := []string{w.T("present_no_link")}
	if p.opt.Link != "" {
		words = []string{w.T("present_link"), "", p.opt.Link, "", w.T("notes_followers", p.opt.Followers())}
	}
	var lines []line
	for range max(0, p.h/3) {
		lines = append(lines, plain(""))
	}
	for _, s := range words {
		for _, l := range width.Wrap(s, p.w-8) {
			lines = append(lines, line{look: lookAsk, text: repeat(" ", (p.w-width.Of(l))/2) + l})
		}
		if s == "" {
			lines = append(lines, plain(""))
		}
	}
	return lines
}

func (p *Projector) helpLines(w *text.Words) []line {
	lines := []line{{look: lookAsk, text: "  " + w.T("keys_title")}, plain("")}
	keys := presentKeyLines(w)
	for _, k := range keys[min(p.top, len(keys)):min(p.top+p.h-3, len(keys))] {
		lines = append(lines, plain("  "+k))
	}
	return lines
}

// headLines are the title, and where one is.
func (p *Projector) headLines(s *present.Slide, w *text.Words) []line {
	title, where := s.Title, w.T("present_step", s.Step, s.Steps)
	if s.Scene != "" {
		title = plainText(s.Scene)
	}
	look := lookBold
	if s.World != "" {
		title, look = s.World, lookAsk
		where = w.T("present_moment", s.At, s.Of)
		if len(s.Panels) > 1 || s.Panels[0].Name != "" {
			where = w.T("present_segment", s.At, s.Of)
		}
	}
	room := p.w - width.Of(where) - 6
	title = width.Shorten(title, room)
	gap := p.w - 4 - width.Of(title) - width.Of(where)
	return []line{{parts: []line{plain("  "), {look: look, text: title}, plain(repeat(" ", gap) + where + "  ")}}, plain("")}
}

func repeat(s string, n int) string {
	out := ""
	for range n {
		out += s
	}
	return out
}

// runProgram shows a model on the whole screen until it quits.
func runProgram(ctx context.Context, m tea.Model, opt Options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	onHangup(ctx, opt.In, cancel)
	_, err := tea.NewProgram(m, tea.WithAltScreen(), tea.WithContext(ctx), tea.WithInput(opt.In), tea.WithOutput(opt.Out)).Run()
	if err != nil && !stopped(err) {
		return fmt.Errorf("screen: %w", err)
	}
	return nil
}
