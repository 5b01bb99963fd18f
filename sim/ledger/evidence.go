package ledger

import (
	"netlab/sim"
	"netlab/sim/library"
	"netlab/sim/scenario"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// An Edge is a change of state.
type Edge struct{ From, To wire.State }

// Evidence is what the library's scenarios show.
type Evidence struct {
	Rules  map[string][]string // by rule: the scenarios that show it, in order
	Edges  map[Edge][]string
	States map[wire.State][]string
	Failed []scenario.Verdict // expectations that fail: there should be none
}

// title names a script of the library: its scenario, and its case.
func title(s *scenario.Script) string {
	if s.Case == "" {
		return s.Name
	}
	return s.Name + ": " + s.Case
}

// Collect plays every scenario of the library and notes what each shows.
func Collect() (*Evidence, error) {
	scripts, err := library.Scripts()
	if err != nil {
		return nil, err
	}
	e := &Evidence{Rules: map[string][]string{}, Edges: map[Edge][]string{}, States: map[wire.State][]string{}}
	for _, s := range scripts {
		t := sim.Run(s, sim.Options{Seed: sim.DefaultSeed})
		for _, v := range scenario.Judge(s, t) {
			if !v.OK {
				e.Failed = append(e.Failed, v)
			}
		}
		e.add(title(s), t)
	}
	return e, nil
}

// add notes what one trace shows.
func (e *Evidence) add(name string, t *trace.Trace) {
	for i := range t.Events {
		ev := &t.Events[i]
		if ev.Rule != nil {
			note(e.Rules, ev.Rule.ID, name)
		}
		if ev.Kind == trace.State {
			note(e.Edges, Edge{ev.From, ev.To}, name)
			note(e.States, ev.From, name)
			note(e.States, ev.To, name)
		}
	}
}

// note adds a name to a list, once.
func note[K comparable](m map[K][]string, key K, name string) {
	if list := m[key]; len(list) == 0 || list[len(list)-1] != name {
		m[key] = append(list, name)
	}
}
