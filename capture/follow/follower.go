package follow

import (
	"container/list"
	"net/netip"
	"slices"
	"time"
	"unsafe"

	"netlab/capture"
	"netlab/sim/wire"
)

// A Packet is what one packet of a watched conversation means. It is valid during the
// call only.
type Packet struct {
	Frame    int
	At       time.Duration // since the first packet of the conversation
	From     int           // which end has sent it; of an ICMP error: whose packet it is about
	Headers  *capture.Headers
	Findings []Finding
	States   [2]Inferred // after it
	Parts    int         // fragments that it came in
}

// A Watcher is told about every packet of a conversation, and at its end.
type Watcher interface {
	Packet(s *Summary, ends [2]EndView, p *Packet)
	Done(s *Summary, found []Finding)
}

// An EndView is what is known of one end's numbers.
type EndView struct {
	ISS      wire.Seq
	HasISS   bool
	Passive  bool     // it has answered a SYN and sent none of its own first
	Base     wire.Seq // relative numbers count from it
	Next     wire.Seq // SND.NXT, if it has sent anything
	Started  bool
	Ack      wire.Seq // RCV.NXT as it told last
	Acked    bool
	Wnd      int
	Scaled   bool // Wnd is in octets; otherwise as on the wire
	UnaKnown bool
	Una      wire.Seq
}

// Options say how to follow.
type Options struct {
	// Watch returns who wants to know about every packet of a conversation, or nil.
	Watch func(s *Summary) Watcher
	// Hindsight returns what an earlier reading has learned about the conversation with that
	// number; nil: this is the first one.
	Hindsight func(n int) [2]Hindsight
	// Begins reports that a frame, which may be a SYN in the middle of a connection, is known
	// from an earlier reading to begin a new one; nil: this is the first reading.
	Begins func(frame int) bool
	// Done is given each conversation when nothing more of it is expected, not in order. It
	// returns whether the summary is kept; if not, it is used again.
	Done func(s *Summary) (kept bool)
}

// Limits of what is kept at once.
const (
	mostOctets  = 26 << 20 // of conversations, those that are followed and those that are done
	mostParts   = 1024     // packets that wait for their fragments
	mostWide    = 2048     // ends that remember many packets
	closedAfter = 60 * time.Second
)

// A Follower puts packets into conversations.
type Follower struct {
	opt     Options
	convs   map[key]*conv
	opened  conv    // open conversations, in order of use: the list begins and ends here
	closed  conv    // closed ones, likewise
	fresh   conv    // those of which only one end has sent anything
	free    []*conv // to be used again
	n       int
	done    int // conversations that were put away
	more    int // octets that some conversations take beyond what others take
	wide    int // ends that remember many packets
	parts   map[partKey]*parts
	waiting *list.List // of the keys of parts: the first one has waited longest
	Evicted int        // conversations that were put away while they were still open

	// Fragments are those of packets that never were complete: they belong to no conversation.
	Fragments int
}

// New returns a follower.
func New(opt Options) *Follower {
	f := &Follower{opt: opt, convs: map[key]*conv{}, parts: map[partKey]*parts{}, waiting: list.New()}
	for _, list := range []*conv{&f.opened, &f.closed, &f.fresh} {
		list.next, list.prev = list, list
	}
	return f
}

// Count is how many conversations have begun.
func (f *Follower) Count() int { return f.n }

// Packet follows one packet. It returns false if the packet belongs to no conversation.
func (f *Follower) Packet(h *capture.Headers, when time.Time, frame int) bool {
	at := time.Duration(0) // since 1970; a file without times has none
	if !when.IsZero() {
		at = time.Duration(when.UnixNano())
	}
	count := 1
	if h.Frag.IsPart() {
		if count = f.assemble(h, at); count == 0 {
			return true
		}
	}
	if h.Proto == wire.ICMP {
		return f.icmp(h, at, frame)
	}
	k, low := packetKey(h)
	c := f.convs[k]
	switch {
	case c == nil:
		c = f.open(k, h, low, at, frame)
	case c.begins(h, at, low) || c.another(h, low) || h.Flags.Has(wire.SYN) && f.opt.Begins != nil && f.opt.Begins(frame):
		c = f.reuse(c, h, low, at, frame)
	default:
		c = f.lateReuse(c, h, low)
	}
	x := c.side(low)
	c.count(x, h, at, frame)
	if count > 1 {
		c.find(Fragmented, frame, nil, itoa(count))
	}
	if h.Proto == wire.TCP {
		c.segment(x, h, at, frame)
		if c.self {
			c.mirror(h, at, frame)
		}
	} else {
		c.datagram(x, h, at, frame)
	}
	if e := &c.ends[x]; e.twins > 0 && (e.rare == nil || e.wide == nil) && f.wide < mostWide {
		e.widen()
		f.wide++
	}
	f.use(c)
	f.tell(c, x, h, at, frame, count)
	if more := int32(c.ends[0].octetsMore() + c.ends[1].octetsMore()); more != c.more {
		f.more += int(more - c.more)
		c.more = more
		f.makeRoom()
	}
	return true
}

