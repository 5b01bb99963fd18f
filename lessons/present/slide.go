package present

import (
	"strings"

	"netlab/lessons/text"
	"netlab/sim/compare"
	"netlab/sim/ladder"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A Slide is what a State shows, in one language.
type Slide struct {
	Lang    string
	Lesson  string // id
	Title   string
	Scene   string // its title; empty for the lesson's own script
	Step    int    // from 1
	Steps   int
	Minutes int // planned for the lesson
	Panels  []Panel
	Story   string // marks of the text: course.Plain, page markup
	Ask     *Ask
	World   string // the name of the world shown; empty: the lesson itself
	At, Of  int    // its moment, from 1
	Verdict string // what the comparison says of the newest segment of a real run
	Numbers string // and its numbers: the model's, and the kernel's own
	Level   string // how that run was made
	Note    string // for the speaker only
	Said    string
	Blank   bool
	Size    int
	Running bool
	Menu    []Item // shut if it is empty
}

// An Ask is the question on a slide.
type Ask struct {
	ID       string // "handshake/b-on-syn"
	Prompt   string
	Choices  []Choice
	Order    bool // the choices are to be put in order: no hands are counted
	Revealed bool
	Solution string
	After    string // told with the answer
	Wrong    string // the letter of the wrong answer that most hands were for; empty: no hands
	Mistake  string // why it is wrong
	World    bool   // a what-if world can be shown
}

// A Choice is one of the answers for which hands go up.
type Choice struct {
	Letter string // A, B, …
	Text   string
	Right  bool // known once it is revealed
	Hands  int
}

// A Panel is one picture: the model's run, or the kernel's.
type Panel struct {
	Name  string // MODEL, LIVE; empty where there is one
	Trace *trace.Trace
	Upto  int // events shown
	Flat  bool

	words  *text.Words
	label  func(*trace.Event) string // nil: the run's own numbers
	hidden map[string]bool           // hosts whose present state is the answer
}

// Ladder lays the panel out; an arrow takes at least span rows.
func (p *Panel) Ladder(span int, calls, short bool) *ladder.Ladder {
	return ladder.New(p.Trace, ladder.Options{Upto: max(1, p.Upto), Span: span, Calls: calls, Flat: p.Flat, Say: p.words.Tag, Label: p.label,
		State: func(e *trace.Event) string {
			switch {
			case p.hidden[e.Host] && p.newest(e):
				return "???"
			case short:
				return e.To.Short()
			}
			return e.To.String()
		}})
}

// Words returns the language of the panel's words.
func (p *Panel) Words() *text.Words { return p.words }

// newest reports whether no later change of state of the host is shown.
func (p *Panel) newest(e *trace.Event) bool {
	for n := p.Upto; n > e.N; n-- {
		if o := p.Trace.At(n); o != nil && o.Kind == trace.State && o.Host == e.Host {
			return false
		}
	}
	return true
}

// A Real is a run on this machine's kernel beside the model's.
type Real struct {
	Trace  *trace.Trace
	Report *compare.Report
	Level  func(*text.Words) string // how it was made, in words
}

// A pair is one segment in both runs.
type pair struct {
	model, real int // events; 0: it is missing there
	rows        []compare.Row
}

// pairs lists the segments of a comparison in the order in which the kernel sent them; what only
// the model sent stands where it stands in the report.
func (r *Real) pairs() (all []pair) {
	byNumber := map[int]int{}
	for _, row := range r.Report.Rows {
		if row.ModelEvent == 0 && row.LiveEvent == 0 || !isSegment(&row) {
			continue
		}
		i, ok := byNumber[row.Pair]
		if !ok {
			i = len(all)
			byNumber[row.Pair] = i
			all = append(all, pair{})
		}
		all[i].model, all[i].real = max(all[i].model, row.ModelEvent), max(all[i].real, row.LiveEvent)
		all[i].rows = append(all[i].rows, row)
	}
	return all
}

// isSegment reports whether a row is about a segment, and not about a call or states.
func isSegment(row *compare.Row) bool {
	return strings.Contains(row.What, ">") && row.Field != "segments"
}

// verdict says the worst of what the rows of a segment say, and why.
func (p *pair) verdict(w *text.Words) string {
	rank := map[compare.Verdict]int{compare.Same: 0, compare.NotComparable: 1, compare.MayDiffer: 2, compare.Explained: 3, compare.Differs: 4}
	worst := -1
	for i, r := range p.rows {
		if !r.Main {
			continue
		}
		if worst < 0 || rank[r.Verdict] > rank[p.rows[worst].Verdict] {
			worst = i
		}
	}
	if worst < 0 {
		return ""
	}
	r := p.rows[worst]
	out := w.Verdict(r.Verdict)
	if r.Verdict != compare.Same {
		out = w.Phrase(r.Field) + ": " + out
	}
	if r.Why != nil && r.Verdict != compare.NotComparable {
		out += ". " + w.Explanation(r.Why)
	}
	return out
}

// numbers lists the sequence numbers of a segment, the model's beside the kernel's own.
func (p *pair) numbers() string {
	var all []string
	for _, r := range p.rows {
		if r.Field == "seq" || r.Field == "ack" {
			all = append(all, r.Field+"  "+r.Model+" | "+r.Live)
		}
	}
	return strings.Join(all, "     ")
}

// stateOrder is the place of a state among the choices: the order in which a connection
// passes them.
func stateOrder(name string) int {
	s, _ := wire.ParseState(name)
	return int(s)
}
