package tcp

import (
	"slices"

	"netlab/sim/wire"
)

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

// setSACK tells what is held out of order.
func (m *machine) setSACK(seg *wire.Segment) {
	b := m.b
	if !seg.Flags.Has(wire.SYN) {
		seg.Options.SACK, seg.Options.NSACK = b.sackBlocks()
	}
	b.twice = wire.Block{}
}

// sackBlocks lists the runs held out of order, the latest first (RFC 2018 §4).
func (b *TCB) sackBlocks() (list [4]wire.Block, n uint8) {
	if !b.UseSACK {
		return list, 0
	}
	most := len(list)
	if b.UseTS {
		most-- // only three fit beside timestamps
	}
	add := func(k wire.Block) {
		if int(n) < most && k.From != k.To && !slices.Contains(list[:n], k) {
			list[n] = k
			n++
		}
	}
	if b.Profile.Has(QuirkDSACK) {
		add(b.twice)
	}
	blocks, held := b.holes.blocks()
	for _, k := range blocks[:held] { // the one that changed last
		if b.lastHole.In(k.From, k.To) {
			add(k)
		}
	}
	for _, k := range blocks[:held] {
		add(k)
	}
	return list, n
}

// maxText is how many octets of text fit into the next segment: SACK blocks take their room from
// it (RFC 9293 §3.7.1, MUST-16; RFC 6691 §2).
func (b *TCB) maxText() int {
	const head, block = 4, 8 // octets of the option, with what pads it to whole words
	_, n := b.sackBlocks()
	if n == 0 {
		return int(b.SndMSS)
	}
	return max(1, int(b.SndMSS)-head-block*int(n))
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
