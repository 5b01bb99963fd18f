package ladder

import (
	"math"
	"strings"
)

// Measures of the picture, in its own units; letters and rows grow with a sheet's scale.
const (
	rowHeight  = 26
	headRoom   = 56 // above the first row: the hosts' names
	titleRoom  = 34 // above that: the scene's title
	footRoom   = 28
	sceneGap   = 24
	edge       = 8  // what stays free at the left and right
	beside     = 12 // between a lifeline and its words
	leastSpan  = 540
	closeSpan  = 400 // of three and more hosts
	leastRight = 110
)

// A label is a text with its place: x and y are the anchor's, on the base line.
type label struct {
	class, anchor, text string
	x, y, angle         float64 // degrees
	event               int     // 0: it is always shown
	key                 key
}

// A key tells what a label belongs to: an event may have several arrows.
type key struct {
	event, arrival, line int
	text                 string
}

func keyOf(a *Arrow, what string) key { return key{a.Event, a.Arrival, a.To, what} }

// A sheet lays out one scene. The places come from the whole run, so that stepping moves
// nothing; what has not happened yet is laid out and left out.
type sheet struct {
	l                 *Ladder
	title             string
	opt               SVGOptions
	k                 float64
	top, bottom       float64
	left, span, width float64
	texts             []label
	shown             map[key]bool
	short             map[key]bool // labels that are not written in full
	placed            index        // the boxes of words
	strokes           index
}

func newSheet(scene Scene, opt SVGOptions, top float64) *sheet {
	s := &sheet{l: scene.Ladder, title: scene.Title, opt: opt, k: scale(opt.Heavy), shown: map[key]bool{}, short: map[key]bool{}}
	s.top = top + headRoom*s.k
	if s.title != "" {
		s.top += titleRoom * s.k
	}
	s.bottom = s.top + rowHeight*s.k*float64(s.l.Rows) + footRoom*s.k
	s.measure()
	s.placed, s.strokes = newIndex(rowHeight*s.k), newIndex(rowHeight*s.k)
	return s
}

// measure finds how far apart the lifelines must be, and the room at both sides.
func (s *sheet) measure() {
	times, leftTags, rightTags, middleTags, carried := s.widthOf("time", "ms"), 0.0, 0.0, 0.0, 0.0
	last := len(s.l.Hosts) - 1
	for _, m := range s.l.all.marks {
		times = max(times, s.widthOf("time", shortTime(m.Time)))
	}
	for _, t := range s.l.all.tags {
		w := s.widthOf(tagClass(t), t.widest())
		switch t.Line {
		case 0:
			leftTags = max(leftTags, w)
		case last:
			rightTags = max(rightTags, w)
		default:
			middleTags = max(middleTags, w)
		}
	}
	for i := range s.l.all.arrows {
		a := &s.l.all.arrows[i]
		carried = max(carried, s.widthOf("label", a.Label)/float64(max(1, abs(a.To-a.From))))
	}
	least := leastSpan * math.Sqrt(s.k)
	if last > 1 {
		least = closeSpan * math.Sqrt(s.k)
		carried += middleTags / 2
	}
	free := 60 * s.k // of an arrow, beside its label
	if s.opt.Narrow {
		least, free = 0, 30*s.k
		if last > 1 { // labels may be shortened: their arrows say the rest
			carried = min(carried, 180*s.k)
		}
	}
	for _, k := range s.l.all.breaks {
		carried = max(carried, s.widthOf("omitted", s.omittedWord(k)))
	}
	names := 0.0
	for _, h := range s.l.Hosts {
		names = max(names, s.widthOf("host", h))
	}
	s.span = max(least, carried+free, names+20*s.k)
	s.left = max(edge+times+beside*s.k+leftTags+beside*s.k, names/2+times+2*edge)
	s.width = s.left + s.span*float64(max(1, last)) + max(leastRight, beside*s.k+rightTags+edge, names/2+edge)
	s.width = max(s.width, s.widthOf("title", s.title)+2*edge)
}

// widest is the tag's text as wide as it can be in any step: an answer is hidden behind ???.
func (t Tag) widest() string {
	if textWidth(t.full, 1, false) > textWidth(t.Text, 1, false) {
		return t.full
	}
	return t.Text
}

func (s *sheet) x(line int) float64 { return s.left + s.span*float64(line) }
func (s *sheet) y(row int) float64  { return s.top + rowHeight*s.k*float64(row) }
func (s *sheet) lifeTop() float64   { return s.top - 16*s.k }
func (s *sheet) down(class string) float64 { // from the middle of a line to its base line
	return looks[class].size * s.k * 0.34
}

// ends are where an arrow's line begins and would end if nothing stopped it.
func (s *sheet) ends(a *Arrow) (x0, y0, x1, y1 float64) {
	x0, y0, x1, y1 = s.x(a.From), s.y(a.Start), s.x(a.To), s.y(a.End+1+a.free)
	switch {
	case s.l.Flat:
		y1 = y0
	case a.Lost: // its last row is that of the loss, half-way: it would have gone on as steeply
		y1 = y0 + 2*(y1-y0)
	}
	return x0, y0, x1, y1
}

