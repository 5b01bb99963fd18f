package rewrite_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"netlab/capture"
	"netlab/capture/explain"
	"netlab/capture/rewrite"
	"netlab/sim"
	"netlab/sim/library"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
	"netlab/sim/trace"
)

// captured makes a capture file of a run and reads its conversations back.
func captured(t testing.TB, tr *trace.Trace) []*explain.Conversation {
	t.Helper()
	frames, err := capture.Frames(tr, time.Unix(1_700_000_000, 0))
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := capture.WritePcapng(&file, "model", frames); err != nil {
		t.Fatal(err)
	}
	return read(t, file.Bytes())
}

// read reads the conversations of a capture file.
func read(t testing.TB, file []byte) []*explain.Conversation {
	t.Helper()
	rep, err := explain.Read(context.Background(), bytes.NewReader(file), explain.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var all []*explain.Conversation
	for _, s := range rep.Conversations {
		c, err := explain.Detail(context.Background(), bytes.NewReader(file), s, explain.Options{})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

// A script of the library, played, captured, written as a script and played again, sends the
// same segments in the same order. Some do not, and are logged: what a duplicating network,
// small buffers, a program that closes while it calls, or a congestion window did is not
// written into scripts.
func TestRoundTrip(t *testing.T) {
	scripts, err := library.Scripts()
	if err != nil {
		t.Fatal(err)
	}
	tried, same, refused := 0, 0, 0
	var others []string
	for _, s := range scripts {
		if s.Puppets() || len(s.Hosts) != 2 || len(s.AllFaults()) != len(s.Faults) {
			continue
		}
		for _, p := range tcp.Profiles() {
			name := fmt.Sprintf("%s %s, %s", s.Name, s.Case, p.Name)
			tr := sim.Run(s, sim.Options{Profile: p})
			convs := captured(t, tr)
			if len(convs) != 1 {
				continue
			}
			tried++
			text, err := rewrite.Script(convs[0], "", "")
			if _, ok := rewrite.IsRefused(err); ok {
				refused++
				continue
			}
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, text)
			}
			again, err := scenario.Parse("again", text)
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, text)
			}
			got := rewrite.Packets(sim.Run(again, sim.Options{Profile: p}))
			if n := rewrite.SameUntil(rewrite.Packets(convs[0].Trace), got); n < 0 {
				same++
			} else {
				others = append(others, fmt.Sprintf("%s: packet %d", name, n+1))
			}
		}
	}
	t.Logf("%d tried, %d the same, %d refused\n%s", tried, same, refused, strings.Join(others, "\n"))
	if tried < 200 || same < 175 {
		t.Errorf("%d of %d runs come back as they were: fewer than before", same, tried)
	}
}

// A clock that was set while a capture ran gives times that no script can hold: before the
// start, or days later. The first are the start, the others are refused.
func TestClockSet(t *testing.T) {
	text, file, _ := library.Text("data/beyond-fin")
	s, err := scenario.Parse(file, text)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		set     time.Duration
		refused string
	}{{-39 * time.Hour, ""}, {39 * time.Hour, "it lasted longer than 24h0m0s"}} {
		frames, err := capture.Frames(sim.Run(s, sim.Options{Profile: tcp.Linux}), time.Unix(1_700_000_000, 0))
		if err != nil {
			t.Fatal(err)
		}
		for i := range frames[3:] {
			frames[3+i].Time = frames[3+i].Time.Add(c.set)
		}
		var b bytes.Buffer
		if err := capture.WritePcapng(&b, "model", frames); err != nil {
			t.Fatal(err)
		}
		conversations := read(t, b.Bytes())
		_, err = rewrite.Script(conversations[0], "", "")
		if why, ok := rewrite.IsRefused(err); err != nil && !ok || ok && why.Why != c.refused || !ok && c.refused != "" {
			t.Errorf("clock set by %s: %v, want %q", c.set, err, c.refused)
		}
	}
}