// What conversations take, in octets. Those that are done are counted whether somebody keeps
// their summaries or not, so that every reading of a file puts the same ones away.
const (
	MostKept   = 25_000 // summaries of one file that anybody keeps
	doneOctets = int(unsafe.Sizeof(Summary{}))*9/8 + 2*int(unsafe.Sizeof(Count{}))
	convOctets = int(unsafe.Sizeof(conv{}))*9/8 + int(unsafe.Sizeof(Summary{}))*9/8 + 2*int(unsafe.Sizeof(key{})) // and its place in the map
)

// full reports whether another conversation would be too much.
func (f *Follower) full() bool {
	return len(f.convs)*convOctets+min(f.done, MostKept)*doneOctets+f.more >= mostOctets
}

// mirror lets the other end of a connection to itself send the same: every packet is its
// own.
func (c *conv) mirror(h *capture.Headers, at time.Duration, frame int) {
	watched, tally := c.closely, slices.Clone(c.tally)
	c.closely = nil
	c.segment(1, h, at, frame)
	c.tally, c.closely = tally, watched
}

// tell tells a watcher about a packet.
func (f *Follower) tell(c *conv, x int, h *capture.Headers, at time.Duration, frame, count int) {
	if !c.watched() {
		return
	}
	p := &Packet{Frame: frame, At: at - c.first, From: x, Headers: h, Findings: c.found, Parts: count}
	if c.sum.Proto == wire.TCP {
		p.States = [2]Inferred{c.infer(0), c.infer(1)}
	}
	c.watch.Packet(c.sum, [2]EndView{c.view(0), c.view(1)}, p)
	c.found = c.found[:0]
}

func (c *conv) view(x int) EndView {
	e, peer := &c.ends[x], &c.ends[1-x]
	v := EndView{ISS: e.iss, HasISS: e.syn, Passive: !e.bareSyn, Base: e.base, Next: e.next, Started: e.started, Ack: e.ack, Acked: e.acked, Una: peer.ack, UnaKnown: peer.acked}
	v.Wnd, v.Scaled = c.window(x)
	return v
}

// open begins a conversation.
func (f *Follower) open(k key, h *capture.Headers, low bool, at time.Duration, frame int) *conv {
	f.makeRoom()
	f.n++
	from, to := netip.AddrPortFrom(h.Src, h.SrcPort), netip.AddrPortFrom(h.Dst, h.DstPort)
	c := f.take()
	c.aLow, c.first, c.lastAt, c.self = low, at, at, k.toItself()
	if c.sum == nil {
		c.sum = &Summary{}
	}
	*c.sum = Summary{N: f.n, Proto: h.Proto, FirstFrame: frame, Start: time.Unix(0, int64(at))}
	why := ""
	if h.Proto == wire.TCP {
		switch f := h.Flags & (wire.SYN | wire.ACK); f {
		case wire.SYN:
		case wire.SYN | wire.ACK:
			from, to, c.aLow, why = to, from, !low, guessSynAck
		default:
			if reason, swap := guessRoles(h); swap {
				from, to, c.aLow, why = to, from, !low, reason
			} else {
				why = reason
			}
		}
	}
	if c.self {
		c.aLow = low
	}
	c.sum.Ends = [2]netip.AddrPort{from, to}
	if f.opt.Watch != nil {
		if w := f.opt.Watch(c.sum); w != nil {
			c.closely = &closely{watch: w}
		}
	}
	if f.opt.Hindsight != nil && c.watched() {
		c.hind = f.opt.Hindsight(f.n)
	}
	f.convs[k] = c
	if why != "" {
		c.sum.Guessed = true
		c.find(RolesGuessed, frame, nil, Name(0), why)
		if !h.Flags.Has(wire.SYN) && !h.Flags.Has(wire.RST) {
			c.find(BeganInMiddle, frame, nil)
		}
	}
	return c
}

