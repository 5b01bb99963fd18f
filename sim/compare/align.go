package compare

import (
	"slices"

	"netlab/sim/wire"
)

// A pairing is a segment of the model and the segment of reality that plays the
// same part; one of the two may be missing.
type pairing struct {
	dir  string
	m, l *seg
}

// directions lists the directions in which anything was sent, in the order of
// their first segment.
func directions(lists ...[]seg) []string {
	var dirs []string
	for _, list := range lists {
		for i := range list {
			if !slices.Contains(dirs, list[i].dir) {
				dirs = append(dirs, list[i].dir)
			}
		}
	}
	return dirs
}

// Costs of an alignment: a pair of equal segments is free, leaving out a pure
// ACK is cheap, pairing segments of different kinds costs more than leaving both out.
const (
	costSkipAck = 2
	costSkip    = 5
	costSeq     = 1
	costAck     = 1
	costKind    = 20
)

func skipCost(g *seg) int {
	if g.e.Proto == wire.TCP && g.e.Seg.IsPureAck() {
		return costSkipAck
	}
	return costSkip
}

func pairCost(m, l *seg) int {
	if m.e.Proto != l.e.Proto {
		return costKind
	}
	if m.e.Proto != wire.TCP {
		if m.e.Label() != l.e.Label() {
			return costKind
		}
		if m.e.Dgram.Data != l.e.Dgram.Data {
			return costSeq
		}
		return 0
	}
	if m.e.Seg.Flags|wire.PSH != l.e.Seg.Flags|wire.PSH || (m.e.Seg.Data == "") != (l.e.Seg.Data == "") {
		return costKind
	}
	cost := 0
	if m.seq != l.seq {
		cost += costSeq
	}
	if m.ack != l.ack {
		cost += costAck
	}
	return cost
}

func count(list []seg, dir string) (n int) {
	for i := range list {
		if list[i].dir == dir {
			n++
		}
	}
	return n
}

// maxAlign bounds the table: segments beyond it are not compared, and a row says so.
const maxAlign = 2000

// align pairs the segments of one direction so that the total cost is least.
func align(dir string, model, live []seg) []pairing {
	pick := func(list []seg) (out []*seg) {
		for i := range list {
			if list[i].dir == dir && len(out) < maxAlign {
				out = append(out, &list[i])
			}
		}
		return out
	}
	m, l := pick(model), pick(live)
	cost := make([][]int32, len(m)+1) // cost[i][j]: of what is left from m[i:] and l[j:]
	for i := range cost {
		cost[i] = make([]int32, len(l)+1)
	}
	for i := len(m); i >= 0; i-- {
		for j := len(l); j >= 0; j-- {
			if i == len(m) && j == len(l) {
				continue
			}
			best := int32(1 << 30)
			if i < len(m) {
				best = min(best, cost[i+1][j]+int32(skipCost(m[i])))
			}
			if j < len(l) {
				best = min(best, cost[i][j+1]+int32(skipCost(l[j])))
			}
			if i < len(m) && j < len(l) {
				best = min(best, cost[i+1][j+1]+int32(pairCost(m[i], l[j])))
			}
			cost[i][j] = best
		}
	}
	var pairs []pairing
	for i, j := 0, 0; i < len(m) || j < len(l); {
		switch {
		case i < len(m) && j < len(l) && cost[i][j] == cost[i+1][j+1]+int32(pairCost(m[i], l[j])):
			pairs = append(pairs, pairing{dir, m[i], l[j]})
			i++
			j++
		case i < len(m) && cost[i][j] == cost[i+1][j]+int32(skipCost(m[i])):
			pairs = append(pairs, pairing{dir, m[i], nil})
			i++
		default:
			pairs = append(pairs, pairing{dir, nil, l[j]})
			j++
		}
	}
	return pairs
}

// sortPairs brings the pairs of all directions into the model's order; a segment
// that only reality has comes after the pair that precedes it in reality.
func sortPairs(pairs []pairing) {
	after := func(l *seg) int {
		best, at := 0, 0
		for _, p := range pairs {
			if p.m != nil && p.l != nil && p.l.e.N < l.e.N && p.l.e.N > best {
				best, at = p.l.e.N, p.m.e.N
			}
		}
		return at
	}
	key := func(p pairing) (int, int) {
		if p.m != nil {
			return p.m.e.N, 0
		}
		return after(p.l), p.l.e.N
	}
	slices.SortStableFunc(pairs, func(a, b pairing) int {
		a1, a2 := key(a)
		b1, b2 := key(b)
		if a1 != b1 {
			return a1 - b1
		}
		return a2 - b2
	})
}
