package tui

import (
	"context"
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"netlab/lessons/course"
	"netlab/lessons/text"
	"netlab/lessons/text/width"
	"netlab/sim/ladder"
	"netlab/sim/trace"
)

// A recording on a projector: one conversation, heavy and large, with what its newest
// packets show; the newest conversation unless another one is picked. PgUp looks at what was, and
// the picture stands still meanwhile.

// A LiveProjector is the model of a recording before a room. What is shown, and when it follows
// what happens, it leaves to the model of the recording's own screen.
type LiveProjector struct {
	m     *Model
	blank bool
	asked bool // Esc was pressed once
	help  bool
}

// RunLiveProjector shows a recording before a room while it goes on.
func RunLiveProjector(ctx context.Context, s *course.Session, rec Recording, opt Options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return runProgram(ctx, newLiveProjector(ctx, s, rec, opt), opt)
}

func newLiveProjector(ctx context.Context, s *course.Session, rec Recording, opt Options) *LiveProjector {
	if opt.Theme == "auto" || opt.Theme == "" {
		opt.Theme = "light"
	}
	m := newRecording(ctx, s, rec, opt)
	m.colors = m.colors.onProjector()
	return &LiveProjector{m: m}
}

// Init implements tea.Model.
func (p *LiveProjector) Init() tea.Cmd { return p.m.nextNews() }

// Update implements tea.Model.
func (p *LiveProjector) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		return p, each(msg, p.key)
	case newsMsg:
		return p, p.m.onNews(msg)
	case tea.WindowSizeMsg:
		p.m.w, p.m.h = msg.Width, msg.Height
	}
	return p, nil
}

// The actions of a recording before a room.
const (
	actRoomHold action = "room_hold"
	actRoomLeft action = "room_leave"
)

// roomMap is what keys mean there.
var roomMap = []binding{
	{actStep, []string{"pgdown", "right", "n", "enter"}},
	{actBack, []string{"pgup", "left", "p", "backspace"}},
	{"present_blank", []string{"b", "."}},
	{actTalkNewest, []string{"f5", "home"}},
	{actTalkNow, []string{"end"}},
	{actRoomHold, []string{" ", "h"}},
	{actTalkBefore, []string{"[", "up"}},
	{actTalkAfter, []string{"]", "down"}},
	{actTalkTheme, []string{"t"}},
	{actTalkLang, []string{"Z"}},
	{actTalkHelp, []string{"?", "f1"}},
	{actRoomLeft, []string{"esc", "q"}},
}

func (p *LiveProjector) key(name string) tea.Cmd {
	m := p.m
	m.message = ""
	asked := p.asked
	p.asked = false
	if name == "ctrl+c" {
		return m.quit()
	}
	if p.blank || p.help { // any key brings the picture back, and no more
		p.blank, p.help = false, false
		return nil
	}
	switch lookUp(roomMap, name) {
	case actStep:
		if m.current().atEnd() {
			m.talk.held = false
			m.refreshTalk()
			break
		}
		m.current().step(1)
	case actBack:
		m.current().step(-1)
	case "present_blank":
		p.blank = true
	case actTalkNewest:
		m.talk.held = false
		m.keyTalk("esc")
	case actTalkNow:
		m.keyTalk("end")
	case actRoomHold:
		if m.talk.held = !m.talk.held; !m.talk.held {
			m.refreshTalk()
		}
	case actTalkBefore:
		m.pickTalk(-1)
	case actTalkAfter:
		m.pickTalk(1)
	case actTalkTheme:
		m.opt.Theme = map[bool]string{true: "dark", false: "light"}[m.colors.light]
		m.colors = chooseColors(m.opt).onProjector()
	case actTalkLang:
		m.otherLanguage()
	case actTalkHelp:
		p.help = true
	case actRoomLeft:
		if asked {
			return m.quit()
		}
		p.asked = true
		m.say("room_ask")
	default: // no key of this screen
	}
	return nil
}

// View implements tea.Model.
func (p *LiveProjector) View() string {
	if p.m.quitting {
		return ""
	}
	return paintScreen(p.m.colors, p.page(), p.m.w, p.m.h)
}

