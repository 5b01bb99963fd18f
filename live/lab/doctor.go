package lab

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"netlab/live/jail"
	"netlab/sim"
	"netlab/sim/scenario"
	"netlab/sim/trace"
)

// A Check is one thing that a live run needs, tried.
type Check struct {
	ID    string
	What  string
	OK    bool
	Found string // what was seen, or what stands in the way
	Fix   string // one line that mends it; empty if nothing needs mending
}

// probe is the script with which everything is tried at once.
const probe = `host A
host B
link A B
B: s = socket tcp
B: listen s 80
A: c = socket tcp
A: connect c B:80 within 3s
B: x = accept s within 3s
A: send c "netlab"
B: recv x "netlab" within 3s
`

// Doctor tries the whole sequence of a live run. What fails names its cause; what
// comes after it was not tried.
func Doctor(ctx context.Context) []Check {
	s, err := scenario.Parse("doctor", probe)
	if err != nil {
		panic("lab: the doctor's own script: " + err.Error())
	}
	res, err := runPrivate(ctx, s, request{})
	names := []Check{
		{ID: "namespace", What: "user and network namespace"},
		{ID: "loopback", What: "loopback inside it"},
		{ID: "packet-socket", What: "packet socket"},
		{ID: "sockets", What: "real TCP connection"},
		{ID: "states", What: "the kernel's socket states"},
		{ID: "capture", What: "captured packets"},
	}
	var refused *RefusedError
	switch {
	case err == nil:
		for i := range names {
			names[i].OK, names[i].Found = true, "works"
		}
		fillFindings(names, res)
	case errors.As(err, &refused):
		failed := map[string]int{"namespace": 0, "loopback": 1, "capture": 2}[refused.Stage]
		for i := range names {
			switch {
			case i < failed:
				names[i].OK, names[i].Found = true, "works"
			case i == failed:
				names[i].Found, names[i].Fix = refused.Reason, refused.Fix
			default:
				names[i].Found = "not tried, because of the line above"
			}
		}
	default:
		names[0].Found = err.Error()
		names[0].Fix = "netlab live handshake shows more"
		for i := range names[1:] {
			names[i+1].Found = "not tried, because of the line above"
		}
	}
	names = append(names, wireCheck(ctx, s, err == nil), cellCheck(ctx, err == nil))
	system := Check{ID: "system", What: "operating system", OK: true, Found: runtime.GOOS + "/" + runtime.GOARCH}
	return append([]Check{system}, names...)
}

// wireCheck tries the same on a wire between namespaces of their own.
func wireCheck(ctx context.Context, s *scenario.Script, able bool) Check {
	c := Check{ID: "wire", What: "a wire between namespaces", Found: "not tried, because of the lines above"}
	if !able {
		return c
	}
	res, err := RunWire(ctx, s, Wire{Seed: sim.DefaultSeed})
	var refused *RefusedError
	switch {
	case errors.As(err, &refused):
		c.Found, c.Fix = refused.Reason, refused.Fix
	case err != nil:
		c.Found, c.Fix = err.Error(), "netlab live handshake --wire shows more"
	default:
		c.OK, c.Found = true, fmt.Sprintf("%d packets carried from one namespace to the other", res.Stats.Captured)
	}
	return c
}

// cellCheck tries what keeps a program apart that nobody trusts: homework is run so.
func cellCheck(ctx context.Context, able bool) Check {
	c := Check{ID: "cell", What: "a sandbox for homework", Found: "not tried, because of the lines above"}
	if !able {
		return c
	}
	made, err := Make(ctx, jail.Cell{Argv: []string{"true"}}, nil, silence)
	var refused *RefusedError
	switch {
	case errors.As(err, &refused):
		c.Found, c.Fix = refused.Reason, refused.Fix
	case err != nil:
		c.Found = err.Error()
	case !made.Started:
		c.Found = "the program " + made.How()
	default:
		c.OK, c.Found = true, "a program without rights, files and processes of others"
	}
	return c
}

// fillFindings says what the probe has seen.
func fillFindings(checks []Check, res *Result) {
	states, results := 0, 0
	for i := range res.Trace.Events {
		switch e := &res.Trace.Events[i]; {
		case e.Kind == trace.State:
			states++
		case e.Kind == trace.Return && e.Call == "recv" && e.Result == "6":
			results++
		}
	}
	set := func(i int, ok bool, found string) { checks[i].OK, checks[i].Found = ok, found }
	set(3, results == 1, "six octets sent and received")
	set(4, states > 0, fmt.Sprintf("%d state changes sampled", states))
	if set(5, res.Stats.Captured > 0, fmt.Sprintf("%d packets on lo, each once", res.Stats.Captured)); res.Stats.Dropped > 0 {
		set(5, false, fmt.Sprintf("%d packets were dropped", res.Stats.Dropped))
	}
}

// LevelOf says how good a live run is after what Doctor has found.
func LevelOf(checks []Check) Level {
	for _, c := range checks {
		if c.ID == "capture" && c.OK {
			return LevelPrivate
		}
	}
	if probeCapture() == nil {
		return LevelHost
	}
	return LevelCallsOnly
}
