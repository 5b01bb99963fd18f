package course

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"netlab/sim"
	"netlab/sim/compare"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
	"netlab/sim/trace"
)

// A Run is a lesson played on the model with one seed: every step has its place,
// every question its answer.
type Run struct {
	Lesson *Lesson
	Seed   uint64

	stops   []stop
	scenes  map[string]*trace.Trace // worlds too
	places  map[int]*place          // of the steps
	asks    map[int]*place          // of their questions
	answers map[int]answer
}

// A stop is where a step stands in the trace of its scene.
type stop struct {
	event int // the event it is bound to
	upto  int // what is shown: that event and what belongs to it
}

// NewRun plays the lesson. An error says which step does not fit the trace.
func NewRun(l *Lesson, seed uint64) (*Run, error) {
	r := &Run{Lesson: l, Seed: seed, scenes: map[string]*trace.Trace{}, places: map[int]*place{}, asks: map[int]*place{}, answers: map[int]answer{}}
	for _, name := range l.Scenes() {
		r.scenes[name] = r.Play(l.Scene(name))
	}
	last := map[string]int{}
	var errs []error
	for _, letter := range l.Letters {
		if _, err := letter.At.find(r.scenes[""]); r.scenes[""] != nil && err != nil {
			errs = append(errs, fmt.Errorf("%s: letter %s: %w", l.ID, letter.Name, err))
		}
	}
	for _, s := range l.Steps {
		n, err := s.At.find(r.scenes[s.Scene])
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: step %s: %w", l.ID, s.ID, err))
			continue
		}
		if n < last[s.Scene] {
			errs = append(errs, fmt.Errorf("%s: step %s stands before a step above it in the trace", l.ID, s.ID))
		}
		last[s.Scene] = n
		r.stops = append(r.stops, stop{n, moment(r.scenes[s.Scene], n)})
		if a := s.Ask; a != nil && a.World != "" {
			if _, err := a.From.find(r.scenes[a.World]); err != nil {
				errs = append(errs, fmt.Errorf("%s: question %s: from: %w", l.ID, a.ID, err))
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return r, nil
}

// Play plays a script as the lesson does.
func (r *Run) Play(s *scenario.Script) *trace.Trace {
	return sim.Run(s, sim.Options{Profile: r.Lesson.Profile, Seed: r.Seed})
}

// Upto returns how many events are shown at step i.
func (r *Run) Upto(i int) int { return r.stops[i].upto }

// Event returns the N of the event to which step i is bound.
func (r *Run) Event(i int) int { return r.stops[i].event }

// Scene returns the trace of a scene or a world.
func (r *Run) Scene(name string) *trace.Trace { return r.scenes[name] }

// TraceOf returns the trace that step i shows.
func (r *Run) TraceOf(i int) *trace.Trace { return r.scenes[r.Lesson.Steps[i].Scene] }

// place is where the texts of step i are evaluated.
func (r *Run) place(i int) *place {
	if p := r.places[i]; p != nil {
		return p
	}
	p := &place{t: r.TraceOf(i), n: r.stops[i].upto, this: r.stops[i].event}
	if a := r.Lesson.Steps[i].Ask; a != nil && a.World != "" {
		p.world = r.askPlace(i)
	}
	r.places[i] = p
	return p
}

// askPlace is where the question of step i is evaluated: at the step, or in a
// world of its own.
func (r *Run) askPlace(i int) *place {
	if p := r.asks[i]; p != nil {
		return p
	}
	a := r.Lesson.Steps[i].Ask
	p := (*place)(nil)
	if a.World == "" {
		p = r.place(i)
	} else {
		p = worldPlace(r.scenes[a.World], a.From)
	}
	r.asks[i] = p
	return p
}

// worldPlace is the moment of a world at which a question about it is evaluated:
// where it says, or where something goes wrong, or the start.
func worldPlace(t *trace.Trace, from Selector) *place {
	p := &place{t: t}
	if from.text != "" {
		p.this, _ = from.find(t) // checked by NewRun
		p.n = moment(t, p.this)
		return p
	}
	for k := range t.Events {
		if e := &t.Events[k]; e.Kind == trace.Drop && e.Text != "" {
			p.n, p.this = e.N, e.N
			break
		}
	}
	return p
}

// An answer is what a question's expressions have come to.
type answer struct {
	text  string // what is right, as a person writes it
	key   string // what a try that is understood must be equal to
	right int    // the right choice, counted from 1; 0 for others
	order []int  // the right order, counted from 1
	wrong []wrongAnswer
}

type wrongAnswer struct {
	text    string // as key
	because string
	trueIf  []string
}

// answerOf computes the answer of the question of step i, once.
func (r *Run) answerOf(i int) (answer, error) {
	if a, ok := r.answers[i]; ok {
		return a, nil
	}
	a, err := answerAt(r.Lesson.Steps[i].Ask, r.askPlace(i))
	if err == nil {
		r.answers[i] = a
	}
	return a, err
}

// answerAt computes the answer of a question at a place.
func answerAt(a *Ask, p *place) (answer, error) {
	switch a.Kind {
	case AskChoice, AskNext:
		return choiceAnswer(a, p)
	case AskOrder:
		return orderAnswer(a, p)
	default: // typed
	}
	v, err := p.evalShown(a.Answer)
	if err != nil {
		return answer{}, err
	}
	out := answer{text: show(v), key: show(v)}
	for _, w := range a.Wrong {
		v, err := p.eval(w.Is)
		if err != nil {
			return answer{}, err
		}
		out.wrong = append(out.wrong, wrongAnswer{show(v), w.Because, w.TrueIf})
	}
	return out, nil
}

// choiceAnswer finds the one choice that holds.
func choiceAnswer(a *Ask, p *place) (answer, error) {
	out := answer{}
	for k, c := range a.Choices {
		ok, err := p.evalBool(c.Holds)
		if err != nil {
			return answer{}, err
		}
		if ok && out.right != 0 {
			return answer{}, fmt.Errorf("question %s: two choices are true, %s and %s", a.ID, a.Choices[out.right-1].ID, c.ID)
		}
		if ok {
			out.right, out.text, out.key = k+1, c.ID, fmt.Sprint(k+1)
		} else {
			out.wrong = append(out.wrong, wrongAnswer{fmt.Sprint(k + 1), c.Because, c.TrueIf})
		}
	}
	if out.right == 0 {
		return answer{}, fmt.Errorf("question %s: no choice is true", a.ID)
	}
	return out, nil
}

// orderAnswer sorts the choices by when they happen.
func orderAnswer(a *Ask, p *place) (answer, error) {
	when := make([]float64, len(a.Choices))
	out := answer{}
	for k, c := range a.Choices {
		t, err := p.evalNumber(c.When)
		if err != nil {
			return answer{}, err
		}
		if t >= never {
			return answer{}, fmt.Errorf("question %s: %s does not happen", a.ID, c.ID)
		}
		when[k] = t
		out.order = append(out.order, k+1)
	}
	sort.SliceStable(out.order, func(i, j int) bool { return when[out.order[i]-1] < when[out.order[j]-1] })
	for k := 1; k < len(out.order); k++ {
		if x, y := out.order[k-1]-1, out.order[k]-1; when[x] == when[y] {
			return answer{}, fmt.Errorf("question %s: %s and %s happen at the same time", a.ID, a.Choices[x].ID, a.Choices[y].ID)
		}
	}
	out.key = digits(out.order)
	out.text = out.key
	for _, w := range a.Wrong {
		v, err := p.eval(w.Is)
		if err != nil {
			return answer{}, err
		}
		order, err := a.orderOf(strings.Fields(fmt.Sprint(v)))
		if err != nil {
			return answer{}, err
		}
		out.wrong = append(out.wrong, wrongAnswer{digits(order), w.Because, w.TrueIf})
	}
	return out, nil
}

// orderOf turns the ids of choices into their numbers.
func (a *Ask) orderOf(ids []string) ([]int, error) {
	var order []int
	for _, id := range ids {
		k := slices.IndexFunc(a.Choices, func(c Choice) bool { return c.ID == id })
		if k < 0 || slices.Contains(order, k+1) {
			return nil, fmt.Errorf("question %s: order %q: each choice once, by its id", a.ID, strings.Join(ids, " "))
		}
		order = append(order, k+1)
	}
	if len(order) != len(a.Choices) {
		return nil, fmt.Errorf("question %s: order %q: %d choices, not %d", a.ID, strings.Join(ids, " "), len(a.Choices), len(order))
	}
	return order, nil
}

// digits writes an order as it is typed: 312.
func digits(order []int) string {
	var b strings.Builder
	for _, n := range order {
		fmt.Fprint(&b, n)
	}
	return b.String()
}

// ProfileNote says which profile stands beside reality, and where the lesson's
// own differs from it in the scene of the current step.
func (s *Session) ProfileNote() string {
	l := s.Lesson()
	kernel := sim.Run(s.Script(), sim.Options{Profile: tcp.Linux, Seed: s.Run.Seed})
	fields := compare.Compare(s.Trace(), kernel, compare.Options{}).Fields()
	if len(fields) == 0 {
		return s.Words.T("live_profile_same", l.Profile.Name)
	}
	return s.Words.T("live_profile", l.Profile.Name, strings.Join(fields, ", "))
}
