// Package picture draws for a report what was exchanged, as [netlab/sim/ladder] does for
// lessons, and marks where it went wrong.
package picture

import (
	"slices"
	"strings"

	"netlab/sim/ladder"
	"netlab/sim/trace"
)

// The bounds of a picture. Of a longer exchange it shows what is around the first mark.
const (
	width    = 72
	mostRows = 48
)

// Draw draws a trace, with a mark at the packets of some events; label says what stands at a
// packet. Of a trace without packets it draws nothing.
func Draw(t *trace.Trace, marked []int, label func(*trace.Event) string) string {
	l := ladder.New(t, ladder.Options{Span: 1, Flat: true, Label: label})
	if len(l.Arrows) == 0 {
		return ""
	}
	var rows []int
	for _, a := range l.Arrows {
		if slices.Contains(marked, a.Event) {
			rows = append(rows, a.Start)
		}
	}
	from := 0
	if len(rows) > 0 {
		from = max(0, slices.Min(rows)-2*mostRows/3)
	}
	lines := l.Draw(ladder.DrawOptions{Width: width, Unicode: true}).Lines()
	var b strings.Builder
	b.WriteString(strings.TrimRight("  "+l.Header(width, "ms"), " ") + "\n")
	for i := from; i < min(from+mostRows, len(lines)); i++ {
		mark := "  "
		if slices.Contains(rows, i) {
			mark = "▶ "
		}
		b.WriteString(strings.TrimRight(mark+lines[i], " ") + "\n")
	}
	return b.String()
}
