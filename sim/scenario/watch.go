package scenario

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A Watch holds one check against a trace that grows: it looks at each event once.
type Watch struct {
	e     *Expect
	from  int           // events from this index on count
	since time.Duration // the time that the check allows runs from then

	seen  int
	isns  numbering
	names []string // connections of the host, in the order in which they appear
	state map[string]wire.State
	at    int // index of the event that decides, or -1
	count int // what happened instead: how often
	last  []string
}

// NewWatch returns a watch that has seen nothing. It is not for [ExpectPasses], which only
// a finished trace can decide.
func NewWatch(e *Expect, from int, since time.Duration) Watch {
	return Watch{e: e, from: from, since: since, at: -1, state: map[string]wire.State{},
		isns: numbering{isn: map[trace.Flow]wire.Seq{}, asked: map[trace.Flow]wire.Seq{}}}
}

// Clone returns a copy that can go its own way.
func (w Watch) Clone() Watch {
	w.names, w.last = slices.Clone(w.names), slices.Clone(w.last)
	w.state = maps.Clone(w.state)
	w.isns = numbering{maps.Clone(w.isns.isn), maps.Clone(w.isns.asked)}
	return w
}

// See looks at the events that it has not seen yet.
func (w *Watch) See(events []trace.Event) {
	for ; w.seen < len(events); w.seen++ {
		ev := &events[w.seen]
		w.isns.note(ev)
		w.follow(ev)
		if w.at < 0 && w.seen >= w.from {
			w.hold(ev)
		}
	}
}

// follow keeps the states of the host's connections.
func (w *Watch) follow(ev *trace.Event) {
	switch {
	case ev.Host != w.e.Host:
	case ev.Kind == trace.State:
		if _, known := w.state[ev.Conn]; !known {
			w.names = append(w.names, ev.Conn)
		}
		w.state[ev.Conn] = ev.To
	case ev.Kind == trace.Note && ev.Call == "rename":
		if i := slices.Index(w.names, ev.Args); i >= 0 {
			w.names[i] = ev.Conn
			w.state[ev.Conn] = w.state[ev.Args]
			delete(w.state, ev.Args)
		}
	}
}

// hold holds one event against the check.
func (w *Watch) hold(ev *trace.Event) {
	e := w.e
	if ev.Host != e.Host || e.Kind == ExpectIs || e.Within > 0 && ev.T-w.since > e.Within {
		return
	}
	switch e.Kind {
	case ExpectSends, ExpectIgnores:
		kind := trace.Send
		if e.Kind == ExpectIgnores {
			kind = trace.Drop
		}
		if ev.Kind != kind || (kind == trace.Drop && ev.Text != "") {
			return
		}
		if e.matches(ev, w.isns.isn) {
			w.at = w.seen
			return
		}
		w.instead(ev.Label() + " wnd=" + strconv.Itoa(int(ev.Seg.Wnd)))
	case ExpectReturns:
		if ev.Kind != trace.Return || ev.Call != string(e.Call) {
			return
		}
		if ev.Result == e.Result {
			w.at = w.seen
			return
		}
		w.instead(ev.Result)
	case ExpectQuiet:
		if ev.Kind == trace.Send && ev.T >= w.since && ev.T-w.since <= e.For {
			w.at = w.seen
			w.instead(ev.Label())
		}
	case ExpectIs, ExpectPasses: // these are about states
	}
}

// mostGot is how much of what happened instead is told: the last of it.
const mostGot = 5

func (w *Watch) instead(what string) {
	w.count++
	if w.last = append(w.last, what); len(w.last) > mostGot {
		w.last = w.last[1:]
	}
}

// OK reports whether the check holds for what was seen.
func (w *Watch) OK() bool {
	switch w.e.Kind {
	case ExpectIs:
		for _, s := range w.state {
			if s == w.e.States[0] {
				return true
			}
		}
		return len(w.state) == 0 && w.e.States[0] == wire.StateClosed
	case ExpectQuiet:
		return w.at < 0
	default:
		return w.at >= 0
	}
}

// At returns the index of the event that decides.
func (w *Watch) At() int { return max(w.at, 0) }

// Got says what happened instead.
func (w *Watch) Got() string {
	if w.e.Kind == ExpectIs {
		var list []string
		for _, name := range w.names {
			list = append(list, got(gotIs, name, w.state[name].String()))
		}
		if len(list) == 0 {
			return got(gotNoConn)
		}
		return strings.Join(list, between)
	}
	did := map[ExpectKind]string{ExpectSends: "sent", ExpectIgnores: "ignored", ExpectReturns: "returned", ExpectQuiet: "sent"}[w.e.Kind]
	last := strings.Join(w.last, between)
	switch {
	case w.count == 0 && w.e.Kind == ExpectReturns:
		return got(gotNoReturn)
	case w.count == 0:
		return got(did + "-nothing")
	case w.count > len(w.last):
		return got(did+"-more", strconv.Itoa(w.count-len(w.last)), last)
	default:
		return got(did, last)
	}
}

// A numbering knows from which number each flow counts: that of its first SYN, or of a
// later one that was answered with a SYN,ACK.
type numbering struct{ isn, asked map[trace.Flow]wire.Seq }

func (n *numbering) note(ev *trace.Event) {
	if !ev.HasSegment() || !ev.Seg.Flags.Has(wire.SYN) {
		return
	}
	f, seg := ev.Flow(), &ev.Seg
	if _, known := n.isn[f]; !known || seg.Flags.Has(wire.ACK) {
		n.isn[f] = seg.Seq
	}
	n.asked[f] = seg.Seq
	if asked, ok := n.asked[f.Reverse()]; ok && seg.Flags.Has(wire.ACK) && seg.Ack == asked.Add(1) {
		n.isn[f.Reverse()] = asked
	}
}
