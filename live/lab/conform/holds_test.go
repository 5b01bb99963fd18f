package conform

import (
	"netlab/live/netns"
	"netlab/sim"
	"netlab/sim/scenario"
)

// holds reports whether a then line comes true in the model.
func (c *Case) holds(stmt int) bool {
	t := sim.Run(c.Script, sim.Options{Profile: linux(), Seed: sim.DefaultSeed, MTU: netns.EthernetMTU})
	for i := range t.Events {
		if e := &t.Events[i]; e.Call == scenario.ThenCall && e.Stmt == stmt+1 {
			return e.Result == scenario.ThenOK
		}
	}
	return false
}
