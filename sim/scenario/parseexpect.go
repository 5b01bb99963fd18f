package scenario

import (
	"fmt"
	"slices"
	"strings"

	"netlab/sim/wire"
)

const expectHint = `HOST passes STATE..., HOST is STATE, HOST sends FLAGS [seq=N] [ack=N] [wnd=N] [len=N] [to HOST], HOST sends nothing for 1s, HOST ignores FLAGS, HOST CALL returns RESULT`

// parseExpect reads the words after expect.
func (p *parser) parseExpect(w *words) {
	e, ok := p.parseCheck(w)
	if ok && w.done() {
		e.After = len(p.s.Stmts) - 1
		p.s.Expects = append(p.s.Expects, e)
	}
}

// parseThen reads the words after then: a statement that waits for what it says.
func (p *parser) parseThen(w *words) {
	pos := p.pos(w.list[0].col)
	col := w.col()
	e, ok := p.parseCheck(w)
	if !ok || !w.done() {
		return
	}
	if e.Never || e.Kind == ExpectPasses {
		w.fail(col, "then waits for something to happen", "then B sends RST, then B is CLOSED, then B sends nothing for 1s")
		return
	}
	e.Then = true
	p.s.Stmts = append(p.s.Stmts, Stmt{Pos: pos, Verb: Then, Then: &e, Within: max(e.Within, e.For), Backlog: -1})
}

// parseCheck reads a check: [never] [within D] HOST ...
func (p *parser) parseCheck(w *words) (Expect, bool) {
	e := Expect{Pos: p.pos(w.col()), Wnd: -1, Len: -1}
	e.Never = w.accept("never")
	if w.accept("within") {
		col := w.col()
		var ok bool
		if e.Within, ok = w.duration("a time"); !ok {
			return e, false
		}
		if e.Within == 0 {
			w.fail(col, "within needs a time above zero", "")
			return e, false
		}
	}
	var ok bool
	if e.Host, ok = p.hostName(w); !ok {
		return e, false
	}
	t, ok := w.next("passes, is, sends, ignores or CALL returns")
	if !ok {
		return e, false
	}
	e.Kind = ExpectKind(t.text)
	switch e.Kind {
	case ExpectIs:
		w.accept("in")
		return e, p.parseStates(w, &e)
	case ExpectPasses:
		return e, p.parseStates(w, &e)
	case ExpectSends:
		if w.accept("nothing") {
			e.Kind = ExpectQuiet
			e.For, ok = w.keyword("for", "B sends nothing for 1s")
			return e, ok
		}
		return e, p.parseSegment(w, &e)
	case ExpectIgnores:
		return e, p.parseSegment(w, &e)
	default:
		e.Kind = ExpectReturns
		return e, p.parseReturns(w, &e, t)
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
	switch {
	case t.text == "UDP":
		e.Proto = wire.UDP
	case t.text == "ICMP":
		e.Proto = wire.ICMP
	case t.text == "anything":
		e.Anything = true
	case t.text == "none":
	default:
		if e.Flags, ok = wire.ParseFlags(t.text); !ok {
			w.fail(t.col, fmt.Sprintf("unknown flags %q", t.text), "names joined by commas, such as SYN,ACK; or UDP, ICMP, anything")
			return false
		}
	}
	for w.more() {
		if w.accept("to") {
			if e.To, ok = p.hostName(w); !ok {
				return false
			}
			continue
		}
		if !p.expectField(w, e) {
			return false
		}
	}
	return true
}

// expectField reads seq=N, ack=N, wnd=N or len=N.
func (p *parser) expectField(w *words, e *Expect) bool {
	t, ok := w.next("")
	if !ok {
		return false
	}
	key, value, _ := strings.Cut(t.text, "=")
	col := t.col + len(key) + 1
	switch key {
	case "seq", "ack":
		n, good := ParseNumber(value)
		if !good || !(n.IsAbsolute() || n.IsRelative()) {
			w.fail(col, fmt.Sprintf("bad %s %q", key, value), "a number such as 101, or one relative to the initial number such as +1")
			return false
		}
		if key == "seq" {
			e.Seq, e.HasSeq = n, true
		} else {
			e.Ack, e.HasAck = n, true
		}
		return true
	case "wnd", "len":
		n, good := w.parseNumber(value, col, key, 0, 65535)
		if key == "wnd" {
			e.Wnd = int(n)
		} else {
			e.Len = int(n)
		}
		return good
	default:
		w.fail(t.col, fmt.Sprintf("unexpected %q", t.text), expectHint)
		return false
	}
}

func (p *parser) parseReturns(w *words, e *Expect, call token) bool {
	known := slices.ContainsFunc(verbHelp, func(h struct {
		verb Verb
		form string
	}) bool {
		return string(h.verb) == call.text && h.verb != Wait && h.verb != Segment && h.verb != Datagram
	})
	if !known || w.peek() != "returns" {
		w.fail(call.col, fmt.Sprintf("cannot expect %q", call.text), expectHint)
		return false
	}
	e.Call = Verb(call.text)
	w.at++
	t, ok := w.next("a result such as 0 or ECONNREFUSED")
	if e.Result = t.text; ok && strings.HasPrefix(t.text, "E") && wire.Errno(t.text).Text() == "" {
		w.fail(t.col, fmt.Sprintf("unknown errno %q", t.text), "such as ECONNREFUSED, ECONNRESET, EPIPE, ETIMEDOUT")
		return false
	}
	return ok
}
