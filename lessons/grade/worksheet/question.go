package worksheet

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"

	"netlab/lessons/text"
	"netlab/sim/fault"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// Names lists what an author's expression can name.
func Names() []string {
	return []string{"row(N)", "rows", "isn(HOST)", "count(HOST, KIND)", "octets(HOST)", "final(HOST)", "state(N, HOST)", "result(HOST, CALL, N)"}
}

// A rowView is what an expression sees of a row: row(3).ack. Numbers are absolute.
type rowView struct {
	From  string `expr:"from"`
	To    string `expr:"to"`
	Kind  string `expr:"kind"`
	Flags string `expr:"flags"`
	Seq   int    `expr:"seq"`
	Ack   int    `expr:"ack"`
	Len   int    `expr:"len"`
	End   int    `expr:"end"` // seq and what the segment uses of the numbers: octets, SYN, FIN
}

// view shows a row; of h, if there is one, what the student wrote instead.
func (r *row) view(h *heard) rowView {
	e := r.event
	v := rowView{From: e.Src.Host, To: e.Dst.Host, Kind: strings.ToUpper(e.Proto.String()), Flags: e.Seg.Flags.String(),
		Seq: int(e.Seg.Seq), Ack: int(e.Seg.Ack), Len: r.octets()}
	used := int(length(e.Seg.Flags))
	if h != nil {
		for name, p := range map[string]*int{"seq": &v.Seq, "ack": &v.Ack, "len": &v.Len} {
			if n, ok := h.num[name]; ok {
				*p = int(n)
			}
		}
		if h.flags != nil {
			used = int(length(*h.flags))
		}
	}
	v.End = int(wire.Seq(uint32(v.Seq)).Add(v.Len).Add(used))
	return v
}

// names is what expressions can name; with what a student wrote, they are about that.
func (s *Sheet) names(all []*heard) map[string]any {
	at := func(n int) (*row, *heard, error) {
		if n < 1 || n > len(s.rows) {
			return nil, nil, fmt.Errorf("row %d: the sheet has rows 1 to %d", n, len(s.rows))
		}
		if all == nil {
			return s.rows[n-1], nil, nil
		}
		return s.rows[n-1], all[n-1], nil
	}
	return map[string]any{
		"rows": len(s.rows),
		"row": func(n int) (rowView, error) {
			r, h, err := at(n)
			if err != nil {
				return rowView{}, err
			}
			return r.view(h), nil
		},
		"state": func(n int, host string) (string, error) {
			r, h, err := at(n)
			if err != nil || !slices.Contains(s.hosts, host) {
				return "", fmt.Errorf("state(%d, %q): no such row or host", n, host)
			}
			if state, ok := h.stateOf(host); ok {
				return state.String(), nil
			}
			return r.states[host].String(), nil
		},
		"isn": s.isn, "final": s.final, "count": s.count, "octets": s.sent, "result": s.result,
	}
}

func (h *heard) stateOf(host string) (wire.State, bool) {
	if h == nil {
		return 0, false
	}
	state, ok := h.state[host]
	return state, ok
}

// isn is the initial sequence number of a host.
func (s *Sheet) isn(host string) (int, error) {
	for _, r := range s.rows {
		if r.isTCP() && r.event.Src.Host == host {
			return int(r.isn), nil
		}
	}
	return 0, fmt.Errorf("isn(%q): the host sends no segment", host)
}

// final is the state of a host's last connection at the end.
func (s *Sheet) final(host string) string {
	state := wire.StateClosed
	for i := range s.trace.Events {
		if e := &s.trace.Events[i]; e.Kind == trace.State && e.Host == host && e.To != wire.StateListen {
			state = e.To
		}
	}
	return state.String()
}

// count counts what a host sends of a kind; "" is every host.
func (s *Sheet) count(host, what string) (int, error) {
	kind, ok := fault.ParseWhat(what)
	if !ok {
		return 0, fmt.Errorf("count: unknown kind of packet %q (%s)", what, strings.Join(fault.Whats(), " "))
	}
	n := 0
	for _, r := range s.rows {
		if (host == "" || r.event.Src.Host == host) && kind.Is(r.event.AsPacket()) {
			n++
		}
	}
	return n, nil
}

