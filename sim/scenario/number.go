package scenario

import (
	"strconv"
	"strings"

	"netlab/sim/wire"
)

// A Number is how a script names a sequence number: as it stands on the wire (100),
// relative to the sender's initial one (+1), or by the variables of the endpoint that
// a puppet talks to (rcv.nxt+rcv.wnd-1).
type Number struct {
	Text  string
	terms []numTerm
	rel   bool
}

type numTerm struct {
	minus bool
	name  string // empty: n
	n     uint32
}

// numberNames are the variables that a puppet can know of its peer: what the peer's own
// segments say.
var numberNames = []string{"iss", "irs", "snd.una", "snd.nxt", "rcv.nxt", "rcv.wnd"}

// ParseNumber reads a number.
func ParseNumber(text string) (Number, bool) {
	n := Number{Text: text}
	rest := text
	if strings.HasPrefix(rest, "+") || strings.HasPrefix(rest, "-") {
		n.rel = true
	}
	for rest != "" {
		t := numTerm{}
		switch {
		case rest[0] == '-':
			t.minus, rest = true, rest[1:]
		case rest[0] == '+':
			rest = rest[1:]
		case len(n.terms) > 0:
			return n, false
		}
		end := strings.IndexAny(rest, "+-")
		if end < 0 {
			end = len(rest)
		}
		word := rest[:end]
		rest = rest[end:]
		if v, err := strconv.ParseUint(word, 10, 32); err == nil {
			t.n = uint32(v)
		} else {
			for _, name := range numberNames {
				if name == word {
					t.name = name
				}
			}
			if t.name == "" {
				return n, false
			}
		}
		n.terms = append(n.terms, t)
	}
	if n.rel && n.terms[0].name != "" {
		return n, false
	}
	return n, len(n.terms) > 0 && len(n.terms) <= 4
}

// IsAbsolute reports whether the number stands for itself.
func (n Number) IsAbsolute() bool {
	for _, t := range n.terms {
		if t.name != "" {
			return false
		}
	}
	return !n.rel
}

// IsRelative reports whether the number is counted from an initial sequence number.
func (n Number) IsRelative() bool { return n.rel }

// value adds up the terms; lookup gives the variables.
func (n Number) value(base wire.Seq, lookup func(name string) wire.Seq) wire.Seq {
	v := wire.Seq(0)
	if n.rel {
		v = base
	}
	for _, t := range n.terms {
		x := wire.Seq(t.n)
		if t.name != "" {
			x = lookup(t.name)
		}
		if t.minus {
			v -= x
		} else {
			v += x
		}
	}
	return v
}

// Of returns the number, counted from base if it is relative.
func (n Number) Of(base wire.Seq) wire.Seq {
	return n.value(base, func(string) wire.Seq { return 0 })
}

// A Seen is what a puppet has seen of the endpoint that it talks to, in that
// endpoint's own terms. It reads segments and decides nothing.
type Seen struct {
	ISS, IRS       wire.Seq // of the endpoint: its own number, and the puppet's
	SndUna, SndNxt wire.Seq
	RcvNxt         wire.Seq
	RcvWnd         uint32
	scale          uint8
	offered        bool     // the puppet's SYN offered window scaling
	asked          wire.Seq // the number of the puppet's last SYN
	heard          bool
}

// Sent notes a segment that the puppet sends.
func (s *Seen) Sent(seg *wire.Segment) {
	if seg.Flags.Has(wire.SYN) {
		s.asked = seg.Seq
		s.offered = seg.Options.HasWScale
		if !s.heard || seg.Flags.Has(wire.ACK) && seg.Ack == s.ISS.Add(1) { // another SYN counts only if it is answered
			s.IRS, s.RcvNxt = seg.Seq, seg.Seq.Add(1)
		}
	}
	if seg.Flags.Has(wire.ACK) && s.heard && seg.Ack.After(s.SndUna) && seg.Ack.AtOrBefore(s.SndNxt) {
		s.SndUna = seg.Ack
	}
}

// Got notes a segment that comes back.
func (s *Seen) Got(seg *wire.Segment) {
	if seg.Flags.Has(wire.RST) {
		return // it may come from nobody
	}
	if seg.Flags.Has(wire.SYN) {
		s.ISS, s.SndUna, s.SndNxt = seg.Seq, seg.Seq, seg.Seq
		s.heard = true
		if seg.Flags.Has(wire.ACK) && seg.Ack == s.asked.Add(1) {
			s.IRS = s.asked
		}
		s.scale = 0
		if seg.Options.HasWScale && s.offered {
			s.scale = seg.Options.WScale
		}
	}
	if seg.End().After(s.SndNxt) || !s.heard {
		s.SndNxt = seg.End()
		s.heard = true
	}
	if seg.Flags.Has(wire.ACK) {
		s.RcvNxt = seg.Ack
	}
	s.RcvWnd = uint32(seg.Wnd)
	if !seg.Flags.Has(wire.SYN) {
		s.RcvWnd <<= s.scale
	}
}

// Seq returns a number for the SEQ field: relative ones count from the puppet's own
// initial number.
func (s *Seen) Seq(n Number) wire.Seq { return n.value(s.IRS, s.lookup) }

// Ack returns a number for the ACK field: relative ones count from the endpoint's
// initial number.
func (s *Seen) Ack(n Number) wire.Seq { return n.value(s.ISS, s.lookup) }

func (s *Seen) lookup(name string) wire.Seq {
	switch name {
	case "iss":
		return s.ISS
	case "irs":
		return s.IRS
	case "snd.una":
		return s.SndUna
	case "snd.nxt":
		return s.SndNxt
	case "rcv.nxt":
		return s.RcvNxt
	default: // rcv.wnd
		return wire.Seq(s.RcvWnd)
	}
}
