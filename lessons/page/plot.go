package page

import (
	"fmt"
	"html"
	"strings"
	"time"

	"netlab/lessons/course"
	"netlab/sim/trace"
)

// Measures of a plot, in its own units.
const (
	plotWidth  = 640
	plotHeight = 240
	plotLeft   = 60
	plotBottom = 30
	plotTop    = 30
)

// infinite is where a threshold begins that is not drawn.
const infinite = 1 << 30

// plot draws curves over the time of a whole run: a value holds until the next one. Curves are
// told apart by their dashes, not only by colour.
func plot(curves []course.Curve, now, end time.Duration) string {
	if len(curves) == 0 || end == 0 {
		return ""
	}
	top := int64(1)
	for _, c := range curves {
		for _, p := range c.Points {
			if p.V < infinite {
				top = max(top, p.V)
			}
		}
	}
	x := func(t time.Duration) float64 {
		return plotLeft + float64(t)*(plotWidth-plotLeft-10)/float64(end)
	}
	y := func(v int64) float64 { return plotTop + float64(top-v)*(plotHeight-plotTop-plotBottom)/float64(top) }
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s" style="max-width:100%%;background:#fff">`,
		plotWidth, plotHeight, html.EscapeString(names(curves)))
	fmt.Fprintf(&b, `<g stroke="#111" fill="none"><path d="M%d %d V%d H%d"/></g>`, plotLeft, plotTop-8, plotHeight-plotBottom, plotWidth-10)
	fmt.Fprintf(&b, `<g font-size="13" fill="#111"><text x="%d" y="%.0f" text-anchor="end">%d</text><text x="%d" y="%d" text-anchor="end">0</text><text x="%d" y="%d" text-anchor="end">%s ms</text></g>`,
		plotLeft-6, y(top)+4, top, plotLeft-6, plotHeight-plotBottom+4, plotWidth-10, plotHeight-8, trace.Ms(end))
	for i, c := range curves {
		path := ""
		for k, p := range c.Points {
			if p.V >= infinite {
				continue
			}
			to := now
			if k+1 < len(c.Points) {
				to = c.Points[k+1].T
			}
			move := "L"
			if path == "" {
				move = "M"
			}
			path += fmt.Sprintf("%s%.1f %.1f H%.1f", move, x(p.T), y(p.V), x(to))
		}
		color, dash := [...]string{"#0b57d0", "#b00020", "#146c2e", "#7a4b00"}[i%4], [...]string{"none", "7 4", "2 3", "10 3 2 3"}[i%4]
		if path != "" {
			fmt.Fprintf(&b, `<path d="%s" fill="none" stroke="%s" stroke-width="2.4" stroke-dasharray="%s"/>`, path, color, dash)
		}
		last := "-"
		if n := len(c.Points); n > 0 && c.Points[n-1].V < infinite {
			last = fmt.Sprint(c.Points[n-1].V)
		}
		lx := plotLeft + 10 + i*190
		fmt.Fprintf(&b, `<path d="M%d 14 h28" stroke="%s" stroke-width="2.4" stroke-dasharray="%s"/><text x="%d" y="18" font-size="13" fill="#111">%s = %s</text>`,
			lx, color, dash, lx+34, html.EscapeString(c.Name), last)
	}
	b.WriteString("</svg>")
	return b.String()
}

func names(curves []course.Curve) string {
	var all []string
	for _, c := range curves {
		all = append(all, c.Name)
	}
	return strings.Join(all, ", ")
}
