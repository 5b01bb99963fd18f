package lab

import (
	"context"
	"errors"

	"netlab/sim/scenario"
)

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
		return RunWire(ctx, s, Wire{Seed: seed})
	}
	res, err := Run(ctx, s, worst)
	var cannot *CannotError
	if errors.As(err, &cannot) && CanCompareWire(s) == nil { // it has tried, and could not
		return RunWire(ctx, s, Wire{Seed: seed})
	}
	return res, err
}
