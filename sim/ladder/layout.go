package ladder

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"netlab/sim/trace"
	"netlab/sim/wire"
)

// baseRow is the first row of a moment: below the one before, and low enough for
// the arrows that arrive now.
func (b *builder) baseRow(row int, before time.Duration, first *trace.Event, events []trace.Event) int {
	base := row
	arriving, turnsUp := false, 0
	for i := range events {
		e := &events[i]
		if e.Kind != trace.Recv && e.Kind != trace.Drop {
			continue
		}
		if e.Kind == trace.Recv && !b.wasSent(e) {
			base = max(base, row+1) // a row for the segment that turns up
			turnsUp = 1
		}
		if a, ok := b.toGroup[e.Pkt]; ok {
			arriving = true
			base = max(base, a.Start+b.opt.Span)
		}
		for _, k := range b.flight[flightKey{e.Pkt}] {
			arriving = true
			span := b.opt.Span
			if e.Kind == trace.Drop {
				span = (span + 1) / 2
			}
			base = max(base, b.l.Arrows[k].Start+span)
		}
	}
	b.free = 0
	if b.crossing(events) {
		b.free = crossingRows
		base += crossingRows
	}
	gap := first.T - before
	if b.unit == 0 || b.opt.Flat {
		return base
	}
	if gap > breakAfter*b.unit && !arriving && len(b.l.all.marks) > 0 {
		b.l.Breaks = append(b.l.Breaks, Break{Row: base, Omitted: gap})
		return base + 1 + turnsUp
	}
	if b.opt.Axis == Linear && len(b.l.all.marks) > 0 {
		last := b.l.all.marks[len(b.l.all.marks)-1]
		rows := int(min(gap, breakAfter*b.unit) * time.Duration(b.opt.Span) / b.unit)
		base = max(base, last.Row+rows)
	}
	return base
}

// crossing reports whether segments leave in both directions at this moment.
func (b *builder) crossing(events []trace.Event) bool {
	if b.opt.Flat || len(b.l.Hosts) < 2 {
		return false
	}
	var up, down bool
	for i := range events {
		if e := &events[i]; e.Kind == trace.Send {
			up = up || b.lines[e.Src.Host] < b.lines[e.Dst.Host]
			down = down || b.lines[e.Src.Host] > b.lines[e.Dst.Host]
		}
	}
	return up && down
}

// moment lays out the events of one instant and returns how many rows they take.
func (b *builder) moment(base int, events []trace.Event) int {
	n := len(b.l.Hosts)
	b.lane, b.last, b.sent = make([]int, n), make([]int, n), make([]int, n)
	for i := range n {
		b.last[i], b.sent[i] = -1, -1
	}
	shown := events[0].N <= b.opt.Upto
	mark := Mark{base, events[0].T}
	b.l.all.marks = append(b.l.all.marks, mark)
	if shown {
		b.l.Marks = append(b.l.Marks, mark)
	}
	height := 1
	for i := range events {
		e := &events[i]
		line, ok := b.lines[e.Host]
		if ok {
			b.place(base, line, e)
			height = max(height, b.lane[line])
			b.l.RowOf[e.N] = base + max(0, b.lane[line]-1)
		} else {
			b.l.RowOf[e.N] = base
		}
		if e.N <= b.opt.Upto {
			b.l.Now = b.l.RowOf[e.N]
		}
	}
	return height
}

// place puts one event on its lifeline.
func (b *builder) place(base, line int, e *trace.Event) {
	switch e.Kind {
	case trace.State:
		if text := b.opt.State(e); text != "" || e.N > b.opt.Upto {
			b.tag(base, line, text, true, e)
		}
	case trace.Call:
		if b.opt.Calls {
			b.tag(base, line, called(e), false, e)
		}
	case trace.Return:
		if b.worthTag(e) {
			result := e.Result
			if e.Call == "accept" && result == "0" && b.named != "" { // the new socket, as the program calls it
				result = b.named
			}
			b.tag(base, line, b.say("returns", returned(result), result), false, e)
		}
	case trace.Deliver:
		if b.opt.Calls {
			b.tag(base, line, b.say("reads", "reads "+octets(len(e.Seg.Data)), strconv.Itoa(len(e.Seg.Data))), false, e)
		}
	case trace.Timer:
		b.tag(base, line, b.say("timer", timerTag(e.Text), e.Text), false, e)
	case trace.Send:
		b.depart(base, line, e)
	case trace.Recv:
		b.arrive(base, e)
	case trace.Drop:
		switch {
		case len(b.flight[flightKey{e.Pkt}]) > 0:
			b.arrive(base, e)
		case b.opt.Flat && e.Pkt > 0:
			b.lose(e)
		default:
			b.tag(base, line, b.say("ignored", ignoredTag(e), ""), false, e)
		}
	case trace.Note:
		if e.Call == "rename" {
			b.named = e.Conn
		}
	case trace.Set: // not on the picture
	}
}

