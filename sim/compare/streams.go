package compare

import (
	"netlab/sim/trace"
	"slices"
)

// sameStream reports whether both sides carry the same octets in a direction,
// in whatever portions, connection by connection in the order in which they begin.
func (c *comparison) sameStream(dir string) bool {
	return slices.Equal(c.model.streams(dir), c.live.streams(dir))
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
