package follow

import (
	"slices"
	"time"

	"netlab/capture"
	"netlab/sim/wire"
)

// A sent is a packet of one end, as far as it is remembered.
type sent struct {
	at       time.Duration
	seq, ack wire.Seq
	frame    int32
	len      int32
	id, sum  uint16
	flags    wire.Flags
	ttl      uint8
}

// A gap is a range of numbers that were skipped, and what is known of the packet that
// came after it.
type gap struct {
	from, to wire.Seq
	at       time.Duration
	frame    int32
	ts       uint32
	acked    wire.Seq // the peer has acknowledged what is before it: that was not lost, only not captured
	id       uint16
	hasTS    bool
}

// unacked returns the part of the gap before a number of which nothing has been said yet.
func (g *gap) unacked(before wire.Seq) (from, to wire.Seq, some bool) {
	from, to = g.from, g.to
	if g.acked.After(from) {
		from = g.acked
	}
	if before.Before(to) {
		to = before
	}
	return from, to, to.After(from)
}

// What an end sent last, as far as the answer to it depends on that.
type last uint8

const (
	lastPlain last = iota
	lastKeepAlive
	lastProbe
	lastStray // a reset, or a SYN that does not belong to the connection
)

const (
	recentPackets = 4  // remembered for telling packets that were captured twice
	widePackets   = 64 // where some were: a copy may come after a whole flight
	mostGaps      = 16 // of one end at once
)

// An end is one end of a conversation. A capture can have many thousands: fields of one
// size stand together, and frames and counts have 32 bits.
type end struct {
	packets int32
	twins   int32 // packets that were captured twice
	octets  int64

	// What it has sent.
	synAt      time.Duration
	synLast    time.Duration // of the last SYN: a lost one says nothing about the way
	base       wire.Seq      // relative numbers count from it
	next       wire.Seq      // after the highest number sent
	iss        wire.Seq
	first      wire.Seq // initial number of its first SYN
	finSeq     wire.Seq
	finAck     wire.Seq // what its first FIN acknowledged
	finProof   wire.Seq // after the first of its segments that acknowledges the peer's FIN
	synFrame   int32
	firstFrame int32 // of its first SYN
	ackFrame   int32 // of its first segment without SYN
	finFrame   int32
	rstFrame   int32
	started    bool
	syn        bool // has sent a SYN
	bareSyn    bool // without ACK
	synAck     bool
	plain      bool // has sent a segment without SYN and RST
	data       bool
	fin        bool
	hasProof   bool // finProof is set
	rst        bool
	rstAlone   bool // nothing followed the reset
	rstOpen    bool // it sent the reset before it was synchronized: that changes no state
	dataAfter  bool // new data after it had acknowledged the peer's FIN
	ackedFin   bool // acknowledged the peer's FIN before its own

	// What it has acknowledged and offered.
	acked   bool
	hasGone bool // unseen is set
	synWnd  bool // the window stood in a SYN, which is never scaled (RFC 7323 §2.2)
	scaled  bool // its SYN offered a scale
	scale   uint8
	wnd     uint16
	mss     uint16
	ack     wire.Seq   // highest
	lastAck wire.Seq   // of the last segment
	unseen  wire.Seq   // acknowledged, never captured
	sacked  wire.Block // the first one of the last segment
	dupAcks int32
	lastAt  time.Duration

	unanswered int32  // repeated and probes since the peer's last word
	filled     uint32 // packets that went through recent
	tsVal      uint32
	hasTS      bool
	kind       last
	ids        struct {
		last    uint16
		seen    bool
		differ  bool
		repeats bool
	}
	recent [recentPackets]sent
	*rare
	gaps []gap

	strange    wire.Seq // after a segment far away from the others
	hasStrange bool
}

// What few ends need.
type rare struct {
	wide  []sent // instead of end.recent, once packets were captured twice
	stray *straySyn
	rival *rivalSyn
}

// seldom is where an end keeps what few need.
func (e *end) seldom() *rare {
	if e.rare == nil {
		e.rare = &rare{}
	}
	return e.rare
}

// extraOf is how much more memory a conversation takes than others, as a share of what one
// takes: for gaps, the garbage of their lists, and remembered packets.
func (c *conv) extraOf() (percent int) {
	n := 0
	for x := range c.ends {
		e := &c.ends[x]
		n += cap(e.gaps)
		if e.rare != nil {
			n += len(e.wide)
		}
	}
	if n == 0 {
		return 0
	}
	return 40 + n*5/2 // one of these takes 32 octets, a conversation about 1300
}

// A conv is a conversation that is still followed.
type conv struct {
	sum      *Summary
	key      key
	ends     [2]end
	aLow     bool
	self     bool
	doubted  bool // SYNs with several numbers were seen
	lonely   bool
	extra    int       // counted in the follower, as is lonely
	before   [2]States // of the conversation that used the same sockets before
	frame    int       // of the packet that was followed last
	first    time.Duration
	lastAt   time.Duration
	rtt      time.Duration
	pending  [2]int32 // UDP: datagrams without an answer
	oldest   [2]int32 // UDP: the first of them
	tally    []tallied
	*closely // nil if nobody watches

	next, prev *conv // in order of use
}

// closely is what a conversation has besides that is told packet by packet.
type closely struct {
	watch Watcher // not nil
	hind  [2]Hindsight
	found []Finding // of this packet, if somebody watches
	log   map[uint64]int32
}

// A tallied counts a kind of finding.
type tallied struct {
	kind  Kind
	n     int32
	first int32 // frame
}