// place finds a place for every word: first those that have no choice.
func (s *sheet) place() {
	all := &s.l.all
	for i := range s.l.Arrows {
		a := &s.l.Arrows[i]
		s.shown[keyOf(a, "label")] = true
		s.shown[keyOf(a, "lost")] = a.Lost
	}
	for _, t := range s.l.Tags {
		s.shown[key{t.Event, 0, t.Line, t.Text}] = true
	}
	if s.title != "" {
		s.put(label{class: "title", anchor: "start", text: s.title, x: edge, y: s.top - (headRoom+titleRoom-24)*s.k})
	}
	for i, h := range s.l.Hosts {
		s.put(label{class: "host", anchor: "middle", text: h, x: s.x(i), y: s.top - 26*s.k})
	}
	s.times()
	for i := range all.arrows {
		a := &all.arrows[i]
		x0, y0, x1, y1 := s.ends(a)
		if a.Lost {
			x1, y1 = (x0+x1)/2, (y0+y1)/2
		}
		s.strokes.add(stroke(x0, y0, x1, y1, i))
	}
	for _, k := range s.l.Breaks {
		s.put(label{class: "omitted", anchor: "middle", text: s.omittedWord(k), x: (s.x(0) + s.x(1)) / 2, y: s.y(k.Row) + s.down("omitted")})
	}
	for _, t := range all.tags {
		s.tag(t)
	}
	for i := range all.arrows {
		s.cross(&all.arrows[i])
	}
	for i := range all.arrows {
		s.lost(&all.arrows[i])
	}
	for i := range all.arrows {
		s.label(i)
	}
}

// times writes what the clock says at the left edge, once for what happens together.
func (s *sheet) times() {
	if len(s.l.Marks) == 0 {
		return
	}
	s.put(label{class: "time", anchor: "start", text: "ms", x: edge, y: s.top - 26*s.k})
	said := ""
	for _, m := range s.l.Marks {
		if text := shortTime(m.Time); text != said {
			s.put(label{class: "time", anchor: "start", text: text, x: edge, y: s.y(m.Row) + s.down("time")})
			said = text
		}
	}
}

func (s *sheet) put(t label) {
	s.texts = append(s.texts, t)
	s.placed.add(s.boxOf(t))
}

// A way is a place that a text can have, and what it costs before one looks at what is there.
type way struct {
	label
	cost float64
	off  float64 // of a label: from its arrow to the middle of its letters
}

// best puts the way of writing a text that costs least. Not to write it is a way too.
func (s *sheet) best(ways []way, more func(w *way, b box) float64) label {
	at, least := 0, math.Inf(1)
	for i := range ways {
		w := &ways[i]
		if w.cost >= least {
			continue
		}
		c := w.cost
		if w.text != "" {
			b := s.boxOf(w.label)
			if c += more(w, b); c < least {
				c += overlapCost*float64(s.placed.hits(b, -1, 1)) + s.outside(b)
			}
		}
		if c < least {
			at, least = i, c
		}
	}
	if ways[at].text != "" {
		s.put(ways[at].label)
	}
	return ways[at].label
}

// What a place costs: words over words are the worst.
const (
	overlapCost = 1000
	silenceCost = 900
	beyondCost  = 300
	shortCost   = 60
	strokeCost  = 25
	mostStrokes = silenceCost / strokeCost
)

func (s *sheet) outside(b box) float64 {
	x0, y0, x1, y1 := b.bounds()
	if x0 < 0 || y0 < 0 || x1 > s.width || y1 > s.bottom {
		return overlapCost
	}
	return 0
}

// tag writes a state or a call: left of the first lifeline, right of the last, and of those
// between on the side where fewer arrows pass.
func (s *sheet) tag(t Tag) {
	w := label{class: tagClass(t), anchor: "start", text: t.Text, x: s.x(t.Line) + beside*s.k, event: t.Event, key: key{t.Event, 0, t.Line, t.Text}}
	w.y = s.y(t.Row) + s.down(w.class)
	if t.Text == "" {
		return
	}
	left := w
	left.anchor, left.x = "end", s.x(t.Line)-beside*s.k
	switch t.Line {
	case 0:
		s.put(left)
	case len(s.l.Hosts) - 1:
		s.put(w)
	default:
		s.best([]way{{label: w}, {label: left, cost: 1}}, func(_ *way, b box) float64 { return strokeCost * float64(s.strokes.hits(b, -1, mostStrokes)) })
	}
}

// cross keeps words off the mark of a lost packet.
func (s *sheet) cross(a *Arrow) {
	if a.Lost {
		x0, y0, x1, y1 := s.ends(a)
		s.placed.add(box{x: (x0 + x1) / 2, y: (y0 + y1) / 2, w: 8 * s.k, h: 8 * s.k, cos: 1})
	}
}

