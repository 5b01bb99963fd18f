package cli

import (
	"strings"
	"testing"

	"netlab/lessons/text/width"
)

// A table keeps within its line, whatever its cells hold: they go on below, every word of
// them, in columns that line up in Chinese too; and what is longer than any line is cut.
func TestWriteWrapped(t *testing.T) {
	states := "SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED"
	rows := [][]string{
		{"#", "字段", "模型", "verdict"},
		{"1", "状态", states, "same"},
		{"", "数据", strings.Repeat("x", 1000), "not comparable: timing"},
	}
	for _, n := range []int{60, 80, 100} {
		var b strings.Builder
		writeWrapped(&b, rows, n)
		lines := strings.Split(b.String(), "\n")
		for _, line := range lines {
			if width.Of(line) > n {
				t.Errorf("%d columns: %d are taken by %q", n, width.Of(line), line)
			}
		}
		for _, state := range strings.Fields(states) {
			if !strings.Contains(b.String(), state) {
				t.Errorf("%d columns: %s is lost or broken:\n%s", n, state, b.String())
			}
		}
		if !strings.Contains(b.String(), "x…") {
			t.Errorf("%d columns: a cell that is cut does not say so:\n%s", n, b.String())
		}
		if len(lines) > 2+2*mostLines {
			t.Errorf("%d columns: the table has %d lines", n, len(lines))
		}
	}
}