// find notes a finding.
func (c *conv) find(k Kind, frame int, refs []int, args ...string) {
	if i := c.tallied(k); i >= 0 {
		c.tally[i].n++
	} else {
		c.tally = append(c.tally, tallied{k, 1, int32(frame)})
	}
	if c.watched() {
		c.found = append(c.found, Finding{Kind: k, Frame: frame, Refs: refs, Args: args})
	}
}

// tallied returns the place of a kind in the tally, or -1.
func (c *conv) tallied(k Kind) int {
	return slices.IndexFunc(c.tally, func(t tallied) bool { return t.kind == k })
}

// watched reports whether somebody will read the arguments of a finding.
func (c *conv) watched() bool { return c.closely != nil }

// hindsight returns what an earlier reading has learned about end x.
func (c *conv) hindsight(x int) Hindsight {
	if c.closely == nil {
		return Hindsight{}
	}
	return c.hind[x]
}

// side returns which end has sent a packet.
func (c *conv) side(low bool) int {
	if low == c.aLow {
		return 0
	}
	return 1
}

// low reports whether end x is the lower socket of the key.
func (c *conv) low(x int) bool { return (x == 0) == c.aLow }

// Name returns what the end with number x is called: A called, B was called.
func Name(x int) string { return string(rune('A' + x)) }

// relative writes a number of end x as a distance from its initial number.
func (c *conv) relative(x int, s wire.Seq) string {
	return itoa(s.Minus(c.ends[x].base))
}

// remember keeps a packet for comparing later ones with it.
func (e *end) remember(h *capture.Headers, at time.Duration, frame int) {
	ring := e.ring()
	ring[e.filled%uint32(len(ring))] = sent{at: at, seq: h.Seq, ack: h.Ack, frame: int32(frame), len: int32(h.Len), id: h.ID, sum: h.Sum, flags: h.Flags, ttl: h.TTL}
	e.filled++
	if h.HasID && h.ID != 0 { // Linux writes 0 where nothing may be cut into fragments (RFC 6864 §4.1)
		if e.ids.seen && h.ID != e.ids.last {
			e.ids.differ = true
		}
		if e.ids.seen && h.ID == e.ids.last {
			e.ids.repeats = true
		}
		e.ids.last, e.ids.seen = h.ID, true
	}
	e.tsVal, e.hasTS = h.Options.TSVal, h.Options.HasTimestamps
}

// ring is where the packets are remembered.
func (e *end) ring() []sent {
	if e.rare != nil && e.wide != nil {
		return e.wide
	}
	return e.recent[:]
}

// last is what the end sent last, or nil.
func (e *end) last() *sent {
	if e.filled == 0 {
		return nil
	}
	ring := e.ring()
	return &ring[(e.filled-1)%uint32(len(ring))]
}

// widen makes room for more packets.
func (e *end) widen() {
	wide := make([]sent, widePackets)
	for i := e.filled - min(e.filled, recentPackets); i < e.filled; i++ {
		wide[i%widePackets] = e.recent[i%recentPackets]
	}
	e.seldom().wide = wide
}

// twin finds the same packet, captured before. The same identification is proof where
// identifications differ from packet to packet, and where no sender could have been so
// quick; a hop counted on the way is proof in any case. Without an identification, quickness
// must do, unless the peer has asked for the segment.
func (e *end) twin(h *capture.Headers, at time.Duration, asked bool) *sent {
	ring := e.ring()
	for i := range min(int(e.filled), len(ring)) {
		s := &ring[i]
		if s.seq != h.Seq || s.ack != h.Ack || s.flags != h.Flags || int(s.len) != h.Len || at-s.at > time.Second {
			continue
		}
		quick := at-s.at < atOnce
		switch {
		case h.HasID && s.id != h.ID:
		case h.HasID && h.ID != 0 && s.ttl != h.TTL: // a checksum left to the network card differs before and behind it
			return s
		case s.sum != h.Sum:
		case s.ttl != h.TTL:
			return s
		case h.HasID && h.ID != 0 && !e.ids.repeats && at-s.at < noTimeout && (e.ids.differ || quick):
			return s
		case (!h.HasID || h.ID == 0) && quick && !asked && (lenOf(h) > 0 || e.doubled()):
			return s
		}
	}
	return nil
}

// differs tells in what the copy of a packet differs from it.
func (s *sent) differs(h *capture.Headers) string {
	switch {
	case s.sum != h.Sum:
		return otherSum
	case s.ttl != h.TTL:
		return otherHop
	default:
		return ""
	}
}

// doubled reports whether so far each packet of the end was captured twice: then one without
// data, and without an identification that tells, was probably as well.
func (e *end) doubled() bool { return e.twins > 0 && 2*e.twins >= e.packets-2 }

// atOnce is sooner than any time-out sends anything again. noTimeout is sooner than those of
// usual systems: behind it, the same identification may come from a sender that keeps its
// packets as they are.
const (
	atOnce    = time.Millisecond
	noTimeout = 150 * time.Millisecond
)

// shift returns how far windows of the end with number x are shifted, and whether that is known.
func (c *conv) shift(x int) (uint8, bool) {
	a, b := &c.ends[0], &c.ends[1]
	if !a.syn || !b.syn {
		return 0, false
	}
	if !a.scaled || !b.scaled {
		return 0, true
	}
	return min(c.ends[x].scale, 14), true
}

// window returns the window that the end with number x offers, in octets.
func (c *conv) window(x int) (octets int, known bool) {
	n, ok := c.shift(x)
	if c.ends[x].synWnd {
		n, ok = 0, true
	}
	return int(c.ends[x].wnd) << n, ok
}
