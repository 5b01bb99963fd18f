package tui

import (
	"fmt"
	"strings"

	"netlab/lessons/present"
	"netlab/lessons/text"
	"netlab/lessons/text/width"
	"netlab/sim/ladder"
)

// pictures draws the slide's runs in n rows: side by side where there is room for two.
func (p *Projector) pictures(s *present.Slide, n int) []line {
	panels := s.Panels
	if len(panels) > 1 && p.w < twoPictures {
		panels = panels[1:] // the verdict tells what the model did
	}
	w := (p.w - 4*(len(panels)-1)) / len(panels)
	var columns [][]line
	for i := range panels {
		columns = append(columns, p.picture(&panels[i], s.Size, w, n))
	}
	if len(columns) == 1 {
		return columns[0]
	}
	lines := make([]line, n)
	for i := range lines {
		lines[i] = line{parts: append(append(padTo(columns[0][i], w), plain(repeat(" ", 4))), columns[1][i].flat()...)}
	}
	return lines
}

// twoPictures is how wide a screen must be for two of them.
const twoPictures = 96

// picture draws one run: as tall as the rows allow, the present moment among them.
func (p *Projector) picture(panel *present.Panel, size, w, n int) []line {
	words := panel.Words()
	var lines []line
	if panel.Name != "" {
		lines = append(lines, line{look: lookAsk, text: "  " + panel.Name})
	}
	rows := n - len(lines) - 1
	var l *ladder.Ladder
	for span := 6 + 2*size; ; span-- {
		l = panel.Ladder(span, size < 0, w < 72)
		if l.Rows <= rows || span <= 3+max(0, size) {
			break
		}
	}
	opt := ladder.DrawOptions{Width: w, Unicode: p.opt.Unicode, Heavy: true, NotDrawn: words.T("not_drawn"), Lost: words.T("lost_word")}
	lines = append(lines, line{look: lookBold, text: width.Pad(l.Header(w, "ms"), w)})
	pic := l.Draw(opt)
	end := min(l.Rows, max(l.Now+3, rows)) // an arrow on its way shows below the present
	for i := max(0, end-rows); i < end; i++ {
		lines = append(lines, cellLine(pic[i]))
	}
	for len(lines) < n {
		lines = append(lines, cellLine(l.Empty(opt)))
	}
	return lines[:n]
}

// footLines are the words below the picture: the menu, the line for hands, the question, the
// story.
func (p *Projector) footLines(s *present.Slide, w *text.Words) []line {
	n := p.w - 8
	var lines []line
	add := func(l look, text string) {
		for _, t := range wrapText(text, n) {
			lines = append(lines, line{look: l, text: "    " + t})
		}
	}
	switch {
	case len(s.Menu) > 0:
		lines = append(lines, line{look: lookAsk, text: "  " + w.T("present_menu")})
		for _, i := range s.Menu {
			mark, look := "    ", lookPlain
			if i.Chosen {
				mark, look = "  > ", lookSelected
			}
			lines = append(lines, line{look: look, text: mark + width.Shorten(i.Text, n) + " "})
		}
		return append(lines, plain("  "+w.T("present_menu_keys")))
	case s.Ask != nil:
		lines = p.askLines(s, w, n)
	case s.Verdict != "":
		add(lookBold, s.Numbers)
		add(lookPlain, s.Verdict)
	case s.Size <= 0:
		add(lookPlain, s.Story)
	case s.Size == 1:
		first, _, _ := strings.Cut(s.Story, "\n\n")
		add(lookPlain, first)
	}
	if len(s.Panels) > 1 && s.At == 0 && s.Level != "" {
		add(lookPlain, s.Level)
	}
	if s.Said != "" {
		add(lookAsk, s.Said)
	}
	return append(lines, plain(""))
}

