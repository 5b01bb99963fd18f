package tui

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"netlab/cmd/internal/room"
	"netlab/lessons/present"
	"netlab/lessons/text"
	"netlab/lessons/text/width"
)

// The speaker's notes, at 80x24:
//
//	 NOTES | handshake | step 2/12 | elapsed 07:42 | projector: here | plan 01:15/15:00
//	 NOW
//	 The SYN is on its way. Which state does B's side enter when it arrives?
//	 ANSWER, hidden from the room
//	 B) SYN-RECEIVED
//	 NEXT
//	 The answer is revealed.
//	 NOTES
//	 …
//	 PgDn next  PgUp back  b blank …

// A Notes is the model of the speaker's notes.
type Notes struct {
	ctx      context.Context
	deck     *present.Deck
	follower *room.Follower
	news     room.News
	opt      Options
	now      func() time.Time
	colors   palette
	w, h     int
	lang     string
	hands    handLine
	help     bool
	message  string
	over     bool
}

type (
	roomMsg   room.News
	secondMsg struct{}
)

// RunNotes shows the notes of the talk that a follower finds until the speaker leaves. The deck
// has the lessons that can be shown.
func RunNotes(ctx context.Context, deck *present.Deck, f *room.Follower, lang string, opt Options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return runProgram(ctx, &Notes{ctx: ctx, deck: deck, follower: f, opt: opt, now: time.Now, colors: chooseColors(opt), w: 80, h: 24, lang: lang}, opt)
}

// Init implements tea.Model.
func (n *Notes) Init() tea.Cmd { return tea.Batch(n.wait(), n.second()) }

func (n *Notes) wait() tea.Cmd {
	return func() tea.Msg {
		select {
		case news := <-n.follower.News():
			return roomMsg(news)
		case <-n.ctx.Done():
			return nil
		}
	}
}

func (n *Notes) second() tea.Cmd {
	return tea.Tick(time.Second, func(time.Time) tea.Msg { return secondMsg{} })
}

// Update implements tea.Model.
func (n *Notes) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		n.w, n.h = msg.Width, msg.Height
	case tea.KeyMsg:
		return n, each(msg, n.key)
	case roomMsg:
		n.news = room.News(msg)
		return n, n.wait()
	case secondMsg:
		return n, n.second()
	}
	return n, nil
}

func (n *Notes) key(name string) tea.Cmd {
	n.message = ""
	switch {
	case name == "ctrl+c", name == "q" && !n.hands.open:
		n.over = true
		return tea.Quit
	case n.help:
		n.help = false
		return nil
	case n.hands.open:
		if counts, done := n.hands.key(name); done {
			n.do(present.Command{Act: present.Tally, Counts: counts})
		}
		return nil
	}
	switch lookUp(screenMap, name) {
	case actTalkTally:
		n.hands = handLine{open: true}
		return nil
	case actTalkTheme:
		n.opt.Theme = map[bool]string{true: "dark", false: "light"}[n.colors.light]
		n.colors = chooseColors(n.opt)
		return nil
	case actTalkLang:
		n.lang = otherLang(n.lang)
		return nil
	case actTalkHelp:
		n.help = true
		return nil
	default: // a key of the talk, or none
	}
	if c, ok := asked(name); ok {
		n.do(c)
	}
	return nil
}

func (n *Notes) do(c present.Command) {
	if !n.follower.Do(c) {
		n.message = text.For(n.lang).T("notes_lost_key")
	}
}

// View implements tea.Model.
func (n *Notes) View() string {
	if n.over {
		return ""
	}
	return paintScreen(n.colors, n.page(), n.w, n.h)
}

func (n *Notes) page() []line {
	w := text.For(n.lang)
	if n.help {
		lines := []line{{look: lookAsk, text: " " + w.T("keys_title")}, plain("")}
		for _, k := range presentKeyLines(w) {
			lines = append(lines, plain(" "+k))
		}
		return clip(lines, n.h)
	}
	st := n.news.State
	if st == nil {
		return n.say(w.T("notes_head"), w.T("notes_wait"))
	}
	slide, err := n.deck.Slide(*st, nil, n.lang)
	if err != nil {
		return n.say(w.T("notes_head"), w.T("notes_other", st.ID))
	}
	preview, err := n.deck.Preview(*st, n.lang)
	if err != nil {
		return n.say(w.T("notes_head"), err.Error())
	}
	body := n.body(w, st, slide, preview)
	page := append([]line{n.header(w, st, slide, preview)}, clip(body, n.h-2)...)
	for len(page) < n.h-1 {
		page = append(page, plain(""))
	}
	return append(page, n.foot(w))
}

