package conform

import (
	"context"
	"fmt"
	"strings"

	"netlab/live/lab"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// PeerLoss is how many packets in a hundred are lost on the way between two peers.
const PeerLoss = 5

// A peerCase is one connection between the model and the kernel.
type peerCase struct {
	script   *scenario.Script
	model    string // the host that the model plays
	up, down int    // octets from A, which connects, and from B
}

// newPeerCase makes the nth connection: the model is client and server by turns, either side
// closes first, and the amounts vary.
func newPeerCase(n int) peerCase {
	c := peerCase{model: []string{"A", "B"}[n%2], up: 1000 + n*37%9000, down: 500 + n*53%7000}
	first, second := "A: %s c", "B: %s x" // who closes
	if n/2%2 == 1 {
		first, second = second, first
	}
	const patience = "within 120s"
	lines := []string{
		"# The model as the kernel's peer: octets both ways, and a close.",
		"host A", "host B", fmt.Sprintf("link A B delay=2ms loss=%d%%", PeerLoss),
		"B: s = socket tcp", "B: listen s 80", "A: c = socket tcp",
		"A: connect c B:80 " + patience,
		"B: x = accept s " + patience,
		fmt.Sprintf("A: send c %d %s &", c.up, patience),
		fmt.Sprintf("B: send x %d %s &", c.down, patience),
		fmt.Sprintf("B: recv x %d all %s", c.up, patience),
		fmt.Sprintf("A: recv c %d all %s", c.down, patience),
		fmt.Sprintf(first, "shutdown") + " write",
		fmt.Sprintf(second, "recv") + " 1 " + patience,
		fmt.Sprintf(second, "close"),
		fmt.Sprintf(first, "recv") + " 1 " + patience,
		fmt.Sprintf(first, "close"),
	}
	s, err := scenario.Parse(fmt.Sprintf("peer-%d", n+1), strings.Join(lines, "\n")+"\n")
	if err != nil {
		panic("conform: " + err.Error())
	}
	c.script = s
	return c
}

// wrong says what went wrong with a connection; empty: nothing.
func (c *peerCase) wrong(t *trace.Trace) string {
	read := map[string]string{}
	last := map[string]wire.State{}
	for i := range t.Events {
		switch e := &t.Events[i]; e.Kind {
		case trace.Deliver:
			read[e.Host] += e.Seg.Data
		case trace.Return:
			if wire.Errno(e.Result).Text() != "" {
				return fmt.Sprintf("%s %s returned %s", e.Host, e.Call, e.Result)
			}
		case trace.State:
			if e.Conn != "s" {
				last[e.Host] = e.To
			}
		default:
		}
	}
	if want := scenario.Pattern(c.up); read["B"] != want {
		return fmt.Sprintf("B read %d octets, %s", len(read["B"]), firstWrong(read["B"], want))
	}
	if want := scenario.Pattern(c.down); read["A"] != want {
		return fmt.Sprintf("A read %d octets, %s", len(read["A"]), firstWrong(read["A"], want))
	}
	for _, host := range []string{"A", "B"} {
		if s := last[host]; s != wire.StateClosed && s != wire.StateTimeWait {
			return fmt.Sprintf("%s ends in %s", host, s)
		}
	}
	return ""
}

// firstWrong says where two strings differ.
func firstWrong(got, want string) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Sprintf("octet %d is wrong", i)
		}
	}
	return fmt.Sprintf("%d were sent", len(want))
}

// A PeerReport says how the model and the kernel have got on with each other.
type PeerReport struct {
	Connections   int
	Good          int // all octets right, both ends closed
	Octets        int
	Packets, Lost int
	Wrong         []string // what went wrong, with the script's name
}

// Peers lets the model and the kernel open n connections with each other, on a network that
// loses one packet in twenty. progress is called after each.
func Peers(ctx context.Context, n, atOnce int, seed uint64, progress func(done int)) (*PeerReport, error) {
	var cases []peerCase
	var jobs []lab.Job
	for i := range n {
		c := newPeerCase(i)
		cases = append(cases, c)
		jobs = append(jobs, lab.Job{Script: c.script, Wire: lab.Wire{Seed: seed + uint64(i), Models: map[string]string{c.model: tcp.Linux.Name}}})
	}
	rep := &PeerReport{}
	err := lab.Batch(ctx, jobs, atOnce, func(i int, res *lab.Result, err error) error {
		if res == nil {
			return err
		}
		rep.Connections++
		rep.Octets += cases[i].up + cases[i].down
		for k := range res.Trace.Events {
			switch res.Trace.Events[k].Kind {
			case trace.Send:
				rep.Packets++
			case trace.Drop:
				rep.Lost++
			default:
			}
		}
		why := cases[i].wrong(res.Trace)
		if err != nil {
			why = err.Error()
		}
		if why == "" {
			rep.Good++
		} else {
			rep.Wrong = append(rep.Wrong, cases[i].script.Name+": "+why)
		}
		progress(rep.Connections)
		return nil
	})
	return rep, err
}
