package lab

import (
	"slices"

	"netlab/live/netns"
	"netlab/sim"
	"netlab/sim/compare"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
)

// Compare lays a live run of the script beside the model, which plays it as loopback
// or the wire does, with the habits of the profile.
func Compare(s *scenario.Script, res *Result, profile tcp.Profile, seed uint64) *compare.Report {
	opt := sim.Options{Profile: profile, Seed: seed, Loopback: true}
	if res.Level == LevelWire {
		opt.Loopback, opt.MTU = false, netns.EthernetMTU
	}
	model := sim.Run(asKernels(s), opt)
	return compare.Compare(model, res.Trace, compare.Options{NoPackets: res.Level == LevelCallsOnly, Wire: res.Level == LevelWire, Buffers: s.Buffers()})
}

// asKernels is the script with hosts that have no habits of their own: what stands beside the
// model is one kernel.
func asKernels(s *scenario.Script) *scenario.Script {
	c := *s
	c.Hosts = slices.Clone(s.Hosts)
	for i := range c.Hosts {
		c.Hosts[i].Profile = ""
	}
	return &c
}
