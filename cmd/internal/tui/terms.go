package tui

import (
	"netlab/lessons/course"
	"netlab/lessons/text"
	"netlab/lessons/text/width"
)

// markTerms underlines the terms of the glossary in wrapped lines, each where it stands
// first in the step.
func (m *Model) markTerms(lines []string, seen map[*text.Term]bool) []line {
	var out []line
	for _, l := range lines {
		marked := line{parts: []line{}}
		at := 0
		for _, t := range text.Mentions(l, m.s.Words.Lang) {
			if seen[t.Term] {
				continue
			}
			seen[t.Term] = true
			marked.parts = append(marked.parts, plain(l[at:t.From]), line{look: lookTerm, text: l[t.From:t.To]})
			at = t.To
		}
		if at == 0 {
			out = append(out, plain(l))
			continue
		}
		marked.parts = append(marked.parts, plain(l[at:]))
		out = append(out, marked)
	}
	return out
}

// stepTerms are the terms in the words of the current step that may be read now.
func (m *Model) stepTerms() (all []*text.Term) {
	words := course.Plain(m.s.Story() + "\n" + m.s.After())
	if m.s.Ask() != nil {
		words += "\n" + course.Plain(m.s.Prompt())
	}
	for _, t := range text.Mentions(words, m.s.Words.Lang) {
		all = append(all, t.Term)
	}
	return all
}

// termsPage explains the terms of the step.
func (m *Model) termsPage() []line {
	w := m.s.Words
	lines := []line{m.header(), m.rule(w.T("terms_title"))}
	terms := m.stepTerms()
	if len(terms) == 0 {
		lines = append(lines, plain(" "+w.T("terms_none")))
	}
	m.termTop = max(0, min(m.termTop, len(terms)-1))
	for _, t := range terms[min(m.termTop, len(terms)):] {
		head := t.Word(w.Lang)
		if t.Ref != "" {
			head += "  " + t.Ref
		}
		lines = append(lines, line{look: lookBold, text: " " + width.Cut(head, m.w-2)})
		for _, l := range width.Wrap(t.In(w.Lang), m.w-4) {
			lines = append(lines, plain("   "+l))
		}
	}
	return m.fill(clip(lines, m.h-1), line{look: lookBold, text: " " + width.Cut(w.T("terms_keys"), m.w-1)})
}

// keyTerms moves through the terms, or closes the page.
func (m *Model) keyTerms(name string) {
	switch name {
	case "down", "j", "right", "pgdown", "enter", " ":
		m.termTop++
	case "up", "k", "left", "pgup", "backspace":
		m.termTop = max(0, m.termTop-1)
	default:
		m.mode = modeKeys
		m.openLine()
	}
}