// askLines are the question, its choices, and once it is revealed the answer.
func (p *Projector) askLines(s *present.Slide, w *text.Words, n int) []line {
	a := s.Ask
	var lines []line
	add := func(l look, text string) {
		for _, t := range wrapText(text, n) {
			lines = append(lines, line{look: l, text: "    " + t})
		}
	}
	if s.Size < 0 && !a.Revealed {
		add(lookPlain, s.Story)
		lines = append(lines, plain(""))
	}
	add(lookAsk, a.Prompt)
	lines = append(lines, plain(""))
	lines = append(lines, p.choiceLines(a, n)...)
	switch {
	case p.hands.open:
		lines = append(lines, plain(""), line{parts: []line{{look: lookAsk, text: "    " + w.T("present_tally", letters(a))}, {look: lookBold, text: p.hands.input + "_"}}})
		if p.hands.bad {
			add(lookWrong, w.T("present_tally_bad"))
		}
	case !a.Revealed && a.Order:
		lines = append(lines, plain(""))
		add(lookPlain, w.T("present_order"))
	case !a.Revealed:
		lines = append(lines, plain(""))
		add(lookPlain, w.T("present_hands"))
	default:
		if a.Order {
			add(lookRight, a.Solution)
		}
		if a.After != "" && s.Size < present.Largest {
			lines = append(lines, plain(""))
			add(lookPlain, a.After)
		}
		if a.Mistake != "" && s.Size < 1 {
			add(lookPlain, w.T("present_why_wrong", a.Wrong)+": "+a.Mistake)
		}
	}
	return lines
}

// letters names the choices from the first to the last.
func letters(a *present.Ask) string {
	var all []string
	for _, c := range a.Choices {
		all = append(all, c.Letter)
	}
	return strings.Join(all, " ")
}

// choiceLines puts the choices side by side where they are short, else one on a line; hands are
// bars once the answer is revealed, so that the many do not lead the others.
func (p *Projector) choiceLines(a *present.Ask, n int) []line {
	widest, most := 0, 0
	for _, c := range a.Choices {
		widest = max(widest, width.Of(plainText(c.Text))+8)
		most = max(most, c.Hands)
	}
	bars := a.Revealed && most > 0
	if widest*len(a.Choices) <= n && !bars {
		row := []line{plain("    ")}
		for _, c := range a.Choices {
			row = append(row, choiceLook(&c, plainText(c.Text), widest))
		}
		return []line{{parts: row}}
	}
	var lines []line
	for _, c := range a.Choices {
		texts := width.Wrap(plainText(c.Text), n-6)
		for i, t := range texts {
			if i == 0 {
				lines = append(lines, line{parts: []line{plain("    "), choiceLook(&c, t, 0)}})
			} else {
				lines = append(lines, plain("          "+t))
			}
		}
		if bars {
			lines[len(lines)-1] = withBar(lines[len(lines)-1], &c, most, min(widest, n/2)+4, n, p.opt.Unicode)
		}
	}
	return lines
}

// choiceLook marks the right choice by more than colour.
func choiceLook(c *present.Choice, text string, pad int) line {
	mark, look := "  ", lookBold
	if c.Right {
		mark, look = "=>", lookRight
	}
	text = mark + " " + c.Letter + ") " + text
	return line{look: look, text: width.Pad(text, max(pad, width.Of(text)))}
}

// withBar puts the hands for a choice beside it.
func withBar(l line, c *present.Choice, most, at, n int, unicode bool) line {
	cell := "#"
	if unicode {
		cell = "█"
	}
	room := max(4, n-at-8)
	bar := repeat(cell, (c.Hands*room+most-1)/most)
	gap := max(2, at-l.width())
	return line{parts: append(l.flat(), plain(repeat(" ", gap)+bar+" "+fmt.Sprint(c.Hands)))}
}

// paintScreen renders a page on the palette's ground, to the last column and row.
func paintScreen(c palette, page []line, w, h int) string {
	out := make([]string, h)
	for i := range out {
		l := plain("")
		if i < len(page) {
			l = page[i]
		}
		out[i] = l.render(c, w)
		if gap := w - l.width(); gap > 0 && c.ground != "" {
			out[i] += c.paint(lookPlain, repeat(" ", gap))
		}
	}
	return strings.Join(out, "\n")
}
