package scenario

import (
	"netlab/sim/fault"
	"netlab/sim/wire"
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
	NeedChance       Need = "chance"       // lose, delay, repeat or damage packets by chance or for a time
	NeedWatch        Need = "watch"        // wait for something to happen on the wire
	NeedDatagrams    Need = "datagrams"    // UDP sockets
	NeedOptions      Need = "options"      // socket options and poll
)

// needTexts say why a player that lacks the ability cannot show the script.
var needTexts = map[Need]string{
	NeedLoss:         "it loses a segment that only a network with a wire of its own can lose",
	NeedDelay:        "it delays or repeats a segment, which loopback never does",
	NeedExactISS:     "it expects absolute sequence numbers, and a kernel picks its own at random",
	NeedRaw:          "it sends a segment that no socket would send",
	NeedSimultaneous: "two hosts act at the same moment, which loopback cannot be made to do for certain",
	NeedChance:       "packets meet with accidents by chance, and loopback is a perfect network",
	NeedWatch:        "it waits for segments with then lines",
	NeedDatagrams:    "it uses UDP, and a live run records TCP",
	NeedOptions:      "it sets socket options, polls or makes a call that sockets do not have, which a live run does not do",
}

// Text says in English what the script does that needs this ability.
func (n Need) Text() string { return needTexts[n] }

// Needs lists what a player must be able to do. A script's iss and delay, and the habits
// of its hosts, describe the model's world and are no need by themselves.
func (s *Script) Needs() []Need {
	has := map[Need]bool{NeedRaw: s.Puppets()}
	for _, f := range s.AllFaults() {
		switch {
		case f.Sel.Chance > 0 || f.Sel.Since > 0 || f.Sel.Until > 0:
			has[NeedChance] = true
		case f.Verb == fault.Drop:
			has[NeedLoss] = true
		case f.Verb == fault.Old:
			has[NeedRaw] = true
		default:
			has[NeedDelay] = true
		}
	}
	for i := range s.Expects {
		e := &s.Expects[i]
		if e.HasSeq && e.Seq.IsAbsolute() || e.HasAck && e.Ack.IsAbsolute() {
			has[NeedExactISS] = true
		}
	}
	for i := range s.Stmts {
		a := &s.Stmts[i]
		switch a.Verb {
		case Then:
			has[NeedWatch] = true
		case SetSockOpt, GetSockOpt, Poll, Open:
			has[NeedOptions] = true
		case SendTo, RecvFrom, Join, Leave:
			has[NeedDatagrams] = true
		case Socket:
			has[NeedDatagrams] = has[NeedDatagrams] || a.Proto == wire.UDP
		default: // every player can make the others
		}
		for k := range s.Stmts[:i] {
			if b := &s.Stmts[k]; a.HasAt && b.HasAt && a.At == b.At && a.Host != b.Host {
				has[NeedSimultaneous] = true
			}
		}
	}
	var needs []Need
	for _, n := range []Need{NeedLoss, NeedDelay, NeedChance, NeedExactISS, NeedRaw, NeedWatch, NeedDatagrams, NeedOptions, NeedSimultaneous} {
		if has[n] {
			needs = append(needs, n)
		}
	}
	return needs
}
