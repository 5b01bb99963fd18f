package tcp

import "netlab/sim/wire"

// maxBlocks is how many blocks of selectively acknowledged octets a sender
// remembers; what does not fit will be sent again for nothing.
const maxBlocks = 8

// A scoreboard is what the peer has selectively acknowledged, in order, without
// overlap (RFC 2018 §5).
type scoreboard struct {
	n      uint8
	blocks [maxBlocks]wire.Block
}

// add notes a block that lies between una and nxt, and reports whether it says
// anything new.
func (s *scoreboard) add(k wire.Block, una, nxt wire.Seq) bool {
	if k.From.Before(una) {
		k.From = una
	}
	if !k.From.Before(k.To) || k.To.After(nxt) {
		return false
	}
	kept := scoreboard{}
	for _, old := range s.blocks[:s.n] {
		switch {
		case old.From.AtOrBefore(k.From) && k.To.AtOrBefore(old.To):
			return false
		case old.To.Before(k.From) || k.To.Before(old.From):
			kept.blocks[kept.n] = old
			kept.n++
		default: // they touch: one block
			k.From, k.To = earlier(k.From, old.From), later(k.To, old.To)
		}
	}
	if kept.n == maxBlocks {
		return false
	}
	i := kept.n
	for ; i > 0 && kept.blocks[i-1].From.After(k.From); i-- {
		kept.blocks[i] = kept.blocks[i-1]
	}
	kept.blocks[i] = k
	kept.n++
	*s = kept
	return true
}

// advance forgets what the cumulative acknowledgment covers.
func (s *scoreboard) advance(una wire.Seq) {
	for s.n > 0 && s.blocks[0].To.AtOrBefore(una) {
		copy(s.blocks[:], s.blocks[1:s.n])
		s.n--
		s.blocks[s.n] = wire.Block{}
	}
}

// hole returns the first range from seq on that is not selectively acknowledged,
// up to end.
func (s *scoreboard) hole(seq, end wire.Seq) (from, to wire.Seq) {
	for _, k := range s.blocks[:s.n] {
		if seq.Before(k.From) {
			return seq, earlier(k.From, end)
		}
		if seq.Before(k.To) {
			seq = k.To
		}
	}
	return seq, end
}

// highest returns the end of the last block; ok is false if there is none.
func (s *scoreboard) highest() (seq wire.Seq, ok bool) {
	if s.n == 0 {
		return 0, false
	}
	return s.blocks[s.n-1].To, true
}

func earlier(a, b wire.Seq) wire.Seq {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b wire.Seq) wire.Seq {
	if a.After(b) {
		return a
	}
	return b
}

// setSACK lists the runs held out of order, the latest first (RFC 2018 §4).
func (m *machine) setSACK(seg *wire.Segment) {
	b := m.b
	twice := b.twice
	b.twice = wire.Block{}
	if !b.UseSACK || seg.Flags.Has(wire.SYN) {
		return
	}
	most := len(seg.Options.SACK)
	if b.UseTS {
		most-- // only three fit beside timestamps
	}
	add := func(k wire.Block) {
		for _, old := range seg.Options.SACK[:seg.Options.NSACK] {
			if old == k {
				return
			}
		}
		if int(seg.Options.NSACK) < most && k.From != k.To {
			seg.Options.SACK[seg.Options.NSACK] = k
			seg.Options.NSACK++
		}
	}
	if b.Profile.Has(QuirkDSACK) {
		add(twice)
	}
	blocks, n := b.holes.blocks()
	for _, k := range blocks[:n] { // the one that changed last
		if b.lastHole.In(k.From, k.To) {
			add(k)
		}
	}
	for _, k := range blocks[:n] {
		add(k)
	}
}

// takeSACK reads the blocks of an ACK and reports whether they say anything new.
func (m *machine) takeSACK(seg wire.Segment) bool {
	b := m.b
	if !b.UseSACK {
		return false
	}
	fresh := false
	for _, k := range seg.Options.SACK[:seg.Options.NSACK] {
		if b.sacked.add(k, b.SndUna, b.SndNxt) {
			fresh = true
		}
	}
	return fresh
}
