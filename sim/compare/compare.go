package compare

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A Verdict says how two values of a row relate.
type Verdict string

// The five verdicts.
const (
	Same          Verdict = "same"
	MayDiffer     Verdict = "may differ"     // the standard leaves it open
	Explained     Verdict = "explained"      // a known habit of the kernel
	Differs       Verdict = "differs"        // model and reality disagree
	NotComparable Verdict = "not comparable" // cannot be seen, or means nothing here
)

// Verdicts lists all five.
func Verdicts() []Verdict { return []Verdict{Same, MayDiffer, Explained, Differs, NotComparable} }

// A Row compares one thing.
type Row struct {
	Pair        int    // counts the segments, the calls, … of the report from 1
	What        string // "A>B" for a segment, "A connect c B:80" for a call, "A c" for states
	Field       string // flags, seq, ack, len, window, options, time, result, states
	Model, Live string
	Verdict     Verdict
	Why         *Explanation // nil for Same and for Differs
	Main        bool         // one of the rows shown first
	ModelEvent  int          // N in the model's trace; 0: none
	LiveEvent   int          // N in the live trace; 0: none
}

// A Report is a finished comparison.
type Report struct {
	Rows   []Row
	Pairs  int // segments paired or alone
	Counts map[Verdict]int
}

// Differences reports how many rows differ without an explanation.
func (r *Report) Differences() int { return r.Counts[Differs] }

// Fields lists, in order of appearance, the fields in which the two traces are not
// the same: where one profile of the model differs from another.
func (r *Report) Fields() []string {
	var fields []string
	for _, row := range r.Rows {
		if row.Verdict != Same && row.Verdict != NotComparable && !slices.Contains(fields, row.Field) {
			fields = append(fields, row.Field)
		}
	}
	return fields
}

// Comparable reports how many rows could be compared at all.
func (r *Report) Comparable() int { return len(r.Rows) - r.Counts[NotComparable] }

// Options say what the live trace can show.
type Options struct {
	NoPackets bool // the live trace has no segments
	NoStates  bool // the live trace has no states
	NoCalls   bool // the live trace has packets only: it is a capture
	Wire      bool // the packets were seen between the hosts, and not inside one
	Buffers   bool // the script says how large buffers are, which a kernel counts in its own way
}

// Compare lays the live trace beside the model's.
func Compare(model, live *trace.Trace, opt Options) *Report {
	r := &Report{Counts: map[Verdict]int{}}
	opt.Buffers = opt.Buffers || overflows(model)
	c := &comparison{r: r, model: newSide(model), live: newSide(live), opt: opt}
	c.segments()
	if !opt.NoCalls {
		c.calls()
		c.states()
	}
	sort.SliceStable(r.Rows, func(i, j int) bool { return r.Rows[i].Pair < r.Rows[j].Pair })
	for i := range r.Rows {
		r.Counts[r.Rows[i].Verdict]++
	}
	return r
}

// A comparison is one in progress.
type comparison struct {
	r           *Report
	model, live *side
	opt         Options
	pair        int
}

// overflows reports whether the model drops datagrams because a queue is full.
func overflows(t *trace.Trace) bool {
	return slices.ContainsFunc(t.Events, func(e trace.Event) bool { return e.Rule != nil && e.Rule.ID == "udp-overflow" })
}

// A side is one of the two traces, made ready.
type side struct {
	t    *trace.Trace
	segs []seg
}

// A seg is a segment as it is compared.
type seg struct {
	e        *trace.Event
	dir      string // "A>B"
	seq, ack int    // relative
	seqOK    bool
	ackOK    bool
}

func newSide(t *trace.Trace) *side {
	s := &side{t: t}
	isns := map[trace.Flow]wire.Seq{}
	for i := range t.Events {
		e := &t.Events[i]
		if e.Kind != trace.Send {
			continue
		}
		if e.HasSegment() && e.Seg.Flags.Has(wire.SYN) {
			isns[e.Flow()] = e.Seg.Seq
		}
		g := seg{e: e, dir: e.Src.Host + ">" + e.Dst.Host}
		g.seq, g.ack, g.seqOK, g.ackOK = e.Relative(isns)
		if !e.Seg.Flags.Has(wire.ACK) {
			g.ackOK = false
		}
		s.segs = append(s.segs, g)
	}
	return s
}

