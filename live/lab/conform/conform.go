package conform

import (
	"context"
	"slices"
	"time"

	"netlab/live/lab"
	"netlab/live/netns"
	"netlab/sim"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
)

// A Case is one script that is played by the kernel and by the model.
type Case struct {
	ID        string // p1, p2, … for probes, w1, w2, … for walks
	Situation string // of a probe
	Name      string // the situation and the segment, or the walk
	Script    *scenario.Script
	first     int           // the statement from which on what B does is compared
	watch     time.Duration // for how long from there
}

// A Verdict says how the kernel and the model agree on a case.
type Verdict string

// The verdicts.
const (
	Standard    Verdict = "standard"    // the kernel does what the letter of RFC 9293 says
	Quirk       Verdict = "quirk"       // it does otherwise, and the linux profile knows
	Unexplained Verdict = "unexplained" // the linux profile does otherwise
)

// An Outcome is what became of a case.
type Outcome struct {
	Case     *Case
	Verdict  Verdict
	Quirks   []tcp.Quirk // they explain the difference, and none of them can be spared
	Kernel   string      // what B did
	Linux    string      // what the linux profile does
	Standard string      // what it does without quirks
	Tries    int         // how often it was played
}

// linux is the profile that a kernel is compared with, on a wire with Ethernet's MTU.
func linux() tcp.Profile {
	p := tcp.Linux
	p.SynWnd, p.RcvBuf = windowOnEthernet, windowOnEthernet
	return p
}

// windowOnEthernet is the window of a kernel's new connection: as many segments of 1,460
// octets as fit into 65,535.
const windowOnEthernet = 65535 / 1460 * 1460

// standard is the letter of RFC 9293 and RFC 5961, with the numbers that a kernel chooses
// for what they leave open.
func standard() tcp.Profile {
	p := linux()
	p.Quirks = 0
	return p
}

// model plays a case and returns what B does.
func (c *Case) model(p tcp.Profile) string {
	t := sim.Run(c.Script, sim.Options{Profile: p, Seed: sim.DefaultSeed, MTU: netns.EthernetMTU})
	return c.observe(t)
}

// judge compares what the kernel did with what the model does.
func (c *Case) judge(kernel string) Outcome {
	o := Outcome{Case: c, Kernel: kernel, Linux: c.model(linux()), Standard: c.model(standard())}
	switch {
	case o.Kernel != o.Linux:
		o.Verdict = Unexplained
	case o.Kernel == o.Standard:
		o.Verdict = Standard
	default:
		o.Verdict = Quirk
		o.Quirks = c.enough(o.Linux)
	}
	return o
}

// enough finds quirks that make the standard do what the linux profile does, none of which
// can be spared.
func (c *Case) enough(want string) []tcp.Quirk {
	p := linux()
	var needed []tcp.Quirk
	for _, q := range tcp.Quirks() {
		p.Quirks &^= q
		if c.model(p) != want {
			p.Quirks |= q
			needed = append(needed, q)
		}
	}
	return needed
}

// tries is how often a case is played at most: a busy machine can make a kernel late, but
// not three times at the same place.
const tries = 3

// Run plays cases on this machine's kernel and judges them. done is called for each, one call
// at a time.
func Run(ctx context.Context, cases []Case, atOnce int, done func(Outcome)) error {
	todo := make([]int, len(cases))
	for i := range todo {
		todo[i] = i
	}
	for try := 1; len(todo) > 0; try++ {
		var jobs []lab.Job
		for _, i := range todo {
			jobs = append(jobs, lab.Job{Script: cases[i].Script, Wire: lab.Wire{Seed: sim.DefaultSeed, Watch: watchAfter}})
		}
		var again []int
		err := lab.Batch(ctx, jobs, atOnce, func(k int, res *lab.Result, err error) error {
			if res == nil || ctx.Err() != nil {
				return err
			}
			o := cases[todo[k]].judge(cases[todo[k]].observe(res.Trace))
			if o.Tries = try; o.Verdict == Unexplained && try < tries {
				again = append(again, todo[k])
				return nil
			}
			done(o)
			return nil
		})
		if err != nil {
			return err
		}
		slices.Sort(again)
		todo = again
		atOnce = max(1, atOnce/4) // what was wrong only because the machine was busy
	}
	return nil
}
