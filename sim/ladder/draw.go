package ladder

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A Style says what a cell shows, so that a terminal can colour it. Colour is
// never the only sign.
type Style uint8

// The styles.
const (
	Plain Style = iota
	StyleLine
	StyleArrow
	StyleAgain
	StyleLost
	StyleState
	StyleCall
	StyleTime
	StyleLabel
	StyleSelected
)

// A Cell is one character of the picture, of width 1.
type Cell struct {
	Rune  rune
	Style Style
}

// A Picture is a drawn ladder: rows of cells.
type Picture [][]Cell

// DrawOptions choose the characters.
type DrawOptions struct {
	Width    int
	Unicode  bool   // lines and heads outside ASCII; every glyph is one column wide
	Selected int    // N of the event whose arrow or tag is highlighted; 0: none
	Heavy    bool   // strong lifelines, for projectors
	Lost     string // the word for a lost packet, "LOST" if it is empty
	NotDrawn string // says how much time is left out, "{0} ms not drawn" if it is empty
}

// Lines returns the picture as text, without blanks at the ends.
func (p Picture) Lines() []string {
	lines := make([]string, len(p))
	var b strings.Builder
	for i, row := range p {
		b.Reset()
		for _, c := range row {
			if c.Rune != 0 { // the second cell of a wide character
				b.WriteRune(c.Rune)
			}
		}
		lines[i] = strings.TrimRight(b.String(), " ")
	}
	return lines
}

// A pen draws on a picture.
type pen struct {
	gaps    []int // rows that stand for omitted time
	arrows  []Arrow
	taken   map[int]bool // rows where a moment begins, or time is omitted
	p       Picture
	opt     DrawOptions
	columns []int // of the lifelines
	left    int   // first column of the left margin's words
	glyphs  glyphs
}

type glyphs struct{ line, heavy, right, left, lost, gap rune }

var (
	asciiGlyphs   = glyphs{'|', '#', '>', '<', 'X', ':'}
	unicodeGlyphs = glyphs{'│', '┃', '►', '◄', '✗', '┊'}
)

// Layout returns the columns of the lifelines for a width: room for the time
// and for words at both edges.
func (l *Ladder) Layout(width int) (columns []int, timeWidth int) {
	timeWidth, margin, right := 7, 20, 20
	if width < 72 {
		timeWidth, margin, right = 6, 15, 13
	}
	if width < narrow { // two pictures side by side: no times
		timeWidth, margin, right = 1, 12, 12
	}
	if width >= 100 {
		margin, right = 22, 24
	}
	n := len(l.Hosts)
	if n == 0 {
		return nil, timeWidth
	}
	if n == 1 {
		return []int{margin}, timeWidth
	}
	span := max(n-1, width-margin-right-1)
	for i := range n {
		columns = append(columns, margin+span*i/(n-1))
	}
	return columns, timeWidth
}

// narrow is the width below which a picture has no room for times.
const narrow = 56

// Draw draws the ladder on a grid of cells.
func (l *Ladder) Draw(opt DrawOptions) Picture {
	g := asciiGlyphs
	if opt.Unicode {
		g = unicodeGlyphs
	}
	d := &pen{opt: opt, glyphs: g, arrows: l.Arrows, taken: map[int]bool{}}
	for _, m := range l.Marks {
		d.taken[m.Row] = true
	}
	for _, b := range l.Breaks {
		d.taken[b.Row] = true
	}
	d.columns, d.left = l.Layout(opt.Width)
	d.p = make(Picture, l.Rows)
	for i := range d.p {
		d.p[i] = make([]Cell, opt.Width)
		for x := range d.p[i] {
			d.p[i][x].Rune = ' '
		}
		for _, x := range d.columns {
			line := g.line
			if opt.Heavy {
				line = g.heavy
			}
			d.set(i, x, line, StyleLine)
		}
	}
	said := ""
	for _, m := range l.Marks {
		if opt.Width < narrow {
			break
		}
		if s := fitTime(m.Time, d.left-2); s != said { // one label for what happens together
			d.text(m.Row, max(1, d.left-1-utf8.RuneCountInString(s)), s, StyleTime)
			said = s
		}
	}
	for i := range l.Arrows {
		d.arrow(&l.Arrows[i], l.Flat)
	}
	for i := range l.Arrows { // no crossing stroke may cover where one ends
		d.lost(&l.Arrows[i], l.Flat)
	}
	for _, t := range l.Tags {
		d.tag(t)
	}
	for _, b := range l.Breaks { // before the labels, which keep off these rows
		d.gap(b)
	}
	for i := range l.Arrows {
		d.label(&l.Arrows[i], l.Flat)
	}
	return d.p
}

// Empty returns a row with nothing but the lifelines.
func (l *Ladder) Empty(opt DrawOptions) []Cell {
	blank := Ladder{Hosts: l.Hosts, Rows: 1}
	return blank.Draw(opt)[0]
}

func (d *pen) set(row, x int, r rune, s Style) {
	if row >= 0 && row < len(d.p) && x >= 0 && x < d.opt.Width {
		d.p[row][x] = Cell{r, s}
	}
}

func (d *pen) text(row, x int, s string, style Style) {
	for _, r := range s {
		d.set(row, x, r, style)
		if x++; isWide(r) { // it takes the next cell too
			d.set(row, x, 0, style)
			x++
		}
	}
}

// isWide reports whether terminals give the character two columns: Chinese characters
// and full-width punctuation.
func isWide(r rune) bool { return r >= 0x2e80 && r <= 0xffdc && (r < 0xa4d0 || r >= 0xac00) }

