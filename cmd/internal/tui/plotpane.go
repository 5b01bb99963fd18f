package tui

import (
	"fmt"
	"strings"

	"netlab/lessons/course"
	"netlab/lessons/text/width"
	"netlab/sim/trace"
)

// plotMarks draw the curves, the first on top.
var plotMarks = []rune{'*', 'o', '+', 'x'}

// plotPane draws the curves of the step over the time of the whole run, so that
// stepping moves no axis.
func (m *Model) plotPane(w int, full bool) []line {
	rows := 8
	if full {
		rows = max(8, m.h/2-6)
	}
	curves := m.s.Plot()
	end := m.s.Trace().Ended
	var top int64 = 1
	for _, c := range curves {
		for _, p := range c.Points {
			if p.V < 1<<30 { // ssthresh begins at infinity
				top = max(top, p.V)
			}
		}
	}
	left := len(fmt.Sprint(top)) + 2
	cols := max(10, w-left-1)
	grid := make([][]rune, rows)
	for r := range grid {
		grid[r] = []rune(strings.Repeat(" ", cols))
	}
	_, _, upto := m.shown()
	now := 0
	if e := m.s.Trace().At(upto); e != nil && end > 0 {
		now = int(int64(e.T) * int64(cols-1) / int64(end))
	}
	for i := len(curves) - 1; i >= 0; i-- {
		drawCurve(grid, curves[i], int64(end), top, now, plotMarks[i%len(plotMarks)])
	}
	legend := ""
	for i, c := range curves {
		last := "-"
		if n := len(c.Points); n > 0 {
			last = fmt.Sprint(c.Points[n-1].V)
			if c.Points[n-1].V >= 1<<30 {
				last = "-"
			}
		}
		legend += fmt.Sprintf("%c %s=%s  ", plotMarks[i%len(plotMarks)], c.Name, last)
	}
	lines := []line{m.tcbTitle([]string{width.Cut(strings.TrimSpace(legend), w-8)}, w, w)}
	for r := range rows {
		label := ""
		switch r {
		case 0:
			label = fmt.Sprint(top)
		case rows - 1:
			label = "0"
		}
		lines = append(lines, plain(" "+strings.Repeat(" ", left-2-len(label))+label+m.bar()+string(grid[r])))
	}
	axis := "0 ms" + strings.Repeat(" ", max(1, cols-4-len(trace.Ms(end))-3)) + trace.Ms(end) + " ms"
	return append(lines, line{look: lookFaint, text: width.Cut(strings.Repeat(" ", left)+axis, w)})
}

// drawCurve marks a curve in the grid: a value holds until the next one.
func drawCurve(grid [][]rune, c course.Curve, end, top int64, now int, mark rune) {
	rows, cols := len(grid), len(grid[0])
	for k, p := range c.Points {
		if p.V >= 1<<30 || end == 0 {
			continue
		}
		from := int(int64(p.T) * int64(cols-1) / end)
		to := now
		if k+1 < len(c.Points) {
			to = int(int64(c.Points[k+1].T)*int64(cols-1)/end) - 1
		}
		r := rows - 1 - int(p.V*int64(rows-1)/top)
		for x := from; x <= max(from, to) && x < cols; x++ {
			grid[r][x] = mark
		}
	}
}
