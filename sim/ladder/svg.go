package ladder

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"netlab/sim/trace"
)

// SVGOptions choose how a ladder becomes a picture.
type SVGOptions struct {
	Title    string // what the picture shows: the name that a screen reader says
	Lost     string // the word for a lost packet, "LOST" if it is empty
	NotDrawn string // says how much time is left out, "{0} ms not drawn" if it is empty
	Marks    bool   // each part stands in a group that says its event: data-n
	Bare     bool   // without style sheet and white ground, for a page that colours it by the classes
	Heavy    bool   // strong lines and large letters, for projectors
	Narrow   bool   // lifelines as near to each other as the words allow: letters are larger where room is short
}

// A Scene is one of several pictures in one, with the line above it.
type Scene struct {
	Title  string
	Ladder *Ladder
}

// SVG draws the ladder as a picture that stands alone: no script, no outside font or
// file, readable in black and white. What is lost ends in a cross and a word, what is sent
// again is dashed, what nobody has sent is dotted, states are bold.
//
// A bare picture takes the colour of the page's text (currentColor). Its parts have these
// classes, below the class ladder of the svg element, so that a page's CSS reaches each:
//
//	ground   rect  behind everything; not in a bare picture
//	title    text  above a scene
//	host     text  a lifeline's name
//	life     line  a lifeline
//	break    line  its broken ends, where time is left out
//	omitted  text  how much is left out
//	time     text  at the left edge
//	state    text  beside a lifeline: the state that it enters
//	call     text  beside a lifeline: a call, what it returned, a timer
//	arrow    line  a segment's way; a path where a host sends to itself
//	again    line  with arrow: a retransmission
//	stray    line  with arrow: nobody in the trace has sent it
//	head     path  an arrow's head
//	label    text  what the segment carries; shortened where words would lie over
//	               words, and then whole in the arrow's title
//	cross    path  where a packet was lost
//	lost     text  and the word for it
func (l *Ladder) SVG(opt SVGOptions) string { return Stack([]Scene{{Ladder: l}}, opt) }

