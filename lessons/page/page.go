// Package page makes one self-contained page of a lesson: every step with its picture
// and control blocks, the questions with their hints and the reasons for wrong answers, and
// the recorded real run beside the model. It fetches nothing and needs nothing but a browser.
// It also writes steps of a lesson as a picture, as Markdown, and as a handout with its key.
package page

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"strings"

	"netlab/lessons/course"
	"netlab/lessons/text"
	"netlab/sim"
	"netlab/sim/compare"
	"netlab/sim/ladder"
	"netlab/sim/tcp"
	"netlab/sim/trace"
)

//go:embed page.html
var form string

// Options say what the page holds.
type Options struct {
	Notes      bool // the instructor's notes
	First, End int  // steps, from 0: from First to the one before End; 0: all
}

type pageData struct {
	ID        string            `json:"id"`
	Title     string            `json:"title"`
	Intro     string            `json:"intro"`
	Seed      uint64            `json:"seed"`
	Words     map[string]string `json:"words"`
	States    map[string]string `json:"states"` // what people write for a state, and its name
	Steps     []pageStep        `json:"steps"`
	Live      map[string]*live  `json:"live"` // by scene
	Challenge *challenge        `json:"challenge,omitempty"`
	Rules     []rule            `json:"rules"`
}

type pageStep struct {
	ID       string           `json:"id"`
	Scene    string           `json:"scene"`
	Title    string           `json:"title,omitempty"` // of the scene
	Time     string           `json:"time"`
	Story    string           `json:"story"`
	Picture  string           `json:"picture"`
	Revealed string           `json:"revealed,omitempty"` // the picture once the question is closed, if it differs
	Ends     []end            `json:"ends"`
	Plot     string           `json:"plot,omitempty"`
	Letters  map[string]int64 `json:"letters"`
	Ask      *ask             `json:"ask,omitempty"`
	Note     string           `json:"note,omitempty"`
}

// An end is one socket's control block.
type end struct {
	Name  string    `json:"name"`
	State string    `json:"state"`
	Hide  bool      `json:"hide,omitempty"` // the state gives the answer
	Vars  []pageVar `json:"vars"`
}

type pageVar struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	New   bool   `json:"new,omitempty"`
	Hide  bool   `json:"hide,omitempty"`
}

type ask struct {
	Kind      course.AskKind `json:"kind"`
	Prompt    string         `json:"prompt"`
	Choices   []string       `json:"choices,omitempty"`
	Hints     []string       `json:"hints"`
	Tries     int            `json:"tries"`
	Key       string         `json:"key"`
	Solution  string         `json:"solution"`
	Wrong     []wrong        `json:"wrong"`
	Otherwise string         `json:"otherwise,omitempty"`
	Veiled    string         `json:"veiled,omitempty"`
	After     string         `json:"after,omitempty"`
	World     string         `json:"world,omitempty"`
	Picture   string         `json:"picture,omitempty"` // of the what-if world
}

type wrong struct {
	Key     string `json:"key"`
	Because string `json:"because"`
	Veiled  string `json:"veiled"`
	Belief  string `json:"belief,omitempty"`
}

// A live is the recorded real run of a scene beside the model.
type live struct {
	Picture string      `json:"picture"`
	Rows    [][5]string `json:"rows"`
	Summary string      `json:"summary"`
	Whys    []string    `json:"whys"`
}

type challenge struct {
	Story string   `json:"story"`
	Hints []string `json:"hints"`
}

type rule struct {
	Text string `json:"text"`
	Ref  string `json:"ref"`
	Link string `json:"link,omitempty"`
}

// words are the interface texts that the page shows.
var words = []string{"predict", "hint", "tries_left", "one_try_left", "not_sure", "right", "right_second", "wrong", "wrong_last", "closed",
	"misconception", "what_if", "score", "scene", "cause", "page_next", "page_back", "page_answer", "page_skip", "page_live", "page_model", "page_notes",
	"page_hint", "page_size", "page_step", "page_rules", "page_challenge", "page_recorded", "row_dir", "row_field", "row_model", "row_live", "row_verdict",
	"no_number", "no_such_state", "no_order", "page_hidden", "page_try_again"}

// Write writes the page.
func Write(w io.Writer, s *course.Session, opt Options) error {
	d := pageData{ID: s.Lesson().ID, Title: s.Title(), Intro: Markup(s.Intro()), Seed: s.Run.Seed, Words: map[string]string{},
		States: text.StateWords(), Live: map[string]*live{}}
	for _, key := range words {
		d.Words[key] = s.Words.T(key)
	}
	end := s.Len()
	if opt.End > 0 {
		end = opt.End
	}
	for i := opt.First; i < end; i++ {
		s.Goto(i)
		d.Steps = append(d.Steps, step(s, opt))
		scene := s.Step().Scene
		if recorded := s.Lesson().Recorded[scene]; recorded != nil && d.Live[scene] == nil {
			d.Live[scene] = beside(s, recorded)
		}
	}
	if s.Lesson().Challenge != nil && end == s.Len() {
		d.Challenge = &challenge{Story: Markup(s.ChallengeStory())}
		for _, h := range s.ChallengeHints() {
			d.Challenge.Hints = append(d.Challenge.Hints, Inline(h))
		}
	}
	for _, e := range s.Rules() {
		d.Rules = append(d.Rules, rule{s.Words.Rule(e.Rule), e.Rule.Ref, link(e.Rule.Ref)})
	}
	data, err := json.Marshal(d) // escapes <, > and &, so that it can stand in a script
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	_, err = strings.NewReplacer("{{lang}}", s.Words.Lang, "{{title}}", html.EscapeString(s.Title()), "{{data}}", string(data)).WriteString(w, form)
	return err
}

