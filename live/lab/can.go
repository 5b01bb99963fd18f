package lab

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"netlab/capture"
	"netlab/live"
	"netlab/live/netns"
	"netlab/sim"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A CannotError says that a live run cannot show the script, whatever the machine.
type CannotError struct {
	Why string
	Get string // how to see it all the same
}

// Error implements error.
func (e *CannotError) Error() string { return "cannot be shown live, because " + e.Why }

// cannotCall says which call of the script no kernel takes as it stands; empty: it takes all.
func cannotCall(s *scenario.Script) string {
	for i := range s.Stmts {
		if st := &s.Stmts[i]; st.Option == "SO_LINGER" && st.Value.T%time.Second != 0 {
			return "it sets SO_LINGER to a part of a second, and a kernel takes whole ones"
		}
	}
	return ""
}

// CanShow says whether loopback can play the script; the error is a [*CannotError].
func CanShow(s *scenario.Script) error {
	if why := cannotCall(s); why != "" {
		return &CannotError{why, "look at the model: netlab sim"}
	}
	for _, n := range s.Needs() {
		switch n {
		case scenario.NeedLoss:
			if why := live.CannotLose(s); why != "" {
				return &CannotError{why, instead(s)}
			}
		case scenario.NeedDatagrams, scenario.NeedOptions, scenario.NeedGroups:
			if !fullBackend {
				return &CannotError{n.Text(), "use Linux, or look at the model: netlab sim"}
			}
		case scenario.NeedSimultaneous: // tried until it happens
		default:
			return &CannotError{n.Text(), instead(s)}
		}
	}
	return nil
}

// Patience is how long a script may take in real time to be played without being asked
// for by name.
const Patience = 10 * time.Second

// TooLong says that a script takes long in real time, by the model's account of when its
// calls are made and return; the error is a [*CannotError].
func TooLong(s *scenario.Script) error {
	t := sim.Run(s, sim.Options{Profile: tcp.Linux, Loopback: true})
	last := time.Duration(0)
	for i := range t.Events {
		if e := &t.Events[i]; e.Kind == trace.Call || e.Kind == trace.Return || e.Call == scenario.ThenCall {
			last = e.T
		}
	}
	if last <= Patience {
		return nil
	}
	name := s.Name
	if s.Case != "" {
		name += fmt.Sprintf(" --case %q", s.Case)
	}
	return &CannotError{"it takes " + last.Round(time.Second).String() + " in real time", "netlab compare " + name + " plays it all the same"}
}

// CanWire says whether the script can be played between namespaces; the error is a
// [*CannotError].
func CanWire(s *scenario.Script) error {
	if why := cannotCall(s); why != "" {
		return &CannotError{why, "look at the model: netlab sim"}
	}
	for _, n := range s.Needs() {
		switch n {
		case scenario.NeedExactISS, scenario.NeedOpen:
			return &CannotError{n.Text(), "look at the model: netlab sim"}
		default: // the wire does what the script says
		}
	}
	for i := range s.Stmts {
		st := &s.Stmts[i]
		if st.Verb == scenario.Then {
			if why := cannotWatch(s, st.Then); why != "" {
				return &CannotError{why, "look at the model: netlab sim"}
			}
			continue
		}
		if tooLarge(s, st) {
			return &CannotError{"a puppet's packet is longer than what a frame of its link holds", "look at the model: netlab sim"}
		}
		if st.Peer.Host == st.Host {
			return &CannotError{"a host that talks to itself uses no wire", "netlab live plays it on loopback"}
		}
	}
	return nil
}

// tooLarge reports whether a puppet's packet does not fit into a frame: nobody cuts it into
// fragments.
func tooLarge(s *scenario.Script, st *scenario.Stmt) bool {
	if st.Verb != scenario.Segment && st.Verb != scenario.Datagram {
		return false
	}
	p := st.Make(&scenario.Seen{})
	frame, err := capture.Encode(&p, func(string) netip.Addr { return netip.AddrFrom4([4]byte{10, 0, 0, 1}) })
	return err == nil && len(frame) > etherHeader+cmp.Or(smallestMTU(s), netns.EthernetMTU)
}

// etherHeader is how long the header of an Ethernet frame is.
const etherHeader = 14

// cannotWatch says why a then line cannot be held against a kernel; empty: it can.
func cannotWatch(s *scenario.Script, e *scenario.Expect) string {
	switch {
	case e.Kind == scenario.ExpectIgnores:
		return "a kernel does not say which segments it drops"
	case e.HasSeq && e.Seq.IsAbsolute() && e.Flags != wire.RST, e.HasAck && e.Ack.IsAbsolute() && !onlyPuppets(s, e.Host):
		return "a then line names an absolute sequence number, and a kernel picks its own at random"
	default:
		return ""
	}
}

// onlyPuppets reports whether all other hosts are puppets, whose numbers are the script's.
func onlyPuppets(s *scenario.Script, host string) bool {
	return !slices.ContainsFunc(s.Hosts, func(h scenario.Host) bool { return h.Name != host && !h.Puppet })
}

// CanCompareWire says whether a run between namespaces can be laid beside the model's; the
// error is a [*CannotError].
func CanCompareWire(s *scenario.Script) error {
	if slices.Contains(s.Needs(), scenario.NeedChance) {
		return &CannotError{"its accidents are by chance, and meet other packets of a kernel, which numbers them its own way", "netlab live --wire shows the real run alone"}
	}
	if s.Puppets() && s.Buffers() {
		return &CannotError{"its puppet fills buffers of an exact size, and a kernel counts them in its own way", "netlab live --wire shows the real run alone"}
	}
	if slices.ContainsFunc(s.Hosts, func(h scenario.Host) bool { return h.Congestion != "" }) {
		return &CannotError{"it chooses its hosts' congestion control, and a kernel has its own", "netlab live --wire shows the real run alone"}
	}
	return CanWire(s)
}
