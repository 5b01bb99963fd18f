package course

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"

	"netlab/sim/wire"
)

// programs keeps what is compiled: the same expression is evaluated for every
// seed and language.
var programs sync.Map // of *vm.Program, by code and names

// compile checks an expression against the names that it can use. Sequence
// numbers add, subtract and compare modulo 2^32.
func compile(code string, env map[string]any) (*vm.Program, error) {
	names := make([]string, 0, len(env))
	for name := range env {
		names = append(names, name)
	}
	sort.Strings(names)
	key := strings.Join(names, " ") + "\n" + code
	if p, ok := programs.Load(key); ok {
		return p.(*vm.Program), nil
	}
	p, err := expr.Compile(code, expr.Env(env),
		expr.Function("seqAdd", func(args ...any) (any, error) { return args[0].(wire.Seq).Add(args[1].(int)), nil },
			func(wire.Seq, int) wire.Seq { return 0 }),
		expr.Function("seqSub", func(args ...any) (any, error) { return args[0].(wire.Seq).Add(-args[1].(int)), nil },
			func(wire.Seq, int) wire.Seq { return 0 }),
		expr.Function("seqMinus", func(args ...any) (any, error) { return args[0].(wire.Seq).Minus(args[1].(wire.Seq)), nil },
			func(wire.Seq, wire.Seq) int { return 0 }),
		seqCompare("seqBefore", func(d int) bool { return d < 0 }), seqCompare("seqUpTo", func(d int) bool { return d <= 0 }),
		seqCompare("seqAfter", func(d int) bool { return d > 0 }), seqCompare("seqFrom", func(d int) bool { return d >= 0 }),
		expr.Operator("<", "seqBefore"), expr.Operator("<=", "seqUpTo"), expr.Operator(">", "seqAfter"), expr.Operator(">=", "seqFrom"),
		expr.Operator("+", "seqAdd"), expr.Operator("-", "seqSub", "seqMinus"))
	if err != nil {
		return nil, fmt.Errorf("expression %q: %w", code, firstLine(err))
	}
	programs.Store(key, p)
	return p, nil
}

// seqCompare makes a comparison of sequence numbers, by their distance.
func seqCompare(name string, holds func(distance int) bool) expr.Option {
	return expr.Function(name, func(args ...any) (any, error) { return holds(args[0].(wire.Seq).Minus(args[1].(wire.Seq))), nil },
		func(wire.Seq, wire.Seq) bool { return false })
}

// firstLine keeps the part of an expression's error that a person reads.
func firstLine(err error) error {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return fmt.Errorf("%s", line)
}

// eval evaluates an expression at the place.
func (p *place) eval(code string) (any, error) {
	env := p.names()
	program, err := compile(code, env)
	if err != nil {
		return nil, err
	}
	v, err := expr.Run(program, env)
	if err != nil {
		return nil, fmt.Errorf("expression %q: %w", code, firstLine(err))
	}
	return v, nil
}

// evalBool evaluates a condition.
func (p *place) evalBool(code string) (bool, error) {
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

// evalNumber evaluates what an order is sorted by.
func (p *place) evalNumber(code string) (float64, error) {
	v, err := p.eval(code)
	if err != nil {
		return 0, err
	}
	switch v := v.(type) {
	case int:
		return float64(v), nil
	case float64:
		return v, nil
	default:
		return 0, fmt.Errorf("expression %q is %v, not a number", code, v)
	}
}

// show writes a value as lessons do: times without an exponent.
func show(v any) string {
	if f, ok := v.(float64); ok {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

// worldPrefix makes an expression of a text look into the what-if world of its question.
const worldPrefix = "world:"

// evalText evaluates what stands in the braces of a text.
func (p *place) evalText(code string) (any, error) {
	if rest, ok := strings.CutPrefix(code, worldPrefix); ok {
		if p.world == nil {
			return nil, fmt.Errorf("expression %q: the question has no world", code)
		}
		return p.world.evalShown(strings.TrimSpace(rest))
	}
	return p.evalShown(code)
}

// evalShown evaluates what learners are shown or asked: it must be about an event that
// happens.
func (p *place) evalShown(code string) (any, error) {
	v, err := p.eval(code)
	if err != nil {
		return nil, err
	}
	if f, ok := v.(float64); ok && f >= never || v == any(int(never)) {
		return nil, fmt.Errorf("expression %q finds no such event", code)
	}
	return v, nil
}

// fill replaces the {expressions} of a text by their values.
func (p *place) fill(text string) (string, error) {
	var failed error
	out := expression.ReplaceAllStringFunc(text, func(m string) string {
		v, err := p.evalText(m[1 : len(m)-1])
		if err != nil {
			failed = err
			return m
		}
		return show(v)
	})
	return out, failed
}
