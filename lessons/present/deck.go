package present

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"netlab/lessons/course"
	"netlab/lessons/text"
	"netlab/sim/fault"
	"netlab/sim/scenario"
	"netlab/sim/trace"
)

// A Deck turns states into slides. It may be used by several at once.
type Deck struct {
	lessons []*course.Lesson
	lang    string
	mu      sync.Mutex
	talks   map[string]*course.Session // by lesson's id and seed
	worlds  map[string]*world
}

// A world is a fork that has been played on the model.
type world struct {
	script *scenario.Script
	trace  *trace.Trace
	stops  []int
	name   string
}

// NewDeck makes a deck of lessons, which speaks a language unless told otherwise.
func NewDeck(lessons []*course.Lesson, lang string) *Deck {
	return &Deck{lessons: lessons, lang: lang, talks: map[string]*course.Session{}, worlds: map[string]*world{}}
}

// mostWorlds bounds how many worlds a deck remembers; they can be played again.
const mostWorlds = 200

// ErrOther says that a state is of a lesson, or of a version of it, that the deck does not have.
var ErrOther = errors.New("another lesson, or another version of it, is shown")

// session finds the session of a state, at its step, with its questions as they are.
func (d *Deck) session(st *State, lang string) (*course.Session, error) {
	key := fmt.Sprintf("%s/%d", st.ID, st.Seed)
	s := d.talks[key]
	if s == nil {
		i := slices.IndexFunc(d.lessons, func(l *course.Lesson) bool { return l.ID == st.ID && l.Hash() == st.Hash })
		if i < 0 {
			return nil, ErrOther
		}
		var err error
		if s, err = course.NewSession(d.lessons[i], st.Seed, d.lang); err != nil {
			return nil, err
		}
		d.talks[key] = s
	}
	if lang == "" {
		lang = d.lang
	}
	s.SetLang(lang)
	s.Goto(st.Step)
	if a := s.Ask(); a != nil {
		s.Record(a.ID).Closed = slices.Contains(st.Revealed, question(st.ID, a.ID))
	}
	return s, nil
}

// question names a question of a playlist.
func question(lesson, ask string) string { return lesson + "/" + ask }

// Slide makes the slide of a state, in a language or, if that is empty, in the deck's own.
// real is the run that a live fork shows; without it, its picture is empty.
func (d *Deck) Slide(st State, real *Real, lang string) (*Slide, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s, err := d.session(&st, lang)
	if err != nil {
		return nil, err
	}
	out := &Slide{Lang: s.Words.Lang, Lesson: st.ID, Title: s.Title(), Scene: s.SceneTitle(), Step: st.Step + 1, Steps: s.Len(), Minutes: s.Lesson().Minutes,
		Story: s.Story(), Note: s.Note(), Said: st.Said, Blank: st.Blank, Size: st.Size, Running: st.Running}
	if st.Fork() != nil {
		return out, d.fork(out, s, &st, real)
	}
	p := Panel{Trace: s.Trace(), Upto: s.Upto(), Flat: s.Trace().OnePoint(), words: s.Words, hidden: map[string]bool{}}
	for _, h := range p.Trace.Hosts {
		p.hidden[h.Name] = s.Hidden(h.Name, "state")
	}
	out.Panels = []Panel{p}
	if s.Ask() != nil {
		out.Ask = d.ask(s, &st)
	}
	return out, nil
}

// typing is what a question says to those who type its answer, and a room does not.
var typing = regexp.MustCompile(`\s*[(（](type|请输入|依次输入)[^()（）]*[)）]\s*$`)

// ask makes the question of a slide.
func (d *Deck) ask(s *course.Session, st *State) *Ask {
	sheet := s.Sheet()
	a := &Ask{ID: question(st.ID, sheet.ID), Prompt: typing.ReplaceAllString(sheet.Prompt, ""), Revealed: !s.Open(), Order: sheet.Kind == course.AskOrder, World: sheet.World != ""}
	texts, right := candidates(sheet)
	hands := st.Tally[a.ID]
	most := -1
	for i, t := range texts {
		c := Choice{Letter: letter(i), Text: t}
		if a.Order { // the solution names them by numbers
			c.Letter = strconv.Itoa(i + 1)
		}
		if i < len(hands) {
			c.Hands = hands[i]
		}
		if a.Revealed && !a.Order {
			c.Right = i == right
			if !c.Right && c.Hands > 0 && (most < 0 || c.Hands > a.Choices[most].Hands) {
				most = i
			}
		}
		a.Choices = append(a.Choices, c)
	}
	if !a.Revealed {
		return a
	}
	a.Solution, a.After = sheet.Solution, sheet.After
	if right >= 0 && !a.Order {
		a.Solution = letter(right) + ") " + texts[right]
	}
	if most >= 0 {
		a.Wrong, a.Mistake = letter(most), mistake(sheet, texts[most], most)
	}
	return a
}

func letter(i int) string { return string(rune('A' + i)) }

