package worksheet

import (
	"fmt"
	"slices"

	"netlab/sim/wire"
)

// An outcome is what became of a cell.
type outcome int

const (
	empty      outcome = iota // not filled in
	unreadable                // no number, no state
	wrong
	follows // not the model's value, but what follows from an earlier slip
	correct
)

// A cell is a blank of the table, marked.
type cell struct {
	f       field
	outcome outcome
	slip    int    // the number of the row from which it follows
	field   string // the field there that is wrong
	belief  string // what a wrong one shows; may be empty
}

// gains reports whether the cell has its share of the points.
func (c *cell) gains() bool { return c.outcome >= follows }

// mark marks every row of what a student wrote, in order.
func (s *Sheet) mark(all []*heard) [][]cell {
	marks := make([][]cell, len(s.rows))
	constant := map[string]bool{}
	for _, f := range s.cols {
		constant[f.name] = s.constant(f, all)
	}
	for i, r := range s.rows {
		for _, f := range s.blanks(r) {
			c := cell{f: f, outcome: wrong}
			switch {
			case all[i].text[f.name] == "":
				c.outcome = empty
			case s.right(r, f, all[i]):
				c.outcome = correct
			case all[i].bad[f.name]:
				c.outcome = unreadable
			default:
				if c.slip, c.field = s.followed(i, f, all); c.slip > 0 && !constant[f.name] {
					c.outcome = follows
				} else {
					c.belief = s.belief(i, f, all[i])
				}
			}
			marks[i] = append(marks[i], c)
		}
	}
	return marks
}

// constant reports whether a student wrote the same into every blank of a column in which the
// right values differ: that follows from nothing.
func (s *Sheet) constant(f field, all []*heard) bool {
	wrote, right := map[string]bool{}, map[string]bool{}
	n := 0
	for i, r := range s.rows {
		if t := all[i].text[f.name]; t != "" {
			n++
			wrote[t], right[s.truth(r, f, Absolute)] = true, true
		}
	}
	return n > 2 && len(wrote) == 1 && len(right) > 1
}

// score is the number of cells that gain, over all rows.
func score(marks [][]cell) (n int) {
	for _, row := range marks {
		for i := range row {
			if row[i].gains() {
				n++
			}
		}
	}
	return n
}

// followed finds the earlier row, and the field in it, from which a value that is not the
// model's follows; 0 if there is none.
func (s *Sheet) followed(i int, f field, all []*heard) (slip int, name string) {
	r := s.rows[i]
	switch f.kind {
	case kindState:
		return s.stateFollows(i, f, all)
	case kindSeq, kindAck:
	default: // nothing else is computed from a row above
		return 0, ""
	}
	n, ok := all[i].num[f.name]
	if !ok {
		return 0, ""
	}
	from := r.seqFrom
	if f.kind == kindAck {
		from = r.ackFrom
	}
	for _, x := range from {
		for _, c := range s.values(x, all[x.row]) {
			if c.n == wire.Seq(n) && c.slip != "" {
				return s.rows[x.row].n, c.slip
			}
		}
	}
	return 0, ""
}

// A value is a number that follows from a row, and the student's slip that is in it.
type value struct {
	n    wire.Seq
	slip string // the field; empty: it is made of right values only
}

// values lists what can follow from a row by one link: of each field that the student got
// wrong there, both what was written and what is right.
func (s *Sheet) values(x source, h *heard) (all []value) {
	r := s.rows[x.row]
	seg := &r.event.Seg
	switch x.link {
	case acked, repeat:
		return own(seg.Ack, "ack", h)
	case same:
		return own(seg.Seq, "seq", h)
	}
	flags := []value{{length(seg.Flags), ""}}
	if h.flags != nil && length(*h.flags) != length(seg.Flags) {
		flags = append(flags, value{length(*h.flags), "flags"})
	}
	for _, seq := range own(seg.Seq, "seq", h) {
		for _, n := range own(wire.Seq(uint32(len(seg.Data))), "len", h) {
			for _, f := range flags {
				all = append(all, value{seq.n.Add(int(n.n)).Add(int(f.n)), first(seq.slip, n.slip, f.slip)})
			}
		}
	}
	return all
}

// own lists the right value of a field, and the student's if it is another.
func own(truth wire.Seq, name string, h *heard) []value {
	all := []value{{truth, ""}}
	if n, ok := h.num[name]; ok && wire.Seq(n) != truth {
		all = append(all, value{wire.Seq(n), name})
	}
	return all
}

// length is how many numbers flags use: one for SYN, one for FIN (RFC 9293 §3.4).
func length(f wire.Flags) wire.Seq {
	return wire.Seq(uint32(wire.Segment{Flags: f}.Len()))
}

// first returns the first text that is not empty.
func first(texts ...string) string {
	if i := slices.IndexFunc(texts, func(t string) bool { return t != "" }); i >= 0 {
		return texts[i]
	}
	return ""
}

// stateFollows reports whether a wrong state only repeats the one above, where nothing has
// changed since.
func (s *Sheet) stateFollows(i int, f field, all []*heard) (int, string) {
	if !s.unchanged(s.rows[i], f.host) {
		return 0, ""
	}
	was, ok := all[i-1].state[f.host]
	if now, there := all[i].state[f.host]; !ok || !there || was != now {
		return 0, ""
	}
	return s.rows[i-1].n, f.name
}

// unchanged reports whether a host's state is that of the row above.
func (s *Sheet) unchanged(r *row, host string) bool {
	return r.n > 1 && s.rows[r.n-2].states[host] == r.states[host]
}

// path writes how a number of a row comes about: B's seq 400 + SYN 1 = 401.
func (s *Sheet) path(r *row, f field, as Notation, lang string) string {
	from, truth := r.seqFrom, r.event.Seg.Seq
	if f.kind == kindAck {
		from, truth = r.ackFrom, r.event.Seg.Ack
	}
	o, how := s.sourceOf(from)
	shownTruth := r.show(f, truth, as)
	if o == nil {
		if f.kind == kindSeq && r.event.Seg.Flags.Has(wire.SYN) {
			return say(lang, "path-isn", r.event.Src.Host, shownTruth)
		}
		return ""
	}
	seg := &o.event.Seg
	switch how {
	case acked:
		return say(lang, "path-acked", o.n, shownTruth)
	case repeat:
		return say(lang, "path-repeat", o.n, shownTruth)
	case same:
		return say(lang, "path-same", o.n, shownTruth)
	}
	sum := o.show(field{kind: kindSeq}, seg.Seq, as)
	if n := len(seg.Data); n > 0 {
		sum += " + " + say(lang, "octets", n)
	}
	for _, x := range []struct {
		bit  wire.Flags
		name string
	}{{wire.SYN, "SYN"}, {wire.FIN, "FIN"}} {
		if seg.Flags.Has(x.bit) {
			sum += fmt.Sprintf(" + 1 (%s)", x.name)
		}
	}
	if seg.Len() == 0 {
		sum += " + 0"
	}
	key := "path-seq"
	if f.kind == kindAck {
		key = "path-ack"
	}
	return say(lang, key, o.n, sum, shownTruth)
}
