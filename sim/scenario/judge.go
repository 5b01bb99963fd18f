package scenario

import (
	"fmt"
	"strings"
	"time"

	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A Verdict is the outcome of one expect or then line.
type Verdict struct {
	Expect *Expect
	OK     bool
	Got    string // what happened instead, as [ReadSentences] reads it
}

// String returns "script.txt:14:8: expect A is ESTABLISHED: ok".
func (v Verdict) String() string {
	if v.OK {
		return fmt.Sprintf("%s: %s: ok", v.Expect.Pos, v.Expect)
	}
	return fmt.Sprintf("%s: %s: failed, %s", v.Expect.Pos, v.Expect, v.Got)
}

// ThenCall is the call of the note in which a player records how a then line ended:
// the note's result is [ThenOK], or what happened instead.
const (
	ThenCall = "then"
	ThenOK   = "ok"
)

// StoppedCall is the call of the note in which a player records that it gave up before the
// end: then nothing is certain.
const StoppedCall = "stopped"

// Judge holds every then line and every expect line of the script against a finished
// trace.
func Judge(s *Script, t *trace.Trace) []Verdict {
	var all []Verdict
	for i := range s.Stmts {
		if s.Stmts[i].Verb != Then {
			continue
		}
		v := Verdict{Expect: s.Stmts[i].Then, Got: got(gotUncome)}
		for k := range t.Events {
			if e := &t.Events[k]; e.Kind == trace.Note && e.Call == ThenCall && e.Stmt == i+1 {
				v.OK, v.Got = e.Result == ThenOK, e.Result
			}
		}
		all = append(all, v)
	}
	for i := range s.Expects {
		e := &s.Expects[i]
		from, since := e.from(t)
		ok, instead := e.Holds(t, from, since)
		if e.Never {
			if instead = got(gotDid); !ok {
				instead = ""
			}
			ok = !ok
		}
		all = append(all, Verdict{Expect: e, OK: ok, Got: instead})
	}
	if n := len(t.Events); n > 0 && t.Events[n-1].Call == StoppedCall {
		for i := range all {
			all[i].OK, all[i].Got = false, got(gotStopped, t.Events[n-1].Text)
		}
	}
	return all
}

// from is the index of the event from which an expect line counts, and its time: for a
// silence, those of the statement above it.
func (e *Expect) from(t *trace.Trace) (int, time.Duration) {
	if e.Kind != ExpectQuiet {
		return 0, 0
	}
	for i := range t.Events {
		if ev := &t.Events[i]; ev.Stmt == e.After+1 && (ev.Kind == trace.Call || ev.Kind == trace.Note && ev.Call == ThenCall) {
			return i, ev.T
		}
	}
	return 0, 0
}

// Holds holds the check against the events of a trace from index from on; the time that
// it allows runs from since. It says what happened instead.
func (e *Expect) Holds(t *trace.Trace, from int, since time.Duration) (ok bool, instead string) {
	switch e.Kind {
	case ExpectPasses:
		return judgePasses(e, t)
	default:
		w := NewWatch(e, from, since)
		w.See(t.Events)
		return w.OK(), w.Got()
	}
}

// paths returns the states each connection of the host went through, in order.
func paths(t *trace.Trace, host string) (names []string, states map[string][]wire.State) {
	states = map[string][]wire.State{}
	for i := range t.Events {
		e := &t.Events[i]
		if e.Host != host {
			continue
		}
		switch {
		case e.Kind == trace.State:
			if states[e.Conn] == nil {
				names = append(names, e.Conn)
				states[e.Conn] = append(states[e.Conn], e.From)
			}
			states[e.Conn] = append(states[e.Conn], e.To)
		case e.Kind == trace.Note && e.Call == "rename":
			states[e.Conn] = states[e.Args]
			for j, n := range names {
				if n == e.Args {
					names[j] = e.Conn
				}
			}
			delete(states, e.Args)
		}
	}
	return names, states
}

func join(states []wire.State) string {
	var names []string
	for _, s := range states {
		names = append(names, s.String())
	}
	return strings.Join(names, " ")
}

// Passes reports whether some connection of the host goes through the states in order.
func Passes(t *trace.Trace, host string, states ...wire.State) bool {
	ok, _ := judgePasses(&Expect{Host: host, States: states}, t)
	return ok
}

func judgePasses(e *Expect, t *trace.Trace) (bool, string) {
	names, byConn := paths(t, e.Host)
	var passed []string
	states := e.States
	if t.Source != trace.Model {
		states = lasting(states)
	}
	for _, name := range names {
		want := states
		for _, s := range byConn[name] {
			if len(want) > 0 && s == want[0] {
				want = want[1:]
			}
		}
		if len(want) == 0 {
			return true, ""
		}
		passed = append(passed, got(gotPassed, name, join(byConn[name])))
	}
	if len(passed) == 0 {
		return false, got(gotNoConn)
	}
	return false, strings.Join(passed, between)
}

// lasting keeps the states in which a kernel can be seen between two calls. The
// others pass inside one system call on loopback; the packets show them.
func lasting(states []wire.State) []wire.State {
	var kept []wire.State
	for i, s := range states {
		switch s {
		case wire.StateSynSent, wire.StateSynReceived, wire.StateFinWait1, wire.StateClosing, wire.StateLastAck:
			continue
		case wire.StateListen: // a child's path begins in its listener's state
			if len(states) > 1 {
				continue
			}
		case wire.StateClosed: // the end of TIME-WAIT is not waited for
			if i > 0 && states[i-1] == wire.StateTimeWait {
				continue
			}
		default: // ESTABLISHED and the states in which an end waits for the other
		}
		kept = append(kept, s)
	}
	return kept
}

// matches reports whether an event's packet is what the check describes.
func (e *Expect) matches(ev *trace.Event, isns map[trace.Flow]wire.Seq) bool {
	if e.To != "" && ev.Dst.Host != e.To {
		return false
	}
	if e.Anything {
		return true
	}
	if ev.Proto != e.Proto {
		return false
	}
	size := len(ev.Seg.Data)
	if ev.Proto != wire.TCP {
		size = len(ev.Dgram.Data)
	}
	if e.Len >= 0 && size != e.Len {
		return false
	}
	if ev.Proto != wire.TCP {
		return true
	}
	seg := &ev.Seg
	same := seg.Flags&^wire.PSH == e.Flags&^wire.PSH && seg.Flags&e.Flags&wire.PSH == e.Flags&wire.PSH
	if e.Never { // never RST means: no RST,ACK either
		same = seg.Flags.Has(e.Flags) && seg.Flags&^e.Flags&^(wire.ACK|wire.PSH) == 0
	}
	return same &&
		(!e.HasSeq || seg.Seq == e.Seq.Of(isns[ev.Flow()])) &&
		(!e.HasAck || seg.Ack == e.Ack.Of(isns[ev.Flow().Reverse()])) &&
		(e.Wnd < 0 || int(seg.Wnd) == e.Wnd)
}