// candidates are the answers for which hands go up: the question's own choices or, where the
// answer is typed, the right one among the wrong ones that are expected, in their order.
func candidates(sheet *course.Sheet) (texts []string, right int) {
	right = -1
	if len(sheet.Choices) > 0 {
		for i, c := range sheet.Choices {
			texts = append(texts, c)
			if sheet.Key == fmt.Sprint(i+1) {
				right = i
			}
		}
		return texts, right
	}
	texts = []string{sheet.Solution}
	for _, w := range sheet.Wrong {
		if !slices.Contains(texts, w.Key) {
			texts = append(texts, w.Key)
		}
	}
	slices.SortFunc(texts, func(a, b string) int {
		if sheet.Kind == course.AskState {
			return stateOrder(a) - stateOrder(b)
		}
		if len(a) != len(b) { // numbers, without leading zeros
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return texts, slices.Index(texts, sheet.Solution)
}

// mistake is why a wrong answer is wrong.
func mistake(sheet *course.Sheet, text string, choice int) string {
	for _, w := range sheet.Wrong {
		if w.Key == text || w.Key == fmt.Sprint(choice+1) {
			return w.Because
		}
	}
	return sheet.Otherwise
}

// fork fills the slide of a world beside the lesson.
func (d *Deck) fork(out *Slide, s *course.Session, st *State, real *Real) error {
	w, err := d.world(s, st)
	if err != nil {
		return err
	}
	f := st.Fork()
	out.World, out.Of = w.name, st.Of
	if !f.Live {
		at := min(st.At, len(w.stops)-1)
		out.At, out.Of = at+1, len(w.stops)
		out.Panels = []Panel{{Trace: w.trace, Upto: w.stops[at], Flat: w.trace.OnePoint(), words: s.Words}}
		out.Story = newest(w.trace, w.stops, at, s)
		return nil
	}
	out.World = s.Words.T("live") + ": " + w.name
	out.At = st.At
	lettered := func(t *trace.Trace) func(*trace.Event) string {
		return func(e *trace.Event) string { return s.Lettered(t, e) }
	}
	out.Panels = []Panel{{Name: s.Words.T("model"), Trace: w.trace, Upto: len(w.trace.Events), words: s.Words, label: lettered(w.trace)}}
	out.Story = ""
	if real == nil {
		return nil
	}
	pairs := real.pairs()
	at := min(st.At, len(pairs))
	model, live := upto(pairs, at, len(w.trace.Events), func(p *pair) int { return p.model }), upto(pairs, at, len(real.Trace.Events), func(p *pair) int { return p.real })
	out.Panels[0].Upto = model
	out.Panels = append(out.Panels, Panel{Name: s.Words.T("live"), Trace: real.Trace, Upto: live, Flat: real.Trace.OnePoint(), words: s.Words, label: lettered(real.Trace)})
	out.At, out.Of = at, len(pairs)
	out.Level = real.Level(s.Words)
	if at > 0 {
		out.Verdict, out.Numbers = pairs[at-1].verdict(s.Words), pairs[at-1].numbers()
	}
	return nil
}

// upto is how many events of a run are shown with the first n pairs of segments: all that
// came before the next one.
func upto(pairs []pair, n, all int, event func(*pair) int) int {
	next := 0
	for i := n; i < len(pairs); i++ {
		if e := event(&pairs[i]); e > 0 && (next == 0 || e < next) {
			next = e
		}
	}
	if next == 0 {
		return all
	}
	return next - 1
}

// mostTold is how many events a slide tells: the newest ones.
const mostTold = 4

// newest tells what has happened since the stop before.
func newest(t *trace.Trace, stops []int, at int, s *course.Session) string {
	from := 0
	if at > 0 {
		from = stops[at-1]
	}
	var lines []string
	for i := from; i < stops[at]; i++ {
		if e := &t.Events[i]; e.Kind != trace.Set {
			lines = append(lines, "- "+strings.TrimSpace(s.Words.Event(e)))
		}
	}
	return strings.Join(lines[max(0, len(lines)-mostTold):], "\n")
}

// world plays the world of a state's fork on the model.
func (d *Deck) world(s *course.Session, st *State) (*world, error) {
	f := *st.Fork()
	f.Live = false
	key := fmt.Sprint(st.ID, st.Seed, f, s.Words.Lang)
	if w := d.worlds[key]; w != nil {
		return w, nil
	}
	script, name := s.Script(), ""
	if f.World {
		if s.Ask() == nil || s.Lesson().Worlds[s.Ask().World] == nil {
			return nil, ErrOther
		}
		script, name = s.Lesson().Worlds[s.Ask().World], s.Words.T("what_if")+": "+course.Plain(s.WorldTitle())
	}
	w := &world{script: script, name: name}
	if len(f.Changes) > 0 {
		var err error
		if w.script, err = script.Change(f.Changes...); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrOther, err)
		}
		w.name = whatIf(s.Words, w.name, f.Changes)
	}
	if w.name == "" {
		if w.name = course.Plain(s.SceneTitle()); w.name == "" {
			w.name = course.Plain(s.Title())
		}
	}
	if f.World && len(f.Changes) == 0 {
		w.trace = s.WorldTrace()
	} else {
		w.trace = s.Run.Play(w.script)
	}
	w.stops = w.trace.Stops()
	if len(d.worlds) >= mostWorlds {
		clear(d.worlds)
	}
	d.worlds[key] = w
	return w, nil
}

// whatIf names a world by the changes that made it, as a room would.
func whatIf(w *text.Words, name string, changes []string) string {
	keys := map[string]string{fault.Drop.String(): "present_lost", fault.Duplicate.String(): "present_twice", fault.Delay.String(): "present_late"}
	for _, c := range changes {
		said := c
		if f := strings.Fields(c); len(f) > 3 && keys[f[0]] != "" { // "drop A->B SYN 1"
			from, to, _ := strings.Cut(f[1], "->")
			said = w.T(keys[f[0]], f[2], f[3], from, to)
		}
		name = strings.TrimPrefix(name+"; ", "; ") + said
	}
	return name
}
