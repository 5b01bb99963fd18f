package compare_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"netlab/sim"
	"netlab/sim/compare"
	"netlab/sim/scenario"
	"netlab/sim/simtest"
	"netlab/sim/tcp"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

func play(t *testing.T, file string, p tcp.Profile) *trace.Trace {
	t.Helper()
	return sim.Run(simtest.Script(t, file), sim.Options{Profile: p})
}

// asLive makes of a model's trace what a capture on loopback would show: other
// numbers, no delay, no arrivals.
func asLive(tr *trace.Trace) *trace.Trace {
	c := *tr
	c.Events = nil
	for _, e := range tr.Events {
		if e.Kind == trace.Recv || e.Kind == trace.Set || e.Kind == trace.Timer {
			continue
		}
		e.N = len(c.Events) + 1
		e.T = time.Duration(e.N) * time.Microsecond
		if e.Kind == trace.Send {
			shift := map[string]wire.Seq{"A": 3_000_000_000, "B": 77}
			e.Seg.Seq += shift[e.Src.Host]
			if e.Seg.Flags.Has(wire.ACK) {
				e.Seg.Ack += shift[e.Dst.Host]
			}
		}
		c.Events = append(c.Events, e)
	}
	return &c
}

// Numbers count from each end's own beginning: the same run with other initial
// numbers has no row that differs.
func TestSameRunWithOtherNumbers(t *testing.T) {
	for _, file := range []string{"open/handshake", "close/four-segments", "close/simultaneous-close", "data/lost-and-repeated"} {
		tr := play(t, file, tcp.Textbook)
		rep := compare.Compare(tr, asLive(tr), compare.Options{})
		if rep.Differences() != 0 {
			t.Errorf("%s: %d rows differ: %+v", file, rep.Differences(), differing(rep))
		}
		if rep.Counts[compare.Same] == 0 {
			t.Errorf("%s: nothing is the same", file)
		}
	}
}

// A number that stands for itself is no distance from a beginning: what answers a segment
// of an earlier connection carries that segment's number, whatever the initial numbers are.
func TestNumbersOfAnEarlierConnection(t *testing.T) {
	s, err := scenario.Parse("old.txt", "host A\nhost B\nlink A B delay=10ms\ndelay A->B SYN 1 by 30ms\nold A->B SYN seq=90 at 5ms\n"+
		"B: s = socket tcp\nB: listen s 80\nA: c = socket tcp\nA: connect c B:80\nB: x = accept s\n")
	if err != nil {
		t.Fatal(err)
	}
	one, other := sim.Run(s, sim.Options{Profile: tcp.Linux, Seed: 1}), sim.Run(s, sim.Options{Profile: tcp.Linux, Seed: 2})
	if fmt.Sprint(one) == fmt.Sprint(other) {
		t.Fatal("both runs have the same initial numbers")
	}
	rep := compare.Compare(one, other, compare.Options{NoStates: true})
	if rep.Differences() != 0 {
		t.Errorf("%d rows differ: %+v", rep.Differences(), differing(rep))
	}
	answered := slices.ContainsFunc(rep.Rows, func(r compare.Row) bool { return r.Field == "ack" && r.Model == "91" && r.Live == "91" })
	if !answered {
		t.Error("the answer to the old SYN is not shown with the number that it acknowledges")
	}
}

// A puppet's number that is made of the other end's window says nothing about how that end
// behaves: two ends with different windows get different numbers, with a reason.
func TestNumbersMadeOfAWindow(t *testing.T) {
	run := func(habit string) *trace.Trace {
		s, err := scenario.Parse("edge.txt", "puppet P\nhost B"+habit+"\nlink P B delay=10ms\nB: s = socket tcp\nB: listen s 80\nP: segment B:80 SYN seq=100\n"+
			"then B sends SYN,ACK ack=+1\nP: segment B:80 ACK seq=+1 ack=+1\nthen B is ESTABLISHED\nP: segment B:80 RST seq=rcv.nxt+rcv.wnd-1\nthen B sends ACK\n")
		if err != nil {
			t.Fatal(err)
		}
		return sim.Run(s, sim.Options{Profile: tcp.RFC9293})
	}
	rep := compare.Compare(run(""), run(" rcvbuf=4000"), compare.Options{NoStates: true})
	if rep.Differences() != 0 {
		t.Errorf("%d rows differ: %+v", rep.Differences(), differing(rep))
	}
	explained := slices.ContainsFunc(rep.Rows, func(r compare.Row) bool { return r.Field == "seq" && r.Why == compare.ExpWindow })
	if !explained {
		t.Error("no number is explained by the window")
	}
}

