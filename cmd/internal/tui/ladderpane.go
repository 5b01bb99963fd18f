package tui

import (
	"strings"
	"time"

	"netlab/sim/ladder"
	"netlab/sim/trace"
)

// msText writes milliseconds with at least one decimal.
func msText(d time.Duration) string {
	s := trace.Ms(d)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// label writes a segment on its arrow in the chosen notation.
func (m *Model) label(e *trace.Event) string {
	t, _, _ := m.shown()
	// A kernel's own numbers are too long for an arrow, so there the parts they
	// play come first; b shows the numbers.
	if m.textbook == (t.Source != trace.Model) {
		return e.Label()
	}
	return m.s.Lettered(t, e)
}

// stateTag writes a state on the lifeline, masked if it is the answer.
func (m *Model) stateTag(e *trace.Event) string {
	if m.branch == 0 && m.s.Hidden(e.Host, "state") && m.isCurrentState(e) {
		return "???"
	}
	if m.w < 72 {
		return e.To.Short()
	}
	return e.To.String()
}

// isCurrentState reports whether the event is the last change of state that the
// screen shows of its host: only that one can be an answer.
func (m *Model) isCurrentState(e *trace.Event) bool {
	t, _, upto := m.shown()
	for n := upto; n > e.N; n-- {
		if o := t.At(n); o.Kind == trace.State && o.Host == e.Host {
			return false
		}
	}
	return true
}

// ladderPane draws n rows of the ladder, the current moment among them.
func (m *Model) ladderPane(w, n int) []line {
	l := m.layLadder(w, n-1)
	_, _, upto := m.shown()
	pic := l.Draw(ladder.DrawOptions{Width: w, Unicode: m.opt.Unicode, Selected: m.selected, NotDrawn: m.s.Words.T("not_drawn"), Lost: m.s.Words.T("lost_word")})
	lines := []line{{look: lookBold, text: l.Header(w, "ms")}}
	rows := n - 1
	now := l.Now
	if m.selected > 0 && m.selected < len(l.RowOf) && m.selected <= upto {
		now = l.RowOf[m.selected]
	}
	ahead := 2 // rows below the current one: an arrow on its way shows there
	if rows >= 12 {
		ahead = 4
	}
	end := min(l.Rows, max(l.Now+ahead, rows))
	top := max(0, end-rows)
	if now < top {
		top = now
	}
	for i := top; i < min(top+rows, l.Rows); i++ {
		row := append([]ladder.Cell(nil), pic[i]...)
		if i == l.Now && len(row) > 0 {
			row[0] = ladder.Cell{Rune: '>', Style: ladder.StyleState}
		}
		lines = append(lines, cellLine(row))
	}
	for len(lines) < n { // the lifelines go on to the edge
		lines = append(lines, cellLine(l.Empty(ladder.DrawOptions{Width: w, Unicode: m.opt.Unicode})))
	}
	return lines
}

// widestSpan is how many rows an arrow takes where there is room in plenty.
const widestSpan = 6

// layLadder makes the display list, with arrows as tall as the rows allow. The
// height never depends on the step, so stepping moves nothing.
func (m *Model) layLadder(w, rows int) *ladder.Ladder {
	t, _, upto := m.shown()
	opt := ladder.Options{Upto: max(1, upto), Calls: w >= 100 || m.s.Lesson().Calls, Flat: m.flat(), Axis: m.axis, Label: m.label, State: m.stateTag, Say: m.s.Words.Tag, Held: m.heldPackets()}
	for opt.Span = widestSpan; opt.Span > 3; opt.Span-- {
		if l := ladder.New(t, opt); l.Rows <= rows {
			return l
		}
	}
	return ladder.New(t, opt)
}

// cellLine turns a row of cells into a line.
func cellLine(row []ladder.Cell) line {
	l := line{parts: []line{}}
	for i := 0; i < len(row); {
		j := i
		var text strings.Builder
		for j < len(row) && row[j].Style == row[i].Style {
			if row[j].Rune != 0 { // the second cell of a wide character
				text.WriteRune(row[j].Rune)
			}
			j++
		}
		l.parts = append(l.parts, line{look: ladderLooks[row[i].Style], text: text.String()})
		i = j
	}
	return l
}