// lost writes the word beside the cross.
func (s *sheet) lost(a *Arrow) {
	if !a.Lost {
		return
	}
	x0, y0, x1, y1 := s.ends(a)
	x, y, d := (x0+x1)/2, (y0+y1)/2, 8*s.k
	w := label{class: "lost", text: s.lostWord(), event: a.Event, key: keyOf(a, "lost")}
	ahead, back := w, w
	ahead.anchor, ahead.x, ahead.y = "start", x+2*d, y+s.down("lost")
	back.anchor, back.x, back.y = "end", x-2*d, y+s.down("lost")
	if x1 < x0 {
		ahead, back = back, ahead
	}
	below, above := w, w
	below.anchor, below.x, below.y = "middle", x, y+3*d
	above.anchor, above.x, above.y = "middle", x, y-1.6*d
	none := w
	none.text = ""
	s.best([]way{{ahead, 0, 0}, {below, 10, 0}, {above, 20, 0}, {back, 30, 0}, {none, silenceCost, 0}}, func(_ *way, b box) float64 { // the cross says it too
		return strokeCost * float64(s.strokes.hits(b, -1, mostStrokes))
	})
}

// label writes what a segment carries along its arrow: near the middle, or where arrows
// that cross or fan out are apart; above the line, or below.
func (s *sheet) label(n int) {
	a := &s.l.all.arrows[n]
	if a.Label == "" {
		return
	}
	w := label{class: "label", anchor: "middle", text: a.Label, event: a.Event, key: keyOf(a, "label")}
	x0, y0, x1, y1 := s.ends(a)
	if x0 == x1 {
		w.anchor, w.x, w.y = "start", x0+40*s.k, (y0+y1)/2+s.down("label")
		s.put(w)
		return
	}
	if x1 < x0 { // read from left to right all the same
		x0, y0, x1, y1 = x1, y1, x0, y0
	}
	ways := s.along(a, w, x0, y0, x1, y1)
	w.text = "" // better nothing than words over words
	put := s.best(append(ways, way{label: w, cost: silenceCost}), func(w *way, b box) float64 {
		c := strokeCost * float64(s.strokes.hits(b.reaching(w.off), n, mostStrokes))
		for line := min(a.From, a.To) + 1; line < max(a.From, a.To); line++ { // a lifeline between
			if x, _, right, _ := b.bounds(); x < s.x(line) && s.x(line) < right {
				c += strokeCost / 2
			}
		}
		return c
	})
	s.short[w.key] = put.text != a.Label
}

// along lists the places for a label, from one end of its arrow (on the left) to the other.
func (s *sheet) along(a *Arrow, w label, x0, y0, x1, y1 float64) (ways []way) {
	want := s.wanted(a)
	length, angle := math.Hypot(x1-x0, y1-y0), math.Atan2(y1-y0, x1-x0)
	w.angle = angle * 180 / math.Pi
	for short, words := range shorter(a.Label) {
		w.text = words
		half := s.widthOf("label", words) / 2 / length
		first := min(0.5, half+10*s.k/length)
		for _, far := range []float64{0, 1} {
			for side, off := range []float64{-6 - 7*far, 15 + 5*far} {
				for step := range 2*labelSteps + 1 {
					at := first + (1-2*first)*float64(step)/(2*labelSteps)
					w.x = x0 + (x1-x0)*at - math.Sin(angle)*off*s.k
					w.y = y0 + (y1-y0)*at + math.Cos(angle)*off*s.k
					cost := 60*math.Abs(at-want) + 6*float64(side) + 12*far + shortCost*float64(short)
					if a.Lost && (a.To > a.From && at+half > 0.5 || a.To < a.From && at-half < 0.5) {
						cost += beyondCost // where it never came
					}
					ways = append(ways, way{w, cost, (off - 0.34*looks["label"].size) * s.k})
				}
			}
		}
	}
	return ways
}

// shorter lists a label and what of it says most where there is no room for all.
func shorter(text string) []string {
	out := []string{text}
	if ack := strings.Index(text, " ack="); ack > 0 && strings.HasPrefix(text, "ACK ") && !strings.Contains(text, "len=") {
		out = append(out, "ACK"+text[ack:]) // of a pure ACK what it acknowledges
	}
	for _, pieces := range labelPieces(text)[1:] {
		if len(pieces) == 1 {
			out = append(out, pieces[0])
		}
	}
	return out
}

// labelSteps are how many places are tried from one end of an arrow to its middle.
const labelSteps = 10

// wanted is where on its way, from left to right, an arrow's label stands best.
func (s *sheet) wanted(a *Arrow) float64 {
	at := 0.42
	switch {
	case a.Lost:
		at = 0.27
	case a.Stray:
		at = 0.75
	case s.l.fans(a):
		at = 0.68
	}
	if a.To < a.From {
		at = 1 - at
	}
	return at
}

// fans reports whether another arrow leaves from the same point in the same direction.
func (l *Ladder) fans(a *Arrow) bool {
	return l.all.from[a.Event] > 1
}
