package ledger

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"netlab/sim"
	"netlab/sim/library"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

func collect(t *testing.T) *Evidence {
	t.Helper()
	e, err := Collect()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range e.Failed {
		t.Error(v)
	}
	return e
}

// Each rule is shown by at least one scenario: a reason that nobody can see is no reason.
func TestEveryRuleIsShown(t *testing.T) {
	e := collect(t)
	seen := map[string]bool{}
	for _, r := range sim.Rules() {
		if seen[r.ID] {
			t.Errorf("two rules have the id %s", r.ID)
		}
		seen[r.ID] = true
		if len(e.Rules[r.ID]) == 0 {
			t.Errorf("no scenario shows %s", r.ID)
		}
		if r.Text == "" || r.Ref == "" || !strings.HasSuffix(r.Text, ".") {
			t.Errorf("%s has no whole sentence or no reference", r.ID)
		}
	}
	for id := range e.Rules {
		if !seen[id] {
			t.Errorf("%s names the rule %s, which no list has", e.Rules[id][0], id)
		}
	}
}

// The 21 edges of RFC 9293 Figure 5. FIN-WAIT-1 to TIME-WAIT (note 2) is one segment that
// takes the text's two steps; TestNoteTwo looks at it.
var diagram = []Edge{
	{wire.StateClosed, wire.StateListen}, {wire.StateClosed, wire.StateSynSent},
	{wire.StateListen, wire.StateSynReceived}, {wire.StateListen, wire.StateSynSent}, {wire.StateListen, wire.StateClosed},
	{wire.StateSynSent, wire.StateClosed}, {wire.StateSynSent, wire.StateSynReceived}, {wire.StateSynSent, wire.StateEstablished},
	{wire.StateSynReceived, wire.StateEstablished}, {wire.StateSynReceived, wire.StateFinWait1}, {wire.StateSynReceived, wire.StateListen},
	{wire.StateEstablished, wire.StateFinWait1}, {wire.StateEstablished, wire.StateCloseWait},
	{wire.StateFinWait1, wire.StateFinWait2}, {wire.StateFinWait1, wire.StateClosing},
	{wire.StateFinWait2, wire.StateTimeWait}, {wire.StateCloseWait, wire.StateLastAck}, {wire.StateClosing, wire.StateTimeWait},
	{wire.StateLastAck, wire.StateClosed}, {wire.StateTimeWait, wire.StateClosed},
}

// The edges that a RST or an ABORT takes.
var resets = []Edge{
	{wire.StateSynReceived, wire.StateClosed}, {wire.StateEstablished, wire.StateClosed}, {wire.StateFinWait1, wire.StateClosed},
	{wire.StateFinWait2, wire.StateClosed}, {wire.StateCloseWait, wire.StateClosed}, {wire.StateClosing, wire.StateClosed},
}

// Every state and every edge of the diagram is shown by a scenario, the reset edges too,
// and there is no edge that neither the diagram, a reset nor a named rule explains.
func TestEveryEdgeIsShown(t *testing.T) {
	e := collect(t)
	for _, s := range wire.States() {
		if len(e.States[s]) == 0 {
			t.Errorf("no scenario shows %s", s)
		}
	}
	known := map[Edge]bool{
		{wire.StateClosed, wire.StateTimeWait}: true, // reopen-failed: MAY-2
	}
	for _, edge := range append(append([]Edge{}, diagram...), resets...) {
		known[edge] = true
		if len(e.Edges[edge]) == 0 {
			t.Errorf("no scenario shows %s -> %s", edge.From, edge.To)
		}
	}
	for edge, names := range e.Edges {
		if !known[edge] {
			t.Errorf("%s goes from %s to %s, which is no edge of RFC 9293 Figure 5", names[0], edge.From, edge.To)
		}
	}
}

// Note 2 of Figure 5: a FIN that acknowledges ours goes from FIN-WAIT-1 to TIME-WAIT. The
// text's eight checks take it in two steps, and both are the work of one segment.
func TestNoteTwo(t *testing.T) {
	scripts, err := library.Scripts()
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, s := range scripts {
		tr := sim.Run(s, sim.Options{Seed: sim.DefaultSeed})
		var last *trace.Event
		for i := range tr.Events {
			e := &tr.Events[i]
			if e.Kind != trace.State {
				continue
			}
			if last != nil && last.Host == e.Host && last.Conn == e.Conn && last.Cause == e.Cause &&
				last.From == wire.StateFinWait1 && e.To == wire.StateTimeWait {
				found++
				if last.To != wire.StateFinWait2 || last.T != e.T {
					t.Errorf("%s: by way of %s in %v", title(s), last.To, e.T-last.T)
				}
			}
			last = e
		}
	}
	if found == 0 {
		t.Error("no scenario shows FIN-WAIT-1 to TIME-WAIT by one segment")
	}
}

// "Why?" can be asked of every transition, every segment sent and every one dropped.
func TestEverythingHasAReason(t *testing.T) {
	scripts, err := library.Scripts()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, r := range sim.Rules() {
		known[r.ID] = true
	}
	for _, s := range scripts {
		for _, e := range sim.Run(s, sim.Options{Seed: sim.DefaultSeed}).Events {
			switch e.Kind {
			case trace.State, trace.Send, trace.Drop:
				if e.Rule == nil || !known[e.Rule.ID] {
					t.Errorf("%s, event %d has no rule: %s", title(s), e.N, e.Line())
				}
			default: // what a program does has the program for a reason
			}
		}
	}
}

// Each requirement has evidence that exists, or a reason; never both.
func TestLedger(t *testing.T) {
	all, err := Requirements()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 119 {
		t.Errorf("%d requirements, want 119", len(all))
	}
	goTests := testNames(t)
	shown := map[int]int{}
	ids := map[string]bool{}
	for i := range all {
		r := &all[i]
		ids[r.ID] = true
		switch {
		case r.Shown() && r.Reason != "":
			t.Errorf("%s is shown, and yet has a reason why it is not", r.ID)
		case !r.Shown() && r.Reason == "":
			t.Errorf("%s (tier %d) has neither evidence nor a reason: %s", r.ID, r.Tier, r.Text)
		}
		if r.Shown() {
			shown[r.Tier]++
		}
		for _, name := range r.Tests {
			if !goTests[name] {
				t.Errorf("%s names %q, which does not exist", r.ID, name)
			}
		}
	}
	if shown[1] != 53 || shown[2] < 20 {
		t.Errorf("shown: %d of 53 of tier 1, %d of 26 of tier 2 (at least 20)", shown[1], shown[2])
	}
	for id := range tests {
		if !ids[id] {
			t.Errorf("tests names %s, which is no requirement", id)
		}
	}
	for id := range reasons {
		if !ids[id] {
			t.Errorf("reasons names %s, which is no requirement", id)
		}
	}
}

// testNames finds the tests of the project: "sim/tcp TestISN".
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	root := filepath.Join("..", "..")
	names := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(path))
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok {
				names[filepath.ToSlash(dir)+" "+f.Name.Name] = true
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
