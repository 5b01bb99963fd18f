//go:build linux

package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"netlab/capture"
	"netlab/sim"
	"netlab/sim/compare"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

func TestMain(m *testing.M) {
	Main()
	if os.Getenv("LAB_TEST_PROGRAM") != "" { // what the tests of programs start
		testProgram(os.Getenv("LAB_TEST_PROGRAM"))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func parse(t testing.TB, text string) *scenario.Script {
	t.Helper()
	s, err := scenario.Parse(t.Name(), text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// runLive runs a script in a private namespace. Where the machine refuses, the test
// is skipped with the reason, unless NETLAB_REQUIRE_LIVE is set.
func runLive(t *testing.T, s *scenario.Script) *Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	res, err := Run(ctx, s, LevelPrivate)
	needLive(t, err)
	return res
}

// needLive ends the test if a run has failed, or skips it if the machine refuses.
func needLive(t testing.TB, err error) {
	t.Helper()
	var refused *RefusedError
	if errors.As(err, &refused) && os.Getenv("NETLAB_REQUIRE_LIVE") == "" {
		t.Skipf("%s (%s)", refused.Reason, refused.Fix)
	}
	if err != nil {
		t.Fatal(err)
	}
}

const open = `host A
host B
link A B delay=10ms
%s
B: s = socket tcp
B: listen s 80
A: c = socket tcp
A: connect c B:80
`

func withFaults(faults, rest string) string { return strings.Replace(open, "%s", faults, 1) + rest }

// One script, two worlds: for each of these the kernel does what the model says,
// or a difference has a name.
func TestModelAndKernelAgree(t *testing.T) {
	for _, c := range []struct{ name, script string }{
		{"handshake", withFaults("", "B: x = accept s\n")},
		{"data both ways", withFaults("", "B: x = accept s\nA: send c \"ping\"\nB: recv x \"ping\"\nB: send x \"pong\"\nA: recv c \"pong\"\n")},
		{"much data", withFaults("", "B: x = accept s\nA: send c 300000 &\nB: recv x \""+pattern(300000)+"\"\nA: wait c\n")},
		{"close by A", withFaults("", "B: x = accept s\nA: send c \"ping\"\nB: recv x \"ping\"\nA: close c\nB: recv x\nB: close x\n")},
		{"half-close", withFaults("", "B: x = accept s\nA: shutdown c write\nB: recv x\nB: send x \"late\"\nA: recv c \"late\"\nB: close x\nA: recv c\nA: close c\n")},
		{"server closes first", withFaults("", "B: x = accept s\nB: close x\nA: recv c\nA: close c\n")},
		{"unread data", withFaults("", "B: x = accept s\nA: send c \"hello\"\nat 200ms  B: close x\nat 300ms  A: recv c\n")},
		{"data after close", withFaults("", "B: x = accept s\nA: close c\nB: recv x\nB: send x \"late\"\nat 200ms  B: recv x\nB: send x \"more\"\n")},
		{"unread data, then a RST", withFaults("", "B: x = accept s\nB: send x \"last\"\nA: send c \"unread\"\nat 200ms  B: close x\nat 300ms  A: recv c 100\nA: recv c 100\nA: recv c 100\n")},
		{"refused", "host A\nhost B\nlink A B\nA: c = socket tcp\nA: connect c B:80\n"},
		{"never accepted", withFaults("", "A: send c \"hello\"\n")},
		{"SYN lost", withFaults("drop A->B SYN 1", "B: x = accept s\n")},
		{"SYN,ACK lost", withFaults("drop B->A SYN,ACK 1", "B: x = accept s\n")},
		{"third ACK lost", withFaults("drop A->B ACK 1", "B: x = accept s\n")},
		{"third ACK lost, then data", withFaults("drop A->B ACK 1", "A: send c \"hello\"\nB: x = accept s\nB: recv x \"hello\"\n")},
		{"data lost", withFaults("drop A->B data 1", "B: x = accept s\nA: send c \"hello\"\nB: recv x \"hello\"\n")},
		{"FIN lost", withFaults("drop A->B FIN 1", "B: x = accept s\nA: shutdown c write\nB: recv x\n")},
		{"accept in the background", "host A\nhost B\nlink A B\nB: s = socket tcp\nB: listen s 80\nB: x = accept s &\nA: c = socket tcp\nA: connect c B:80\nB: wait x\nB: send x 5\nA: recv c 5\n"},
		{"nothing to read", withFaults("", "B: x = accept s\nB: recv x 5 within 300ms\n")},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := parse(t, c.script)
			res := runLive(t, s)
			rep := compare.Compare(sim.Run(s, sim.Options{Profile: tcp.Linux}), res.Trace, compare.Options{})
			for _, r := range rep.Rows {
				if r.Verdict == compare.Differs {
					t.Errorf("%s %s: model %s, live %s", r.What, r.Field, r.Model, r.Live)
				}
			}
			if t.Failed() {
				var b strings.Builder
				_ = res.Trace.Text(&b)
				t.Log(b.String())
			}
			checkRecording(t, res)
		})
	}
}

func pattern(n int) string {
	st := scenario.Stmt{N: n}
	return st.Octets()
}

// checkRecording: every packet once, in the kernel's order, from the first SYN.
func checkRecording(t *testing.T, res *Result) {
	t.Helper()
	if res.Stats.Dropped != 0 || res.Stats.Captured != len(res.Frames) {
		t.Errorf("captured %d, dropped %d, have %d frames", res.Stats.Captured, res.Stats.Dropped, len(res.Frames))
	}
	for i := range res.Frames {
		if i > 0 && res.Frames[i].Time.Before(res.Frames[i-1].Time) {
			t.Errorf("frame %d is older than the one before it", i+1)
		}
	}
	if p, err := capture.Decode(res.Frames[0].Data); err != nil || p.Seg.Flags != wire.SYN {
		t.Errorf("the first packet is %v (%v), want a SYN", p.Seg, err)
	}
}

// A segment that the script loses was sent, as the capture shows, and was not
// received: the trace has both.
func TestLossIsShown(t *testing.T) {
	res := runLive(t, parse(t, withFaults("drop A->B SYN 1..2", "B: x = accept s\n")))
	syns, lost := 0, 0
	for i := range res.Trace.Events {
		switch e := &res.Trace.Events[i]; {
		case e.Kind == trace.Send && e.Seg.Flags == wire.SYN:
			syns++
		case e.Kind == trace.Drop:
			lost++
		}
	}
	if syns != 3 || lost != 2 {
		t.Errorf("%d SYNs, %d lost; want 3 and 2", syns, lost)
	}
}

// The last ACK of all is lost, though the socket that should receive it is closed and
// its filter cannot be taken off: the FIN comes again, and this time its ACK arrives.
func TestLastAckLost(t *testing.T) {
	s := parse(t, withFaults("drop A->B ACK 2", "B: x = accept s\nA: shutdown c write\nB: recv x\nB: close x\nA: recv c\nA: close c\n"))
	res := runLive(t, s)
	if n := Compare(s, res, tcp.Linux, sim.DefaultSeed).Differences(); n != 0 {
		t.Errorf("%d rows differ", n)
	}
	if !scenario.Passes(res.Trace, "B", wire.StateLastAck, wire.StateClosed) {
		t.Error("B does not go from LAST-ACK to CLOSED")
	}
}

// What two hosts send at the same moment crosses, and the kernel tells the states on
// the way: both ends pass CLOSING, or SYN-RECEIVED.
func TestSimultaneous(t *testing.T) {
	for name, c := range map[string]struct {
		script string
		passes []wire.State
	}{
		"close": {withFaults("", "B: x = accept s\nat 50ms  A: close c\nat 50ms  B: close x\n"),
			[]wire.State{wire.StateFinWait1, wire.StateClosing, wire.StateTimeWait}},
		"open": {"host A\nhost B\nlink A B\nA: c = socket tcp\nA: bind c :1000\nB: d = socket tcp\nB: bind d :2000\n" +
			"at 50ms  A: connect c B:2000\nat 50ms  B: connect d A:1000\n",
			[]wire.State{wire.StateSynSent, wire.StateSynReceived, wire.StateEstablished}},
	} {
		t.Run(name, func(t *testing.T) {
			s := parse(t, c.script)
			res := runLive(t, s)
			for try := 1; try < 5 && !(passesAll(res.Trace, "A", c.passes) && passesAll(res.Trace, "B", c.passes)); try++ {
				res = runLive(t, s) // the machine was too busy to look in time
			}
			if n := Compare(s, res, tcp.Linux, sim.DefaultSeed).Differences(); n != 0 || res.Tries < 1 {
				t.Errorf("%d rows differ after %d tries", n, res.Tries)
			}
			for _, host := range []string{"A", "B"} {
				if !passesAll(res.Trace, host, c.passes) {
					t.Errorf("%s does not pass %v in the kernel's own words", host, c.passes)
				}
			}
		})
	}
}

// passesAll reports whether the host goes through exactly these states in order, those
// of short life included.
func passesAll(tr *trace.Trace, host string, want []wire.State) bool {
	for i := range tr.Events {
		if e := &tr.Events[i]; e.Kind == trace.State && e.Host == host && len(want) > 0 && e.To == want[0] {
			want = want[1:]
		}
	}
	return len(want) == 0
}

// A script that waits for hours is not played unless it is asked for by name.
func TestTooLong(t *testing.T) {
	for rest, long := range map[string]bool{
		"B: x = accept s\nA: recv c within 3h\n":             true,
		"B: x = accept s\nat 1h  B: close x\n":               true,
		"B: x = accept s\nB: close x\nA: recv c within 3h\n": false, // it returns at once
	} {
		if err := TooLong(parse(t, withFaults("", rest))); (err != nil) != long {
			t.Errorf("%q: %v", rest, err)
		}
	}
}

// What loopback cannot show is said, never pretended.
func TestWhatCannotBeShown(t *testing.T) {
	for faults, why := range map[string]string{
		"delay A->B SYN 1 by 10ms":  "delays or repeats a segment",
		"duplicate A->B data 1":     "delays or repeats a segment",
		"old A->B SYN seq=1 at 1ms": "a segment that no socket would send",
		"corrupt A->B data 1":       "delays or repeats a segment",
		"drop B->A SYN all":         "a socket filter needs a socket",
	} {
		_, err := Run(context.Background(), parse(t, withFaults(faults, "")), LevelCallsOnly)
		var cannot *CannotError
		if !errors.As(err, &cannot) || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v, want a reason with %q", faults, err, why)
		}
	}
}

