package web

import (
	"strings"

	"netlab/lessons/present"
	"netlab/sim/ladder"
	"netlab/sim/trace"
)

// A picture is one run as SVG.
type picture struct {
	Name string `json:"name"` // empty where there is one
	SVG  string `json:"svg"`
}

// spans are the rows that an arrow takes at least, by the size from [present.Smallest] on.
var spans = [...]int{2, 3, 4, 6}

// draw draws a panel. Larger means fewer things: taller arrows, then no calls, then short
// names of states; so it is where two pictures or more than two hosts share the room, too.
func draw(p *present.Panel, size int, shared, open bool) picture {
	size = max(present.Smallest, min(size, present.Largest))
	shared = shared || len(p.Trace.Hosts) > 2
	calls := size <= 0 && !shared
	short := size == present.Largest || shared
	w := p.Words()
	return picture{Name: p.Name, SVG: p.Ladder(spans[size-present.Smallest], calls, short).SVG(ladder.SVGOptions{
		Title: newest(p, open), Lost: w.T("lost_word"), NotDrawn: w.T("not_drawn"), Bare: true, Heavy: true, Narrow: true,
	})}
}

// mostSaid is how many events the alternative of a picture says.
const mostSaid = 3

// newest says in words what the picture shows last, for those who cannot see it. While a question
// is open, states may be its answer.
func newest(p *present.Panel, open bool) string {
	var said []string
	for n := p.Upto; n > 0 && len(said) < mostSaid; n-- {
		e := p.Trace.At(n)
		if e == nil {
			continue
		}
		switch e.Kind {
		case trace.Send, trace.Recv, trace.Drop:
		case trace.State:
			if open {
				continue
			}
		default:
			continue
		}
		said = append([]string{strings.TrimSpace(p.Words().Event(e))}, said...)
	}
	if len(said) == 0 {
		return p.Words().T("web_nothing")
	}
	return p.Words().T("web_newest", strings.Join(said, p.Words().T("web_and_then")))
}
