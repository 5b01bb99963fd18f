package tui

import (
	"fmt"
	"os"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"netlab/capture"
	"netlab/lessons/text/width"
	"netlab/live/lab"
	"netlab/sim/compare"
	"netlab/sim/trace"
)

// The comparison page, at 80x24:
//
//	 #  who   field  model              live                     verdict
//	 1  A>B   flags  SYN                SYN                      same
//	          seq    x (100)            x (2837104412)           same
//
// Rows are chosen with up and down; Enter tells why.

// rows are the rows shown: the main ones, or all.
func (m *Model) rows() []compare.Row {
	if m.allRows {
		return m.report.Rows
	}
	var main []compare.Row
	for _, r := range m.report.Rows {
		if r.Main || r.Verdict == compare.Differs {
			main = append(main, r)
		}
	}
	return main
}

// keyCompare does what a key of the comparison page asks for.
func (m *Model) keyCompare(name string) tea.Cmd {
	rows := m.rows()
	switch name {
	case "up", "k", "left", "pgup":
		m.row = max(0, m.row-1)
	case "down", "j", "right", "pgdown":
		m.row = min(len(rows)-1, m.row+1)
	case "home":
		m.row = 0
	case "end":
		m.row = len(rows) - 1
	case "enter", "b":
		m.rowWhy = !m.rowWhy
	case "tab", "v":
		m.allRows, m.row = !m.allRows, 0
	case "L":
		return m.startLive(false)
	case "W":
		return m.startLive(true)
	case "m":
		m.page = pageLesson
		b := newBranch(m.liveName(), nil, m.live.Trace)
		m.addBranch(b)
		for i := range b.trace.Events { // calls alone draw nothing yet
			if b.trace.Events[i].Kind == trace.Send {
				b.jumpToEvent(i + 1)
				break
			}
		}
	case "w":
		m.writePackets()
	case "Z":
		m.otherLanguage()
	case "?", "f1":
		m.mode = modeHelp
	case "esc", "q", "backspace":
		m.page = pageLesson
		m.openLine()
	}
	return nil
}

func (m *Model) liveName() string {
	if m.live.Level == lab.LevelRecorded {
		return m.s.Words.T("recorded")
	}
	return m.s.Words.T("live")
}

// writePackets saves the captured packets of the run.
func (m *Model) writePackets() {
	if len(m.live.Frames) == 0 {
		m.message = m.s.Words.Level(int(m.live.Level), lab.Describe(m.live.Level))
		return
	}
	name := m.s.Lesson().ID + "-live.pcapng"
	f, err := os.Create(name)
	if err == nil {
		err = capture.WritePcapng(f, m.live.Trace.Interface(), m.live.Frames)
		if e := f.Close(); err == nil {
			err = e
		}
	}
	m.message = m.s.Words.T("wrote", absolute(name))
	if err != nil {
		m.message = err.Error()
	}
}

// comparePage composes the comparison.
func (m *Model) comparePage() []line {
	w := m.s.Words
	page := []line{m.compareHeader()}
	words := m.compareWords(m.w - 2)
	room := m.h - len(words) - 5
	rows := m.rows()
	top := max(0, min(m.row-room/2, len(rows)-room))
	page = append(page, m.compareRow([]string{w.T("row_number"), w.T("row_dir"), w.T("row_field"), w.T("row_model"), w.T("row_live"), w.T("row_verdict")}, lookBold), m.rule(""))
	for i := top; i < min(top+room, len(rows)); i++ {
		r := rows[i]
		n, what := fmt.Sprint(r.Pair), r.What
		if i > top && rows[i-1].Pair == r.Pair {
			n, what = "", ""
		}
		verdict := w.Verdict(r.Verdict)
		if r.Why != nil {
			verdict += ": " + r.Why.ID
		}
		look := lookPlain
		switch {
		case i == m.row:
			look = lookSelected
		case r.Verdict == compare.Differs:
			look = lookWrong
		case r.Verdict == compare.NotComparable:
			look = lookFaint
		}
		row := m.compareRow([]string{n, what, m.s.Words.Phrase(r.Field), r.Model, r.Live, verdict}, look)
		if i == m.row { // marked without colour too
			row.text = ">" + row.text[1:]
		}
		page = append(page, row)
	}
	for len(page) < m.h-len(words)-2 {
		page = append(page, plain(""))
	}
	page = append(page, m.rule(""))
	page = append(page, indent(words)...)
	foot := line{look: lookFaint, text: " " + width.Cut(w.T("compare_hint"), m.w-1)}
	if m.message != "" {
		foot = line{look: lookBold, text: " " + m.message}
	}
	return m.fill(page, foot)
}

func (m *Model) compareHeader() line {
	w := m.s.Words
	head := " " + w.T("app") + " | " + m.s.Lesson().ID + " | " + w.T("compare") + " | " +
		fmt.Sprintf("%d %s, %d %s", m.report.Counts[compare.Same], w.Verdict(compare.Same), m.report.Differences(), w.Verdict(compare.Differs))
	help := w.T("help_hint") + " "
	return line{look: lookBar, text: width.Pad(head, m.w-width.Of(help)) + help}
}

// compareRow puts a row into columns that suit the width.
func (m *Model) compareRow(cells []string, l look) line {
	widths := []int{4, 10, 8, 16, 17}
	switch {
	case m.w >= 140:
		widths = []int{5, 26, 10, 32, 32}
	case m.w >= 100:
		widths = []int{4, 18, 9, 20, 22}
	case m.w < 72:
		widths = []int{3, 5, 7, 12, 16}
	}
	var b strings.Builder
	b.WriteString(" ")
	for i, c := range cells {
		if i < len(widths) {
			b.WriteString(width.Pad(width.Cut(c, widths[i]-1), widths[i]))
		} else {
			b.WriteString(c)
		}
	}
	return line{look: l, text: width.Pad(b.String(), m.w)}
}

// compareWords are the lines below the table: what was run, and why the selected
// row is as it is.
func (m *Model) compareWords(n int) []line {
	w := m.s.Words
	var lines []line
	add := func(l look, text string) {
		for _, t := range width.Wrap(text, n) {
			lines = append(lines, line{look: l, text: t})
		}
	}
	if rows := m.rows(); m.row < len(rows) {
		r := rows[m.row]
		add(lookBold, fmt.Sprintf("%s %s: %s | %s", r.What, m.s.Words.Phrase(r.Field), r.Model, r.Live))
		switch {
		case r.Why != nil:
			add(lookPlain, w.Explanation(r.Why)+" ["+r.Why.Ref+"]")
		case m.rowWhy && r.Field == "seq":
			add(lookPlain, w.Explanation(compare.ExpISN)+" ["+compare.ExpISN.Ref+"]")
		}
		if m.rowWhy {
			if e := m.live.Trace.At(r.LiveEvent); e != nil {
				add(lookFaint, w.T("live")+": "+e.Line()+" "+e.Seg.Options.String())
			}
		}
	}
	add(lookFaint, w.Level(int(m.live.Level), lab.Describe(m.live.Level)))
	if m.live.Reason != "" {
		add(lookPlain, w.T("live_failed", w.Obstacle(m.live.Reason))+" "+w.T("live_fix", m.live.Fix))
	}
	add(lookFaint, w.T("live_summary", m.report.Pairs, m.report.Differences(), m.live.Stats.Captured, m.live.Stats.Dropped))
	add(lookFaint, m.note)
	return lines
}