func (c *comparison) add(row Row) {
	row.Pair = c.pair
	c.r.Rows = append(c.r.Rows, row)
}

// segments pairs the segments of each direction and compares each pair.
func (c *comparison) segments() {
	if c.opt.NoPackets {
		c.pair++
		c.add(Row{What: "packets", Field: "segments", Model: fmt.Sprint(len(c.model.segs)), Live: "?", Verdict: NotComparable, Why: ExpNoPackets, Main: true})
		return
	}
	var pairs []pairing
	for _, dir := range directions(c.model.segs, c.live.segs) {
		pairs = append(pairs, align(dir, c.model.segs, c.live.segs)...)
	}
	sortPairs(pairs)
	for _, p := range pairs {
		c.pair++
		switch {
		case p.m == nil:
			c.extra(p)
		case p.l == nil:
			c.missing(p)
		default:
			c.both(p)
		}
	}
	c.r.Pairs = c.pair
	for _, dir := range directions(c.model.segs, c.live.segs) {
		if n := max(count(c.model.segs, dir), count(c.live.segs, dir)); n > maxAlign {
			c.pair++
			c.add(Row{What: dir, Field: "segments", Model: fmt.Sprint(count(c.model.segs, dir)), Live: fmt.Sprint(count(c.live.segs, dir)), Verdict: NotComparable, Why: ExpTooMany, Main: true})
		}
	}
}

// both compares two segments field by field.
func (c *comparison) both(p pairing) {
	m, l := p.m, p.l
	if m.e.Proto != wire.TCP {
		c.datagrams(p)
		return
	}
	row := func(field, a, b string, v Verdict, why *Explanation, main bool) {
		c.add(Row{What: p.dir, Field: field, Model: a, Live: b, Verdict: v, Why: why, Main: main, ModelEvent: m.e.N, LiveEvent: l.e.N})
	}
	v, why := compareFlags(m.e.Seg.Flags, l.e.Seg.Flags)
	row("flags", m.e.Seg.Flags.String(), l.e.Seg.Flags.String(), v, why, true)
	v, why = c.buffers(m, c.compareSeq)(m, l)
	if v == Differs && c.byWindow(m) {
		v, why = MayDiffer, ExpWindow
	}
	a, b := c.part(m, false), c.part(l, false)
	if v == Same && m.seq != l.seq { // a number that stands for itself, not for a distance
		a, b = m.e.Seg.Seq.String(), l.e.Seg.Seq.String()
	}
	row("seq", a, b, v, why, true)
	if m.e.Seg.Flags.Has(wire.ACK) || l.e.Seg.Flags.Has(wire.ACK) {
		v, why = c.buffers(m, c.compareAck)(m, l)
		a, b := c.part(m, true), c.part(l, true)
		if v == Same && m.ack != l.ack {
			a, b = m.e.Seg.Ack.String(), l.e.Seg.Ack.String()
		}
		row("ack", a, b, v, why, true)
	}
	if a, b := len(m.e.Seg.Data), len(l.e.Seg.Data); a+b > 0 {
		v, why = c.compareData(p)
		row("len", fmt.Sprint(a), fmt.Sprint(b), v, why, false)
	}
	v, why = loose(m.e.Seg.Wnd == l.e.Seg.Wnd, ExpWindow)
	row("window", fmt.Sprint(m.e.Seg.Wnd), fmt.Sprint(l.e.Seg.Wnd), v, why, false)
	if a, b := optionNames(m), optionNames(l); a+b != "" {
		v, why = loose(a == b, ExpOptions)
		row("options", a, b, v, why, false)
	}
	row("time", trace.Ms(m.e.T)+" ms", trace.Ms(l.e.T)+" ms", NotComparable, ExpTiming, false)
}

// compareData is the verdict on the octets of two segments.
func (c *comparison) compareData(p pairing) (Verdict, *Explanation) {
	m, l := p.m, p.l
	switch {
	case m.e.Seg.Data == l.e.Seg.Data:
		return Same, nil
	case len(m.e.Seg.Data) == len(l.e.Seg.Data) && m.seq == l.seq: // the same place in the stream
		return Differs, nil
	case c.sameStream(p.dir):
		return Explained, ExpSplit
	case c.byBuffers(m):
		return Explained, ExpBuffers
	default:
		return Differs, nil
	}
}

