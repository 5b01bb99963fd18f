package lab

import (
	"fmt"
	"net/netip"

	"netlab/sim/trace"
	"netlab/sim/wire"
)

// tell adds what the player has seen to the story.
func (n *network) tell(e trace.Event) {
	n.telling.Lock()
	defer n.telling.Unlock()
	if e.Kind == trace.State && e.Dst.Port != 0 {
		e.Conn = ends(e.Src, e.Dst, 0)
	}
	n.tale = append(n.tale, e)
}

// ends names a connection by its ends, and by how many they have had before.
func ends(local, peer wire.Endpoint, nth int) string {
	return fmt.Sprint(local, " ", peer, " ", nth)
}

// story is everything that has happened so far, in the order in which it became known. A
// connection is called after its two ends: its name in the script may come only later.
func (n *network) story() []trace.Event {
	n.mu.Lock()
	defer n.mu.Unlock()
	for end := range n.states { // a timer may have changed them
		n.sight(end[0], end[1])
	}
	n.telling.Lock()
	defer n.telling.Unlock()
	for ; n.told < len(n.seen); n.told++ {
		n.tale = append(n.tale, n.event(n.player, &n.seen[n.told], func(_ wire.Proto, local, peer netip.AddrPort, nth int) string {
			return ends(n.player.Endpoint(local), n.player.Endpoint(peer), nth)
		}))
	}
	return n.tale
}
