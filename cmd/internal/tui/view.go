package tui

import (
	"fmt"
	"strings"
	"time"

	"netlab/lessons/course"
	"netlab/lessons/text"
	"netlab/lessons/text/width"
)

// The lesson page, at 80x24:
//
//	 netlab | handshake | [####-----] 4/9 | t=10.0 ms | MODEL seed 42        ?:help
//	 ms        A                                               B
//	   0.0  SYN-SENT    |'''''----____ SYN seq=100             | LISTEN
//	> 10.0              |             ''''----____             | SYN-RECEIVED
//	-- TCB A --------------------------------- TCB B -------------------------------
//	 ISS 100  UNA 100  NXT 101             | ISS 300  UNA 300  NXT 300
//	--------------------------------------------------------------------------------
//	 B was in LISTEN and took the SYN. …
//	 PREDICT  Which acknowledgment number will the SYN,ACK carry?
//	 answer> _
//	--------------------------------------------------------------------------------
//	 -> next  <- back  ? help  q quit …
//
// The words take what they need; the ladder and the control blocks share the rest.

// View implements tea.Model.
func (m *Model) View() string {
	if m.quitting {
		return ""
	}
	var lines []line
	switch {
	case m.tooSmall():
		lines = []line{plain(m.s.Words.T("too_small", m.w, m.h))}
	case m.mode == modeTerms:
		lines = m.termsPage()
	case m.mode == modeHelp:
		lines = m.helpPage()
	case m.page == pageCompare:
		lines = m.comparePage()
	default:
		lines = m.lessonPage()
	}
	out := make([]string, 0, m.h)
	for i, l := range lines {
		if i == m.h {
			break
		}
		out = append(out, l.render(m.colors, m.w))
	}
	return strings.Join(out, "\n")
}

// lessonPage composes the lesson.
func (m *Model) lessonPage() []line {
	if m.w >= 140 && m.h >= 40 && m.view == viewAll {
		return m.widePage()
	}
	header, footer := m.header(), m.footer()
	room := m.h - 2 // header and footer
	most := room - 1
	if m.branch > 0 { // the picture of another world matters more than all its words
		most = max(5, room-8)
	}
	if m.wire != nil {
		most = max(6, room*2/5)
	}
	if m.talk != nil {
		most = max(6, room/3)
	}
	words := m.wordsPane(m.w-2, most)
	page := []line{header}
	switch m.view {
	case viewStory:
		if b := m.current(); b != nil && b.script != nil {
			return m.fill(append(page, indent(m.scriptLines(b, room))...), footer)
		}
		all := append(append(m.storyLines(m.w-2), m.askLines(m.w-2)...), m.afterLines(m.w-2)...)
		return m.fill(append(page, indent(clip(all, room))...), footer)
	case viewTCB:
		return m.fill(append(page, clip(m.tcbPane(m.w, true), room)...), footer)
	case viewLadder:
		return m.fill(append(page, m.ladderPane(m.w, room)...), footer)
	case viewAll, views:
	}
	left := room - len(words) - 1 // a rule above the words
	tcb := m.tcbPane(m.w, false)
	const leastLadder = 5
	if left-len(tcb) >= leastLadder {
		page = append(page, m.ladderPane(m.w, left-len(tcb))...)
		page = append(page, tcb...)
	} else if left >= 3 {
		page = append(page, m.ladderPane(m.w, left)...)
	}
	page = append(page, m.rule(""))
	return m.fill(append(page, indent(words)...), footer)
}

// widePage has the ladder at the left, the control blocks at the right and the
// words below.
func (m *Model) widePage() []line {
	header, footer := m.header(), m.footer()
	leftWidth := m.w * 11 / 20
	rightWidth := m.w - leftWidth - 3
	words := m.wordsPane(m.w-2, m.h/2)
	room := m.h - 2 - len(words) - 1
	left := m.ladderPane(leftWidth, room)
	right := m.tcbPane(rightWidth, true)
	if m.branch == 0 { // a branch tells it below
		right = append(right, m.recentPane(rightWidth, room-len(right))...)
	}
	page := []line{header}
	for i := range room {
		row := line{parts: []line{}}
		if i < len(left) {
			row.parts = append(row.parts, flatten(left[i], leftWidth))
		} else {
			row.parts = append(row.parts, plain(strings.Repeat(" ", leftWidth)))
		}
		row.parts = append(row.parts, line{look: lookFaint, text: " " + m.bar() + " "})
		if i < len(right) {
			row.parts = append(row.parts, right[i].flat()...)
		}
		page = append(page, row)
	}
	page = append(page, m.rule(""))
	return m.fill(append(page, indent(words)...), footer)
}

