package scenario

import (
	"netlab/sim/fault"
)

// A Need is something a player must be able to do to play a script.
type Need string

// The needs.
const (
	NeedLoss         Need = "loss"         // lose a chosen segment
	NeedDelay        Need = "delay"        // hold a chosen segment back, or repeat it
	NeedExactISS     Need = "exact-iss"    // an expect line names an absolute number
	NeedRaw          Need = "raw"          // put a made-up segment on the wire
	NeedSimultaneous Need = "simultaneous" // two hosts act at the same moment
)

// needTexts say why a player that lacks the ability cannot show the script.
var needTexts = map[Need]string{
	NeedLoss:         "it loses a segment that only a network with a wire of its own can lose",
	NeedDelay:        "it delays or repeats a segment, which loopback never does",
	NeedExactISS:     "it expects absolute sequence numbers, and a kernel picks its own at random",
	NeedRaw:          "it sends a segment that no socket would send",
	NeedSimultaneous: "two hosts act at the same moment, which loopback cannot be made to do for certain",
}

// Text says in English what the script does that needs this ability.
func (n Need) Text() string { return needTexts[n] }

// Needs lists what a player must be able to do. A script's iss and delay
// describe the model's world and are no need by themselves.
func (s *Script) Needs() []Need {
	has := map[Need]bool{}
	for _, f := range s.Faults {
		switch f.Verb {
		case fault.Drop:
			has[NeedLoss] = true
		case fault.Delay, fault.Duplicate:
			has[NeedDelay] = true
		case fault.Old:
			has[NeedRaw] = true
		}
	}
	for _, e := range s.Expects {
		if e.HasSeq || e.HasAck {
			has[NeedExactISS] = true
		}
	}
	for i, a := range s.Stmts {
		for _, b := range s.Stmts[:i] {
			if a.HasAt && b.HasAt && a.At == b.At && a.Host != b.Host {
				has[NeedSimultaneous] = true
			}
		}
	}
	var needs []Need
	for _, n := range []Need{NeedLoss, NeedDelay, NeedExactISS, NeedRaw, NeedSimultaneous} {
		if has[n] {
			needs = append(needs, n)
		}
	}
	return needs
}
