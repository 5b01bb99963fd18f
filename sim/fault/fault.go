package fault

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"netlab/sim/wire"
)

// A What is a kind of segment that a script can name.
type What uint8

// The kinds. A segment can be of several: a FIN with data is FIN and data.
const (
	Any    What = iota // any segment
	Syn                // SYN without ACK
	SynAck             // SYN with ACK
	Ack                // an ACK and nothing else
	Data               // at least one octet of text
	Fin
	Rst
	whats
)

var whatNames = [whats]string{"any", "SYN", "SYN,ACK", "ACK", "data", "FIN", "RST"}

// String returns the word used in scripts.
func (w What) String() string { return whatNames[w] }

// ParseWhat reads the word used in scripts, in upper or lower case.
func ParseWhat(word string) (What, bool) {
	word = strings.ReplaceAll(strings.ReplaceAll(word, "-", ","), "+", ",")
	i := slices.IndexFunc(whatNames[:], func(n string) bool { return strings.EqualFold(n, word) })
	return What(max(i, 0)), i >= 0
}

// Whats lists the words used in scripts.
func Whats() []string { return whatNames[:] }

// Is reports whether the segment is of this kind.
func (w What) Is(seg wire.Segment) bool {
	switch w {
	case Any:
		return true
	case Syn:
		return seg.Flags.Has(wire.SYN) && !seg.Flags.Has(wire.ACK)
	case SynAck:
		return seg.Flags.Has(wire.SYN | wire.ACK)
	case Ack:
		return seg.IsPureAck()
	case Data:
		return seg.Data != ""
	case Fin:
		return seg.Flags.Has(wire.FIN)
	case Rst:
		return seg.Flags.Has(wire.RST)
	default:
		panic("fault: unknown kind of segment")
	}
}

// Counts says, for each kind, how many packets of it went in one direction so far.
type Counts [whats]int

// Count adds a segment to the kinds that it belongs to.
func (c *Counts) Count(seg wire.Segment) {
	for w := range whats {
		if w.Is(seg) {
			c[w]++
		}
	}
}

// A Selector names packets by direction, kind and ordinal: the Nth of its kind
// in its direction, counted from 1.
type Selector struct {
	From, To    string
	What        What
	First, Last int // Last 0 means: and all that follow
}

// String returns the selector as a script writes it: "A->B SYN 1".
func (s Selector) String() string {
	which := strconv.Itoa(s.First)
	switch {
	case s.Last == 0 && s.First == 1:
		which = "all"
	case s.Last == 0:
		which += ".."
	case s.Last != s.First:
		which += ".." + strconv.Itoa(s.Last)
	}
	return s.From + "->" + s.To + " " + s.What.String() + " " + which
}

// Matches reports whether the packet is one of those named. Counts includes it.
func (s Selector) Matches(p Packet) bool {
	n := p.Nth[s.What]
	return s.From == p.From && s.To == p.To && s.What.Is(p.Seg) && n >= s.First && (s.Last == 0 || n <= s.Last)
}

// A Packet is what a fault looks at.
type Packet struct {
	From, To string // hosts
	Seg      wire.Segment
	Nth      Counts // of its direction, this packet included
}

// A Verb is what a fault does.
type Verb uint8

// The verbs.
const (
	Drop Verb = iota
	Delay
	Duplicate
	Old // a packet of an earlier connection turns up
)

var verbNames = [...]string{"drop", "delay", "duplicate", "old"}

// String returns the word used in scripts.
func (v Verb) String() string { return verbNames[v] }

// Rules of the network: it may do all of this to a packet (RFC 9293 §2.2 builds
// on no more than a service that may lose, delay, repeat and reorder).
var (
	RuleLost       = &wire.Rule{ID: "lost", Ref: "RFC 9293 §3.8.1", Text: "The network may lose a segment; the sender finds out by waiting."}
	RuleDelayed    = &wire.Rule{ID: "delayed", Ref: "RFC 9293 §3.8.1", Text: "The network may hold a segment back."}
	RuleDuplicated = &wire.Rule{ID: "duplicated", Ref: "RFC 9293 §3.8.1", Text: "The network may deliver a segment twice."}
	RuleOldPacket  = &wire.Rule{ID: "old-duplicate", Ref: "RFC 9293 §3.5, Figure 8", Text: "A segment of an earlier connection can turn up late."}
)

// Rules lists the network's rules.
func Rules() []*wire.Rule { return []*wire.Rule{RuleLost, RuleDelayed, RuleDuplicated, RuleOldPacket} }

// A Fault is one line of a script about the network.
type Fault struct {
	Verb Verb
	Sel  Selector
	By   time.Duration // Delay: how much longer; Duplicate: how much later the copy arrives
	At   time.Duration // Old: when it arrives
	Seg  wire.Segment  // Old: the segment
}

// A Fate is what happens to one packet.
type Fate struct {
	Lost  bool
	Later time.Duration   // added to the link's delay
	Copy  []time.Duration // a copy for each, that much after the original
	Rule  *wire.Rule      // nil when nothing happens
}

// Of returns the packet's fate under all faults.
func Of(faults []Fault, p Packet) Fate {
	var fate Fate
	for _, f := range faults {
		if f.Verb == Old || !f.Sel.Matches(p) {
			continue
		}
		switch f.Verb {
		case Drop:
			fate.Lost, fate.Rule = true, RuleLost
		case Delay:
			fate.Later += f.By
			fate.Rule = RuleDelayed
		case Duplicate:
			fate.Copy = append(fate.Copy, f.By)
			fate.Rule = RuleDuplicated
		case Old: // not about a packet that was sent
		}
	}
	return fate
}

// String returns the fault as a script writes it.
func (f Fault) String() string {
	switch f.Verb {
	case Delay:
		return fmt.Sprintf("delay %s by %v", f.Sel, f.By)
	case Duplicate:
		if f.By == 0 {
			return "duplicate " + f.Sel.String()
		}
		return fmt.Sprintf("duplicate %s after %v", f.Sel, f.By)
	case Old:
		s := fmt.Sprintf("old %s->%s %s seq=%s", f.Sel.From, f.Sel.To, f.Seg.Flags, f.Seg.Seq)
		if f.Seg.Flags.Has(wire.ACK) {
			s += " ack=" + f.Seg.Ack.String()
		}
		return s + fmt.Sprintf(" at %v", f.At)
	default:
		return "drop " + f.Sel.String()
	}
}
