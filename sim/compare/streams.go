package compare

import (
	"slices"
	"strings"

	"netlab/sim/trace"
	"netlab/sim/wire"
)

// sameStream reports whether both sides carry the same octets in a direction,
// in whatever portions, connection by connection in the order in which they begin.
func (c *comparison) sameStream(dir string) bool {
	return slices.Equal(c.model.streams(dir), c.live.streams(dir))
}

// byBuffers reports whether a segment may be there, or be as it is, because buffers have
// other sizes: it carries octets or acknowledges some, and of the octets of each connection one
// side has no others than the other, only more of them.
func (c *comparison) byBuffers(g *seg) bool {
	if !c.opt.Buffers || g.e.Proto != wire.TCP || g.e.Seg.Flags&(wire.SYN|wire.RST) != 0 {
		return false
	}
	for _, dir := range []string{g.dir, g.e.Dst.Host + ">" + g.e.Src.Host} {
		a, b := c.model.streams(dir), c.live.streams(dir)
		for i := range min(len(a), len(b)) {
			if !strings.HasPrefix(a[i], b[i]) && !strings.HasPrefix(b[i], a[i]) {
				return false
			}
		}
	}
	return true
}

// buffers lets the sizes of buffers explain what a comparison of two segments finds.
func (c *comparison) buffers(g *seg, compare func(m, l *seg) (Verdict, *Explanation)) func(m, l *seg) (Verdict, *Explanation) {
	return func(m, l *seg) (Verdict, *Explanation) {
		v, why := compare(m, l)
		if v == Differs && c.byBuffers(g) {
			v, why = Explained, ExpBuffers
		}
		return v, why
	}
}

// streams puts together the octets of each connection in a direction. Octets that
// were sent twice count once; a gap ends the stream.
func (s *side) streams(dir string) []string {
	var flows []trace.Flow
	octets := map[trace.Flow]string{}
	for _, g := range s.segs {
		if g.dir != dir || !g.seqOK {
			continue
		}
		f := g.e.Flow()
		if !slices.Contains(flows, f) {
			flows = append(flows, f)
		}
		have := octets[f]
		if from := g.seq - 1; g.e.Seg.Data != "" && from >= 0 && from <= len(have) && from+len(g.e.Seg.Data) > len(have) {
			octets[f] = have + g.e.Seg.Data[len(have)-from:]
		}
	}
	var all []string
	for _, f := range flows {
		all = append(all, octets[f])
	}
	return all
}
