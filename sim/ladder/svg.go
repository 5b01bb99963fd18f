package ladder

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"netlab/sim/trace"
)

// Measures of the SVG picture, in its own units.
const (
	svgRow    = 26
	svgTop    = 56
	svgLeft   = 190
	svgRight  = 190
	svgSpan   = 540
	svgBottom = 28
)

// SVG draws the ladder as a picture of its own: no script, no outside font,
// readable in black and white.
func (l *Ladder) SVG(title string) string { return l.svg(title, false) }

// svg draws the picture; with marks, each part says to which event it belongs.
func (l *Ladder) svg(title string, marks bool) string {
	group := func(n int, part func()) { part() }
	var b strings.Builder
	if marks {
		group = func(n int, part func()) {
			fmt.Fprintf(&b, `<g data-n="%d">`, n)
			part()
			b.WriteString("</g>\n")
		}
	}
	lines := max(1, len(l.Hosts)-1)
	width := svgLeft + svgSpan*lines + svgRight
	height := svgTop + svgRow*l.Rows + svgBottom
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">`+"\n", width, height, width, height, escape(title))
	b.WriteString(`<style>text{font:15px "DejaVu Sans","Noto Sans CJK SC","Noto Sans SC","Microsoft YaHei",sans-serif;fill:#111}` +
		`.t{font-size:13px;fill:#555}.h{font-weight:bold;font-size:17px}.s{font-weight:bold}.c{font-size:13px;font-style:italic;fill:#333}` +
		`.l{paint-order:stroke;stroke:#fff;stroke-width:3px}line{stroke:#111;stroke-width:1.8}.life{stroke-width:2.2}` +
		`.again{stroke-dasharray:8 4}.gap{stroke:#fff;stroke-width:6}.x{font-size:22px;font-weight:bold;fill:#b00020}</style>` + "\n")
	b.WriteString(`<defs><marker id="head" viewBox="0 0 10 10" refX="10" refY="5" markerWidth="9" markerHeight="9" orient="auto"><path d="M0 1 10 5 0 9z" fill="#111"/></marker></defs>` + "\n")
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", width, height)
	x := func(line int) int { return svgLeft + svgSpan*line }
	y := func(row int) int { return svgTop + svgRow*row }
	for i, h := range l.Hosts {
		fmt.Fprintf(&b, `<text class="h" x="%d" y="30" text-anchor="middle">%s</text><line class="life" x1="%d" y1="40" x2="%d" y2="%d"/>`+"\n", x(i), escape(h), x(i), x(i), height-10)
	}
	for _, k := range l.Breaks {
		for i := range l.Hosts {
			fmt.Fprintf(&b, `<line class="gap" x1="%d" y1="%d" x2="%d" y2="%d"/>`, x(i)-8, y(k.Row)+4, x(i)+8, y(k.Row)-4)
		}
		fmt.Fprintf(&b, `<text class="t" x="%d" y="%d" text-anchor="middle">%s ms not drawn</text>`+"\n", (x(0)+x(lines))/2, y(k.Row)+5, trace.Ms(k.Omitted))
	}
	for _, m := range l.Marks {
		fmt.Fprintf(&b, `<text class="t" x="8" y="%d">%s</text>`+"\n", y(m.Row)+5, shortTime(m.Time))
	}
	for _, t := range l.Tags {
		class, anchor, tx := "c", "start", x(t.Line)+12
		if t.State {
			class = "s"
		}
		if t.Line == 0 {
			anchor, tx = "end", x(0)-12
		}
		group(t.Event, func() {
			fmt.Fprintf(&b, `<text class="%s" x="%d" y="%d" text-anchor="%s">%s</text>`+"\n", class, tx, y(t.Row)+5, anchor, escape(t.Text))
		})
	}
	for i := range l.Arrows {
		group(l.Arrows[i].Event, func() { l.svgArrow(&b, &l.Arrows[i], x, y) })
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func (l *Ladder) svgArrow(b *strings.Builder, a *Arrow, x, y func(int) int) {
	x0, y0, x1, y1 := float64(x(a.From)), float64(y(a.Start)), float64(x(a.To)), float64(y(a.End+1))
	if l.Flat {
		y1 = y0
	}
	part := a.Part
	if a.Lost {
		part = 0.5
	}
	ex, ey := x0+(x1-x0)*part, y0+(y1-y0)*part
	if a.Stray {
		x0, y0 = (x0+x1)/2, (y0+y1)/2
	}
	class, marker := "", ` marker-end="url(#head)"`
	if a.Again {
		class = ` class="again"`
	}
	if a.Lost || a.Part < 1 {
		marker = ""
	}
	fmt.Fprintf(b, `<line%s x1="%.0f" y1="%.0f" x2="%.0f" y2="%.0f"%s/>`, class, x0, y0, ex, ey, marker)
	if a.Lost {
		fmt.Fprintf(b, `<text class="x" x="%.0f" y="%.0f" text-anchor="middle">✗</text>`, ex, ey+7)
	}
	// The label lies along the arrow: near its middle, or in its first part, where
	// arrows that cross are still apart.
	length := math.Hypot(x1-x0, y1-y0)
	half := float64(utf8.RuneCountInString(a.Label)) * 4.1
	at := 0.42
	if l.crossed(a) {
		at = max(0.22, min(0.5, (half+14)/length))
	}
	if l.fans(a) { // several leave from one point: the labels go where the arrows are apart
		at = 0.68
	}
	lx, ly := x0+(x1-x0)*at, y0+(y1-y0)*at
	angle := math.Atan2(y1-y0, x1-x0) * 180 / math.Pi
	if x1 < x0 { // read from left to right all the same
		angle += 180
	}
	fmt.Fprintf(b, `<text class="l" x="%.0f" y="%.0f" dy="-6" text-anchor="middle" transform="rotate(%.2f %.0f %.0f)">%s</text>`+"\n", lx, ly, angle, lx, ly, escape(a.Label))
}

// fans reports whether another arrow leaves from the same point in the same direction.
func (l *Ladder) fans(a *Arrow) bool {
	for i := range l.Arrows {
		o := &l.Arrows[i]
		if o.Event == a.Event && o.To != a.To {
			return true
		}
	}
	return false
}

// crossed reports whether an arrow of the other direction crosses this one.
func (l *Ladder) crossed(a *Arrow) bool {
	for i := range l.Arrows {
		o := &l.Arrows[i]
		if o.From == a.To && o.To == a.From && o.Start <= a.End && a.Start <= o.End {
			return true
		}
	}
	return false
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}
