package course

import (
	"fmt"
	"strings"

	"github.com/expr-lang/expr"

	"netlab/sim/fault"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A place is a moment of a trace at which expressions are evaluated.
type place struct {
	t     *trace.Trace
	n     int            // events up to this one have happened
	this  int            // the event that the step is bound to
	extra map[string]any // more names, such as answer
}

// An endView is what an expression sees of a host's connection: A.iss, B.state.
type endView struct {
	State  string   `expr:"state"`
	ISS    wire.Seq `expr:"iss"`
	IRS    wire.Seq `expr:"irs"`
	SndUna wire.Seq `expr:"una"`
	SndNxt wire.Seq `expr:"nxt"`
	SndWnd int      `expr:"wnd"`
	RcvNxt wire.Seq `expr:"rcv_nxt"`
	RcvWnd int      `expr:"rcv_wnd"`
}

// An eventView is what an expression sees of an event: next('B', 'SYN').ack.
type eventView struct {
	Found bool     `expr:"found"`
	Host  string   `expr:"host"`
	Seq   wire.Seq `expr:"seq"`
	Ack   wire.Seq `expr:"ack"`
	Flags string   `expr:"flags"`
	Len   int      `expr:"len"`
	From  string   `expr:"from"`
	To    string   `expr:"to"`
	T     float64  `expr:"t"` // milliseconds; without an event, later than any
}

// connView finds the view of the host's connection: not of its listener, if it
// has anything else.
func (p place) connView(host string, n int) endView {
	var v *trace.View
	views := p.t.Views(n, n)
	for i := range views {
		w := &views[i]
		if w.Host == host && (v == nil || w.State != wire.StateListen) {
			v = w
		}
	}
	if v == nil {
		return endView{State: wire.StateClosed.String()}
	}
	return endView{v.State.String(), v.Seq(trace.VarISS), v.Seq(trace.VarIRS), v.Seq(trace.VarSndUna), v.Seq(trace.VarSndNxt),
		int(v.Value[trace.VarSndWnd]), v.Seq(trace.VarRcvNxt), int(v.Value[trace.VarRcvWnd])}
}

// never is the time of an event that does not happen.
const never = 1e12

func viewEvent(e *trace.Event) eventView {
	if e == nil {
		return eventView{T: never}
	}
	v := eventView{Found: true, Host: e.Host, Seq: e.Seg.Seq, Ack: e.Seg.Ack, Flags: e.Seg.Flags.String(), Len: len(e.Seg.Data), T: float64(e.T) / 1e6}
	if e.Kind == trace.State {
		v.From, v.To = e.From.String(), e.To.String()
	}
	return v
}

// is reports whether the event is by the host ("" for any) and of the kind that
// a word names: send, state, or a kind of segment sent.
func is(e *trace.Event, host, what string) bool {
	if host != "" && e.Host != host {
		return false
	}
	switch what {
	case "send":
		return e.Kind == trace.Send
	case "state":
		return e.Kind == trace.State
	}
	w, ok := fault.ParseWhat(what)
	return ok && e.Kind == trace.Send && w.Is(e.AsPacket())
}

func checkWhat(what string) error {
	if _, ok := fault.ParseWhat(what); !ok && what != "send" && what != "state" {
		return fmt.Errorf("unknown word %q (send, state, or one of %s)", what, strings.Join(fault.Whats(), " "))
	}
	return nil
}

// pick returns the nth event after event number from that matches.
func (p place) pick(from int, host, what string, n int) (eventView, error) {
	if err := checkWhat(what); err != nil {
		return eventView{}, err
	}
	for i := from; i < len(p.t.Events); i++ {
		if is(&p.t.Events[i], host, what) {
			if n--; n == 0 {
				return viewEvent(&p.t.Events[i]), nil
			}
		}
	}
	return viewEvent(nil), nil
}

// env is what expressions can name.
func (p place) env() map[string]any {
	env := map[string]any{
		"this":  viewEvent(p.t.At(p.this)),
		"next":  func(host, what string) (eventView, error) { return p.pick(p.n, host, what, 1) },
		"first": func(host, what string) (eventView, error) { return p.pick(0, host, what, 1) },
		"nth":   func(host, what string, n int) (eventView, error) { return p.pick(0, host, what, n) },
		"last": func(host, what string) (eventView, error) {
			if err := checkWhat(what); err != nil {
				return eventView{}, err
			}
			for i := p.n - 1; i >= 0; i-- {
				if is(&p.t.Events[i], host, what) {
					return viewEvent(&p.t.Events[i]), nil
				}
			}
			return viewEvent(nil), nil
		},
		"count": func(host, what string) (int, error) {
			n := 0
			for i := range p.t.Events {
				if is(&p.t.Events[i], host, what) {
					n++
				}
			}
			return n, checkWhat(what)
		},
		"final": func(host string) endView { return p.connView(host, len(p.t.Events)) },
		"result": func(host, call string) string {
			for i := range p.t.Events {
				if e := &p.t.Events[i]; e.Kind == trace.Return && e.Host == host && e.Call == call {
					return e.Result
				}
			}
			return ""
		},
	}
	for _, h := range p.t.Hosts {
		env[h.Name] = p.connView(h.Name, p.n)
	}
	for k, v := range p.extra {
		env[k] = v
	}
	return env
}

// eval evaluates an expression at the place. Sequence numbers add, subtract and
// compare modulo 2^32.
func (p place) eval(code string) (any, error) {
	env := p.env()
	program, err := expr.Compile(code, expr.Env(env),
		expr.Function("seqAdd", func(args ...any) (any, error) { return args[0].(wire.Seq).Add(args[1].(int)), nil },
			func(wire.Seq, int) wire.Seq { return 0 }),
		expr.Function("seqSub", func(args ...any) (any, error) { return args[0].(wire.Seq).Add(-args[1].(int)), nil },
			func(wire.Seq, int) wire.Seq { return 0 }),
		expr.Function("seqMinus", func(args ...any) (any, error) { return args[0].(wire.Seq).Minus(args[1].(wire.Seq)), nil },
			func(wire.Seq, wire.Seq) int { return 0 }),
		expr.Operator("+", "seqAdd"), expr.Operator("-", "seqSub", "seqMinus"))
	if err != nil {
		return nil, fmt.Errorf("expression %q: %w", code, firstLine(err))
	}
	v, err := expr.Run(program, env)
	if err != nil {
		return nil, fmt.Errorf("expression %q: %w", code, firstLine(err))
	}
	return v, nil
}

// firstLine keeps the part of an expression's error that a person reads.
func firstLine(err error) error {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return fmt.Errorf("%s", line)
}

// evalBool evaluates a condition.
func (p place) evalBool(code string) (bool, error) {
	v, err := p.eval(code)
	if err != nil {
		return false, err
	}
	b, ok := v.(bool)
	if !ok {
		return false, fmt.Errorf("expression %q is %v, not true or false", code, v)
	}
	return b, nil
}

// fill replaces the {expressions} of a text by their values.
func (p place) fill(text string) (string, error) {
	var failed error
	out := expression.ReplaceAllStringFunc(text, func(m string) string {
		v, err := p.eval(m[1 : len(m)-1])
		if err != nil {
			failed = err
			return m
		}
		return fmt.Sprint(v)
	})
	return out, failed
}
