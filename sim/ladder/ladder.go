package ladder

import (
	"time"

	"netlab/sim/trace"
)

// An Axis says how time becomes rows.
type Axis uint8

// The axes.
const (
	Step   Axis = iota // every moment gets the rows it needs, whatever lies between
	Linear             // rows are proportional to time, as far as the room for text allows
)

// Options choose what is drawn.
type Options struct {
	Upto  int  // draw the events up to this N; 0: all. Positions never depend on it.
	Span  int  // rows that an arrow takes at least; 0: 3
	Calls bool // calls on the lifelines
	Axis  Axis
	Flat  bool // one point of observation: arrows without slope
	// Held are packets that wait before their receivers: nearly all of their arrows shows.
	Held map[int]bool
	// Label writes a segment on its arrow; nil: wire.Segment.Label.
	Label func(e *trace.Event) string
	// State writes a state on a lifeline; nil: its RFC name. The empty string hides it.
	State func(e *trace.Event) string
	// Say words a tag of a kind (returns, reads, timer, ignored) in another language; arg is
	// the result, the octets, the timer. An empty text means the English one.
	Say func(kind, english, arg string) string
}

// An Arrow is a segment's way from one lifeline to another.
type Arrow struct {
	From, To   int // lifelines
	Start, End int // rows: it leaves at the top of Start and arrives at the bottom of End
	Label      string
	Lost       bool    // it ends half-way
	Part       float64 // how much of it is drawn: 1 unless it is on its way
	Again      bool    // a retransmission
	Stray      bool    // nobody in the trace has sent it: only its arrival is drawn
	Event      int     // N of the sending event
	Arrival    int     // N of the arriving or losing event; 0: not yet

	free int // rows below End that are kept for labels made of cells; a picture needs none
}

// A Tag is a word beside a lifeline.
type Tag struct {
	Line  int // lifeline
	Row   int
	Text  string
	State bool // a state; otherwise a call or a remark
	Event int

	full string // the state's name, if Text hides it
}

// A Mark is the time at the edge of a row.
type Mark struct {
	Row  int
	Time time.Duration
}

// A Break is a row that stands for time in which nothing happens.
type Break struct {
	Row     int
	Omitted time.Duration
}

// A Ladder is the display list.
type Ladder struct {
	Hosts  []string
	Arrows []Arrow
	Tags   []Tag
	Marks  []Mark
	Breaks []Break
	Rows   int
	Now    int   // row of the last event drawn
	Flat   bool  // arrows have no slope
	RowOf  []int // by event number: the row it belongs to; index 0 unused

	all whole
}

// A whole is the display list of the whole run, however much of it is shown: a picture
// takes its measures from it, so that they do not depend on the step.
type whole struct {
	arrows []Arrow
	tags   []Tag
	marks  []Mark
	breaks []Break
	from   map[int]int // by event: how many arrows it has
}

// defaultSpan is how many rows an arrow takes if there is room.
const defaultSpan = 3

// crossingRows are kept free above segments that leave both ends at once: their
// labels find no room between strokes that cross.
const crossingRows = 2

// breakAfter is how much longer than a link's delay nothing must happen for the
// time to be left out.
const breakAfter = 8

// New makes the display list of a trace.
func New(t *trace.Trace, opt Options) *Ladder {
	if opt.Span == 0 {
		opt.Span = defaultSpan
	}
	if opt.Label == nil {
		opt.Label = func(e *trace.Event) string { return e.Label() }
	}
	if opt.State == nil {
		opt.State = func(e *trace.Event) string { return e.To.String() }
	}
	if opt.Upto == 0 {
		opt.Upto = len(t.Events)
	}
	b := &builder{t: t, opt: opt, l: &Ladder{Flat: opt.Flat, RowOf: make([]int, len(t.Events)+1)},
		lines: map[string]int{}, flight: map[flightKey][]int{}, toGroup: map[int]Arrow{}}
	for i, h := range t.Hosts {
		b.l.Hosts = append(b.l.Hosts, h.Name)
		b.lines[h.Name] = i
	}
	b.unit = b.linkDelay()
	b.build()
	return b.l
}

// A builder makes one display list.
type builder struct {
	named string // the socket that accept() names
	t     *trace.Trace
	opt   Options
	l     *Ladder
	lines map[string]int
	unit  time.Duration // a typical delay, for breaks and the linear axis

	flight  map[flightKey][]int // arrows that have not arrived, by packet
	toGroup map[int]Arrow       // packets to a group, by number
	free    int                 // rows kept free above this moment
	lane    []int               // by lifeline: rows used in this moment
	last    []int               // by lifeline: row of the last tag in this moment, or -1
	sent    []int               // by lifeline: last row at which an arrow left
}

type flightKey struct{ pkt int }

// linkDelay is the shortest way of a packet in the trace.
func (b *builder) linkDelay() time.Duration {
	sent := map[int]time.Duration{}
	best := time.Duration(0)
	for i := range b.t.Events {
		e := &b.t.Events[i]
		switch e.Kind {
		case trace.Send:
			sent[e.Pkt] = e.T
		case trace.Recv:
			if at, ok := sent[e.Pkt]; ok && e.T > at && (best == 0 || e.T-at < best) {
				best = e.T - at
			}
		default: // the rest does not travel
		}
	}
	return best
}

// build lays out one moment after the other.
func (b *builder) build() {
	events := b.t.Events
	row := 0
	var before time.Duration
	for i := 0; i < len(events); {
		end := i
		for end < len(events) && b.sameMoment(&events[i], &events[end]) {
			end++
		}
		if !b.anythingDrawn(events[i:end]) {
			for ; i < end; i++ {
				b.l.RowOf[events[i].N] = max(0, row-1)
			}
			continue
		}
		base := b.baseRow(row, before, &events[i], events[i:end])
		row = base + b.moment(base, events[i:end])
		before = events[i].T
		i = end
	}
	b.l.Rows = row
	for _, waiting := range b.flight {
		for _, k := range waiting { // never arrived within the trace
			a := &b.l.Arrows[k]
			a.End = a.Start + b.opt.Span - 1
			a.Part = 0.5
			b.l.Rows = max(b.l.Rows, a.End+1)
		}
	}
	b.future()
}

// sameMoment reports whether two events share rows. With one point of
// observation every segment has a row of its own, in the order of the capture.
func (b *builder) sameMoment(a, c *trace.Event) bool {
	if !b.opt.Flat {
		return a.T == c.T
	}
	return a == c || (c.Kind != trace.Send && a.Kind != trace.Send && a.T == c.T)
}

func (b *builder) anythingDrawn(events []trace.Event) bool {
	for i := range events {
		switch events[i].Kind {
		case trace.Send, trace.Recv, trace.State, trace.Drop, trace.Timer: // a picture shows these
			return true
		case trace.Call, trace.Deliver:
			if b.opt.Calls {
				return true
			}
		case trace.Return:
			if b.worthTag(&events[i]) {
				return true
			}
		case trace.Set, trace.Note: // not on the picture
		}
	}
	return false
}
