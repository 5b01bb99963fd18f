package cli

import (
	"os"
	"strings"

	"github.com/charmbracelet/x/term"

	"netlab/lessons/text/width"
)

// The columns that a text may take: as many as the terminal has, but at least
// narrowest; where there is no terminal, lineWidth.
const (
	lineWidth = 100
	narrowest = 60
)

// lineWidth is how wide a text may become.
func (a *app) lineWidth() int {
	if f, ok := a.out.(*os.File); ok {
		if w, _, err := term.GetSize(f.Fd()); err == nil && w > 0 {
			return max(narrowest, w)
		}
	}
	return lineWidth
}

// gap is what stands between two columns.
const gap = "  "

// writeTable aligns columns by the width that terminals give their characters.
func writeTable(b *strings.Builder, rows [][]string) {
	widths := columns(rows)
	for _, r := range rows {
		writeRow(b, r, widths)
	}
}

// writeWrapped aligns columns within a line of n columns: a cell that is too long for its
// column goes on in the next lines, and after mostLines ends with an ellipsis.
func writeWrapped(b *strings.Builder, rows [][]string, n int) {
	widths := fit(columns(rows), n)
	for _, r := range rows {
		var cells [][]string
		height := 1
		for i, c := range r {
			lines := cellLines(c, widths[i])
			cells = append(cells, lines)
			height = max(height, len(lines))
		}
		for k := range height {
			line := make([]string, len(r))
			for i, lines := range cells {
				if k < len(lines) {
					line[i] = lines[k]
				}
			}
			writeRow(b, line, widths)
		}
	}
}

// mostLines is how many lines a cell may take.
const mostLines = 6

func cellLines(s string, n int) []string {
	lines := width.Wrap(s, n)
	if len(lines) > mostLines {
		lines = lines[:mostLines]
		lines[mostLines-1] = width.Cut(lines[mostLines-1], n-1) + "…"
	}
	return lines
}

// columns are the widths that the columns of a table need.
func columns(rows [][]string) []int {
	widths := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, c := range r {
			widths[i] = max(widths[i], displayWidth(c))
		}
	}
	return widths
}

// fit takes from the widest columns until all fit into n; none becomes narrower than
// a state's name.
func fit(widths []int, n int) []int {
	const least = len("SYN-RECEIVED")
	total := len(gap) * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	for ; total > n; total-- {
		widest := 0
		for i, w := range widths {
			if w > widths[widest] {
				widest = i
			}
		}
		if widths[widest] <= least {
			break
		}
		widths[widest]--
	}
	return widths
}

func writeRow(b *strings.Builder, cells []string, widths []int) {
	line := ""
	for i, c := range cells {
		line += c
		if i < len(cells)-1 {
			line += strings.Repeat(" ", widths[i]-displayWidth(c)) + gap
		}
	}
	b.WriteString(strings.TrimRight(line, " ") + "\n")
}
