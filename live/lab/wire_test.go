//go:build linux

package lab

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"netlab/sim"
	"netlab/sim/tcp"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// runWire plays a script between namespaces; see [needLive].
func runWire(t testing.TB, s string) *Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	res, err := RunWire(ctx, parse(t, s), Wire{Seed: sim.DefaultSeed})
	needLive(t, err)
	return res
}

// slow gives a script's link a delay that the calls of a busy machine do not outlast.
func slow(script string) string { return strings.Replace(script, "delay=10ms", "delay=150ms", 1) }

// With a delay between them the kernels of both ends say the states that loopback passes
// inside one call.
func TestWireSimultaneous(t *testing.T) {
	for name, c := range map[string]struct {
		script string
		passes []wire.State
	}{
		"close": {slow(withFaults("", "B: x = accept s\nat 600ms  A: close c\nat 600ms  B: close x\n")),
			[]wire.State{wire.StateFinWait1, wire.StateClosing, wire.StateTimeWait}},
		"open": {"host A\nhost B\nlink A B delay=150ms\nA: c = socket tcp\nA: bind c :1000\nB: d = socket tcp\nB: bind d :2000\n" +
			"at 50ms  A: connect c B:2000\nat 50ms  B: connect d A:1000\n",
			[]wire.State{wire.StateSynSent, wire.StateSynReceived, wire.StateEstablished}},
	} {
		t.Run(name, func(t *testing.T) {
			res := runWire(t, c.script)
			for try := 1; try < 5 && !(passesAll(res.Trace, "A", c.passes) && passesAll(res.Trace, "B", c.passes)); try++ {
				res = runWire(t, c.script) // the machine stood still for longer than the delay, and nothing crossed
			}
			for _, host := range []string{"A", "B"} {
				if !passesAll(res.Trace, host, c.passes) {
					t.Errorf("%s does not pass %v in the kernel's own words", host, c.passes)
				}
			}
			if n := Compare(parse(t, c.script), res, tcp.Linux, sim.DefaultSeed).Differences(); n != 0 {
				t.Errorf("%d rows differ from the model", n)
			}
		})
	}
}

// A lost SYN comes again by the kernel's timer, not before 1 s (RFC 6298 §2.1), and the wire
// shows it as a repetition of the first.
func TestWireLostSYN(t *testing.T) {
	res := runWire(t, withFaults("drop A->B SYN 1", "B: x = accept s\n"))
	var syns []trace.Event
	for _, e := range res.Trace.Events {
		if e.Kind == trace.Send && e.Seg.Flags == wire.SYN {
			syns = append(syns, e)
		}
	}
	if len(syns) < 2 || syns[1].T-syns[0].T < time.Second {
		t.Fatalf("SYNs: %v, want a second one, a second later at least", syns)
	}
	if !syns[1].Again || syns[1].Cause != syns[0].N || syns[0].Again {
		t.Errorf("the second is marked as a repetition: %v, of event %d; want of %d", syns[1].Again, syns[1].Cause, syns[0].N)
	}
}

// What loopback cannot show is played on the wire where that can, without being asked; what
// neither can is refused with the reason.
func TestBest(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for faults, want := range map[string]Level{"": LevelPrivate, "duplicate A->B SYN 1": LevelWire} {
		res, err := RunBest(ctx, parse(t, withFaults(faults, "B: x = accept s\n")), LevelPrivate, sim.DefaultSeed)
		needLive(t, err)
		if res.Level != want {
			t.Errorf("%q is played at level %d, want %d", faults, res.Level, want)
		}
	}
	_, err := RunBest(ctx, parse(t, withFaults("", "expect A sends SYN seq=100\n")), LevelPrivate, sim.DefaultSeed)
	var cannot *CannotError
	if !errors.As(err, &cannot) {
		t.Errorf("an absolute number: %v, want that it cannot be shown", err)
	}
}

// No packet arrives before its delay is over, and the times are the measured ones: no two
// delays are the same.
func TestWireDelay(t *testing.T) {
	late := lateness(runWire(t, pingPong(10)), pingPongDelay)
	if len(late) < 20 || late[0] < 0 || late[0] == late[len(late)-1] {
		t.Errorf("packets were late by %v", late)
	}
}

// How late the wire delivers at a delay of 20 ms, in microseconds:
//
//	go test ./live/lab -run '^$' -bench WireDelay -benchtime 5x
func BenchmarkWireDelay(b *testing.B) {
	var all []time.Duration
	for b.Loop() {
		all = append(all, lateness(runWire(b, pingPong(25)), pingPongDelay)...)
	}
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Nanoseconds())/1e3, "median-us-late")
	b.ReportMetric(float64(all[len(all)*99/100].Nanoseconds())/1e3, "p99-us-late")
}

const pingPongDelay = 20 * time.Millisecond

// pingPong is a script in which datagrams go to and fro.
func pingPong(n int) string {
	s := "host A\nhost B\nlink A B delay=20ms\nA: u = socket udp\nA: bind u :1\nB: v = socket udp\nB: bind v :2\n"
	for range n {
		s += "A: sendto u B:2 \"ping\"\nB: recvfrom v 4\nB: sendto v A:1 \"pong\"\nA: recvfrom u 4\n"
	}
	return s
}

// lateness is how much longer than the delay each packet was under way, the least first.
func lateness(res *Result, delay time.Duration) (late []time.Duration) {
	sent := map[int]time.Duration{}
	for _, e := range res.Trace.Events {
		switch e.Kind {
		case trace.Send:
			sent[e.Pkt] = e.T
		case trace.Recv:
			late = append(late, e.T-sent[e.Pkt]-delay)
		default: // calls
		}
	}
	slices.Sort(late)
	return late
}
