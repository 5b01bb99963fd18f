package tui

import (
	"strings"

	"netlab/cmd/internal/width"
)

// helpPage lists every key.
func (m *Model) helpPage() []line {
	w := m.s.Words
	lines := []line{m.header(), m.rule(w.T("keys_title"))}
	for _, l := range m.fitKeys(keyLines(w), m.h-4) {
		lines = append(lines, plain(" "+l))
	}
	return m.fill(lines, line{look: lookBold, text: " " + w.T("close_help")})
}

// fitKeys puts the keys into as many columns as the height asks for.
func (m *Model) fitKeys(keys []string, rows int) []string {
	if len(keys) <= rows {
		return keys
	}
	columns := (len(keys) + rows - 1) / rows
	each := (m.w - 2) / columns
	out := make([]string, rows)
	for i, k := range keys {
		out[i%rows] += width.Pad(compactKey(k, each), each)
	}
	return out
}

// compactKey squeezes a line of the key help into n columns.
func compactKey(s string, n int) string {
	keys, what := width.Cut(s, 22), strings.TrimSpace(strings.TrimPrefix(s, width.Cut(s, 22)))
	return width.Cut(width.Pad(firstKey(keys), 6)+" "+what, n-1)
}

// firstKey is the first of the keys that do the same; a range stays a range.
func firstKey(keys string) string {
	if strings.Contains(keys, "…") {
		return "1-9"
	}
	return strings.Fields(keys)[0]
}