func differing(rep *compare.Report) (rows []compare.Row) {
	for _, r := range rep.Rows {
		if r.Verdict == compare.Differs {
			rows = append(rows, r)
		}
	}
	return rows
}

// What is really different is never hidden: each of these changes to the live
// trace must give at least one row that differs.
func TestDifferencesAreNeverHidden(t *testing.T) {
	find := func(tr *trace.Trace, host string, flags wire.Flags) int {
		for i := range tr.Events {
			if e := &tr.Events[i]; e.Kind == trace.Send && e.Host == host && e.Seg.Flags == flags {
				return i
			}
		}
		t.Fatalf("no %s from %s", flags, host)
		return 0
	}
	for _, c := range []struct {
		name   string
		change func(tr *trace.Trace)
	}{
		{"the ACK of the SYN is one too low", func(tr *trace.Trace) { tr.Events[find(tr, "B", wire.SYN|wire.ACK)].Seg.Ack-- }},
		{"a RST instead of the SYN,ACK", func(tr *trace.Trace) { tr.Events[find(tr, "B", wire.SYN|wire.ACK)].Seg.Flags = wire.RST | wire.ACK }},
		{"the third segment is missing", func(tr *trace.Trace) {
			i := find(tr, "A", wire.ACK)
			tr.Events = append(tr.Events[:i:i], tr.Events[i+1:]...)
		}},
		{"the FIN has another number", func(tr *trace.Trace) { tr.Events[find(tr, "A", wire.FIN|wire.ACK)].Seg.Seq += 3 }},
		{"a RST that the model does not send", func(tr *trace.Trace) {
			e := tr.Events[find(tr, "A", wire.FIN|wire.ACK)]
			e.Seg.Flags = wire.RST
			tr.Events = append(tr.Events, e)
		}},
		{"other data", func(tr *trace.Trace) { tr.Events[find(tr, "B", wire.PSH|wire.ACK)].Seg.Data = "LATE" }},
		{"connect fails", func(tr *trace.Trace) {
			for i := range tr.Events {
				if e := &tr.Events[i]; e.Kind == trace.Return && e.Call == "connect" {
					e.Result = "ECONNREFUSED"
				}
			}
		}},
		{"a state that the model does not pass", func(tr *trace.Trace) {
			for i := range tr.Events {
				if e := &tr.Events[i]; e.Kind == trace.State && e.To == wire.StateCloseWait {
					e.To = wire.StateClosing
				}
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := play(t, "close/four-segments", tcp.Textbook)
			live := asLive(tr)
			c.change(live)
			if compare.Compare(tr, live, compare.Options{}).Differences() == 0 {
				t.Error("no row differs")
			}
		})
	}
}

// A habit of the kernel is explained by name: the ACK of a FIN that merges with
// the next FIN.
func TestMergedAckIsExplained(t *testing.T) {
	model := play(t, "close/four-segments", tcp.Textbook)
	live := asLive(model)
	for i := range live.Events {
		if e := &live.Events[i]; e.Kind == trace.Send && e.Host == "B" && e.Seg.IsPureAck() {
			live.Events = append(live.Events[:i:i], live.Events[i+1:]...)
			break
		}
	}
	rep := compare.Compare(model, live, compare.Options{})
	if rep.Differences() != 0 {
		t.Errorf("differs: %+v", differing(rep))
	}
	found := false
	for _, r := range rep.Rows {
		found = found || r.Why == compare.ExpAckMerged && r.Verdict == compare.Explained
	}
	if !found {
		t.Error("no row is explained by ack-merged")
	}
}

// The table: every explanation has an id of its own, a reference and words.
func TestExplanationsAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range compare.Explanations() {
		if e.ID == "" || e.Ref == "" || e.Text == "" || seen[e.ID] {
			t.Errorf("%+v is incomplete or doubled", e)
		}
		seen[e.ID] = true
	}
}
