package tui

import (
	"fmt"
	"strings"

	"netlab/lessons/course"
	"netlab/lessons/text/width"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// recentPane lists what happened at this moment, with rules, for wide screens.
func (m *Model) recentPane(w, n int) []line {
	t, since, upto := m.shown()
	lines := []line{plain("")}
	for i := since; i < upto; i++ {
		e := &t.Events[i]
		if e.Kind == trace.Set || (m.branch == 0 && m.s.Hidden(e.Host, "state") && e.Kind == trace.State) {
			continue
		}
		look := lookPlain
		if e.N == m.selected {
			look = lookSelected
		}
		lines = append(lines, line{look: look, text: width.Cut(m.s.Words.Event(e), w)})
		if e.Rule != nil {
			for _, l := range width.Wrap("  "+m.s.Words.Rule(e.Rule)+" ["+e.Rule.Ref+"]", w) {
				lines = append(lines, line{look: lookFaint, text: l})
			}
		}
	}
	if len(lines) > n && n > 1 { // what happened last counts most
		lines = append([]line{plain(""), {look: lookFaint, text: "…"}}, lines[len(lines)-n+2:]...)
	}
	return clip(lines, n)
}

// branchLines tell what happens at this moment of a branch.
func (m *Model) branchLines(w int) []line {
	t, since, upto := m.shown()
	b := m.current()
	lines := []line{{look: lookAsk, text: width.Cut(b.name, w)}}
	if m.mode == modeEdit || m.mode == modeChange {
		return append(lines, m.editLines(w)...)
	}
	if b.challenge {
		lines = append(lines, m.challengeLines(w)...)
	}
	if b.flat {
		lines = append(lines, line{look: lookFaint, text: m.s.Words.T("live_flat")})
	}
	var rule *wire.Rule
	for i := since; i < upto; i++ {
		e := &t.Events[i]
		if e.Kind == trace.Set || e.Kind == trace.Call && e.Call == "socket" || e.Kind == trace.Return && e.Call == "socket" {
			continue
		}
		text := m.s.Words.Event(e)
		if e.Rule != nil && e.Rule != rule { // the same rule is told once
			text += " — " + m.s.Words.Rule(e.Rule) + " [" + e.Rule.Ref + "]"
			rule = e.Rule
		}
		look := lookPlain
		if e.N == m.selected {
			look = lookSelected
		}
		for _, l := range width.Wrap(text, w) {
			lines = append(lines, line{look: look, text: l})
		}
	}
	if m.why {
		lines = append(lines, m.whyLines(w)...)
	}
	if m.only && m.branch <= m.base() { // there is nothing to go back to
		return lines
	}
	if b.atEnd() {
		lines = append(lines, line{look: lookBold, text: m.s.Words.T("branch_end")})
	}
	return append(lines, line{look: lookFaint, text: width.Cut(m.s.Words.T("leave_fork"), w)})
}

// rightWord says that an answer was right, and at which try.
func (m *Model) rightWord(r *course.Record) string {
	if r.First {
		return m.s.Words.T("right")
	}
	return m.s.Words.T("right_second")
}

// whyLines explain the selected event: its rule, its cause and its numbers.
func (m *Model) whyLines(w int) []line {
	t, _, upto := m.shown()
	e := t.At(m.selected)
	if e == nil || e.N > upto {
		return []line{{look: lookFaint, text: m.s.Words.T("nothing_selected")}}
	}
	lines := []line{{look: lookBold, text: width.Cut(m.s.Words.Event(e), w)}}
	if e.Rule != nil {
		for _, l := range width.Wrap(m.s.Words.T("rule")+"  "+m.s.Words.Rule(e.Rule)+" ["+e.Rule.Ref+"]", w) {
			lines = append(lines, plain(l))
		}
	}
	if c := t.At(e.Cause); c != nil {
		lines = append(lines, plain(width.Cut(m.s.Words.T("cause")+"  "+m.s.Words.Event(c), w)))
	}
	if e.HasSegment() {
		lines = append(lines, plain(width.Cut(fmt.Sprintf("SEG.SEQ=%s SEG.ACK=%s SEG.LEN=%d SEG.WND=%d %s", e.Seg.Seq, e.Seg.Ack, e.Seg.Len(), e.Seg.Wnd, e.Seg.Options), w)))
	}
	return lines
}

// askLines are the question, its choices, the feedback and the answer line.
func (m *Model) askLines(w int) []line {
	s, words := m.s, m.s.Words
	a := s.Ask()
	if a == nil || m.branch > 0 {
		return nil
	}
	var lines []line
	for _, l := range width.Wrap(words.T("predict")+"  "+course.Plain(joinLines(s.Prompt())), w) {
		lines = append(lines, line{look: lookAsk, text: l})
	}
	if s.Open() {
		for i, c := range s.Choices() {
			for k, l := range width.Wrap(fmt.Sprintf("%d) %s", i+1, course.Plain(c)), w-2) {
				lines = append(lines, plain(strings.Repeat(" ", min(k, 1)*3)+"  "+l))
			}
		}
	}
	lines = append(lines, m.helpLines(w, m.h-5-len(lines))...)
	if !s.Open() {
		hint := words.T("watch_rest")
		if a.World != "" {
			hint = words.T("watch_fork")
		}
		if script, _, _ := s.WrongWorld(); script != nil {
			hint = strings.TrimSpace(hint + "  " + words.T("run_wrong"))
		}
		if hint != "" {
			lines = append(lines, line{look: lookFaint, text: width.Cut(hint, w)})
		}
		return lines
	}
	shown, total := s.Hints()
	status := m.triesText() + "  " + words.T("hints", len(shown), total)
	prompt := line{parts: []line{{look: lookAsk, text: words.T("ask_choice", len(a.Choices))}}}
	if a.Kind == course.AskOrder {
		status = words.T("ask_order") + "  " + status
	}
	if a.Kind.Typed() {
		cursor := "_"
		if m.mode != modeAnswer {
			cursor = ""
		}
		prompt = line{parts: []line{{look: lookAsk, text: words.T("your_answer")}, {look: lookBold, text: m.input + cursor}}}
	}
	if prompt.width()+2+width.Of(status) > w {
		for _, l := range width.Wrap(status, w) {
			lines = append(lines, line{look: lookFaint, text: l})
		}
		return append(lines, prompt)
	}
	prompt.parts = append(prompt.parts, line{look: lookFaint, text: "  " + status})
	return append(lines, prompt)
}

// helpLines are the hints and the feedback in at most n lines: where there is no
// room for all, older hints go first, then the hints, then the named belief.
func (m *Model) helpLines(w, n int) []line {
	hints, feedback := m.hintLines(w), m.feedbackLines(w, true)
	if len(hints)+len(feedback) <= n {
		return append(hints, feedback...)
	}
	if shown, total := m.s.Hints(); len(shown) > 1 && m.s.Open() {
		hints = nil
		for _, l := range width.Wrap(m.s.Words.T("hint", fmt.Sprintf("%d/%d", len(shown), total))+"  "+course.Plain(shown[len(shown)-1]), w) {
			hints = append(hints, line{look: lookFaint, text: l})
		}
	}
	for _, way := range [][]line{append(hints, feedback...), feedback} {
		if len(way) <= n {
			return way
		}
	}
	return m.feedbackLines(w, false)
}

func (m *Model) triesText() string {
	if n := m.s.TriesLeft(); n != 1 {
		return m.s.Words.T("tries_left", n)
	}
	return m.s.Words.T("one_try_left")
}

// hintLines are the hints shown so far; once the question is closed they have
// done their work, and only h brings them back.
func (m *Model) hintLines(w int) []line {
	if !m.s.Open() {
		return nil
	}
	shown, _ := m.s.Hints()
	var lines []line
	for i, h := range shown {
		for _, l := range width.Wrap(m.s.Words.T("hint", i+1)+"  "+course.Plain(h), w) {
			lines = append(lines, line{look: lookFaint, text: l})
		}
	}
	return lines
}

// feedbackLines say what became of the last try.
func (m *Model) feedbackLines(w int, belief bool) []line {
	s, words := m.s, m.s.Words
	r := s.Record(s.Ask().ID)
	var lines []line
	add := func(l look, text string) {
		for _, t := range width.Wrap(text, w) {
			lines = append(lines, line{look: l, text: t})
		}
	}
	if m.feedback == nil {
		if r.Closed && r.Right {
			add(lookRight, m.rightWord(r)+": "+course.Plain(s.Solution()))
		} else if r.Closed {
			add(lookRight, words.T("closed")+" "+course.Plain(s.Solution()))
		}
		return lines
	}
	f := m.feedback
	if f.Right {
		add(lookRight, m.rightWord(r)+": "+course.Plain(s.Solution()))
		return lines
	}
	if f.Invalid != "" {
		add(lookWrong, f.Invalid)
		return lines
	}
	verdict := words.T("wrong")
	if f.Closed {
		verdict = words.T("wrong_last")
	}
	add(lookWrong, verdict+": "+m.lastTry)
	if f.Because != "" {
		add(lookPlain, course.Plain(joinLines(f.Because)))
	}
	if f.Misconception != "" && belief {
		add(lookFaint, words.T("misconception")+m.s.Belief(f.Misconception))
	}
	if f.Closed {
		add(lookRight, words.T("closed")+" "+course.Plain(s.Solution()))
	}
	return lines
}
