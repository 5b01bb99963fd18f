package screen

import (
	"fmt"
	"html"
	"strconv"
	"strings"

	"netlab/lessons/text/width"
)

// Measures of a screen's picture: what one cell takes, in its own units.
const (
	cellWidth  = 9
	cellHeight = 19
	padding    = 14
)

// colours are those of the terminal's sixteen that screens use, on a dark ground.
var colours = map[string]string{"31": "#ff7b72", "32": "#7ee787", "33": "#f2cc60", "34": "#79c0ff", "35": "#d2a8ff", "36": "#56d4dd"}

const (
	ground = "#0d1117"
	words  = "#e6edf3"
	fonts  = `"DejaVu Sans Mono","Liberation Mono",Menlo,Consolas,"Noto Sans Mono CJK SC","Noto Sans CJK SC","Microsoft YaHei",monospace`
)

// A style is what SGR sequences have set.
type style struct {
	bold, faint, under, reverse bool
	colour                      string
}

// set obeys the parameters of one SGR sequence.
func (s *style) set(params string) {
	for _, p := range strings.Split(params, ";") {
		switch p {
		case "", "0":
			*s = style{}
		case "1":
			s.bold = true
		case "2":
			s.faint = true
		case "4":
			s.under = true
		case "7":
			s.reverse = true
		default:
			s.colour = colours[p]
		}
	}
}

// SVG draws one screen, with its words in cells: a run of letters is as wide as its cells, in
// whatever font it is shown.
func SVG(screen string, columns, rows int, title string) string {
	w, h := columns*cellWidth+2*padding, rows*cellHeight+2*padding
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]d %[2]d" width="%[1]d" height="%[2]d" role="img">`+"\n<title>%[3]s</title>\n", w, h, html.EscapeString(printable(title)))
	fmt.Fprintf(&b, `<style>text{font:15px %s;fill:%s;white-space:pre}.b{font-weight:bold}.f{fill-opacity:.62}.u{text-decoration:underline}</style>`+"\n", fonts, words)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" rx="8" fill="%s"/>`+"\n", w, h, ground)
	for i, line := range strings.Split(screen, "\n") {
		if i < rows {
			drawLine(&b, line, i)
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// drawLine draws the runs of a line that look alike.
func drawLine(b *strings.Builder, line string, row int) {
	var s style
	column := 0
	for line != "" {
		if rest, ok := strings.CutPrefix(line, "\x1b["); ok {
			params, after, found := strings.Cut(rest, "m")
			if !found {
				return
			}
			s.set(params)
			line = after
			continue
		}
		run := line
		if i := strings.IndexByte(line[1:], '\x1b'); i >= 0 {
			run = line[:i+1]
		}
		line = line[len(run):]
		for _, piece := range pieces(printable(run)) {
			n := width.Of(piece)
			drawRun(b, s, piece, column, row, n)
			column += n
		}
	}
}

// pieces parts a run where blanks stand in a row, and wide characters from narrow ones: fonts
// agree on neither.
func pieces(s string) (all []string) {
	kind := func(r rune) int {
		switch {
		case r == ' ':
			return 0
		case width.Rune(r) == 2:
			return 2
		case r > 126:
			return 3
		default:
			return 1
		}
	}
	start, last := 0, -1
	for i, r := range s {
		if k := kind(r); k != last && i > start {
			all = append(all, s[start:i])
			start, last = i, k
		} else {
			last = k
		}
	}
	if start < len(s) {
		all = append(all, s[start:])
	}
	return all
}

func drawRun(b *strings.Builder, s style, text string, column, row, n int) {
	x, y := padding+column*cellWidth, padding+row*cellHeight
	fill := s.colour
	if s.reverse {
		back := words
		if s.colour != "" {
			back = s.colour
		}
		fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>`, x, y, n*cellWidth, cellHeight, back)
		fill = ground
	}
	if strings.TrimSpace(text) == "" {
		return
	}
	class, attr := "", ""
	for _, c := range []struct {
		on   bool
		name string
	}{{s.bold, " b"}, {s.faint, " f"}, {s.under, " u"}} {
		if c.on {
			class += c.name
		}
	}
	if class != "" {
		attr = ` class="` + class[1:] + `"`
	}
	if fill != "" {
		attr += ` style="fill:` + fill + `"`
	}
	fmt.Fprintf(b, `<text x="%d" y="%d" textLength="%d" lengthAdjust="spacingAndGlyphs"%s>%s</text>`+"\n", x, y+cellHeight-5, n*cellWidth, attr, html.EscapeString(text))
}

// printable leaves out what no screen prints and XML cannot hold.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || !strconv.IsPrint(r) && r != ' ' {
			return -1
		}
		return r
	}, s)
}
