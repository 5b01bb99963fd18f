package live

import (
	"net/netip"
	"testing"
	"time"

	"netlab/sim/trace"
	"netlab/sim/wire"
)

// moving is a kernel that moves a connection to its TIME-WAIT while it is looked at: the first
// look finds neither.
type moving struct {
	Backend
	looks int
}

func (m *moving) State(Handle, bool, netip.AddrPort, netip.AddrPort) (wire.State, bool) {
	if m.looks++; m.looks == 1 {
		return wire.StateClosed, true
	}
	return wire.StateTimeWait, true
}

// A connection that one look does not find may be on its way to TIME-WAIT: it is gone only if
// another look does not find it either.
func TestLookAgain(t *testing.T) {
	var events []trace.Event
	p := &Player{back: &moving{}, start: time.Now(), opt: Options{Emit: func(e trace.Event) { events = append(events, e) }},
		socks: []*sock{{host: "B", name: "x", proto: wire.TCP, state: wire.StateEstablished}}}
	p.sample()
	p.sample()
	if len(events) != 1 || events[0].To != wire.StateTimeWait {
		t.Errorf("%d states were written down, %+v; want TIME-WAIT only", len(events), events)
	}
}
