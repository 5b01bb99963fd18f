package course

import (
	"fmt"
	"strings"

	"netlab/sim"
	"netlab/sim/compare"
	"netlab/sim/tcp"
	"netlab/sim/trace"
)

// A Run is a lesson played on the model with one seed: every step has its place,
// every question its answer.
type Run struct {
	Lesson *Lesson
	Seed   uint64
	Player *sim.Player
	Trace  *trace.Trace

	stops  []stop
	worlds map[string]*trace.Trace
}

// A stop is where a step stands in the trace.
type stop struct {
	event int // the event it is bound to
	upto  int // what is shown: that event and what belongs to it
}

// NewRun plays the lesson. An error says which step does not fit the trace.
func NewRun(l *Lesson, seed uint64) (*Run, error) {
	opt := sim.Options{Profile: l.Profile, Seed: seed}
	r := &Run{Lesson: l, Seed: seed, Player: sim.NewPlayer(l.Script, opt), worlds: map[string]*trace.Trace{}}
	r.Trace = r.Player.Trace()
	last := 0
	for _, s := range l.Steps {
		n, err := s.At.find(r.Trace)
		if err != nil {
			return nil, fmt.Errorf("%s: step %s: %w", l.ID, s.ID, err)
		}
		if n < last {
			return nil, fmt.Errorf("%s: step %s stands before the step above it in the trace", l.ID, s.ID)
		}
		last = n
		r.stops = append(r.stops, stop{n, moment(r.Trace, n)})
	}
	for name, w := range l.Worlds {
		r.worlds[name] = sim.Run(w, opt)
	}
	return r, nil
}

// Upto returns how many events are shown at step i.
func (r *Run) Upto(i int) int { return r.stops[i].upto }

// Event returns the N of the event to which step i is bound.
func (r *Run) Event(i int) int { return r.stops[i].event }

// World returns the trace of a what-if world.
func (r *Run) World(name string) *trace.Trace { return r.worlds[name] }

// place is where the texts of step i are evaluated.
func (r *Run) place(i int) place {
	return place{t: r.Trace, n: r.stops[i].upto, this: r.stops[i].event}
}

// askPlace is where the question of step i is evaluated: in its own world, if it
// has one, from the moment at which something goes wrong there.
func (r *Run) askPlace(i int) place {
	a := r.Lesson.Steps[i].Ask
	if a.World == "" {
		return r.place(i)
	}
	t := r.worlds[a.World]
	p := place{t: t}
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
	right int    // the right choice, counted from 1; 0 for typed questions
	wrong []wrongAnswer
}

type wrongAnswer struct {
	text    string
	because string
}

// answerOf computes the answer of the question of step i.
func (r *Run) answerOf(i int) (answer, error) {
	a := r.Lesson.Steps[i].Ask
	p := r.askPlace(i)
	if !a.Kind.Typed() {
		return choiceAnswer(a, p)
	}
	v, err := p.eval(a.Answer)
	if err != nil {
		return answer{}, err
	}
	out := answer{text: fmt.Sprint(v)}
	for _, w := range a.Wrong {
		v, err := p.eval(w.Is)
		if err != nil {
			return answer{}, err
		}
		out.wrong = append(out.wrong, wrongAnswer{fmt.Sprint(v), w.Because})
	}
	return out, nil
}

// choiceAnswer finds the one choice that holds.
func choiceAnswer(a *Ask, p place) (answer, error) {
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
			out.right, out.text = k+1, c.ID
		}
	}
	if out.right == 0 {
		return answer{}, fmt.Errorf("question %s: no choice is true", a.ID)
	}
	return out, nil
}

// ProfileNote says which profile stands beside reality, and where the lesson's
// own differs from it in this script.
func (s *Session) ProfileNote() string {
	l := s.Lesson()
	kernel := sim.Run(l.Script, sim.Options{Profile: tcp.Linux, Seed: s.Run.Seed})
	fields := compare.Compare(s.Run.Trace, kernel, compare.Options{}).Fields()
	if len(fields) == 0 {
		return s.Words.T("live_profile_same", l.Profile.Name)
	}
	return s.Words.T("live_profile", l.Profile.Name, strings.Join(fields, ", "))
}
