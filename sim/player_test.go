package sim

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"netlab/sim/fault"
	"netlab/sim/library"
	"netlab/sim/scenario"
	"netlab/sim/simtest"
	"netlab/sim/socket"
	"netlab/sim/tcp"
	"netlab/sim/trace"
)

func parse(t testing.TB, name, text string) *scenario.Script {
	t.Helper()
	s, err := scenario.Parse(name, text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Each script of the library is played, and its trace held against the golden one. Its
// expect and then lines must hold. Of a file of cases only the verdicts count.
func TestScripts(t *testing.T) {
	for _, name := range library.Names() {
		t.Run(name, func(t *testing.T) {
			text, _, _ := library.Text(name)
			scripts, err := scenario.ParseFile(name+".txt", text)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range scripts {
				if s.Case != "" {
					t.Run(s.Case, func(t *testing.T) { checkVerdicts(t, s) })
					continue
				}
				tr := checkVerdicts(t, s)
				if !hasGolden(name) {
					continue
				}
				var b strings.Builder
				if err := tr.Text(&b); err != nil {
					t.Fatal(err)
				}
				simtest.Golden(t, name+".txt", b.String())
			}
		})
	}
}

// checkVerdicts plays a script and demands that what it expects has come true.
func checkVerdicts(t *testing.T, s *scenario.Script) *trace.Trace {
	t.Helper()
	tr := Run(s, Options{Seed: DefaultSeed})
	verdicts := scenario.Judge(s, tr)
	if s.Case != "" && len(verdicts) == 0 {
		t.Errorf("case %s expects nothing", s.Case)
	}
	for _, v := range verdicts {
		if !v.OK {
			t.Error(v)
		}
	}
	return tr
}

// hasGolden reports whether a script's whole trace is held against a golden one.
func hasGolden(name string) bool { return !strings.HasPrefix(name, "long/") }

// A golden trace that no script makes would be read by no test.
func TestEveryGoldenTraceHasItsScript(t *testing.T) {
	used := map[string]bool{}
	for _, name := range library.Names() {
		text, _, _ := library.Text(name)
		scripts, err := scenario.ParseFile(name+".txt", text)
		if err != nil {
			t.Fatal(err)
		}
		used[name+".txt"] = hasGolden(name) && scripts[0].Case == ""
	}
	if err := filepath.WalkDir("testdata/golden", func(path string, d fs.DirEntry, err error) error {
		if name := strings.TrimPrefix(filepath.ToSlash(path), "testdata/golden/"); err == nil && !d.IsDir() && !used[name] {
			t.Errorf("%s is read by no test", path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

const bothWays = `host A
host B
link A B delay=10ms
B: s = socket tcp
B: listen s 80
A: c = socket tcp
A: connect c B:80 &
B: x = accept s
A: wait c
A: send c 5000
B: recv x "` + "%s" + `"
B: send x 300
A: recv c 300
A: shutdown c write
B: recv x
B: close x
A: close c
`

// pattern is what `send c N` sends.
func pattern(n int) string {
	st := scenario.Stmt{N: n}
	return st.Octets()
}

// Back undoes Step: the world after Step, Back is the world before, and going
// forward again gives the same events. Going back keeps the future.
func TestBackUndoesStep(t *testing.T) {
	s := parse(t, "both-ways", fmt.Sprintf(bothWays, pattern(5000)))
	p := NewPlayer(s, Options{Seed: 7})
	var snapshots []string
	for {
		snapshots = append(snapshots, describe(p))
		if !p.Step() {
			break
		}
	}
	for i := len(snapshots) - 1; i >= 0; i-- {
		if got := describe(p); got != snapshots[i] {
			t.Fatalf("after going back to moment %d the world differs:\n%s", i, simtest.Diff(snapshots[i], got))
		}
		p.Back()
	}
	for _, n := range []int{3, len(snapshots) - 1, 1, 17, 0} {
		if got := p.Goto(n); got != n {
			t.Fatalf("Goto(%d) shows %d moments", n, got)
		}
		if got := describe(p); got != snapshots[n] {
			t.Fatalf("Goto(%d): the world differs:\n%s", n, simtest.Diff(snapshots[n], got))
		}
	}
}

// describe writes down everything that a step can change.
func describe(p *Player) string {
	w := p.World()
	var b strings.Builder
	fmt.Fprintln(&b, len(p.Events()), w.now, len(w.queue.items), w.packets)
	for i := range w.hosts {
		h := &w.hosts[i]
		for k := range h.Sockets() {
			fmt.Fprintf(&b, "%s %d %+v\n", h.Name, k, *h.TCB(socket.ID(k)))
		}
		fmt.Fprintf(&b, "%+v\n", h.calls)
	}
	return b.String()
}

// The same script and seed give the same trace, byte for byte; another seed
// gives other numbers.
func TestSameSeedSameTrace(t *testing.T) {
	s := parse(t, "both-ways", fmt.Sprintf(bothWays, pattern(5000)))
	text := func(seed uint64) string {
		var b strings.Builder
		if err := Run(s, Options{Seed: seed}).WriteJSON(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	first, again := text(1), text(1)
	if first != again {
		t.Error("two runs with seed 1 differ")
	}
	if text(1) == text(2) {
		t.Error("seed 1 and seed 2 give the same numbers")
	}
}

// A fork is equal to its origin up to the first packet that the added fault
// touches, and packets that exist in both worlds keep their fate.
func TestForkKeepsThePast(t *testing.T) {
	s := parse(t, "both-ways", fmt.Sprintf(bothWays, pattern(5000)))
	p := NewPlayer(s, Options{Seed: 7})
	before := p.Trace().Events
	f := p.Fork(fault.Fault{Verb: fault.Drop, Sel: fault.Selector{From: "A", To: "B", What: fault.Data, First: 2, Last: 2}})
	touched := 0
	for i, e := range f.Trace().Events {
		if e.Kind == trace.Drop {
			touched = i
			break
		}
		if before[i].Line() != e.Line() || before[i].T != e.T {
			t.Fatalf("event %d, before the loss: %s became %s", i+1, before[i].Line(), e.Line())
		}
	}
	if touched == 0 {
		t.Fatal("the fork loses nothing")
	}
	if p.Trace().Ended == f.Trace().Ended {
		t.Error("losing data has changed nothing")
	}
}

// No delivered octet is wrong, missing or doubled, whatever single packets the
// network loses, delays or repeats; and every connection comes to its end.
func TestEveryOctetArrivesOnceWhateverTheNetworkDoes(t *testing.T) {
	text := fmt.Sprintf(bothWays, pattern(5000))
	verbs := []string{"drop %s", "delay %s by 35ms", "duplicate %s after 15ms", "drop %s"}
	kinds := []string{"SYN", "SYN,ACK", "ACK", "data", "FIN", "any"}
	for _, profile := range tcp.Profiles() {
		for seed := range uint64(150) {
			var faults string
			for k := range uint64(3) {
				n := mix(seed, k)
				dir := []string{"A->B", "B->A"}[n%2]
				faults += fmt.Sprintf(verbs[n/2%4], fmt.Sprintf("%s %s %d", dir, kinds[n/8%6], 1+n/64%3)) + "\n"
			}
			script := strings.Replace(text, "B: s = socket", faults+"B: s = socket", 1)
			s := parse(t, fmt.Sprintf("seed %d", seed), script)
			for i := range s.Stmts {
				s.Stmts[i].Within = time.Hour // so that the network decides, not the program's patience
			}
			checkStream(t, script, Run(s, Options{Profile: profile, Seed: seed}))
		}
	}
}

// checkStream holds what the programs read against what was sent.
func checkStream(t *testing.T, script string, tr *trace.Trace) {
	t.Helper()
	got := map[string]string{}
	last := map[string]string{}
	for i := range tr.Events {
		e := &tr.Events[i]
		switch e.Kind {
		case trace.Deliver:
			got[e.Host] += e.Seg.Data
		case trace.Return:
			last[e.Host+" "+e.Call] = e.Result
		case trace.Note:
			if strings.Contains(e.Text, "a million moments") {
				t.Fatalf("the run has no end:\n%s", script)
			}
		}
	}
	if got["B"] != pattern(5000) || got["A"] != pattern(300) {
		var b strings.Builder
		_ = tr.Text(&b)
		t.Fatalf("B read %d octets of 5000, A %d of 300; %v. Save this script to see it:\n%s\n%s", len(got["B"]), len(got["A"]), last, script, b.String())
	}
}

// A reader that stops closes the window; probes keep the connection alive, the
// window opens again, and everything arrives (RFC 9293 §3.8.6.1, MUST-36, MUST-37).
// Nobody reading at all ends the run too: probes alone tell nothing new.
func TestClosedWindow(t *testing.T) {
	const world = "host A\nhost B\nlink A B delay=10ms\nB: s = socket tcp\nB: listen s 80\nA: c = socket tcp\nA: connect c B:80\nB: x = accept s\nA: send c 100000 &\n"
	for _, profile := range tcp.Profiles() {
		s := parse(t, "slow reader", world+"at 20m  B: recv x \""+pattern(100000)+"\" within 1h\n")
		tr := Run(s, Options{Profile: profile})
		results, probes := map[string]string{}, 0
		for i := range tr.Events {
			e := &tr.Events[i]
			if e.Kind == trace.Return {
				results[e.Call] = e.Result
			}
			if e.Kind == trace.Send && e.Host == "A" && e.T > time.Second && e.T < 20*time.Minute {
				probes++
			}
		}
		if results["recv"] != "100000" {
			t.Errorf("%s: after twenty minutes of a closed window recv returns %s", profile.Name, results["recv"])
		}
		if probes < 5 || probes > 60 {
			t.Errorf("%s: %d probes in twenty minutes; want some, further and further apart", profile.Name, probes)
		}
		if tr := Run(parse(t, "no reader", world), Options{Profile: profile}); tr.Ended > time.Minute {
			t.Errorf("%s: without a reader the run goes on until %v", profile.Name, tr.Ended)
		}
	}
}

// Two ends that disagree about what was sent answer each other's answers for ever. The run
// is stopped, and says why (RFC 5961 §10 and Linux limit such answers; RFC 9293 does not).
func TestEndsThatAnswerForEverAreReported(t *testing.T) {
	const script = `host A iss=100
host B iss=300
link A B delay=10ms
old A->B FIN,ACK seq=101 ack=301 at 500ms
B: s = socket tcp
B: listen s 80
A: c = socket tcp
A: connect c B:80
`
	s := parse(t, "storm", script)
	stopped := func(p tcp.Profile) (yes bool, events int) {
		list := Run(s, Options{Profile: p}).Events
		return strings.Contains(list[len(list)-1].Text, "answer each other"), len(list)
	}
	if yes, n := stopped(tcp.Textbook); !yes || n > 10_000 {
		t.Errorf("%d events, reported: %v; want a word about the run without end, and soon", n, yes)
	}
	if yes, _ := stopped(tcp.Linux); yes {
		t.Error("Linux answers at most once in half a second, so the answers end")
	}
}
