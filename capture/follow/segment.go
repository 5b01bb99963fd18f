package follow

import (
	"slices"
	"strconv"
	"time"

	"netlab/capture"
	"netlab/sim/wire"
)

func itoa[T int | int32](n T) string { return strconv.Itoa(int(n)) }

// segment follows one TCP segment that end x has sent.
func (c *conv) segment(x int, h *capture.Headers, at time.Duration, frame int) {
	me, peer := &c.ends[x], &c.ends[1-x]
	if s := me.twin(h, at, peer.asksFor(h.Seq, at)); s != nil && !c.self {
		c.find(CaptureDuplicate, frame, nil, itoa(int(s.frame)), s.differs(h))
		me.twins++
		me.octets -= int64(h.Len) // it was sent once
		return
	}
	if c.strays(x, h, at, frame) || c.far(x, h, frame) {
		return
	}
	if !me.started {
		if ahead := h.Seq.Minus(me.base); me.base == 0 || ahead < 1 || ahead > 1<<20 { // otherwise the peer's ACK has told, and numbers before this one come
			me.base = h.Seq.Add(-1)
		}
		me.started, me.next = true, h.Seq
	}
	if peer.base == 0 && !peer.started && h.Flags.Has(wire.ACK) {
		peer.base = h.Ack.Add(-1)
	}
	if peer.rare != nil && peer.rival != nil && h.Flags&(wire.SYN|wire.ACK) == wire.ACK {
		peer.choose(h.Ack)
	}
	c.frame = int32(frame)
	c.learn(x, h, frame)
	switch {
	case h.Flags.Has(wire.RST):
		c.reset(x, h, frame)
		me.kind = lastStray
	case h.Flags.Has(wire.SYN):
		c.synchronize(x, h, at, frame)
	default:
		me.revive()
		c.plain(x, h, at, frame)
		me.plain = true
	}
	if h.Flags.Has(wire.ACK) {
		c.acknowledge(x, h, at, frame)
	}
	c.advance(x, h, at, frame)
	me.remember(h, at, frame)
	peer.unanswered = 0
}

// revive notes that an end lives on after a reset: the reset was meant for another
// connection, or was none of its own.
func (e *end) revive() { e.rstAlone = false }

// plain classifies a segment that neither opens nor resets.
func (c *conv) plain(x int, h *capture.Headers, at time.Duration, frame int) {
	me, peer := &c.ends[x], &c.ends[1-x]
	fin := h.Flags.Has(wire.FIN)
	old := h.Seq.Add(1) == me.highest()
	kind := lastPlain
	switch {
	case peer.acked && peer.wnd == 0 && !fin && h.Len <= 1 &&
		(old && (h.Len == 1 || !me.fin) || h.Len == 1 && h.Seq == me.next):
		c.find(ZeroWindowProbe, frame, nil)
		kind = lastProbe
		me.unanswered++
	case old && !fin && h.Len <= 1 && me.plainBefore() && (!me.fin || peer.acked && peer.ack.After(me.finSeq)) && (h.Len == 0 || peer.acked && peer.ack.AtOrAfter(me.next)):
		c.find(KeepAlive, frame, nil)
		kind = lastKeepAlive
		me.unanswered++
	case h.Seq.After(me.next):
		c.skipped(x, h, at, frame)
	case old && h.Len > 1 && me.kind == lastProbe: // the octet of the probe, and what follows it
	case (h.Len > 0 || fin) && h.Seq.Before(me.next):
		c.again(x, h, at, frame)
	}
	if h.Len == 0 && !fin && kind == lastPlain {
		c.pureAck(x, h, frame)
	}
	if h.Wnd == 0 && !fin {
		c.find(ZeroWindow, frame, nil)
	}
	me.kind = kind
	if room, known := c.window(1 - x); h.Len > 0 && kind == lastPlain && known && peer.acked && room > 0 &&
		h.Seq.Add(h.Len) == peer.ack.Add(room) && !h.Seq.Before(me.next) {
		c.find(WindowFull, frame, nil)
	}
	if h.Len > me.largest(peer) {
		mss := int(peer.mss)
		c.find(SuperPacket, frame, nil, itoa(h.Len), itoa((h.Len+mss-1)/mss), itoa(mss))
	}
}

// highest is the number after the highest that the end is known to have sent: the peer may
// have acknowledged what was not captured.
func (e *end) highest() wire.Seq {
	if e.hasGone && e.unseen.After(e.next) {
		return e.unseen
	}
	return e.next
}

