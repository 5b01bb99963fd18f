package ladder

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"netlab/sim"
	"netlab/sim/library"
	"netlab/sim/simtest"
	"netlab/sim/trace"
)

// Every scenario of the library has its pictures: the SVG is well-formed, inside its own
// frame and names every packet; the Mermaid text declares whom it mentions; the page holds
// its events as JSON and fetches nothing.
func TestPicturesOfEveryScenario(t *testing.T) {
	scripts, err := library.Scripts()
	if err != nil {
		t.Fatal(err)
	}
	outside := regexp.MustCompile(`(src|href)="(https?:)?//|url\(http|@import|fetch\(`)
	for _, s := range scripts {
		tr := sim.Run(s, sim.Options{Seed: sim.DefaultSeed})
		name := s.Name + " " + s.Case
		svg := New(tr, Options{Calls: true}).SVG(SVGOptions{Title: name})
		if err := simtest.CheckSVG(svg); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for i := range tr.Events {
			if e := &tr.Events[i]; e.Kind == trace.Send && !e.Dst.IsGroup() && !strings.Contains(svg, escape(e.Label())) {
				t.Errorf("%s: the picture lacks %s", name, e.Label())
				break
			}
		}
		checkMermaid(t, name, tr)
		var page bytes.Buffer
		if err := HTML(&page, tr, Options{Calls: true}, PageOptions{}); err != nil {
			t.Fatal(err)
		}
		text := page.String()
		if outside.MatchString(text) {
			t.Errorf("%s: the page fetches something: %s", name, outside.FindString(text))
		}
		_, rest, _ := strings.Cut(text, `id="events">`)
		data, _, _ := strings.Cut(rest, "</script>")
		var events []pageEvent
		if err := json.Unmarshal([]byte(data), &events); err != nil || len(events) != len(tr.Events) {
			t.Errorf("%s: the page's events: %d of %d, %v", name, len(events), len(tr.Events), err)
		}
	}
}

func checkMermaid(t *testing.T, name string, tr *trace.Trace) {
	t.Helper()
	known := map[string]bool{}
	for _, line := range strings.Split(Mermaid(tr), "\n")[1:] {
		line = strings.TrimSpace(line)
		if host, ok := strings.CutPrefix(line, "participant "); ok {
			known[host] = true
			continue
		}
		for _, arrow := range []string{"->>", "-x"} {
			if from, rest, ok := strings.Cut(line, arrow); ok {
				to, _, _ := strings.Cut(rest, ":")
				if !known[from] || !known[to] {
					t.Errorf("%s: the Mermaid text does not declare %s or %s", name, from, to)
				}
				break
			}
		}
	}
}
