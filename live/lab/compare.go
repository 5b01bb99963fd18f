package lab

import (
	"netlab/sim"
	"netlab/sim/compare"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
)

// Compare lays a live run of the script beside the model, which plays it as loopback
// does, with the habits of the profile.
func Compare(s *scenario.Script, res *Result, profile tcp.Profile, seed uint64) *compare.Report {
	model := sim.Run(s, sim.Options{Profile: profile, Seed: seed, Loopback: true})
	return compare.Compare(model, res.Trace, compare.Options{NoPackets: res.Level == LevelCallsOnly, Buffers: s.Buffers()})
}
