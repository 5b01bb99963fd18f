package course

import (
	"strings"
	"time"

	"netlab/sim/trace"
)

// A Point is a value that a variable takes at a time.
type Point struct {
	T time.Duration
	V int64
}

// A Curve is how a variable of a host's connection changes over time.
type Curve struct {
	Name   string // "A.cwnd"
	Points []Point
}

// parsePlot reads HOST.VARIABLE, with the variable as the screen names it.
func parsePlot(t *trace.Trace, name string) (host string, id trace.VarID, ok bool) {
	host, variable, _ := strings.Cut(name, ".")
	id, ok = trace.ParseVar(variable)
	known := false
	for _, h := range t.Hosts {
		known = known || h.Name == host
	}
	return host, id, ok && known
}

// Plot returns the curves of the current step, up to its moment.
func (s *Session) Plot() []Curve {
	var all []Curve
	t := s.Trace()
	for _, name := range s.Step().Plot {
		host, id, ok := parsePlot(t, name)
		if !ok {
			continue
		}
		c := Curve{Name: name}
		for i := range s.Upto() {
			e := &t.Events[i]
			if e.Host != host || e.Kind != trace.Set {
				continue
			}
			for _, v := range e.Vars {
				if v.ID == id {
					c.Points = append(c.Points, Point{e.T, v.Value})
				}
			}
		}
		all = append(all, c)
	}
	return all
}
