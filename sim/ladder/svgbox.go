package ladder

import (
	"math"
	"unicode"
)

// textWidth guesses how wide a text is: as wide as the widest of the fonts that are named
// makes it, a Chinese character as wide as it is high.
func textWidth(s string, size float64, bold bool) float64 {
	w := 0.0
	for _, r := range s {
		switch {
		case isWide(r):
			w++
		case r == ' ' || r == '.' || r == ',' || r == ':' || r == '\'' || r == '|' || r == '-':
			w += 0.37
		case r == '=' || r == '+' || r == '<' || r == '>' || r == '→' || r == 'm' || r == 'w' || r == 'M' || r == 'W':
			w += 0.87
		case unicode.IsUpper(r):
			w += 0.7
		default:
			w += 0.63
		}
	}
	if bold {
		w *= 1.1
	}
	return w * size
}

func (s *sheet) widthOf(class, text string) float64 {
	return textWidth(text, looks[class].size*s.k, looks[class].weight == "bold")
}

// A box is a rectangle that may be turned: its middle, half its width and height, and the
// direction of its width.
type box struct {
	x, y, w, h, cos, sin float64
	owner                int // of a stroke: which arrow; elsewhere 0
}

// boxOf is the room that a text takes.
func (s *sheet) boxOf(t label) box {
	size := looks[t.class].size * s.k
	w, h := s.widthOf(t.class, t.text)/2, size*0.52
	pad := 0.3 * size // words one behind the other want a blank between them
	along := 0.0
	switch t.anchor {
	case "start":
		along = w
	case "end":
		along = -w
	}
	sin, cos := math.Sincos(t.angle * math.Pi / 180)
	up := size * 0.34 // from the base line to the middle of the letters
	return box{x: t.x + along*cos + up*sin, y: t.y + along*sin - up*cos, w: w + pad, h: h, cos: cos, sin: sin}
}

// stroke is the room of a line.
func stroke(x0, y0, x1, y1 float64, owner int) box {
	sin, cos := math.Sincos(math.Atan2(y1-y0, x1-x0))
	return box{x: (x0 + x1) / 2, y: (y0 + y1) / 2, w: math.Hypot(x1-x0, y1-y0) / 2, h: 1, cos: cos, sin: sin, owner: owner}
}

// bounds is the upright rectangle around a box.
func (b box) bounds() (x0, y0, x1, y1 float64) {
	dx := math.Abs(b.w*b.cos) + math.Abs(b.h*b.sin)
	dy := math.Abs(b.w*b.sin) + math.Abs(b.h*b.cos)
	return b.x - dx, b.y - dy, b.x + dx, b.y + dy
}

// reaching is the box of a label together with the room up to its own arrow, which is off
// from its middle: no other arrow may lie between.
func (b box) reaching(off float64) box {
	const near = 2 // what the arrow itself takes
	far := math.Abs(off) + b.h
	shift := math.Copysign((far+near)/2, off) - off
	b.x -= b.sin * shift
	b.y += b.cos * shift
	b.h = max(1, (far-near)/2)
	return b
}

// overlaps reports whether two boxes share room: no direction of a side of either parts them.
func (b box) overlaps(o box) bool {
	return !b.parted(o) && !o.parted(b)
}

// parted reports whether a line along a side of b lies between the boxes.
func (b box) parted(o box) bool {
	dx, dy := o.x-b.x, o.y-b.y
	turn := math.Abs(b.cos*o.cos + b.sin*o.sin)
	across := math.Abs(b.sin*o.cos - b.cos*o.sin)
	return math.Abs(dx*b.cos+dy*b.sin) >= b.w+o.w*turn+o.h*across ||
		math.Abs(dy*b.cos-dx*b.sin) >= b.h+o.w*across+o.h*turn
}

// An index finds the boxes near a place without looking at all of them.
type index struct {
	step float64
	rows map[int][]entry
}

// An entry is a box with what is around it, so that most others are passed over quickly.
type entry struct {
	box
	x0, y0, x1, y1 float64
	first          int // the first row in which it is entered
}

func newIndex(step float64) index { return index{step, map[int][]entry{}} }

func (n index) row(y float64) int { return int(math.Floor(y / n.step)) }

func (n index) add(b box) {
	e := entry{box: b}
	e.x0, e.y0, e.x1, e.y1 = b.bounds()
	e.first = n.row(e.y0)
	for r := e.first; r <= n.row(e.y1); r++ {
		n.rows[r] = append(n.rows[r], e)
	}
}

// hits counts the boxes that overlap one, those of an owner left out, and counts no further
// than most.
func (n index) hits(b box, but, most int) (count int) {
	x0, y0, x1, y1 := b.bounds()
	from := n.row(y0)
	for r := from; r <= n.row(y1); r++ {
		for i := range n.rows[r] {
			e := &n.rows[r][i]
			if r != max(from, e.first) || e.owner == but || e.x1 <= x0 || x1 <= e.x0 || e.y1 <= y0 || y1 <= e.y0 || !b.overlaps(e.box) {
				continue
			}
			if count++; count >= most {
				return count
			}
		}
	}
	return count
}

func tagClass(t Tag) string {
	if t.State {
		return "state"
	}
	return "call"
}
