package ladder

import (
	"strconv"
	"strings"
	"time"
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
	Unicode  bool // lines and heads outside ASCII; every glyph is one column wide
	Selected int  // N of the event whose arrow or tag is highlighted; 0: none
	Heavy    bool // strong lifelines, for projectors
}

// Lines returns the picture as text, without blanks at the ends.
func (p Picture) Lines() []string {
	lines := make([]string, len(p))
	var b strings.Builder
	for i, row := range p {
		b.Reset()
		for _, c := range row {
			b.WriteRune(c.Rune)
		}
		lines[i] = strings.TrimRight(b.String(), " ")
	}
	return lines
}

// A pen draws on a picture.
type pen struct {
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

// Draw draws the ladder on a grid of cells.
func (l *Ladder) Draw(opt DrawOptions) Picture {
	g := asciiGlyphs
	if opt.Unicode {
		g = unicodeGlyphs
	}
	d := &pen{opt: opt, glyphs: g}
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
		if s := shortTime(m.Time); s != said { // one label for what happens together
			d.text(m.Row, max(1, d.left-1-utf8.RuneCountInString(s)), s, StyleTime)
			said = s
		}
	}
	for i := range l.Arrows {
		d.arrow(&l.Arrows[i], l.Flat)
	}
	for _, t := range l.Tags {
		d.tag(t)
	}
	for i := range l.Arrows {
		d.label(&l.Arrows[i], l.Flat)
	}
	for _, b := range l.Breaks {
		d.gap(b)
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
		x++
	}
}

// shortTime writes milliseconds with one decimal, or seconds when they are many.
func shortTime(t time.Duration) string {
	switch ms := float64(t) / 1e6; {
	case ms >= 100_000:
		return strconv.FormatFloat(ms/1e3, 'f', 0, 64) + "s"
	case ms >= 1000:
		return strconv.FormatFloat(ms, 'f', 0, 64)
	case ms < 10 && ms > 0 && t%(100*time.Microsecond) != 0:
		return strconv.FormatFloat(ms, 'f', 3, 64)
	default:
		return strconv.FormatFloat(ms, 'f', 1, 64)
	}
}

func (d *pen) gap(b Break) {
	for _, x := range d.columns {
		d.set(b.Row, x, d.glyphs.gap, StyleLine)
	}
	s := trace.Ms(b.Omitted) + " ms not drawn"
	d.text(b.Row, max(1, d.left-5), "::::", StyleTime)
	if len(d.columns) > 1 {
		mid := (d.columns[0] + d.columns[len(d.columns)-1]) / 2
		d.text(b.Row, mid-len(s)/2, s, StyleTime)
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
	if utf8.RuneCountInString(full) <= room {
		return full
	}
	if state, ok := wire.ParseState(t.Text); ok && t.State {
		return state.Short()
	}
	return t.Text
}

func cut(s string, room int) string {
	r := []rune(s)
	if len(r) > max(0, room) {
		return string(r[:max(0, room)])
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
	if a.Lost {
		row := a.Start
		if !flat {
			row += (a.End - a.Start + 1) / 2
		}
		row = min(row, a.End)
		d.set(row, x0+step*(drawn+1), d.glyphs.lost, StyleLost)
		word := "LOST"
		x := x0 + step*(drawn+3)
		if step < 0 {
			x -= len(word) - 1
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

// label writes what the arrow carries where there is room: in one piece beside
// the stroke, else in two, else only the first word.
func (d *pen) label(a *Arrow, flat bool) {
	style := StyleLabel
	if d.arrowStyle(a) == StyleSelected {
		style = StyleSelected
	}
	lo, hi := min(d.columns[a.From], d.columns[a.To])+1, max(d.columns[a.From], d.columns[a.To])-1
	if flat {
		s := " " + cut(a.Label, hi-lo-4) + " "
		d.text(a.Start, lo+(hi-lo-utf8.RuneCountInString(s))/2, s, style)
		return
	}
	for _, pieces := range labelPieces(a.Label) {
		if d.tryLabel(a, pieces, lo, hi, style) || (len(pieces) == 1 && d.labelAbove(a, pieces[0], lo, hi, style)) {
			return
		}
	}
}

// labelAbove writes a label on the row above the arrow's start, at the sender's
// side: where two arrows cross there is no other room.
func (d *pen) labelAbove(a *Arrow, text string, lo, hi int, style Style) bool {
	n := utf8.RuneCountInString(text)
	x := lo + 1
	if (a.To < a.From) != a.Stray { // a stray one has no sender: its receiver's side
		x = hi - n
	}
	for row := a.Start - 1; row >= max(0, a.Start-crossingRows); row-- {
		if x > lo && x+n <= hi && d.free(row, x-1, n+2) {
			d.text(row, x, text, style)
			return true
		}
	}
	return false
}

// labelPieces lists the ways to write a label, the best first: in one piece, in
// two ("PSH,ACK seq=101" and "ack=301 len=5", or "FIN,ACK" and the numbers), or
// only its first word.
func labelPieces(s string) [][]string {
	ways := [][]string{{s}}
	if i := strings.Index(s, " ack="); i > 0 {
		ways = append(ways, []string{s[:i], s[i+1:]})
	}
	if i := strings.Index(s, " "); i > 0 {
		ways = append(ways, []string{s[:i], s[i+1:]}, []string{s[:i]})
	}
	return ways
}

// tryLabel writes the pieces on the rows of an arrow, if there is room for all:
// the first after the stroke on the row where it starts, the others on the rows
// below at the sender's side, where no other label is looked for.
func (d *pen) tryLabel(a *Arrow, pieces []string, lo, hi int, style Style) bool {
	type spot struct{ row, x int }
	spots := make([]spot, len(pieces))
	row := a.Start
	for i, piece := range pieces {
		n := utf8.RuneCountInString(piece)
		found := false
		for ; row <= a.End && row < len(d.p) && !found; row++ {
			first, last := d.ownStroke(a, row)
			after, before := last+2, lo+1
			if a.To < a.From {
				after, before = first-1-n, hi-n
			}
			if a.Stray { // where it came from nobody has seen: the label stands there
				if after = first - 1 - n; a.To < a.From {
					after = last + 2
				}
			}
			x := before
			if i == 0 && row == a.Start {
				x = after
			}
			if x > lo && x+n <= hi && d.free(row, x-1, n+2) {
				spots[i], found = spot{row, x}, true
			}
		}
		if !found {
			return false
		}
	}
	for i, piece := range pieces {
		d.text(spots[i].row, spots[i].x, piece, style)
	}
	return true
}

// ownStroke returns the columns that the arrow's own stroke takes on a row.
func (d *pen) ownStroke(a *Arrow, row int) (first, last int) {
	x0, x1 := d.columns[a.From], d.columns[a.To]
	n, rows := abs(x1-x0)-1, a.End-a.Start+1
	from, to := ((row-a.Start)*n+rows-1)/rows, ((row-a.Start+1)*n+rows-1)/rows
	if a.Stray {
		from = max(from, n/2)
	}
	if a.Lost {
		to = min(to, n/2+6) // the mark and the word LOST
	}
	if x1 > x0 {
		return x0 + 1 + from, x0 + to
	}
	return x0 - to, x0 - 1 - from
}

func (d *pen) free(row, x, n int) bool {
	for i := x; i < x+n; i++ {
		if i < 0 || i >= d.opt.Width || d.p[row][i].Rune != ' ' {
			return false
		}
	}
	return true
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
	put(max(1, left-1-utf8.RuneCountInString(timeHead)), timeHead)
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