// sent is how many octets of data a host sends, repetitions not counted.
func (s *Sheet) sent(host string) (n int) {
	for _, r := range s.rows {
		if r.event.Src.Host == host && !r.event.Again {
			n += r.octets()
		}
	}
	return n
}

// result is what the nth such call of a host returned: a number, or the name of an error.
func (s *Sheet) result(host, call string, n int) (any, error) {
	for i := range s.trace.Events {
		e := &s.trace.Events[i]
		if e.Kind != trace.Return || e.Host != host || e.Call != call {
			continue
		}
		if n--; n == 0 {
			if v, err := strconv.Atoi(e.Result); err == nil {
				return v, nil
			}
			return e.Result, nil
		}
	}
	return nil, fmt.Errorf("result(%q, %q): there are not so many such calls", host, call)
}

// eval evaluates an author's expression. It is a number, a text, or true or false.
func (s *Sheet) eval(code string, all []*heard) (any, error) {
	env := s.names(all)
	program, err := expr.Compile(code, expr.Env(env))
	if err != nil {
		return nil, exprError(code, err)
	}
	v, err := expr.Run(program, env)
	if err != nil {
		return nil, exprError(code, err)
	}
	switch v.(type) {
	case int, string, bool:
		return v, nil
	default:
		return nil, fmt.Errorf("worksheet: expression %q is %v: neither a number, a text nor true or false", code, v)
	}
}

func exprError(code string, err error) error {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return fmt.Errorf("worksheet: expression %q: %s (names are %s)", code, line, strings.Join(Names(), ", "))
}

// An answer is what a question's expressions come to.
type answer struct {
	q     *Question
	value any
	base  wire.Seq // of a sequence number
	wrong []any    // as the question's
}

// answerAll evaluates the questions, and says what is wrong with them.
func (s *Sheet) answerAll() error {
	var errs []error
	for i := range s.spec.Questions {
		q := &s.spec.Questions[i]
		a := answer{q: q}
		var err error
		if a.value, err = s.eval(q.Answer, nil); err != nil {
			errs = append(errs, fmt.Errorf("question %s: %w", q.ID, err))
			continue
		}
		if q.Space != "" {
			n, err := s.isn(q.Space)
			if _, number := a.value.(int); err != nil || !number {
				errs = append(errs, fmt.Errorf("question %s: space %q: not a host that sends segments, or the answer %v is no number", q.ID, q.Space, a.value))
			}
			a.base = wire.Seq(uint32(n))
		}
		for _, w := range q.Wrong {
			v, err := s.eval(w.Is, nil)
			if err != nil {
				errs = append(errs, fmt.Errorf("question %s: wrong answer: %w", q.ID, err))
			}
			a.wrong = append(a.wrong, v)
		}
		s.keys = append(s.keys, a)
	}
	return joined(errs)
}

// show writes the value of a question as a person does.
func (a *answer) show(v any, as Notation, lang string) string {
	switch v := v.(type) {
	case int:
		if a.q.Space != "" {
			n := wire.Seq(uint32(v))
			if as == Relative {
				return strconv.Itoa(n.Minus(a.base))
			}
			return n.String()
		}
		return strconv.Itoa(v)
	case bool:
		if v {
			return say(lang, "yes")
		}
		return say(lang, "no")
	default:
		return fmt.Sprint(v)
	}
}

// is reports whether what was written means a value, and whether it could be read at all.
func (a *answer) is(t string, v any, as Notation) (same, read bool) {
	switch v := v.(type) {
	case int:
		n, ok := parseNumber(t)
		if !ok {
			return false, false
		}
		if a.q.Space != "" {
			if as == Relative {
				n += uint32(a.base)
			}
			return wire.Seq(n) == wire.Seq(uint32(v)), true
		}
		return int(n) == v, true
	case bool:
		yes, ok := parseYes(t)
		return yes == v, ok
	case string:
		if want, ok := wire.ParseState(v); ok {
			state, ok := text.ParseState(t)
			return state == want, ok
		}
		if want, ok := wire.ParseFlags(v); ok {
			flags, ok := parseFlags(t)
			return flags&counted == want&counted, ok
		}
		return strings.EqualFold(t, v), true
	default:
		return false, false
	}
}