// say words a tag: in English, or as the options want it.
func (b *builder) say(kind, english, arg string) string {
	if b.opt.Say != nil {
		if s := b.opt.Say(kind, english, arg); s != "" {
			return s
		}
	}
	return english
}

// called words a call: its name, or the option that it sets.
func called(e *trace.Event) string {
	if f := strings.Fields(e.Args); e.Call == "setsockopt" && len(f) == 3 {
		return f[1] + "=" + f[2]
	}
	return e.Call + "()"
}

// worthTag reports whether a return is worth a word: calls that wait, and results
// that are not simply 0.
func (b *builder) worthTag(e *trace.Event) bool {
	switch e.Call {
	case "connect", "accept", "recv", "recvfrom", "poll": // their 0 says something
		return b.opt.Calls
	default:
		return b.opt.Calls && e.Result != "0"
	}
}

func (b *builder) tag(base, line int, text string, state bool, e *trace.Event) {
	row := base + b.lane[line]
	b.lane[line]++
	b.last[line] = row
	t := Tag{Line: line, Row: row, Text: text, State: state, Event: e.N}
	if state {
		t.full = e.To.String()
	}
	b.l.all.tags = append(b.l.all.tags, t)
	if e.N <= b.opt.Upto {
		b.l.Tags = append(b.l.Tags, t)
	}
}

// depart starts an arrow beside the last tag of its lifeline, or on a new row.
func (b *builder) depart(base, line int, e *trace.Event) {
	to, ok := b.lines[e.Dst.Host]
	if !ok { // to a group: an arrow to each host that it reaches
		b.toGroup[e.Pkt] = Arrow{From: line, Start: max(base, b.last[line]), Label: b.opt.Label(e), Part: 1, Event: e.N}
		b.lane[line] = max(b.lane[line], 1)
		return
	}
	row := max(base, b.last[line])
	if b.sent[line] >= row {
		row = b.sent[line] + 1
	}
	b.sent[line] = row
	b.lane[line] = max(b.lane[line], row-base+1)
	a := Arrow{From: line, To: to, Start: row, End: row, Label: b.opt.Label(e), Part: 1, Again: e.Again, Event: e.N}
	b.l.Arrows = append(b.l.Arrows, a)
	if !b.opt.Flat {
		key := flightKey{e.Pkt}
		b.flight[key] = append(b.flight[key], len(b.l.Arrows)-1)
	} else {
		b.l.Arrows[len(b.l.Arrows)-1].Arrival = e.N
	}
}

// arrive ends an arrow just above the moment of its arrival. The second arrival
// of a packet is a copy's, and gets an arrow of its own from the same start.
func (b *builder) arrive(base int, e *trace.Event) {
	key := flightKey{e.Pkt}
	waiting := b.flight[key]
	if a, ok := b.toGroup[e.Pkt]; ok {
		if a.To, ok = b.lines[e.Host]; ok && a.To != a.From {
			a.End, a.free, a.Lost, a.Arrival = max(a.Start, base-1-b.free), b.free, e.Kind == trace.Drop, e.N
			b.l.Arrows = append(b.l.Arrows, a)
			said := b.toGroup[e.Pkt] // it is one packet, whoever hears it
			said.Label = ""
			b.toGroup[e.Pkt] = said
		}
		return
	}
	if len(waiting) == 0 {
		for _, a := range b.l.Arrows {
			if ev := b.t.At(a.Event); ev != nil && ev.Pkt == e.Pkt && ev.Kind == trace.Send {
				a.End, a.free, a.Lost, a.Arrival = max(a.Start, base-1-b.free), b.free, false, e.N
				b.l.Arrows = append(b.l.Arrows, a)
				return
			}
		}
		b.stray(base, e)
		return
	}
	b.flight[key] = nil
	delete(b.flight, key)
	a := &b.l.Arrows[waiting[0]]
	a.End, a.free, a.Lost, a.Arrival = max(a.Start, base-1-b.free), b.free, e.Kind == trace.Drop, e.N
}

