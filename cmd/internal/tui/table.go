package tui

import (
	"strings"

	"netlab/lessons/course"
	"netlab/lessons/text/width"
)

// wrapText wraps the words of a lesson; a table keeps its rows, in aligned
// columns, and wraps inside its cells where it must.
func wrapText(s string, w int) (lines []string) {
	var table [][]string
	flush := func() {
		if table != nil {
			lines = append(lines, layTable(table, w)...)
			table = nil
		}
	}
	for _, l := range strings.Split(course.Plain(joinLines(s)), "\n") {
		if row, ok := tableRow(l); ok {
			if !isTableRule(row) {
				table = append(table, row)
			}
			continue
		}
		flush()
		lines = append(lines, width.Wrap(l, w)...)
	}
	flush()
	return lines
}

// tableRow reads "| a | b |".
func tableRow(l string) ([]string, bool) {
	if !strings.HasPrefix(l, "|") || !strings.HasSuffix(l, "|") || len(l) < 2 {
		return nil, false
	}
	cells := strings.Split(l[1:len(l)-1], "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells, true
}

// isTableRule reports whether a row is the line of dashes under a head.
func isTableRule(row []string) bool {
	return strings.Trim(strings.Join(row, ""), "-: ") == "" && strings.Contains(strings.Join(row, ""), "-")
}

// layTable aligns the columns; if they are too wide together, the widest shrink
// and their cells wrap.
func layTable(rows [][]string, w int) (lines []string) {
	var widths []int
	for _, r := range rows {
		for i, c := range r {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], width.Of(c))
		}
	}
	const gap = 2
	total := func() int {
		n := gap * (len(widths) - 1)
		for _, x := range widths {
			n += x
		}
		return n
	}
	for total() > w {
		widest := 0
		for i, x := range widths {
			if x > widths[widest] {
				widest = i
			}
		}
		if widths[widest] <= 4 {
			break
		}
		widths[widest]--
	}
	for _, r := range rows {
		cells := make([][]string, len(r))
		height := 1
		for i, c := range r {
			cells[i] = width.Wrap(c, widths[i])
			height = max(height, len(cells[i]))
		}
		for k := range height {
			text := ""
			for i := range cells {
				part := ""
				if k < len(cells[i]) {
					part = cells[i][k]
				}
				text += width.Pad(part, widths[i]) + strings.Repeat(" ", gap)
			}
			lines = append(lines, strings.TrimRight(text, " "))
		}
	}
	return lines
}
