package fault

import (
	"fmt"
	"math"
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
	UDP // a datagram, or a fragment of one
	ICMP
	whats
)

var whatNames = [whats]string{"any", "SYN", "SYN,ACK", "ACK", "data", "FIN", "RST", "UDP", "ICMP"}

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

// Is reports whether the packet is of this kind.
func (w What) Is(p *wire.Packet) bool {
	switch w {
	case Any:
		return true
	case UDP:
		return p.Proto == wire.UDP
	case ICMP:
		return p.Proto == wire.ICMP
	default: // the others are segments
	}
	if p.Proto != wire.TCP {
		return w == Data && p.Dgram.Data != ""
	}
	seg := &p.Seg
	switch w {
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

// Count adds a packet to the kinds that it belongs to.
func (c *Counts) Count(p *wire.Packet) {
	for w := range whats {
		if w.Is(p) {
			c[w]++
		}
	}
}

// A Chance is a probability in thousandths of a percent.
type Chance int

// String returns "10%".
func (c Chance) String() string { return strconv.FormatFloat(float64(c)/1000, 'g', -1, 64) + "%" }

// ParseChance reads a percentage such as 10% or 0.5%.
func ParseChance(word string) (Chance, bool) {
	number, ok := strings.CutSuffix(word, "%")
	f, err := strconv.ParseFloat(number, 64)
	if !ok || err != nil || !(f >= 0 && f <= 100) {
		return 0, false
	}
	return Chance(math.Round(f * 1000)), true
}

// A Selector names packets by direction, kind and ordinal: the Nth of its kind
// in its direction, counted from 1; or each with a chance; within a time, if one is set.
type Selector struct {
	From, To    string
	What        What
	First, Last int // Last 0 means: and all that follow
	Chance      Chance
	Since       time.Duration // only packets sent from then on
	Until       time.Duration // only packets sent before then; 0: for ever
}

// String returns the selector as a script writes it: "A->B SYN 1".
func (s Selector) String() string {
	which := strconv.Itoa(s.First)
	switch {
	case s.Chance > 0:
		which = s.Chance.String()
	case s.Last == 0 && s.First == 1:
		which = "all"
	case s.Last == 0:
		which += ".."
	case s.Last != s.First:
		which += ".." + strconv.Itoa(s.Last)
	}
	text := s.From + "->" + s.To + " " + s.What.String() + " " + which
	if s.Since > 0 {
		text += " from " + s.Since.String()
	}
	if s.Until > 0 {
		text += " until " + s.Until.String()
	}
	return text
}

// Matches reports whether the packet is one of those named. Counts includes it.
func (s Selector) Matches(p Packet) bool {
	if s.From != p.From || s.To != p.To || !s.What.Is(p.Packet) || p.At < s.Since || (s.Until > 0 && p.At >= s.Until) {
		return false
	}
	if s.Chance > 0 {
		return true // each for itself: see happens
	}
	n := p.Nth[s.What]
	return n >= s.First && (s.Last == 0 || n <= s.Last)
}

// A Packet is what a fault looks at.
type Packet struct {
	From, To string // hosts
	*wire.Packet
	At   time.Duration // when it is sent
	Nth  Counts        // of its direction, this packet included
	Copy int           // how many packets with the same identity went before
	Seed uint64
}

// identity scrambles what makes a packet this packet, so that chance is a function of
// it and never of how many numbers were drawn before: stepping back and forth changes
// nothing, and an edit changes the fate of no packet that exists in both worlds.
func (p *Packet) identity(salt uint64) uint64 {
	h := p.Seed ^ salt*0x9e3779b97f4a7c15
	mix := func(v uint64) {
		h ^= v
		h ^= h >> 30
		h *= 0xbf58476d1ce4e5b9
		h ^= h >> 27
		h *= 0x94d049bb133111eb
		h ^= h >> 31
	}
	for _, c := range p.From + ">" + p.To {
		mix(uint64(c))
	}
	mix(uint64(p.Src.Port)<<16 | uint64(p.Dst.Port))
	mix(uint64(p.Seg.Seq)<<32 | uint64(p.Seg.Ack))
	mix(uint64(p.Proto)<<48 | uint64(p.Seg.Flags)<<32 | uint64(len(p.Seg.Data)+len(p.Dgram.Data)))
	if f := p.Dgram.Frag; f != nil {
		mix(uint64(f.ID)<<32 | uint64(f.Offset))
	}
	mix(uint64(p.Copy))
	return h
}

// SameIdentity is the part of the identity that two packets share if one is a copy of
// the other: what Copy counts.
func (p *Packet) SameIdentity() uint64 { return p.identity(0) }

// happens draws for the selector's chance; n tells several faults of a script apart.
func (s Selector) happens(p *Packet, n int) bool {
	return s.Chance == 0 || p.identity(uint64(n)+1)%100_000 < uint64(s.Chance)
}

// A Verb is what a fault does.
type Verb uint8

// The verbs.
const (
	Drop Verb = iota
	Delay
	Duplicate
	Old // a packet of an earlier connection turns up
	Corrupt
)

var verbNames = [...]string{"drop", "delay", "duplicate", "old", "corrupt"}

// String returns the word used in scripts.
func (v Verb) String() string { return verbNames[v] }

var rules wire.Rulebook

// Rules of the network: it may do all of this to a packet (RFC 9293 §2.2 builds
// on no more than a service that may lose, delay, repeat and reorder).
var (
	RuleLost         = rules.Add("lost", "RFC 9293 §3.8.1", "The network may lose a segment; the sender finds out by waiting.")
	RuleLostDatagram = rules.Add("lost-datagram", "RFC 768", "The network may lose a datagram; UDP does not notice, and nobody sends it again.")
	RuleDelayed      = rules.Add("delayed", "RFC 9293 §3.8.1", "The network may hold a segment back.")
	RuleDuplicated   = rules.Add("duplicated", "RFC 9293 §3.8.1", "The network may deliver a segment twice.")
	RuleCorrupted    = rules.Add("corrupted", "RFC 9293 §3.8.1", "The network may change a bit; the checksum is there to notice.")
	RuleAckStorm     = rules.Add("ack-storm", "RFC 9293 §3.10.7.4, first; RFC 5961 §7", "Two ends that disagree answer each other's ACKs for ever; only a limit, or a loss, ends it.")
	RuleOldPacket    = rules.Add("old-duplicate", "RFC 9293 §3.5, Figure 8", "A segment of an earlier connection can turn up late.")
)

// Rules lists the network's rules.
func Rules() []*wire.Rule { return slices.Clone(rules) }

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
	Lost    bool
	Damaged bool
	Later   time.Duration   // added to the link's delay
	Copy    []time.Duration // a copy for each, that much after the original
	Rule    *wire.Rule      // nil when nothing happens
}

// Of returns the packet's fate under all faults.
func Of(faults []Fault, p Packet) Fate {
	var fate Fate
	for i := range faults {
		f := &faults[i]
		if f.Verb == Old || !f.Sel.Matches(p) || !f.Sel.happens(&p, i) {
			continue
		}
		switch f.Verb {
		case Drop:
			if fate.Lost, fate.Rule = true, RuleLost; p.Proto != wire.TCP {
				fate.Rule = RuleLostDatagram
			}
		case Delay:
			fate.Later += f.By
			fate.Rule = RuleDelayed
		case Duplicate:
			fate.Copy = append(fate.Copy, f.By)
			fate.Rule = RuleDuplicated
		case Corrupt:
			fate.Damaged, fate.Rule = true, RuleCorrupted
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
		if n := len(f.Seg.Data); n > 0 {
			s += fmt.Sprintf(" len=%d", n)
		}
		return s + fmt.Sprintf(" at %v", f.At)
	case Corrupt:
		return "corrupt " + f.Sel.String()
	default:
		return "drop " + f.Sel.String()
	}
}