// largest is the most data that a segment to the peer can hold.
func (e *end) largest(peer *end) int {
	if peer.mss == 0 {
		return 1 << 30
	}
	return int(peer.mss)
}

// plainBefore reports whether the end has sent enough for an old number to be a
// keep-alive: its SYN at least, or more than one segment.
func (e *end) plainBefore() bool { return e.syn || e.packets > 1 }

// skipped notes numbers that were skipped.
func (c *conv) skipped(x int, h *capture.Headers, at time.Duration, frame int) {
	me := &c.ends[x]
	if c.watched() {
		c.find(SegmentLost, frame, nil, c.relative(x, me.next), c.relative(x, h.Seq))
	} else {
		c.find(SegmentLost, frame, nil)
	}
	if len(me.gaps) == mostGaps {
		me.gaps = slices.Delete(me.gaps, 0, 1)
	}
	me.gaps = append(me.gaps, gap{from: me.next, to: h.Seq, acked: me.next, at: at, frame: int32(frame), id: h.ID, ts: h.Options.TSVal, hasTS: h.Options.HasTimestamps})
}

// again classifies a segment whose first number has been passed already.
func (c *conv) again(x int, h *capture.Headers, at time.Duration, frame int) {
	me, peer := &c.ends[x], &c.ends[1-x]
	to := h.Seq.Add(h.Len)
	if h.Flags.Has(wire.FIN) {
		to = to.Add(1)
	}
	if to.After(me.next) { // what follows is new
		to = me.next
	}
	if g := me.fills(h.Seq, to); g != nil {
		switch reason, late := g.late(h, at, c.rtt, me, peer.asksFor(h.Seq, at)); {
		case late:
			c.find(OutOfOrder, frame, []int{int(g.frame)}, "", "", reason)
		case peer.acked && to.AtOrBefore(peer.ack):
			c.find(Spurious, frame, nil, c.numbers(x, h.Seq), c.numbers(x, to))
		case peer.asksFor(h.Seq, at):
			c.find(FastRetransmission, frame, nil, c.numbers(x, h.Seq), c.numbers(x, to), itoa(peer.dupAcks))
		default:
			c.find(Retransmission, frame, []int{int(g.frame)}, c.numbers(x, h.Seq), c.numbers(x, to), later[reason])
		}
		me.close(h.Seq, to)
		return
	}
	if g := me.front(h.Seq, to); g != nil {
		if reason, late := g.late(h, at, c.rtt, me, peer.asksFor(h.Seq, at)); late {
			c.find(OutOfOrder, frame, []int{int(g.frame)}, "", "", reason)
			return
		}
	}
	var refs []int
	if first := c.logged(x, h.Seq); first > 0 {
		refs = []int{first}
	}
	args := []string{c.numbers(x, h.Seq), c.numbers(x, to)}
	me.unanswered++
	switch {
	case h.Len == 0 && me.fin:
		c.find(FinAgain, frame, nil, itoa(me.finFrame))
	case peer.acked && to.AtOrBefore(peer.ack):
		c.find(Spurious, frame, refs, args...)
	case peer.asksFor(h.Seq, at):
		c.find(FastRetransmission, frame, refs, args[0], args[1], itoa(peer.dupAcks))
	default:
		c.find(Retransmission, frame, refs, args[0], args[1], "")
	}
}

// asksFor reports whether the end has just said, with duplicate ACKs, that a number is missing.
func (e *end) asksFor(seq wire.Seq, at time.Duration) bool {
	return e.dupAcks >= 2 && seq == e.ack && at-e.lastAt < fastLimit
}

// fastLimit is how soon after a duplicate ACK a retransmission counts as its answer.
const fastLimit = 20 * time.Millisecond

// numbers writes a number for a finding, if somebody will read it.
func (c *conv) numbers(x int, s wire.Seq) string {
	if !c.watched() {
		return ""
	}
	return c.relative(x, s)
}

// fills finds a gap that a segment fills, at least in part.
func (e *end) fills(from, to wire.Seq) *gap {
	for i := range e.gaps {
		g := &e.gaps[i]
		if from.Before(g.to) && to.After(g.from) {
			return g
		}
	}
	return nil
}

// front returns, as a gap, what comes before all that was captured of an end whose SYN was not:
// it may have been overtaken by the first packet. It is nil for other segments, and once that packet
// is forgotten.
func (e *end) front(from, to wire.Seq) *gap {
	s := &e.ring()[0]
	if e.syn || s.frame == 0 || int(e.filled) > len(e.ring()) || to.After(s.seq) {
		return nil
	}
	return &gap{from: from, to: to, acked: from, at: s.at, frame: s.frame, id: s.id}
}