// stray draws a segment that arrives without having been sent: an old one.
func (b *builder) stray(base int, e *trace.Event) {
	from, ok1 := b.lines[e.Src.Host]
	to, ok2 := b.lines[e.Dst.Host]
	if !ok1 || !ok2 {
		return
	}
	b.l.Arrows = append(b.l.Arrows, Arrow{From: from, To: to, Start: max(0, base-1), End: max(0, base-1), Label: "old " + b.opt.Label(e), Part: 1, Stray: true, Event: e.N, Arrival: e.N})
}

// wasSent reports whether the trace has the sending of a segment that arrives.
func (b *builder) wasSent(e *trace.Event) bool {
	for i := range b.t.Events[:e.N-1] {
		if s := &b.t.Events[i]; s.Kind == trace.Send && s.Pkt == e.Pkt {
			return true
		}
	}
	return false
}

// lose marks the flat arrow of a packet as lost.
func (b *builder) lose(e *trace.Event) {
	for k := range b.l.Arrows {
		if ev := b.t.At(b.l.Arrows[k].Event); ev != nil && ev.Pkt == e.Pkt {
			b.l.Arrows[k].Lost = true
			b.l.Arrows[k].Arrival = e.N
		}
	}
}

// future takes away what has not happened yet at opt.Upto: positions stay.
func (b *builder) future() {
	now := time.Duration(0)
	if e := b.t.At(min(b.opt.Upto, len(b.t.Events))); e != nil {
		now = e.T
	}
	b.l.all.arrows, b.l.all.breaks, b.l.all.from = b.l.Arrows, slices.Clone(b.l.Breaks), map[int]int{}
	kept := make([]Arrow, 0, len(b.l.Arrows))
	for _, a := range b.l.Arrows {
		b.l.all.from[a.Event]++
		if a.Event > b.opt.Upto {
			continue
		}
		if a.Arrival > b.opt.Upto || a.Arrival == 0 {
			a.Part, a.Lost = b.part(a, now), false
		}
		kept = append(kept, a)
	}
	b.l.Arrows = kept
	breaks := b.l.Breaks[:0]
	for _, k := range b.l.Breaks {
		if k.Row < b.l.Now {
			breaks = append(breaks, k)
		}
	}
	b.l.Breaks = breaks
}

// leastPart is how much of an arrow shows at the instant of sending, so that one
// can see that a segment is on its way.
const leastPart = 0.34

// mostPart is how much of an arrow shows that has not arrived.
const mostPart = 0.9

// part is how much of its way a segment has gone.
func (b *builder) part(a Arrow, now time.Duration) float64 {
	sent, arrives := b.t.At(a.Event), b.t.At(a.Arrival)
	if sent != nil && arrives == nil && b.opt.Held[sent.Pkt] {
		return mostPart
	}
	if sent == nil || arrives == nil || arrives.T <= sent.T {
		return leastPart
	}
	return max(leastPart, min(mostPart, float64(now-sent.T)/float64(arrives.T-sent.T)))
}

func timerTag(name string) string {
	switch name {
	case "retransmission timer":
		return "RTX"
	case "delayed-ACK timer":
		return "ACK timer"
	case "persist timer":
		return "probe"
	case "TIME-WAIT timer":
		return "2MSL over"
	default:
		return name
	}
}

// returned writes what a call returned: an errno speaks for itself.
func returned(result string) string {
	if wire.Errno(result).Text() != "" {
		return result
	}
	return "returns " + result
}

func octets(n int) string {
	if n == 1 {
		return "1 octet"
	}
	return strconv.Itoa(n) + " octets"
}

// ignoredTag says in a word why a segment was dropped: one outside the window is
// still answered with an ACK.
func ignoredTag(e *trace.Event) string {
	if e.Rule != nil && e.Rule.ID == "not-acceptable" {
		return "old: re-ACK"
	}
	return "ignored"
}
