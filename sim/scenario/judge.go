package scenario

import (
	"fmt"
	"strings"

	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A Verdict is the outcome of one expect line.
type Verdict struct {
	Expect *Expect
	OK     bool
	Got    string // what happened instead
}

// String returns "script.txt:14:8: expect A is ESTABLISHED: ok".
func (v Verdict) String() string {
	if v.OK {
		return fmt.Sprintf("%s: %s: ok", v.Expect.Pos, v.Expect)
	}
	return fmt.Sprintf("%s: %s: failed, %s", v.Expect.Pos, v.Expect, v.Got)
}

// Judge holds every expect line of the script against a finished trace.
func Judge(s *Script, t *trace.Trace) []Verdict {
	var all []Verdict
	for i := range s.Expects {
		e := &s.Expects[i]
		v := Verdict{Expect: e}
		switch e.Kind {
		case ExpectPasses:
			v.OK, v.Got = judgePasses(e, t)
		case ExpectIs:
			v.OK, v.Got = judgeIs(e, t)
		case ExpectSends:
			v.OK, v.Got = judgeSends(e, t)
		case ExpectReturns:
			v.OK, v.Got = judgeReturns(e, t)
		}
		all = append(all, v)
	}
	return all
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

func judgePasses(e *Expect, t *trace.Trace) (bool, string) {
	names, byConn := paths(t, e.Host)
	var got []string
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
		got = append(got, name+" passed "+join(byConn[name]))
	}
	if len(got) == 0 {
		return false, "the host has no connection"
	}
	return false, strings.Join(got, "; ")
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

func judgeIs(e *Expect, t *trace.Trace) (bool, string) {
	names, byConn := paths(t, e.Host)
	var got []string
	for _, name := range names {
		last := byConn[name][len(byConn[name])-1]
		if last == e.States[0] {
			return true, ""
		}
		got = append(got, name+" is "+last.String())
	}
	if len(got) == 0 {
		return false, "the host has no connection"
	}
	return false, strings.Join(got, "; ")
}

func judgeSends(e *Expect, t *trace.Trace) (bool, string) {
	var got []string
	for i := range t.Events {
		ev := &t.Events[i]
		if ev.Kind != trace.Send || ev.Host != e.Host {
			continue
		}
		if ev.Seg.Flags&^wire.PSH == e.Flags&^wire.PSH &&
			(!e.HasSeq || ev.Seg.Seq == e.Seq) && (!e.HasAck || ev.Seg.Ack == e.Ack) {
			return true, ""
		}
		got = append(got, ev.Seg.Label())
	}
	if len(got) == 0 {
		return false, "it sent nothing"
	}
	return false, "it sent " + strings.Join(got, "; ")
}

func judgeReturns(e *Expect, t *trace.Trace) (bool, string) {
	var got []string
	for i := range t.Events {
		ev := &t.Events[i]
		if ev.Kind != trace.Return || ev.Host != e.Host || ev.Call != string(e.Call) {
			continue
		}
		if ev.Result == e.Result {
			return true, ""
		}
		got = append(got, ev.Result)
	}
	if len(got) == 0 {
		return false, "the call never returned"
	}
	return false, "it returned " + strings.Join(got, ", ")
}
