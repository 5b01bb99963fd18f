package course

import (
	"strconv"

	"netlab/sim/trace"
	"netlab/sim/wire"
)

// Lettered writes a segment of a run with its numbers as textbooks do: SYN,ACK seq=y ack=x+1.
func (s *Session) Lettered(t *trace.Trace, e *trace.Event) string {
	if !e.HasSegment() {
		return e.Label()
	}
	isns := t.ISNs(0)
	out := e.Seg.Flags.String()
	if isn, ok := isns[e.Flow()]; ok {
		out += " seq=" + s.InLetters(t, e.Src.Host, e.Seg.Seq, isn, e.N)
	}
	if isn, ok := isns[e.Flow().Reverse()]; ok && e.Seg.Flags.Has(wire.ACK) {
		out += " ack=" + s.InLetters(t, e.Dst.Host, e.Seg.Ack, isn, e.N)
	}
	if n := len(e.Seg.Data); n > 0 {
		out += " len=" + strconv.Itoa(n)
	}
	return out
}

// InLetters writes a number of a host at event n of a run: x and y are the first numbers of the
// first and the second host; the lesson's letters begin where their segments are sent.
func (s *Session) InLetters(t *trace.Trace, host string, number, isn wire.Seq, n int) string {
	name, base, from := "x", isn, 0
	if len(t.Hosts) > 1 && host != t.Hosts[0].Name {
		name = "y"
	}
	for _, l := range s.LettersOf(t) {
		if l.Host == host && l.From <= n && l.From > from {
			name, base, from = l.Name, l.Base, l.From
		}
	}
	return offset(name, number.Minus(base))
}

// offset writes x, x+1, x-10.
func offset(letter string, n int) string {
	switch {
	case n == 0:
		return letter
	case n > 0:
		return letter + "+" + strconv.Itoa(n)
	default:
		return letter + strconv.Itoa(n)
	}
}
