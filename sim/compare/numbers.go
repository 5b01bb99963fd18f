package compare

import (
	"strings"

	"netlab/sim/trace"
	"netlab/sim/wire"
)

// loose is the verdict on what the standard leaves to each host.
func loose(equal bool, why *Explanation) (Verdict, *Explanation) {
	if equal {
		return Same, nil
	}
	return MayDiffer, why
}

func compareFlags(m, l wire.Flags) (Verdict, *Explanation) {
	switch {
	case m == l:
		return Same, nil
	case m|wire.PSH == l|wire.PSH:
		return MayDiffer, ExpPush
	default:
		return Differs, nil
	}
}

func (c *comparison) compareSeq(m, l *seg) (Verdict, *Explanation) {
	switch {
	case m.seqOK && l.seqOK && m.seq == l.seq, m.e.Seg.Seq == l.e.Seg.Seq: // the second: what answers a segment of an earlier connection
		return Same, nil
	case !m.seqOK && !l.seqOK, m.e.Seg.Flags.Has(wire.RST) && m.e.Seg.Seq == 0 && l.e.Seg.Seq == 0: // a RST to a segment of no connection
		return Same, nil
	case m.seqOK && l.seqOK && c.sameStream(m.dir) && len(m.e.Seg.Data)+len(l.e.Seg.Data) > 0:
		return Explained, ExpSplit
	default:
		return Differs, nil
	}
}

func (c *comparison) compareAck(m, l *seg) (Verdict, *Explanation) {
	switch {
	case m.ackOK && l.ackOK && m.ack == l.ack, m.ackOK == l.ackOK && m.e.Seg.Ack == l.e.Seg.Ack:
		return Same, nil
	case !m.ackOK && !l.ackOK:
		return Same, nil
	case m.ackOK && l.ackOK && c.live.acknowledges(l) && c.model.acknowledges(m) && c.finalAck(c.model, m.dir) == c.finalAck(c.live, m.dir):
		if l.ack > m.ack {
			return Explained, ExpAckSooner
		}
		return Explained, ExpAckLater
	default:
		return Differs, nil
	}
}

// acknowledges reports whether the ACK names the end of something that the peer
// has sent before: only then can it be a matter of when, not of what.
func (s *side) acknowledges(g *seg) bool {
	for _, o := range s.segs {
		if o.e.N >= g.e.N {
			return false
		}
		if o.dir != g.dir && o.seqOK && o.e.Seg.Len() > 0 && o.seq+o.e.Seg.Len() == g.ack {
			return true
		}
	}
	return false
}

// finalAck is the furthest acknowledgment that a direction carries.
func (c *comparison) finalAck(s *side, dir string) int {
	most := 0
	for _, g := range s.segs {
		if g.dir == dir && g.ackOK {
			most = max(most, g.ack)
		}
	}
	return most
}

// byWindow reports whether a puppet has made the number of its segment of the window that
// the other end offers, which is the other end's own.
func (c *comparison) byWindow(g *seg) bool {
	call := c.model.t.At(g.e.Cause)
	return call != nil && call.Kind == trace.Call && call.Call == segmentCall && strings.Contains(call.Args, "rcv.wnd")
}