// close takes what was filled out of the gaps; what fills the middle of one leaves two.
func (e *end) close(from, to wire.Seq) {
	var left []gap
	for _, g := range e.gaps {
		if to.AtOrBefore(g.from) || from.AtOrAfter(g.to) { // another one
			left = append(left, g)
			continue
		}
		before, after := g, g
		before.to, after.from = from, to
		if before.from.Before(before.to) {
			left = append(left, before)
		}
		if after.from.Before(after.to) {
			left = append(left, after)
		}
	}
	e.gaps = left[max(0, len(left)-mostGaps):]
}

// defaultRTT tells an overtaken segment from a repeated one where nothing better does.
const defaultRTT = 3 * time.Millisecond

// What tells a segment that was overtaken from one that was sent again, and a packet that
// was captured twice from one that was sent twice.
const (
	olderStamp = "its timestamp is older"
	lowerID    = "its IP identification is lower"
	tooSoon    = "it comes sooner than any answer could have"
	otherHop   = ", with another TTL"
	otherSum   = ", with another TTL, and with the checksum that the network card writes"
	newerStamp = ": its timestamp is newer than that of what follows it"
	higherID   = ": its IP identification is higher than that of what follows it"
	tooLate    = ": it comes too long after what follows it to have been overtaken"
)

// later turns the evidence round: the segment that fills a gap was sent after what follows it.
var later = map[string]string{
	olderStamp: newerStamp,
	lowerID:    higherID,
	tooSoon:    tooLate,
}

// late decides whether a segment that fills a gap was sent before the one after the gap:
// by timestamps, then by IP identifications, and only then by time. Where the way is shorter than
// any time-out, what nobody has asked for cannot be an answer.
func (g *gap) late(h *capture.Headers, at time.Duration, rtt time.Duration, e *end, asked bool) (evidence string, late bool) {
	if ts := h.Options.TSVal; g.hasTS && h.Options.HasTimestamps && ts != g.ts {
		return olderStamp, int32(ts-g.ts) < 0
	}
	if h.HasID && h.ID != g.id && h.ID != 0 && g.id != 0 && abs(int(int16(h.ID-g.id))) < 1000 && e.ids.differ {
		return lowerID, int16(h.ID-g.id) < 0
	}
	if rtt == 0 {
		rtt = defaultRTT
	}
	if !asked {
		rtt = max(rtt, atOnce)
	}
	return tooSoon, at-g.at < rtt
}

func abs(n int) int { return max(n, -n) }

// advance takes the numbers that a segment uses.
func (c *conv) advance(x int, h *capture.Headers, at time.Duration, frame int) {
	me := &c.ends[x]
	to := h.Seq.Add(lenOf(h))
	if h.Flags.Has(wire.RST) {
		return
	}
	if h.Len > 0 {
		me.data = true
		c.note(x, h.Seq, frame)
	}
	if h.Flags.Has(wire.FIN) && !me.fin {
		me.fin, me.finSeq, me.finFrame = true, to.Add(-1), int32(frame)
		if h.Flags.Has(wire.ACK) {
			me.finAck = h.Ack
		}
		c.crossing(x, frame)
	}
	if to.After(me.next) {
		me.next = to
	}
}

// crossing says so if this FIN was sent before the other one had arrived.
func (c *conv) crossing(x int, frame int) {
	if peer := &c.ends[1-x]; peer.fin && c.crossed() && !c.self {
		c.find(CrossingFins, frame, nil, itoa(peer.finFrame))
	}
}

// note remembers in which frame octets were first seen, for who watches.
func (c *conv) note(x int, seq wire.Seq, frame int) {
	if !c.watched() || len(c.log) > maxLog {
		return
	}
	if c.log == nil {
		c.log = map[uint64]int32{}
	}
	if k := uint64(x)<<32 | uint64(seq); c.log[k] == 0 {
		c.log[k] = int32(frame)
	}
}

// maxLog bounds what is remembered of a conversation that is watched.
const maxLog = 1 << 17

func (c *conv) logged(x int, seq wire.Seq) int {
	if !c.watched() {
		return 0
	}
	return int(c.log[uint64(x)<<32|uint64(seq)])
}

// millis writes a duration in milliseconds with at most three decimals.
func millis(d time.Duration) string {
	return strconv.FormatFloat(float64(d.Round(time.Microsecond))/1e6, 'f', -1, 64)
}