// What makes one end look like the client.
const (
	guessSynAck    = "the other end sent the SYN,ACK"
	guessWellKnown = "the other port is a well-known one"
	guessHigher    = "its port is the higher one"
	guessFirst     = "it was seen first"
)

// guessRoles guesses which end called the other: servers have lower port numbers.
func guessRoles(h *capture.Headers) (why string, swap bool) {
	const wellKnown = 1024
	switch s, d := h.SrcPort, h.DstPort; {
	case s < wellKnown && d >= wellKnown:
		return guessWellKnown, true
	case d < wellKnown && s >= wellKnown:
		return guessWellKnown, false
	case s < d:
		return guessHigher, true
	case s > d:
		return guessHigher, false
	default:
		return guessFirst, false
	}
}

// count counts a packet.
func (c *conv) count(x int, h *capture.Headers, at time.Duration, frame int) {
	e := &c.ends[x]
	e.packets++
	e.octets += int64(h.Len)
	c.lastAt = max(c.lastAt, at) // a file need not be in the order of time
	c.sum.LastFrame = frame
}

// use moves a conversation to the end of its list: it was used last. Closed ones wait a
// while for repetitions.
func (f *Follower) use(c *conv) {
	f.unlink(c)
	list := &f.opened
	switch {
	case c.over():
		list = &f.closed
	case c.ends[0].packets == 0 || c.ends[1].packets == 0:
		list = &f.fresh
	}
	c.prev, c.next = list.prev, list
	c.prev.next, c.next.prev = c, c
	for old := f.closed.next; old != &f.closed && old != c && c.lastAt-old.lastAt > closedAfter; old = f.closed.next {
		f.retire(old)
	}
}

func (f *Follower) unlink(c *conv) {
	if c.next != nil {
		c.prev.next, c.next.prev = c.next, c.prev
		c.next, c.prev = nil, nil
	}
}

// makeRoom puts conversations away until there is room for another one: those that are closed;
// if there are none, those that nobody has answered, as in a flood of SYNs; and only then
// those that are open.
func (f *Follower) makeRoom() {
	for _, list := range []*conv{&f.closed, &f.fresh, &f.opened} {
		for f.full() && list.next != list {
			if list != &f.closed {
				f.Evicted++
			}
			f.retire(list.next)
		}
	}
}

// take returns an empty conversation, one that was put away if there is any.
func (f *Follower) take() *conv {
	if n := len(f.free); n > 0 {
		c := f.free[n-1]
		f.free = f.free[:n-1]
		*c = conv{tally: c.tally[:0], sum: c.sum}
		return c
	}
	return &conv{}
}

// over reports whether nothing more is expected of a conversation but repetitions.
func (c *conv) over() bool {
	a, b := &c.ends[0], &c.ends[1]
	return a.fin && b.fin || c.resets(0) || c.resets(1)
}

// retire puts a conversation away.
func (f *Follower) retire(c *conv) {
	f.unlink(c)
	f.done++
	f.more -= int(c.more)
	for x := range c.ends {
		f.wide -= btoi(len(c.ends[x].ring()) > recentPackets)
	}
	if k := c.key(); f.convs[k] == c {
		delete(f.convs, k)
	}
	s := c.finish()
	if c.watched() {
		c.watch.Done(s, c.found)
	}
	if kept := f.opt.Done == nil || f.opt.Done(s); kept || c.watched() {
		c.sum = nil
	}
	if len(f.free) < mostFree {
		f.free = append(f.free, c)
	}
}

// mostFree bounds the conversations that are kept to be used again.
const mostFree = 1024

// Finish puts away what is left.
func (f *Follower) Finish() {
	for k := range f.parts {
		f.giveUp(k)
	}
	for _, list := range []*conv{&f.closed, &f.opened, &f.fresh} {
		for list.next != list {
			f.retire(list.next)
		}
	}
}

// icmp attaches an error to the conversation that it is about.
func (f *Follower) icmp(h *capture.Headers, at time.Duration, frame int) bool {
	r := &h.ICMP
	k, low := keyOf(r.Proto, r.Src, r.SrcPort, r.Dst, r.DstPort)
	c := f.convs[k]
	if c == nil {
		return false
	}
	x := c.side(low)
	c.sum.LastFrame = frame
	c.lastAt = max(c.lastAt, at)
	c.report(x, h, frame)
	f.tell(c, x, h, at, frame, 1)
	return true
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
