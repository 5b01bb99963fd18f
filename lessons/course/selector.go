package course

import (
	"fmt"
	"slices"
	"strings"

	"netlab/sim/fault"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A Selector names one event of a trace by what it is, never by its place:
// "B recv SYN", "A state ESTABLISHED", "A return connect", "start" or "end".
type Selector struct {
	text string
	host string
	kind trace.Kind
	what string
}

// String returns the selector as lesson.toml writes it.
func (s Selector) String() string { return s.text }

func parseSelector(text string) (Selector, error) {
	s := Selector{text: text}
	if text == "start" || text == "end" {
		return s, nil
	}
	f := strings.Fields(text)
	if len(f) != 3 {
		return s, fmt.Errorf("bad event %q (write for example: B recv SYN, A state ESTABLISHED, A return connect, end)", text)
	}
	s.host, s.kind, s.what = f[0], trace.Kind(f[1]), f[2]
	switch s.kind {
	case trace.Send, trace.Recv, trace.Drop:
		if _, ok := fault.ParseWhat(s.what); !ok {
			return s, fmt.Errorf("event %q: unknown kind of segment %q", text, s.what)
		}
	case trace.State:
		if _, ok := wire.ParseState(s.what); !ok {
			return s, fmt.Errorf("event %q: unknown state %q", text, s.what)
		}
	case trace.Call, trace.Return:
	default:
		return s, fmt.Errorf("event %q: a lesson can stop at call, return, send, recv, drop and state", text)
	}
	return s, nil
}

// matches reports whether the event is of the kind selected.
func (s Selector) matches(e *trace.Event) bool {
	if e.Host != s.host || e.Kind != s.kind {
		return false
	}
	switch s.kind {
	case trace.State:
		want, _ := wire.ParseState(s.what)
		return e.To == want
	case trace.Call, trace.Return:
		return e.Call == s.what
	default: // a segment
		what, _ := fault.ParseWhat(s.what)
		return what.Is(e.AsPacket())
	}
}

// find returns the N of the one event that matches: 0 for the start, the last
// for the end.
func (s Selector) find(t *trace.Trace) (int, error) {
	switch s.text {
	case "start":
		return 0, nil
	case "end":
		return len(t.Events), nil
	}
	var hits []int
	for i := range t.Events {
		if s.matches(&t.Events[i]) {
			hits = append(hits, t.Events[i].N)
		}
	}
	if len(hits) != 1 {
		return 0, fmt.Errorf("%q matches %d events, not one", s.text, len(hits))
	}
	return hits[0], nil
}

// moment extends an event to what belongs to it and is to be seen with it: the
// states and variables that it changes at once, but no segment that it sends.
func moment(t *trace.Trace, n int) int {
	for n >= 1 && n < len(t.Events) {
		e := t.At(n + 1)
		if e.T != t.At(n).T || e.Host != t.At(n).Host || !slices.Contains([]trace.Kind{trace.State, trace.Set}, e.Kind) {
			break
		}
		n++
	}
	return n
}