func columnsOf(s string) (n int) {
	for _, r := range s {
		if n++; isWide(r) {
			n++
		}
	}
	return n
}

func (d *pen) gap(b Break) {
	for _, x := range d.columns {
		d.set(b.Row, x, d.glyphs.gap, StyleLine)
	}
	d.gaps = append(d.gaps, b.Row)
	s := trace.Ms(b.Omitted) + " ms not drawn"
	if d.opt.NotDrawn != "" {
		s = strings.ReplaceAll(d.opt.NotDrawn, "{0}", trace.Ms(b.Omitted))
	}
	d.text(b.Row, max(1, d.left-5), "::::", StyleTime)
	if len(d.columns) > 1 {
		mid := (d.columns[0] + d.columns[len(d.columns)-1]) / 2
		d.text(b.Row, mid-columnsOf(s)/2, s, StyleTime)
	}
}

// tag writes beside a lifeline: in the left margin for the first, to the right
// of the line for all others.
func (d *pen) tag(t Tag) {
	x := d.left
	room := d.columns[0] - d.left - 1
	if t.Line > 0 {
		x = d.columns[t.Line] + 2
		room = d.opt.Width - x
	}
	style := StyleCall
	if t.State {
		style = StyleState
	}
	if t.Event == d.opt.Selected {
		style = StyleSelected
	}
	d.text(t.Row, x, cut(t.fit(room), room), style)
}

// fit returns the tag's words as they fit into the room: a long state has a
// short name, and a call can do without its dot.
func (t Tag) fit(room int) string {
	full := t.Text
	if !t.State {
		full = ". " + full
	}
	if columnsOf(full) <= room {
		return full
	}
	if state, ok := wire.ParseState(t.Text); ok && t.State {
		return state.Short()
	}
	if i := strings.LastIndex(t.Text, " "); i > 0 && columnsOf(t.Text) > room { // a number is never cut
		if _, err := strconv.Atoi(t.Text[i+1:]); err == nil {
			return "=" + t.Text[i+1:]
		}
	}
	return t.Text
}

func cut(s string, room int) string {
	for columnsOf(s) > max(0, room) && s != "" {
		_, last := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-last]
	}
	return s
}

func (d *pen) arrowStyle(a *Arrow) Style {
	switch {
	case d.opt.Selected != 0 && (a.Event == d.opt.Selected || a.Arrival == d.opt.Selected):
		return StyleSelected
	case a.Lost:
		return StyleLost
	case a.Again:
		return StyleAgain
	default:
		return StyleArrow
	}
}

// strokes are the three heights at which a stroke can pass through a cell.
var strokes = [3]rune{'\'', '-', '_'}

// arrow draws the stroke of an arrow. Its slope is made of three heights a row,
// which every terminal shows alike.
func (d *pen) arrow(a *Arrow, flat bool) {
	x0, x1 := d.columns[a.From], d.columns[a.To]
	if x0 == x1 {
		d.text(a.Start, x0+1, "-.", d.arrowStyle(a))
		return
	}
	n := abs(x1-x0) - 1
	step := 1
	if x1 < x0 {
		step = -1
	}
	style := d.arrowStyle(a)
	drawn := int(float64(n) * a.Part)
	if a.Lost {
		drawn = n / 2
	}
	for k := range drawn {
		if a.Stray && k < n/2 {
			continue
		}
		row, r := a.Start, '-'
		if !flat && a.End >= a.Start {
			level := k * 3 * (a.End - a.Start + 1) / n
			row, r = a.Start+level/3, strokes[level%3]
		}
		if (k == n-1) && a.Part == 1 && !a.Lost {
			r = d.glyphs.right
			if step < 0 {
				r = d.glyphs.left
			}
		}
		d.set(row, x0+step*(k+1), r, style)
	}
}

// lost marks where an arrow was lost.
func (d *pen) lost(a *Arrow, flat bool) {
	x0, x1 := d.columns[a.From], d.columns[a.To]
	step := 1
	if x1 < x0 {
		step = -1
	}
	drawn := (abs(x1-x0) - 1) / 2
	if a.Lost && x0 != x1 {
		row := a.Start
		if !flat {
			row += (a.End - a.Start + 1) / 2
		}
		row = min(row, a.End)
		d.set(row, x0+step*(drawn+1), d.glyphs.lost, StyleLost)
		word := "LOST"
		if d.opt.Lost != "" {
			word = d.opt.Lost
		}
		x := x0 + step*(drawn+3)
		if step < 0 {
			x -= columnsOf(word) - 1
		}
		d.text(row, x, word, StyleLost)
	}
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// Header returns the line of host names above the lifelines.
func (l *Ladder) Header(width int, timeHead string) string {
	columns, left := l.Layout(width)
	row := make([]rune, width)
	for i := range row {
		row[i] = ' '
	}
	put := func(x int, s string) {
		for _, r := range s {
			if x >= 0 && x < width {
				row[x] = r
			}
			x++
		}
	}
	if width >= narrow {
		put(max(1, left-1-utf8.RuneCountInString(timeHead)), timeHead)
	}
	for i, h := range l.Hosts {
		put(columns[i]-utf8.RuneCountInString(h)/2, h)
	}
	return strings.TrimRight(string(row), " ")
}

// Text writes the whole ladder as lines of text.
func (l *Ladder) Text(opt DrawOptions) string {
	lines := append([]string{l.Header(opt.Width, "ms")}, l.Draw(opt).Lines()...)
	return strings.Join(lines, "\n") + "\n"
}
