package scenario

import (
	"fmt"
	"strings"
	"time"

	"netlab/sim/fault"
	"netlab/sim/wire"
)

// parseFault reads a line that begins with drop, delay, duplicate or old.
func (p *parser) parseFault(verb string, w *words) {
	var f fault.Fault
	ok := false
	switch verb {
	case "drop":
		f.Verb = fault.Drop
		f.Sel, ok = p.selector(w)
	case "delay":
		f.Verb = fault.Delay
		if f.Sel, ok = p.selector(w); ok {
			f.By, ok = w.keyword("by", "delay A->B ACK 1 by 50ms")
		}
	case "corrupt":
		f.Verb = fault.Corrupt
		f.Sel, ok = p.selector(w)
	case "duplicate":
		f.Verb = fault.Duplicate
		if f.Sel, ok = p.selector(w); ok && w.more() {
			f.By, ok = w.keyword("after", "duplicate A->B SYN 1 after 20ms")
		}
	case "old":
		f.Verb = fault.Old
		f, ok = p.oldPacket(w)
	}
	if ok && w.done() {
		p.s.Faults = append(p.s.Faults, f)
	}
}

// direction takes A->B.
func (p *parser) direction(w *words) (from, to string, ok bool) {
	t, ok := w.next("a direction such as A->B")
	if !ok {
		return "", "", false
	}
	from, to, ok = strings.Cut(t.text, "->")
	if !ok {
		w.fail(t.col, fmt.Sprintf("bad direction %q", t.text), "write A->B")
		return "", "", false
	}
	ok = p.knownHost(from, t.col) && p.knownHost(to, t.col+len(from)+2)
	return from, to, ok
}

// selector takes A->B SYN 1, A->B data 2..3 or A->B ACK all.
func (p *parser) selector(w *words) (fault.Selector, bool) {
	from, to, ok := p.direction(w)
	if !ok {
		return fault.Selector{}, false
	}
	t, ok := w.next("a kind of segment")
	if !ok {
		return fault.Selector{}, false
	}
	sel := fault.Selector{From: from, To: to, First: 1, Last: 1}
	if sel.What, ok = fault.ParseWhat(t.text); !ok {
		w.fail(t.col, fmt.Sprintf("unknown kind of segment %q", t.text), "one of "+strings.Join(fault.Whats(), " "))
		return sel, false
	}
	next := w.peek()
	if next == "" || next == "by" || next == "after" {
		return sel, true
	}
	if next == "from" || next == "until" {
		sel.Last = 0
		return sel, p.span(w, &sel)
	}
	t, _ = w.next("")
	if t.text == "all" {
		sel.Last = 0
		return sel, p.span(w, &sel)
	}
	if strings.HasSuffix(t.text, "%") {
		if sel.Chance, ok = fault.ParseChance(t.text); !ok || sel.Chance == 0 {
			w.fail(t.col, fmt.Sprintf("bad chance %q", t.text), "a percentage above 0, such as 5%")
			return sel, false
		}
		return sel, p.span(w, &sel)
	}
	first, last, isRange := strings.Cut(t.text, "..")
	n, ok := w.parseNumber(first, t.col, "ordinal", 1, 1<<20)
	if !ok {
		return sel, false
	}
	sel.First, sel.Last = int(n), int(n)
	if isRange {
		sel.Last = 0
		if last != "" {
			n, ok = w.parseNumber(last, t.col+len(first)+2, "ordinal", n, 1<<20)
			sel.Last = int(n)
		}
	}
	return sel, ok && p.span(w, &sel)
}

// span takes [from T] [until T].
func (p *parser) span(w *words, sel *fault.Selector) (ok bool) {
	if w.accept("from") {
		if sel.Since, ok = w.duration("a time"); !ok {
			return false
		}
	}
	col := w.col()
	if w.accept("until") {
		if sel.Until, ok = w.duration("a time"); !ok {
			return false
		}
		if sel.Until <= sel.Since {
			w.fail(col, "the time ends before it begins", "drop A->B any all from 1s until 2s")
			return false
		}
	}
	return true
}

// oldPacket takes A->B SYN seq=90 [ack=N] at 5ms.
func (p *parser) oldPacket(w *words) (fault.Fault, bool) {
	f := fault.Fault{Verb: fault.Old}
	var ok bool
	if f.Sel.From, f.Sel.To, ok = p.direction(w); !ok {
		return f, false
	}
	t, ok := w.next("flags such as SYN")
	if !ok {
		return f, false
	}
	if f.Seg.Flags, ok = wire.ParseFlags(t.text); !ok {
		w.fail(t.col, fmt.Sprintf("unknown flags %q", t.text), "names joined by commas, such as SYN,ACK")
		return f, false
	}
	f.Seg.Wnd = 65535
	hasSeq := false
	for w.more() && w.peek() != "at" {
		t, _ = w.next("")
		key, value, _ := strings.Cut(t.text, "=")
		n, good := uint64(0), false
		switch key {
		case "seq", "ack":
			n, good = w.parseNumber(value, t.col+4, key, 0, 1<<32-1)
		case "len":
			if n, good = w.parseNumber(value, t.col+4, "length", 1, 65495); good {
				f.Seg.Data = (&Stmt{N: int(n)}).Octets()
				continue
			}
		default:
			w.fail(t.col, fmt.Sprintf("unexpected %q", t.text), "old A->B SYN seq=90 at 5ms")
		}
		if !good {
			return f, false
		}
		if key == "seq" {
			f.Seg.Seq, hasSeq = wire.Seq(uint32(n)), true
		} else {
			f.Seg.Ack = wire.Seq(uint32(n))
			f.Seg.Flags |= wire.ACK
		}
	}
	if !hasSeq {
		w.fail(w.col(), "an old segment needs its sequence number", "old A->B SYN seq=90 at 5ms")
		return f, false
	}
	f.At, ok = w.keyword("at", "old A->B SYN seq=90 at 5ms")
	return f, ok
}

// keyword takes WORD DURATION.
func (w *words) keyword(word, hint string) (time.Duration, bool) {
	col := w.col()
	if !w.accept(word) {
		w.fail(col, "missing "+word, hint)
		return 0, false
	}
	return w.duration("a time")
}