// A frame that no interface takes cannot be put on the wire; one that just fits can.
func TestTooLargeForWire(t *testing.T) {
	const script = "puppet P\nhost B\nlink P B delay=10ms%s\nP: segment B:80 ACK seq=1 ack=1 len=%d\n"
	for _, c := range []struct {
		link string
		n    int
		want bool
	}{{"", 1460, true}, {"", 1461, false}, {" mtu=600", 560, true}, {" mtu=600", 561, false}} {
		err := CanWire(parse(t, fmt.Sprintf(script, c.link, c.n)))
		if ok := err == nil; ok != c.want {
			t.Errorf("%d octets, link%s: %v, want that it can be shown: %v", c.n, c.link, err, c.want)
		}
	}
}

// A run that is stopped ends at once, with its child.
func TestStopping(t *testing.T) {
	s := parse(t, withFaults("", "B: x = accept s\nB: recv x 5 within 1h\n"))
	runLive(t, parse(t, withFaults("", ""))) // skips where live is refused
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	started := time.Now()
	_, err := Run(ctx, s, LevelPrivate)
	if err == nil || time.Since(started) > 10*time.Second {
		t.Errorf("err %v after %v", err, time.Since(started))
	}
}

// A run that is stopped leaves nothing of a program behind: neither the shell that was
// started nor what it has started.
func TestStoppedProgram(t *testing.T) {
	s := parse(t, withFaults("", "B: x = accept s\n"))
	runLive(t, s) // skips where live is refused
	alive := filepath.Join(t.TempDir(), "alive")
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	if _, err := RunProgram(ctx, s, Program{Host: "B", Command: "(while echo >> " + alive + "; do sleep 0.01; done) & wait"}); err == nil {
		t.Error("a run whose program never listens ends well")
	}
	first, err := os.Stat(alive)
	if err != nil {
		t.Fatalf("the program did not run: %v", err)
	}
	time.Sleep(200 * time.Millisecond)
	if then, _ := os.Stat(alive); then.Size() != first.Size() {
		t.Error("the program goes on after its run")
	}
}

// On the host's own loopback, with and without packets, the calls give the same
// results as in the namespace.
func TestWithoutNamespace(t *testing.T) {
	s := parse(t, withFaults("", "B: x = accept s\nA: send c \"ping\"\nB: recv x \"ping\"\nA: close c\nB: recv x\nB: close x\n"))
	for _, packets := range []bool{false, true} {
		if packets && probeCapture() != nil {
			continue // an ordinary user may not
		}
		res, err := runHere(context.Background(), s, packets)
		if err != nil {
			t.Fatal(err)
		}
		rep := compare.Compare(sim.Run(s, sim.Options{Profile: tcp.Linux}), res.Trace, compare.Options{NoPackets: !packets})
		for _, r := range rep.Rows {
			if r.Verdict == compare.Differs {
				t.Errorf("packets %v: %s %s: model %s, live %s", packets, r.What, r.Field, r.Model, r.Live)
			}
		}
	}
}

// The child ends when its parent goes away: the end of its input is enough.
func TestChildEndsWithItsParent(t *testing.T) {
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), marker+"=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	cmd.Stderr = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = in.Close()
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		_ = cmd.Process.Kill()
		t.Fatal("the child goes on without a parent")
	}
}
