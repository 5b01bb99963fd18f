package ladder

import (
	"fmt"
	"strings"

	"netlab/sim/trace"
)

// Mermaid writes a trace as the text of a Mermaid sequence diagram, which many
// wikis and editors draw.
func Mermaid(t *trace.Trace) string {
	var b strings.Builder
	b.WriteString("sequenceDiagram\n")
	for _, h := range t.Hosts {
		fmt.Fprintf(&b, "    participant %s\n", h.Name)
	}
	lost := map[int]bool{}
	for i := range t.Events {
		if e := &t.Events[i]; e.Kind == trace.Drop && e.Text != "" {
			lost[e.Pkt] = true
		}
	}
	for i := range t.Events {
		e := &t.Events[i]
		switch e.Kind {
		case trace.Recv:
			if e.Dst.IsGroup() && e.Host != e.Src.Host { // one arrow to each that the group's packet reaches
				fmt.Fprintf(&b, "    %s->>%s: %s\n", e.Src.Host, e.Host, e.Label())
			}
		case trace.Send:
			if e.Dst.IsGroup() {
				continue
			}
			arrow := "->>"
			if lost[e.Pkt] {
				arrow = "-x"
			}
			fmt.Fprintf(&b, "    %s%s%s: %s\n", e.Src.Host, arrow, e.Dst.Host, e.Label())
		case trace.State:
			fmt.Fprintf(&b, "    Note over %s: %s\n", e.Host, e.To)
		default: // a sequence diagram has no place for the rest
		}
	}
	return b.String()
}
