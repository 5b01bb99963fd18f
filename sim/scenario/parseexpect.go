package scenario

import (
	"fmt"
	"slices"
	"strings"

	"netlab/sim/wire"
)

const expectHint = `expect A passes STATE..., expect A is STATE, expect A sends FLAGS [seq=N] [ack=N], expect A CALL returns RESULT`

// parseExpect reads the words after expect.
func (p *parser) parseExpect(w *words) {
	if word := w.peek(); word == "never" || word == "order" || word == "within" {
		w.fail(w.col(), fmt.Sprintf("%q is a reserved word that this version cannot play", word), "see netlab help scenario")
		return
	}
	e := Expect{Pos: p.pos(w.col())}
	var ok bool
	if e.Host, ok = p.hostName(w); !ok {
		return
	}
	t, ok := w.next("passes, is, sends or CALL returns")
	if !ok {
		return
	}
	switch t.text {
	case "passes", "is":
		e.Kind = ExpectKind(t.text)
		ok = p.parseStates(w, &e)
	case "sends":
		e.Kind = ExpectSends
		ok = p.parseSegment(w, &e)
	default:
		e.Kind = ExpectReturns
		ok = p.parseReturns(w, &e, t)
	}
	if ok && w.done() {
		p.s.Expects = append(p.s.Expects, e)
	}
}

func (p *parser) parseStates(w *words, e *Expect) bool {
	for w.more() || len(e.States) == 0 {
		t, ok := w.next("a state such as ESTABLISHED")
		if !ok {
			return false
		}
		state, ok := wire.ParseState(t.text)
		if !ok {
			var names []string
			for _, s := range wire.States() {
				names = append(names, s.String())
			}
			w.fail(t.col, fmt.Sprintf("unknown state %q", t.text), "states are "+strings.Join(names, " "))
			return false
		}
		e.States = append(e.States, state)
		if e.Kind == ExpectIs {
			return true
		}
	}
	return true
}

func (p *parser) parseSegment(w *words, e *Expect) bool {
	t, ok := w.next("flags such as SYN,ACK")
	if !ok {
		return false
	}
	if e.Flags, ok = wire.ParseFlags(t.text); !ok {
		w.fail(t.col, fmt.Sprintf("unknown flags %q", t.text), "names joined by commas, such as SYN,ACK")
		return false
	}
	for w.more() {
		t, _ = w.next("")
		key, value, _ := strings.Cut(t.text, "=")
		if key != "seq" && key != "ack" {
			w.fail(t.col, fmt.Sprintf("unexpected %q", t.text), expectHint)
			return false
		}
		n, good := w.parseNumber(value, t.col+4, key, 0, 1<<32-1)
		if !good {
			return false
		}
		if key == "seq" {
			e.Seq, e.HasSeq = wire.Seq(uint32(n)), true
		} else {
			e.Ack, e.HasAck = wire.Seq(uint32(n)), true
		}
	}
	return true
}

func (p *parser) parseReturns(w *words, e *Expect, call token) bool {
	known := slices.ContainsFunc(verbHelp, func(h struct {
		verb Verb
		form string
	}) bool {
		return string(h.verb) == call.text && h.verb != Wait
	})
	if !known || w.peek() != "returns" {
		w.fail(call.col, fmt.Sprintf("cannot expect %q", call.text), expectHint)
		return false
	}
	e.Call = Verb(call.text)
	w.at++
	t, ok := w.next("a result such as 0 or ECONNREFUSED")
	e.Result = t.text
	return ok
}