// missing is a segment that only the model sends.
func (c *comparison) missing(p pairing) {
	row := Row{What: p.dir, Field: "segment", Model: p.m.e.Label(), Live: none, Verdict: Differs, Main: true, ModelEvent: p.m.e.N}
	switch {
	case p.m.e.Proto == wire.TCP && p.m.e.Seg.IsPureAck() && c.covered(c.live, p.m):
		row.Verdict, row.Why = Explained, ExpAckMerged
	case c.opt.Wire && c.model.inside(p.m.e):
		row.Verdict, row.Why = NotComparable, ExpInside
	case p.m.e.T > c.live.t.Ended && c.live.t.Ended > 0:
		row.Verdict, row.Why = NotComparable, ExpOver
	case p.m.e.Again, answersRepeat(c.model.t, p.m.e):
		row.Verdict, row.Why = Explained, ExpTimer
	case p.m.e.Seg.Data != "" && c.sameStream(p.dir):
		row.Verdict, row.Why = Explained, ExpSplit
	case c.byBuffers(p.m):
		row.Verdict, row.Why = Explained, ExpBuffers
	}
	c.add(row)
}

// extra is a segment that only reality sends.
func (c *comparison) extra(p pairing) {
	row := Row{What: p.dir, Field: "segment", Model: none, Live: p.l.e.Label(), Verdict: Differs, Main: true, LiveEvent: p.l.e.N}
	switch {
	case p.l.e.Proto == wire.TCP && p.l.e.Seg.IsPureAck() && c.covered(c.model, p.l):
		row.Verdict, row.Why = Explained, ExpAckAlone
	case c.repeats(p.l):
		row.Verdict, row.Why = Explained, ExpTimer
	case p.l.e.Seg.Data != "" && c.sameStream(p.dir):
		row.Verdict, row.Why = Explained, ExpSplit
	case c.byBuffers(p.l):
		row.Verdict, row.Why = Explained, ExpBuffers
	}
	c.add(row)
}

// inside reports whether a packet reached nobody but the host that sent it.
func (s *side) inside(e *trace.Event) bool {
	own := e.Dst.IsGroup() // with a TTL of 0 it reaches nobody
	for i := range s.t.Events {
		switch r := &s.t.Events[i]; {
		case r.Pkt != e.Pkt || r.Kind != trace.Recv && r.Kind != trace.Drop:
		case r.Host != e.Host || r.Kind == trace.Drop:
			return false
		default:
			own = true
		}
	}
	return own
}

// answersRepeat reports whether a segment of the model was caused by one that was
// sent again.
func answersRepeat(t *trace.Trace, e *trace.Event) bool {
	recv := t.At(e.Cause)
	if recv == nil || recv.Kind != trace.Recv {
		return false
	}
	return slices.ContainsFunc(t.Events[:recv.N], func(s trace.Event) bool {
		return s.Kind == trace.Send && s.Pkt == recv.Pkt && s.Again
	})
}

// covered reports whether the other side acknowledges as much in that direction.
func (c *comparison) covered(other *side, g *seg) bool {
	for _, o := range other.segs {
		if o.dir == g.dir && o.ackOK && o.ack >= g.ack && (g.seq > 1 || g.ack > 1 || !isThird(g)) {
			return true
		}
	}
	return false
}

// isThird reports whether the segment is the third of a handshake, which nothing
// excuses from being there.
func isThird(g *seg) bool { return g.seq == 1 && g.ack == 1 }

// repeats reports whether reality had sent the same octets before.
func (c *comparison) repeats(g *seg) bool {
	for _, o := range c.live.segs {
		if o.e.N >= g.e.N {
			return false
		}
		if o.dir == g.dir && g.e.Seg.Len() > 0 && o.e.Seg.Seq == g.e.Seg.Seq && o.e.Seg.Len() >= g.e.Seg.Len() {
			return true
		}
	}
	return false
}

// Text writes the verdict with its reason.
func (r *Row) Text() string {
	if r.Why == nil {
		return string(r.Verdict)
	}
	return string(r.Verdict) + ": " + strings.ReplaceAll(r.Why.ID, "-", " ")
}