// flat returns the line as parts without parts of their own.
func (l line) flat() []line {
	if l.parts != nil {
		return l.parts
	}
	return []line{l}
}

// flatten makes one part, exactly n columns wide, of a line.
func flatten(l line, n int) line {
	if l.parts == nil {
		return line{look: l.look, text: width.Pad(l.text, n)}
	}
	return line{parts: append(append([]line{}, l.parts...), plain(strings.Repeat(" ", max(0, n-l.width()))))}
}

func (m *Model) bar() string {
	if m.opt.Unicode {
		return "│"
	}
	return "|"
}

// rule is a horizontal line, with words in it.
func (m *Model) rule(title string) line {
	dash := "-"
	if m.opt.Unicode {
		dash = "─"
	}
	if title == "" {
		return line{look: lookFaint, text: strings.Repeat(dash, m.w)}
	}
	head := strings.Repeat(dash, 2) + " " + title + " "
	return line{look: lookFaint, text: head + strings.Repeat(dash, max(0, m.w-width.Of(head)))}
}

// fill pads the page with empty lines so that the footer stands at the bottom.
func (m *Model) fill(page []line, footer line) []line {
	for len(page) < m.h-1 {
		page = append(page, plain(""))
	}
	return append(page[:m.h-1], footer)
}

func indent(lines []line) []line {
	out := make([]line, len(lines))
	for i, l := range lines {
		out[i] = line{parts: append([]line{plain(" ")}, l.flat()...)}
	}
	return out
}

func clip(lines []line, n int) []line { return lines[:min(len(lines), max(0, n))] }

// header says where one is.
func (m *Model) header() line {
	w := m.s.Words
	where := fmt.Sprintf("%d/%d", m.s.Pos()+1, m.s.Len())
	if m.opt.Review != "" {
		where = w.T("review", m.opt.Review)
	}
	if b := m.current(); b != nil {
		where = fmt.Sprintf("%d/%d", b.at+1, len(b.stops))
	} else if m.w >= 72 && m.opt.Review == "" {
		const cells = 9
		done := (m.s.Pos() + 1) * cells / m.s.Len()
		where = "[" + strings.Repeat("#", done) + strings.Repeat("-", cells-done) + "] " + where
	}
	t, _, upto := m.shown()
	now := "0.0"
	if e := t.At(upto); e != nil {
		now = msText(e.T)
	}
	if m.wire != nil && m.current().atEnd() {
		now = msText(m.wire.now.Now.Round(time.Millisecond / 10))
	}
	source := w.T("model") + " " + w.T("seed", m.s.Run.Seed)
	if b := m.current(); b != nil {
		source = b.name
	}
	sep := " | "
	head := " " + w.T("app") + sep + m.s.Lesson().ID + sep + where + sep + "t=" + now + " ms" + sep
	if m.w < 72 {
		head = " " + m.s.Lesson().ID + " " + where + "  t=" + now + "ms  "
	}
	help := w.T("help_hint") + " "
	if room := m.w - width.Of(head) - width.Of(help) - 1; width.Of(source) > room { // half a number would be another one
		if m.current() == nil {
			source = w.T("model")
		} else {
			source = width.Cut(source, room-1) + "…"
			if !m.opt.Unicode {
				source = width.Cut(source, room-2) + ".."
			}
		}
	}
	gap := m.w - width.Of(head) - width.Of(source) - width.Of(help)
	return line{look: lookBar, text: head + source + strings.Repeat(" ", max(1, gap)) + help}
}

// longMessage reports whether the line about the last key does not fit into the footer:
// then it stands above the words.
func (m *Model) longMessage() bool { return width.Of(oneLine(m.message)) > m.w-1 }

// footer shows the keys, as many as fit, or the line about the last key.
func (m *Model) footer() line {
	if m.message != "" && !m.longMessage() {
		return line{look: lookBold, text: " " + oneLine(m.message)}
	}
	w := m.s.Words
	if m.mode == modeGoto {
		return line{look: lookFaint, text: " " + w.T("goto_keys")}
	}
	if m.mode == modeChange {
		return line{look: lookFaint, text: " " + w.T("change_keys")}
	}
	if m.mode == modeAnswer {
		return line{look: lookFaint, text: " " + width.Cut(w.T("ask_typed"), m.w-1)}
	}
	text := ""
	for _, k := range m.footerKeys() {
		if k.act == actLive && m.only && m.opt.Live == nil {
			continue // nothing can be played: it is a capture
		}
		item := k.key + " " + short(w.Key(string(k.act)))
		if width.Of(text)+width.Of(item)+2 > m.w-1 {
			continue
		}
		if text != "" {
			text += "  "
		}
		text += item
	}
	return line{look: lookFaint, text: " " + text}
}

