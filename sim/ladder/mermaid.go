package ladder

import (
	"fmt"
	"slices"
	"strings"

	"netlab/sim/trace"
)

// A Part is what of a run goes into a sequence diagram, with a note above it.
type Part struct {
	Title    string // empty: no note
	Trace    *trace.Trace
	From, To int // events; 0: the first, the last
}

// Mermaid writes a run as the text of a Mermaid sequence diagram, which many
// wikis and editors draw.
func Mermaid(t *trace.Trace) string { return MermaidParts(Part{Trace: t}) }

// MermaidParts writes several runs, or parts of them, as one sequence diagram.
func MermaidParts(parts ...Part) string {
	var b strings.Builder
	b.WriteString("sequenceDiagram\n")
	var hosts []string
	for _, p := range parts {
		for _, h := range p.Trace.Hosts {
			if !slices.Contains(hosts, h.Name) {
				hosts = append(hosts, h.Name)
				fmt.Fprintf(&b, "    participant %s\n", h.Name)
			}
		}
	}
	for _, p := range parts {
		if p.Title != "" && len(hosts) > 0 {
			over := hosts[0]
			if len(hosts) > 1 {
				over += "," + hosts[len(hosts)-1]
			}
			fmt.Fprintf(&b, "    Note over %s: %s\n", over, mermaidText(p.Title))
		}
		p.write(&b)
	}
	return b.String()
}

func (p Part) write(b *strings.Builder) {
	to := len(p.Trace.Events)
	if p.To > 0 {
		to = min(to, p.To)
	}
	lost := map[int]bool{}
	for i := range p.Trace.Events[:to] {
		if e := &p.Trace.Events[i]; e.Kind == trace.Drop && e.Text != "" {
			lost[e.Pkt] = true
		}
	}
	for i := max(0, p.From-1); i < to; i++ {
		e := &p.Trace.Events[i]
		switch e.Kind {
		case trace.Recv:
			if e.Dst.IsGroup() && e.Host != e.Src.Host { // one arrow to each that the group's packet reaches
				fmt.Fprintf(b, "    %s->>%s: %s\n", e.Src.Host, e.Host, e.Label())
			}
		case trace.Send:
			if e.Dst.IsGroup() {
				continue
			}
			arrow := "->>"
			if lost[e.Pkt] {
				arrow = "-x"
			}
			fmt.Fprintf(b, "    %s%s%s: %s\n", e.Src.Host, arrow, e.Dst.Host, e.Label())
		case trace.State:
			fmt.Fprintf(b, "    Note over %s: %s\n", e.Host, e.To)
		default: // a sequence diagram has no place for the rest
		}
	}
}

// mermaidText is a text as a note can hold it: a semicolon would end it, and # begins a code.
func mermaidText(s string) string {
	return strings.NewReplacer("\n", " ", "\r", " ", ";", "#59;", "#", "#35;").Replace(s)
}