// step is one step with everything that can be seen at it.
func step(s *course.Session, opt Options) pageStep {
	p := pageStep{ID: s.Step().ID, Scene: s.Step().Scene, Title: Inline(s.SceneTitle()), Story: Markup(s.Story()), Time: "0",
		Letters: map[string]int64{}, Ends: ends(s)}
	if e := s.Trace().At(s.Upto()); e != nil {
		p.Time = trace.Ms(e.T)
		p.Plot = plot(s.Plot(), e.T, s.Trace().Ended)
	}
	p.Picture = picture(s, s.Trace(), s.Upto(), true)
	if s.Open() && hidesState(s) {
		p.Revealed = picture(s, s.Trace(), s.Upto(), false)
	}
	for _, l := range s.AllLetters() {
		p.Letters[l.Name] = int64(uint32(l.Base))
	}
	if opt.Notes {
		p.Note = Markup(s.Note())
	}
	if sheet := s.Sheet(); sheet != nil {
		p.Ask = question(s, sheet)
	}
	return p
}

func hidesState(s *course.Session) bool {
	for _, h := range s.Trace().Hosts {
		if s.Hidden(h.Name, "state") {
			return true
		}
	}
	return false
}

// picture draws a run up to an event.
func picture(s *course.Session, t *trace.Trace, upto int, veiled bool) string {
	opt := ladder.Options{Upto: max(1, upto), Calls: true, Flat: t.OnePoint(), Say: s.Words.Tag}
	if veiled {
		opt.State = veil(s, t, upto)
	}
	return ladder.New(t, opt).SVG(drawing(s, s.Title()))
}

// veil writes the states, but for the current one that gives the answer.
func veil(s *course.Session, t *trace.Trace, upto int) func(e *trace.Event) string {
	last := map[string]int{} // the last change of state of each host that is shown
	for i := range t.Events[:upto] {
		if e := &t.Events[i]; e.Kind == trace.State {
			last[e.Host] = e.N
		}
	}
	return func(e *trace.Event) string {
		if s.Hidden(e.Host, "state") && last[e.Host] == e.N {
			return "???"
		}
		return e.To.String()
	}
}

func question(s *course.Session, q *course.Sheet) *ask {
	a := &ask{Hints: []string{}, Wrong: []wrong{}, Kind: q.Kind, Prompt: Markup(q.Prompt), Tries: q.Tries, Key: q.Key, Solution: Inline(q.Solution), Otherwise: Markup(q.Otherwise),
		Veiled: Markup(q.Veiled), After: Markup(q.After), World: Inline(q.World)}
	for _, c := range q.Choices {
		a.Choices = append(a.Choices, Inline(c))
	}
	for _, h := range q.Hints {
		a.Hints = append(a.Hints, Inline(h))
	}
	for _, w := range q.Wrong {
		a.Wrong = append(a.Wrong, wrong{w.Key, Markup(w.Because), Markup(w.Veiled), html.EscapeString(w.Belief)})
	}
	if t := s.WorldTrace(); t != nil {
		a.Picture = picture(s, t, len(t.Events), false)
	}
	return a
}

// ends lists what the sockets hold, marked where it gives the answer.
func ends(s *course.Session) []end {
	all := []end{}
	for _, v := range s.Trace().Views(s.Since(), s.Upto()) {
		e := end{Name: v.Host + " " + v.Conn, State: v.State.String(), Hide: s.Hidden(v.Host, "state")}
		if v.Known[trace.VarDatagrams] { // UDP has no states
			e.State = "UDP"
		}
		for id := range trace.Vars {
			if v.Known[id] {
				e.Vars = append(e.Vars, pageVar{id.String(), trace.Var{ID: id, Value: v.Value[id]}.Text(), v.Changed[id], s.Hidden(v.Host, id.String())})
			}
		}
		all = append(all, e)
	}
	return all
}

// beside lays a recorded run beside the model.
func beside(s *course.Session, recorded *trace.Trace) *live {
	script := s.Script()
	model := sim.Run(script, sim.Options{Profile: tcp.Linux, Seed: s.Run.Seed, Loopback: true})
	rep := compare.Compare(model, recorded, compare.Options{Buffers: script.Buffers()})
	l := &live{Picture: picture(s, recorded, len(recorded.Events), false)}
	packets := 0
	for i := range recorded.Events {
		if recorded.Events[i].Kind == trace.Send {
			packets++
		}
	}
	l.Summary = s.Words.T("live_summary", rep.Pairs, rep.Differences(), packets, 0)
	seen := map[*compare.Explanation]bool{}
	pair := 0
	for _, r := range rep.Rows {
		if !r.Main {
			continue
		}
		what := r.What
		if r.Pair == pair {
			what = ""
		}
		pair = r.Pair
		verdict := s.Words.Verdict(r.Verdict)
		if r.Why != nil {
			verdict += ": " + r.Why.ID
			if !seen[r.Why] {
				seen[r.Why] = true
				l.Whys = append(l.Whys, r.Why.ID+": "+s.Words.Explanation(r.Why)+" ["+r.Why.Ref+"]")
			}
		}
		l.Rows = append(l.Rows, [5]string{what, r.Field, r.Model, r.Live, verdict})
	}
	return l
}

// link is the address of the section that a reference names; empty if it names no RFC.
func link(ref string) string {
	rfc, rest, ok := strings.Cut(strings.TrimPrefix(ref, "RFC "), " §")
	if !ok || !strings.HasPrefix(ref, "RFC ") {
		return ""
	}
	section := strings.TrimRight(strings.FieldsFunc(rest, func(r rune) bool { return r == ',' || r == ' ' })[0], ".")
	return "https://www.rfc-editor.org/rfc/rfc" + rfc + "#section-" + section
}