// short takes the first words of a key's description: up to the first mark.
func short(s string) string {
	for i, r := range s {
		if strings.ContainsRune(";,；，", r) {
			s = s[:i]
			break
		}
	}
	return s
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// wordsPane is the story and the question in at most n lines. If both do not
// fit, the open question stays and the story is one key away.
func (m *Model) wordsPane(w, n int) []line {
	var said []line
	if m.message != "" && m.longMessage() {
		for _, l := range width.Wrap(oneLine(m.message), w) {
			said = append(said, line{look: lookBold, text: l})
		}
	}
	said = clip(said, n)
	return append(said, m.wordsBelow(w, n-len(said))...)
}

// wordsBelow is what the words pane shows below a long message.
func (m *Model) wordsBelow(w, n int) []line {
	if m.wire != nil {
		return clip(m.wireLines(w, n), n)
	}
	if m.talk != nil {
		return clip(m.talkLines(w, n), n)
	}
	if m.branch > 0 {
		return clip(m.branchLines(w), n)
	}
	story, ask := m.storyLines(w), append(m.askLines(w), m.afterLines(w)...)
	if m.mode == modeGoto {
		ask = append(ask, line{parts: []line{{look: lookAsk, text: m.s.Words.T("goto_prompt")}, plain(m.input + "_")}})
	}
	if m.mode == modeEdit || m.mode == modeChange {
		ask = m.editLines(w)
	}
	if m.why {
		ask = append(m.whyLines(w), ask...)
	}
	if len(story)+len(ask) <= n || len(ask) == 0 {
		return clip(append(story, ask...), n)
	}
	if len(ask) < n {
		cut := clip(story, n-len(ask)-1)
		if len(cut) > 0 {
			cut = append(cut[:len(cut)-1], line{look: lookFaint, text: "… (Tab)"})
		}
		return append(cut, ask...)
	}
	return clip(ask, n)
}

// storyLines are the words of the step, and what is told after its question.
func (m *Model) storyLines(w int) []line {
	var lines []line
	if m.s.Pos() == 0 && m.s.Intro() != "" {
		lines = append(lines, line{look: lookBold, text: width.Cut(m.s.Title(), w)})
	}
	if title := m.s.SceneTitle(); title != "" {
		lines = append(lines, line{look: lookFaint, text: width.Cut(m.s.Words.T("scene", plainText(title)), w)})
	}
	lines = append(lines, m.markTerms(wrapText(m.s.Story(), w), map[*text.Term]bool{})...)
	if m.s.Pos() == m.s.Len()-1 {
		right, _, total := m.s.Score()
		lines = append(lines, line{look: lookRight, text: m.s.Words.T("score", right, total) + "  " + m.savedText()})
		if m.s.Lesson().Challenge != nil {
			word := "challenge_there"
			if m.s.ChallengeDone() {
				word = "challenge_kept"
			}
			lines = append(lines, line{look: lookAsk, text: width.Cut(m.s.Words.T(word), w)})
		}
	}
	return lines
}

// afterLines are what is told once the question of the step is closed.
func (m *Model) afterLines(w int) []line {
	var lines []line
	if after := m.s.After(); after != "" {
		for _, l := range wrapText(after, w) {
			lines = append(lines, line{look: lookBold, text: l})
		}
	}
	return lines
}

func (m *Model) savedText() string {
	if m.saveErr != nil {
		return m.s.Words.T("not_saved", m.saveErr)
	}
	return m.s.Words.T("saved")
}

// joinLines undoes the line breaks inside paragraphs; lists and tables keep theirs.
func joinLines(s string) string {
	paras := strings.Split(s, "\n\n")
	for i, p := range paras {
		out := ""
		for _, l := range strings.Split(p, "\n") {
			sep := " "
			if strings.HasPrefix(l, "- ") || strings.HasPrefix(l, "|") || strings.HasSuffix(out, "|") {
				sep = "\n"
			}
			out = strings.TrimPrefix(out+sep+l, sep)
		}
		paras[i] = out
	}
	return strings.Join(paras, "\n")
}

// plainText is a text without its marks and line breaks inside paragraphs.
func plainText(s string) string { return course.Plain(joinLines(s)) }
