package course

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"netlab/sim/fault"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A Selector names one event of a trace by what it is, never by its place:
// "B recv SYN", "A state ESTABLISHED", "A return connect", "B recv data 2", "end".
type Selector struct {
	text string
	host string
	verb string
	what string
	nth  int // 0: there must be exactly one
}

// String returns the selector as lesson.toml writes it.
func (s Selector) String() string { return s.text }

// verbs are the kinds of event that a lesson can name, with what each wants to
// be told besides.
var verbs = map[string]string{
	"send": "packet", "recv": "packet", "lost": "packet", "ignores": "packet",
	"state": "state", "call": "call", "return": "call", "deliver": "", "timer": "",
}

func parseSelector(text string) (Selector, error) {
	s := Selector{text: text}
	if text == "start" || text == "end" {
		return s, nil
	}
	f := strings.Fields(text)
	if n := len(f); n > 2 {
		if nth, err := strconv.Atoi(f[n-1]); err == nil && nth > 0 {
			s.nth, f = nth, f[:n-1]
		}
	}
	const example = "write for example: B recv SYN, B recv data 2, A state ESTABLISHED, A return connect, end"
	if len(f) < 2 {
		return s, fmt.Errorf("bad event %q (%s)", text, example)
	}
	s.host, s.verb = f[0], f[1]
	wants, known := verbs[s.verb]
	switch {
	case !known:
		return s, fmt.Errorf("event %q: a lesson can stop at call, return, send, recv, lost, ignores, state, deliver and timer", text)
	case wants == "" && len(f) == 2:
		return s, nil
	case wants == "" || len(f) != 3:
		return s, fmt.Errorf("bad event %q (%s)", text, example)
	}
	s.what = f[2]
	if _, ok := fault.ParseWhat(s.what); wants == "packet" && !ok {
		return s, fmt.Errorf("event %q: unknown kind of packet %q", text, s.what)
	}
	if _, ok := wire.ParseState(s.what); wants == "state" && !ok {
		return s, fmt.Errorf("event %q: unknown state %q", text, s.what)
	}
	return s, nil
}

// happened reports whether an event is of the kind that a verb names: whose it
// is, and of which kind.
func happened(e *trace.Event, host, verb, what string) bool {
	by := e.Host
	kind := trace.Kind(verb)
	switch verb {
	case "lost": // the network's doing, told of the sender
		by, kind = e.Src.Host, trace.Drop
		if e.Text == "" {
			return false
		}
	case "ignores":
		kind = trace.Drop
		if e.Text != "" {
			return false
		}
	}
	if e.Kind != kind || host != "" && by != host {
		return false
	}
	if what == "" {
		return true
	}
	switch verbs[verb] {
	case "state":
		want, _ := wire.ParseState(what)
		return e.To == want
	case "call":
		return e.Call == what
	default: // a packet
		kind, ok := fault.ParseWhat(what)
		return ok && kind.Is(e.AsPacket())
	}
}

// find returns the N of the one event that matches: 0 for the start, the last
// for the end.
func (s Selector) find(t *trace.Trace) (int, error) {
	switch s.text {
	case "start", "":
		return 0, nil
	case "end":
		return len(t.Events), nil
	}
	var hits []int
	for i := range t.Events {
		if happened(&t.Events[i], s.host, s.verb, s.what) {
			hits = append(hits, t.Events[i].N)
		}
	}
	switch {
	case s.nth > 0 && len(hits) >= s.nth:
		return hits[s.nth-1], nil
	case s.nth > 0:
		return 0, fmt.Errorf("%q: there are only %d such events", s.text, len(hits))
	case len(hits) != 1:
		return 0, fmt.Errorf("%q matches %d events, not one (a number after it picks one)", s.text, len(hits))
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