func (p *LiveProjector) page() []line {
	m, w := p.m, p.m.s.Words
	switch {
	case p.blank:
		return nil
	case m.tooSmall():
		return []line{plain(w.T("present_small", m.w, m.h))}
	case p.help:
		lines := []line{{look: lookAsk, text: "  " + w.T("keys_title")}, plain("")}
		for _, k := range keyLines(w, roomMap) {
			lines = append(lines, plain("  "+k))
		}
		return clip(lines, m.h)
	}
	foot := p.footLines(w, max(5, m.h/4))
	lines := append([]line{p.head(w), plain("")}, p.picture(m.h-len(foot)-3)...)
	rule := "="
	if m.opt.Unicode {
		rule = "━"
	}
	return append(append(lines, line{text: repeat(rule, m.w)}), foot...)
}

// head says which conversation is shown, and whether the screen follows it.
func (p *LiveProjector) head(w *text.Words) line {
	m := p.m
	title, where := w.T("talk_waiting"), w.T("room_follows")
	if i := m.talkIndex(); i >= 0 {
		c := &m.talk.list[i]
		title = fmt.Sprintf("#%d  %s  A %s  B %s", c.N, c.Proto, c.Ends[0], c.Ends[1])
	}
	switch {
	case m.talk.ended:
		where = w.T("room_over")
	case m.talk.held:
		where = w.T("room_held")
	case !m.current().atEnd():
		where = w.T("room_record")
	}
	title = width.Shorten(title, m.w-width.Of(where)-6)
	gap := m.w - 4 - width.Of(title) - width.Of(where)
	return line{parts: []line{plain("  "), {look: lookBold, text: title}, {look: lookAsk, text: repeat(" ", gap) + where + "  "}}}
}

// picture draws the conversation in n rows, the present moment last.
func (p *LiveProjector) picture(n int) []line {
	m := p.m
	t, _, upto := m.shown()
	l := ladder.New(t, ladder.Options{Upto: max(1, upto), Span: 3, Flat: m.flat(), Label: m.label, State: m.stateTag, Say: m.s.Words.Tag})
	opt := ladder.DrawOptions{Width: m.w, Unicode: m.opt.Unicode, Heavy: true, NotDrawn: m.s.Words.T("not_drawn"), Lost: m.s.Words.T("lost_word")}
	lines := []line{{look: lookBold, text: l.Header(m.w, "ms")}}
	if len(t.Events) > 0 {
		pic := l.Draw(opt)
		end := min(l.Rows, l.Now+2)
		for i := max(0, end-n+1); i < end; i++ {
			lines = append(lines, cellLine(pic[i]))
		}
	}
	for len(lines) < n {
		lines = append(lines, cellLine(l.Empty(opt)))
	}
	return lines[:n]
}

// footLines tell what the newest packets shown are and what they show, in at most n lines, and
// how many conversations there are.
func (p *LiveProjector) footLines(w *text.Words, n int) []line {
	m := p.m
	var lines []line
	if m.talk.err != nil {
		for _, t := range width.Wrap(w.T("talk_broken", m.talk.err), m.w-8) {
			lines = append(lines, line{look: lookWrong, text: "    " + t})
		}
	}
	t, _, upto := m.shown()
	for i := upto - 1; i >= 0 && len(lines) < n-1; i-- {
		e := &t.Events[i]
		if e.Kind == trace.Set {
			continue
		}
		var said []line
		look := lookPlain
		if e.Again {
			look = lookAgain
		}
		for _, s := range width.Wrap(strings.TrimSpace(w.Event(e)), m.w-8) {
			said = append(said, line{look: look, text: "    " + s})
		}
		if e.Rule != nil {
			for _, s := range width.Wrap(w.Rule(e.Rule), m.w-10) {
				said = append(said, line{look: lookState, text: "      " + s})
			}
		}
		if len(said)+len(lines) > n-1 && len(lines) > 0 {
			break
		}
		lines = append(said, lines...)
	}
	lines = clip(lines, n-1)
	last := w.T("room_count", len(m.talk.list))
	if m.message != "" {
		last = m.message
	}
	return append(lines, line{look: lookAsk, text: "  " + last})
}
