package scenario

import (
	"strings"
	"time"

	"netlab/sim/trace"
)

// Waits are the then lines that a player waits for. Like the cursor it is one pure value
// that every player drives: it looks at the events so far and says which lines have ended.
type Waits struct {
	script *Script
	mark   int // index of the event from which a then line counts
	list   []pending
}

type pending struct {
	stmt  int
	watch Watch
}

// NewWaits returns the waits of a script before its first statement.
func NewWaits(s *Script) Waits { return Waits{script: s} }

// Clone returns a copy that can go its own way.
func (w Waits) Clone() Waits {
	list := make([]pending, len(w.list))
	for i, x := range w.list {
		list[i] = pending{x.stmt, x.watch.Clone()}
	}
	w.list = list
	return w
}

// Any reports whether a then line is waiting.
func (w *Waits) Any() bool { return len(w.list) > 0 }

// Has reports whether statement stmt is a then line that is waiting.
func (w *Waits) Has(stmt int) bool { return w.index(stmt) >= 0 }

func (w *Waits) index(stmt int) int {
	for i := range w.list {
		if w.list[i].stmt == stmt {
			return i
		}
	}
	return -1
}

// Mark says that a statement starts when there are n events: the next then line counts
// what happens from there on.
func (w *Waits) Mark(n int) { w.mark = n }

// Begin begins to wait for the then line that is statement stmt.
func (w *Waits) Begin(stmt int, now time.Duration) {
	w.list = append(w.list, pending{stmt, NewWatch(w.script.Stmts[stmt].Then, w.mark, now)})
}

// Next returns a then line that has come true, or that cannot come true any more, with the
// note that tells how it ended. Ask again until there is none, after every event.
func (w *Waits) Next(events []trace.Event) (stmt int, note trace.Event, ended bool) {
	for i := range w.list {
		d := &w.list[i]
		e := w.script.Stmts[d.stmt].Then
		d.watch.See(events)
		ok, at := d.watch.OK(), d.watch.At()
		quiet := e.Kind == ExpectQuiet
		if quiet == ok { // a silence is known only when its time is over; something else may still come
			continue
		}
		if ok && e.Kind == ExpectSends && !w.hasReached(events, at) {
			continue // the puppet must see it before it can answer
		}
		if ok && e.Kind != ExpectIs {
			w.mark = at + 1
		}
		stmt, note = w.end(i)
		return stmt, note, true
	}
	return 0, trace.Event{}, false
}

// Expire ends a then line whose time is over, and returns the note that tells how.
func (w *Waits) Expire(stmt int, events []trace.Event) (note trace.Event, waited bool) {
	i := w.index(stmt)
	if i < 0 {
		return trace.Event{}, false
	}
	w.list[i].watch.See(events)
	w.mark = len(events)
	_, note = w.end(i)
	return note, true
}

// end forgets a then line and tells how it ended.
func (w *Waits) end(i int) (int, trace.Event) {
	d := w.list[i]
	w.list = append(w.list[:i:i], w.list[i+1:]...)
	st := &w.script.Stmts[d.stmt]
	result := ThenOK
	if !d.watch.OK() {
		result = d.watch.Got()
	}
	words := strings.TrimPrefix(st.Then.String(), "then ")
	return d.stmt, trace.Event{Kind: trace.Note, Stmt: d.stmt + 1, Call: ThenCall, Args: words, Result: result, Text: "then " + words + ": " + result}
}

// hasReached reports whether a packet that was sent to a puppet has come to it, or never
// will.
func (w *Waits) hasReached(events []trace.Event, at int) bool {
	sent := &events[at]
	if h := w.script.Host(sent.Dst.Host); h == nil || !h.Puppet {
		return true
	}
	for i := at + 1; i < len(events); i++ {
		if e := &events[i]; e.Pkt == sent.Pkt && (e.Kind == trace.Recv || e.Kind == trace.Drop) {
			return true
		}
	}
	return false
}
