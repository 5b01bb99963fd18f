package compare

import (
	"fmt"

	"netlab/sim/trace"
	"netlab/sim/wire"
)

// datagrams compares two datagrams, fragments or ICMP messages.
func (c *comparison) datagrams(p pairing) {
	m, l := p.m.e, p.l.e
	row := func(field, a, b string, v Verdict, why *Explanation, main bool) {
		c.add(Row{What: p.dir, Field: field, Model: a, Live: b, Verdict: v, Why: why, Main: main, ModelEvent: m.N, LiveEvent: l.N})
	}
	same := func(equal bool) Verdict {
		if equal {
			return Same
		}
		return Differs
	}
	kind := func(e *trace.Event) string {
		if cite := e.Dgram.Cite; cite != nil {
			return cite.Says() + " for " + cite.Dst.String()
		}
		return e.Dgram.Label()
	}
	row("packet", kind(m), kind(l), same(kind(m) == kind(l)), nil, true)
	if m.Dgram.Data+l.Dgram.Data != "" {
		row("data", short(m.Dgram.Data), short(l.Dgram.Data), same(m.Dgram.Data == l.Dgram.Data), nil, false)
	}
	row("time", trace.Ms(m.T)+" ms", trace.Ms(l.T)+" ms", NotComparable, ExpTiming, false)
}

// short quotes the beginning of a text.
func short(s string) string {
	const enough = 16
	if len(s) > enough {
		return fmt.Sprintf("%q…", s[:enough])
	}
	return fmt.Sprintf("%q", s)
}

// part says which part a number plays: "x", "x+1", "y+1", with the raw number.
// x stands for the initial sequence number of the end that spoke first.
func (c *comparison) part(g *seg, ack bool) string {
	rel, ok, raw := g.seq, g.seqOK, g.e.Seg.Seq
	if ack {
		rel, ok, raw = g.ack, g.ackOK, g.e.Seg.Ack
		if !g.e.Seg.Flags.Has(wire.ACK) {
			return "-"
		}
	}
	if !ok {
		return raw.String()
	}
	letter := "x"
	first := ""
	if len(c.model.segs) > 0 {
		first = c.model.segs[0].e.Src.Host
	}
	if (g.e.Src.Host == first) == ack {
		letter = "y"
	}
	switch {
	case rel == 0:
		return letter + " (" + raw.String() + ")"
	case rel > 0:
		return fmt.Sprintf("%s+%d (%s)", letter, rel, raw)
	default:
		return fmt.Sprintf("%s%d (%s)", letter, rel, raw)
	}
}

// optionNames lists the options without the values of timestamps, which are
// each host's own clock.
func optionNames(g *seg) string { return g.e.Seg.Options.String() }