// say is a page with one thing to say.
func (n *Notes) say(head, words string) []line {
	lines := []line{{look: lookBar, text: width.Pad(" "+head, n.w)}, plain("")}
	for _, l := range width.Wrap(words, n.w-2) {
		lines = append(lines, plain(" "+l))
	}
	return lines
}

func (n *Notes) header(w *text.Words, st *present.State, s *present.Slide, p *present.Preview) line {
	parts := []string{w.T("notes_head"), s.Lesson, fmt.Sprintf("%d/%d", s.Step, s.Steps)}
	if st.Began > 0 {
		parts = append(parts, w.T("notes_elapsed", clock(n.now().Sub(time.UnixMilli(st.Began)))))
	}
	here := w.T("notes_here")
	if !n.news.Here {
		here = w.T("notes_away")
	}
	parts = append(parts, here, w.T("notes_planned", clock(p.Here), clock(p.All)))
	text := ""
	for i, part := range parts { // what does not fit is left out, not cut
		if i > 0 && width.Of(text)+width.Of(part)+3 > n.w-1 {
			continue
		}
		if i > 0 {
			text += " | "
		}
		text += part
	}
	return line{look: lookBar, text: width.Pad(" "+text, n.w)}
}

// clock writes minutes and seconds.
func clock(d time.Duration) string {
	d = max(0, d).Round(time.Second)
	return fmt.Sprintf("%02d:%02d", int(d.Minutes()), int(d.Seconds())%60)
}

// body is what the speaker reads, the most important first.
func (n *Notes) body(w *text.Words, st *present.State, s *present.Slide, p *present.Preview) []line {
	var lines []line
	part := func(head, words string, l look) {
		if strings.TrimSpace(words) == "" {
			return
		}
		lines = append(lines, line{look: lookAsk, text: " " + head})
		for _, t := range wrapText(words, n.w-3) {
			lines = append(lines, line{look: l, text: "  " + t})
		}
	}
	if st.Blank {
		part("!", w.T("notes_blank"), lookBold)
	}
	if st.Said != "" {
		part("!", st.Said, lookBold)
	}
	if st.Running {
		part("!", w.T("notes_running"), lookBold)
	}
	if s.World != "" {
		part(w.T("notes_world"), fmt.Sprintf("%s  %d/%d", s.World, st.At+1, max(st.Of, 1)), lookBold)
	}
	now := s.Story
	if s.Ask != nil {
		now = s.Ask.Prompt + "\n\n"
		for _, c := range s.Ask.Choices {
			now += "- " + c.Letter + ") " + c.Text + "\n"
		}
	}
	part(w.T("notes_now"), now, lookPlain)
	part(w.T("notes_answer"), p.Answer, lookRight)
	if s.Ask != nil && s.Ask.Revealed {
		part(w.T("present_answer"), s.Ask.Solution+"\n\n"+s.Ask.After, lookRight)
	}
	part(w.T("notes_next"), p.Next, lookPlain)
	part(w.T("notes_speaker"), s.Note, lookBold)
	if n.hands.open && s.Ask != nil {
		part(w.T("present_tally", letters(s.Ask)), n.hands.input+"_", lookBold)
		if n.hands.bad {
			part("!", w.T("present_tally_bad"), lookWrong)
		}
	} else if s.Ask != nil {
		part(w.T("notes_tally"), handsLine(s.Ask), lookBold)
	}
	if len(st.Forks) > 0 {
		part("F", w.T("notes_worlds", len(st.Forks)), lookPlain)
	}
	if n.news.Here && n.news.Lead != "" {
		part(w.T("notes_web"), w.T("notes_followers", n.news.Followers)+"\n\n"+w.T("present_link_follow")+" "+n.news.Follow+"\n\n"+w.T("present_link_lead")+" "+n.news.Lead, lookPlain)
	}
	return lines
}

// handsLine lists the hands that were counted.
func handsLine(a *present.Ask) string {
	out, any := "", false
	for _, c := range a.Choices {
		out += fmt.Sprintf("%s %d   ", c.Letter, c.Hands)
		any = any || c.Hands > 0
	}
	if !any {
		return ""
	}
	return out
}

// foot are the keys, as many as fit, or a line about the last one.
func (n *Notes) foot(w *text.Words) line {
	if n.message != "" {
		return line{look: lookBold, text: " " + n.message}
	}
	out := ""
	for _, b := range presentBindings() {
		item := keyName(b.keys[0]) + " " + short(w.Key(string(b.act)))
		if width.Of(out)+width.Of(item)+3 > n.w-1 {
			break
		}
		out += " " + item + " "
	}
	return line{look: lookFaint, text: out}
}