// Stack draws pictures one below another, as one.
func Stack(scenes []Scene, opt SVGOptions) string {
	width, height := 0.0, 0.0
	var sheets []*sheet
	for i, scene := range scenes {
		if i > 0 {
			height += sceneGap
		}
		s := newSheet(scene, opt, height)
		s.place()
		sheets = append(sheets, s)
		width, height = max(width, s.width), s.bottom
	}
	var b strings.Builder
	root := ""
	if opt.Bare {
		root = ` fill="currentColor" font-family="` + strings.ReplaceAll(fonts, `"`, "") + `"`
	}
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" class="ladder" viewBox="0 0 %[1]s %[2]s" width="%[1]s" height="%[2]s" role="img"%[3]s>`+"\n", num(width), num(height), root)
	fmt.Fprintf(&b, "<title>%s</title>\n<desc>%s</desc>\n", escape(opt.Title), escape(describe(sheets)))
	if !opt.Bare {
		b.WriteString("<style>" + styleSheet(opt.Heavy) + "</style>\n")
		fmt.Fprintf(&b, `<rect class="ground" width="%s" height="%s"/>`+"\n", num(width), num(height))
	}
	for _, s := range sheets {
		s.write(&b)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// A look is how the parts of a class are drawn.
type look struct {
	size   float64 // of letters
	weight string  // of letters
	stroke float64 // width of a line
	dash   string
	color  string
	halo   bool // letters keep strokes off
}

const (
	ink, faint, alarm = "#111", "#444", "#b00020"
	fonts             = `Helvetica,Arial,"Liberation Sans","DejaVu Sans","Noto Sans CJK SC","Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif`
)

var looks = map[string]look{
	"title":       {size: 18, weight: "bold", color: ink},
	"host":        {size: 17, weight: "bold", color: ink},
	"life":        {stroke: 2.2, color: ink},
	"break":       {stroke: 2.2, color: ink},
	"omitted":     {size: 13, color: faint, halo: true},
	"time":        {size: 13, color: faint},
	"state":       {size: 15, weight: "bold", color: ink, halo: true},
	"call":        {size: 13, color: "#333", halo: true},
	"arrow":       {stroke: 1.8, color: ink},
	"arrow again": {stroke: 1.8, dash: "8 4", color: ink},
	"arrow stray": {stroke: 1.8, dash: "2 4", color: ink},
	"head":        {color: ink},
	"label":       {size: 15, color: ink, halo: true},
	"cross":       {stroke: 3, color: alarm},
	"lost":        {size: 13, weight: "bold", color: alarm, halo: true},
}

// classes are the names of looks, in the order of the style sheet.
var classes = []string{"title", "host", "life", "break", "omitted", "time", "state", "call", "arrow", "arrow again", "arrow stray", "head", "label", "cross", "lost"}

// heavier is how much larger everything but the distances is on a projector.
const heavier = 1.45

func scale(heavy bool) float64 {
	if heavy {
		return heavier
	}
	return 1
}

// styleSheet says the looks as CSS. Every rule begins with the class of the picture: in a page
// it must not reach what is not the picture's.
func styleSheet(heavy bool) string {
	k := scale(heavy)
	var b strings.Builder
	b.WriteString(".ladder text{font-family:" + fonts + "}.ladder .ground{fill:#fff}")
	for _, class := range classes {
		c := looks[class]
		fmt.Fprintf(&b, ".ladder .%s{", strings.ReplaceAll(class, " ", "."))
		if c.size > 0 {
			fmt.Fprintf(&b, "font-size:%spx;", num(c.size*k))
		}
		if c.weight != "" {
			b.WriteString("font-weight:" + c.weight + ";")
		}
		if c.halo {
			fmt.Fprintf(&b, "paint-order:stroke;stroke:#fff;stroke-width:%spx;stroke-linejoin:round;", num(3*k))
		}
		if c.stroke == 0 {
			b.WriteString("fill:" + c.color + "}")
			continue
		}
		fmt.Fprintf(&b, "fill:none;stroke:%s;stroke-width:%s", c.color, num(c.stroke*k))
		if c.dash != "" {
			b.WriteString(";stroke-dasharray:" + c.dash)
		}
		b.WriteString("}")
	}
	return b.String()
}

// attributes are an element's class and, in a bare picture, what it needs without a style sheet.
func (s *sheet) attributes(class string) string {
	out := ` class="` + class + `"`
	if !s.opt.Bare {
		return out
	}
	c := looks[class]
	if c.size > 0 {
		out += ` font-size="` + num(c.size*s.k) + `"`
	}
	if c.weight != "" {
		out += ` font-weight="` + c.weight + `"`
	}
	if c.stroke > 0 {
		out += ` fill="none" stroke="currentColor" stroke-width="` + num(c.stroke*s.k) + `"`
	}
	if c.dash != "" {
		out += ` stroke-dasharray="` + c.dash + `"`
	}
	return out
}

// write writes the parts: lines first, so that no line covers a word.
func (s *sheet) write(b *strings.Builder) {
	group := func(n int, part string) {
		if s.opt.Marks && n > 0 {
			part = `<g data-n="` + strconv.Itoa(n) + `">` + part + "</g>"
		}
		b.WriteString(part + "\n")
	}
	s.lifelines(b)
	for i := range s.l.Arrows {
		a, full := &s.l.Arrows[i], ""
		if s.short[keyOf(a, "label")] {
			full = "<title>" + escape(a.Label) + "</title>"
		}
		group(a.Event, s.arrow(a, full))
	}
	for _, t := range s.texts {
		if t.event == 0 || s.shown[t.key] {
			group(t.event, s.text(t))
		}
	}
}

func (s *sheet) text(t label) string {
	anchor, turn := "", ""
	if t.anchor != "start" {
		anchor = ` text-anchor="` + t.anchor + `"`
	}
	if t.angle != 0 {
		turn = ` transform="rotate(` + strconv.FormatFloat(t.angle, 'f', 2, 64) + " " + num(t.x) + " " + num(t.y) + `)"`
	}
	return fmt.Sprintf(`<text%s x="%s" y="%s"%s%s>%s</text>`, s.attributes(t.class), num(t.x), num(t.y), anchor, turn, escape(t.text))
}

// lifelines draws the lines of the hosts, broken where time is left out.
func (s *sheet) lifelines(b *strings.Builder) {
	line := func(class string, x0, y0, x1, y1 float64) {
		fmt.Fprintf(b, `<line%s x1="%s" y1="%s" x2="%s" y2="%s"/>`, s.attributes(class), num(x0), num(y0), num(x1), num(y1))
	}
	gap := 6 * s.k
	for i := range s.l.Hosts {
		x, from := s.x(i), s.lifeTop()
		for _, k := range s.l.Breaks {
			y := s.y(k.Row)
			line("life", x, from, x, y-gap)
			line("break", x-gap, y-gap/2, x+gap, y-gap*3/2)
			line("break", x-gap, y+gap*3/2, x+gap, y+gap/2)
			from = y + gap
		}
		line("life", x, from, x, s.bottom-10)
		b.WriteString("\n")
	}
}

// arrow draws a segment's way: the line, and at its end a head, a cross or nothing. full says
// in a title what there is no room for.
func (s *sheet) arrow(a *Arrow, full string) string {
	x0, y0, x1, y1 := s.ends(a)
	class := "arrow"
	switch {
	case a.Stray:
		class = "arrow stray"
	case a.Again:
		class = "arrow again"
	}
	if x0 == x1 { // to itself
		out := fmt.Sprintf(`<path%s d="M%s %s h%s V%s h-%[4]s"/>`, s.attributes(class), num(x0), num(y0), num(30*s.k), num(y1))
		if a.Part == 1 && !a.Lost {
			out += s.head(x0, y1, math.Pi)
		}
		return out
	}
	part := a.Part
	if a.Lost {
		part = 0.5
	}
	ex, ey := x0+(x1-x0)*part, y0+(y1-y0)*part
	if a.Stray {
		x0, y0 = (x0+x1)/2, (y0+y1)/2
	}
	angle := math.Atan2(y1-y0, x1-x0)
	whole := a.Part == 1 && !a.Lost
	tx, ty := ex, ey
	if whole { // the line ends inside the head, whose point is sharp
		tx, ty = ex-8*s.k*math.Cos(angle), ey-8*s.k*math.Sin(angle)
	}
	out := fmt.Sprintf(`<line%s x1="%s" y1="%s" x2="%s" y2="%s">%s</line>`, s.attributes(class), num(x0), num(y0), num(tx), num(ty), full)
	switch {
	case whole:
		out += s.head(ex, ey, angle)
	case a.Lost:
		d := 7 * s.k
		out += fmt.Sprintf(`<path%s d="M%s %sL%s %sM%[2]s %[5]sL%[4]s %[3]s"/>`, s.attributes("cross"), num(ex-d), num(ey-d), num(ex+d), num(ey+d))
	}
	return out
}

// head is an arrow's head with its point at x, y.
func (s *sheet) head(x, y, angle float64) string {
	length, half := 13*s.k, 5*s.k
	bx, by := x-length*math.Cos(angle), y-length*math.Sin(angle)
	nx, ny := -half*math.Sin(angle), half*math.Cos(angle)
	return fmt.Sprintf(`<path%s d="M%s %sL%s %sL%s %sz"/>`, s.attributes("head"), num(x), num(y), num(bx+nx), num(by+ny), num(bx-nx), num(by-ny))
}

// mostDescribed bounds the description of a long run.
const mostDescribed = 60

// describe says the picture in a line, for those who cannot see it.
func describe(sheets []*sheet) string {
	var b strings.Builder
	n := 0
	for _, s := range sheets {
		for i := range s.l.Arrows {
			a := &s.l.Arrows[i]
			if n++; n > mostDescribed {
				return b.String() + " …"
			}
			if n > 1 {
				b.WriteString("; ")
			}
			b.WriteString(s.l.Hosts[a.From] + " → " + s.l.Hosts[a.To] + " " + a.Label)
			if a.Lost {
				b.WriteString(" ✗ " + s.lostWord())
			}
		}
	}
	return b.String()
}

func (s *sheet) lostWord() string {
	if s.opt.Lost != "" {
		return s.opt.Lost
	}
	return "LOST"
}

func (s *sheet) omittedWord(k Break) string {
	if s.opt.NotDrawn != "" {
		return strings.ReplaceAll(s.opt.NotDrawn, "{0}", trace.Ms(k.Omitted))
	}
	return trace.Ms(k.Omitted) + " ms not drawn"
}

// num writes a measure with one decimal where it has one.
func num(f float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(f, 'f', 1, 64), ".0")
}

// escape writes a text as XML: what XML cannot hold is left out.
func escape(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}
