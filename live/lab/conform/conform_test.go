//go:build linux

package conform

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"netlab/live/lab"
)

func TestMain(m *testing.M) {
	lab.Main()
	os.Exit(m.Run())
}

// needLive ends the test if a run has failed, or skips it if the machine refuses.
func needLive(t *testing.T, err error) {
	t.Helper()
	var refused *lab.RefusedError
	if errors.As(err, &refused) && os.Getenv("NETLAB_REQUIRE_LIVE") == "" {
		t.Skipf("this machine refuses live runs: %v (%s)", err, refused.Fix)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A model that the kernel takes for a TCP, over a network that loses packets, is a model that
// one can trust: handshake, octets both ways, retransmissions and both ways to close.
func TestPeers(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	rep, err := Peers(ctx, 500/oneIn, 32, 1, func(int) {})
	needLive(t, err)
	t.Logf("%d connections, %d octets, %d packets, %d lost", rep.Connections, rep.Octets, rep.Packets, rep.Lost)
	if rep.Lost < rep.Packets/50 {
		t.Errorf("only %d of %d packets were lost", rep.Lost, rep.Packets)
	}
	for _, w := range rep.Wrong {
		t.Error(w)
	}
}

// The linux profile does what this kernel does, whatever single segment arrives, and where
// that is not what the letter of RFC 9293 says, a quirk has the name of it.
func TestProbes(t *testing.T) {
	all := Probes()
	if len(all) < 1500 {
		t.Errorf("only %d probes", len(all))
	}
	var some []Case // netlab conform plays them all
	for i := 0; i < len(all); i += oneIn {
		some = append(some, all[i])
	}
	runCases(t, some)
}

// And after any sequence of segments and calls: each walk is another state of the two.
func TestWalks(t *testing.T) {
	runCases(t, Walks(500/oneIn, 1))
}

func runCases(t *testing.T, cases []Case) {
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	count := map[Verdict]int{}
	again := 0
	err := Run(ctx, cases, 32, func(o Outcome) {
		count[o.Verdict]++
		if o.Tries > 1 {
			again++
		}
		switch {
		case o.Verdict == Unexplained:
			t.Errorf("%s\n  kernel: %s\n  linux:  %s\n%s", o.Case.Name, o.Kernel, o.Linux, o.Case.Script)
		case o.Verdict == Quirk && len(o.Quirks) == 0:
			t.Errorf("%s: no single quirk explains it\n  kernel: %s\n  standard: %s", o.Case.Name, o.Kernel, o.Standard)
		}
	})
	needLive(t, err)
	t.Logf("%d cases: %v, %d played more than once", len(cases), count, again)
	if n := count[Standard] + count[Quirk]; n < len(cases) {
		t.Errorf("only %d of %d cases agree", n, len(cases))
	}
}

// Every situation is reached by the model: a case whose beginning fails would compare nothing
// with nothing.
func TestSituationsAreReached(t *testing.T) {
	for _, c := range append(Probes(), Walks(100, 7)...) {
		if got := c.model(linux()); got == "the situation was not reached" {
			t.Errorf("%s: %s", c.Name, got)
		}
	}
	for _, sit := range situations() {
		c := sit.probe("none seq=5000")
		for i := range c.Script.Stmts[:c.first] {
			if e := c.Script.Stmts[i].Then; e != nil && e.For == 0 && !c.holds(i) {
				t.Errorf("%s: %s does not come true", sit.name, e)
			}
		}
	}
}
