package lab

import (
	"context"
	"errors"
	"time"

	"netlab/sim"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
	"netlab/sim/trace"
)

// Patience is how long a script may take in real time to be played without being asked
// for by name.
const Patience = 10 * time.Second

// TooLong says that a script takes long in real time, by the model's account of when its
// calls are made and return; the error is a [*CannotError].
func TooLong(s *scenario.Script) error {
	t := sim.Run(s, sim.Options{Profile: tcp.Linux, Loopback: true})
	last := time.Duration(0)
	for i := range t.Events {
		if e := &t.Events[i]; e.Kind == trace.Call || e.Kind == trace.Return {
			last = e.T
		}
	}
	if last <= Patience {
		return nil
	}
	return &CannotError{"it takes " + last.Round(time.Second).String() + " in real time", "netlab compare " + s.Name + " plays it all the same"}
}

// instead says how to see a script that loopback cannot show.
func instead(s *scenario.Script) string {
	if CanWire(s) == nil {
		return "netlab live " + s.Name + " --wire plays it on a wire; netlab sim shows the model"
	}
	return "look at the model: netlab sim"
}

// RunBest plays the script as [Run] does or, where loopback cannot show it and the wire can,
// as [RunWire] does.
func RunBest(ctx context.Context, s *scenario.Script, worst Level, seed uint64) (*Result, error) {
	if CanShow(s) != nil && CanCompareWire(s) == nil {
		return RunWire(ctx, s, seed)
	}
	res, err := Run(ctx, s, worst)
	var cannot *CannotError
	if errors.As(err, &cannot) && CanCompareWire(s) == nil { // it has tried, and could not
		return RunWire(ctx, s, seed)
	}
	return res, err
}
