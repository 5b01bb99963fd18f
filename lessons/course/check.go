package course

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"netlab/lessons/text"
	"netlab/sim/scenario"
	"netlab/sim/trace"
)

// Check looks for everything that could go wrong in front of a learner: for each
// seed, every selector, condition, answer, choice and text, in every language.
// The error joins one error for each mistake.
func Check(l *Lesson) error {
	errs := append(checkTexts(l), checkStructure(l)...)
	for seed := l.Seeds[0]; seed <= l.Seeds[1]; seed++ {
		if more := checkSeed(l, seed); len(more) > 0 {
			errs = append(errs, more...)
			break // the others would say the same
		}
	}
	return errors.Join(errs...)
}

// checkStructure checks what needs no run: recordings of other scripts, names that nothing
// has.
func checkStructure(l *Lesson) (errs []error) {
	for scene, t := range l.Recorded {
		if t.Hash != l.Scene(scene).Hash() {
			errs = append(errs, fmt.Errorf("%s: %s is of an earlier %s (netlab lesson record makes it anew)", l.ID, RecordedFile(scene), sceneFile(scene)))
		}
	}
	for _, st := range l.Steps {
		if st.Ask == nil {
			continue
		}
		for _, h := range st.Ask.Hides {
			host, name, _ := strings.Cut(h, ".")
			if _, ok := trace.ParseVar(name); l.Scene(st.Scene).Host(host) == nil || !ok && name != "state" {
				errs = append(errs, fmt.Errorf("%s: question %s: hides %q: write HOST.state or HOST and a name on the screen, such as A.SND.NXT or A.retransmission timer", l.ID, st.Ask.ID, h))
			}
		}
	}
	return errs
}

// checkSeed checks one seed.
func checkSeed(l *Lesson, seed uint64) (errs []error) {
	fail := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s: seed %d: "+format, append([]any{l.ID, seed}, args...)...))
	}
	r, err := NewRun(l, seed)
	if err != nil {
		fail("%w", err)
		return errs
	}
	for n, lang := range text.Languages() {
		if l.Texts[lang] == nil {
			continue
		}
		s, err := r.session(lang)
		if err != nil {
			fail("%w", err)
			return errs
		}
		for i, st := range l.Steps {
			for _, code := range st.Assert {
				if n > 0 {
					break // what holds does so in every language
				}
				if ok, err := s.Run.place(i).evalBool(code); err != nil {
					fail("step %s: %w", st.ID, err)
				} else if !ok {
					fail("step %s: the assertion %q does not hold", st.ID, code)
				}
			}
			for _, err := range checkStep(s, i, n == 0) {
				fail("%s: step %s: %w", lang, st.ID, err)
			}
		}
		if err := s.checkChallenge(); err != nil {
			fail("challenge: %w", err)
		}
	}
	for _, name := range l.Scenes() {
		for _, v := range scenario.Judge(l.Scene(name), r.Scene(name)) {
			if !v.OK {
				fail("%s: %s", sceneFile(name), v)
			}
		}
	}
	return errs
}

// checkChallenge makes sure that the goal is out of reach as things are, and that
// the solution reaches it.
func (s *Session) checkChallenge() error {
	c := s.Lesson().Challenge
	if c == nil {
		return nil
	}
	if try, err := s.TryChallenge(nil); err != nil {
		return err
	} else if try.Reached {
		return errors.New("the goal is reached without a change")
	}
	try, err := s.TryChallenge(c.Solution)
	if err != nil {
		return err
	}
	if !try.Reached {
		return fmt.Errorf("the solution %q does not reach the goal", c.Solution)
	}
	for _, code := range s.challengeWords().expressions() {
		if _, err := try.place.evalText(code); err != nil {
			return err
		}
	}
	return nil
}

// checkStep checks the words and the question of one step, and the worlds in which wrong
// answers would be right: once, because they are the same in every language.
func checkStep(s *Session, i int, worlds bool) (errs []error) {
	s.Goto(i)
	words := s.words(i)
	place := s.answerPlace()
	for _, code := range words.expressions() {
		if _, err := place.evalText(code); err != nil {
			errs = append(errs, err)
		}
	}
	for _, name := range s.Step().Plot {
		if _, _, ok := parsePlot(s.Trace(), name); !ok {
			errs = append(errs, fmt.Errorf("plot %q: write HOST and a name on the screen, such as A.cwnd or A.SND.WND", name))
		}
	}
	a := s.Ask()
	if a == nil {
		return errs
	}
	ans, err := s.Run.answerOf(i)
	if err != nil {
		return append(errs, err)
	}
	if (a.Kind == AskNumber || a.Kind == AskState) && s.tells(ans.text, i) {
		errs = append(errs, fmt.Errorf("question %s: the story tells the answer %q before it is asked", a.ID, ans.text))
	}
	seen := map[string]string{ans.key: "the right answer"}
	for _, w := range ans.wrong {
		if other, ok := seen[w.text]; ok && other != w.because {
			errs = append(errs, fmt.Errorf("question %s: a wrong answer is equal to %s (%s)", a.ID, other, w.text))
		}
		seen[w.text] = w.because
		if !worlds {
			continue
		}
		if err := s.checkTrueIf(w); err != nil {
			errs = append(errs, fmt.Errorf("question %s: %w", a.ID, err))
		}
	}
	return errs
}

// checkTrueIf makes sure that a wrong answer is right in the world that its
// changes make.
func (s *Session) checkTrueIf(w wrongAnswer) error {
	if len(w.trueIf) == 0 {
		return nil
	}
	script, err := s.questionScript().Change(w.trueIf...)
	if err != nil {
		return fmt.Errorf("true_if: %w", err)
	}
	a := s.Ask()
	t := s.Run.Play(script)
	p := &place{t: t}
	if a.World != "" {
		if _, err := a.From.find(t); err != nil {
			return fmt.Errorf("true_if %q: %w", w.trueIf, err)
		}
		p = worldPlace(t, a.From)
	} else {
		if p.this, err = s.Step().At.find(t); err != nil {
			return fmt.Errorf("true_if %q: %w", w.trueIf, err)
		}
		p.n = moment(t, p.this)
	}
	ans, err := answerAt(a, p)
	if err != nil {
		return fmt.Errorf("true_if %q: %w", w.trueIf, err)
	}
	was, err := answerAt(a, s.Run.askPlace(s.pos))
	if err != nil {
		return err
	}
	// A number is compared by its own expression there: other worlds may have other numbers.
	want := w.text
	for k, other := range was.wrong {
		if other.text == w.text && k < len(ans.wrong) && a.Kind == AskNumber {
			want = ans.wrong[k].text
		}
	}
	if ans.key != want {
		return fmt.Errorf("true_if %q: there the answer is %s, not %s", w.trueIf, ans.key, want)
	}
	return nil
}

// tells reports whether a number stands in the story or the question of step i
// as a word of its own.
func (s *Session) tells(answer string, i int) bool {
	if _, ok := text.ParseState(answer); ok && len(s.Run.Lesson.Steps[i].Ask.Hides) == 0 {
		return containsWord(s.Story(), answer) || containsWord(s.Prompt(), answer)
	}
	return containsWord(s.Prompt(), answer)
}

func containsWord(text, word string) bool {
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !(r == '-' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z') }) {
		if w == word {
			return true
		}
	}
	return false
}

// checkTexts holds the texts against the structure and against each other.
func checkTexts(l *Lesson) (errs []error) {
	for _, lang := range text.Languages() {
		t := l.Texts[lang]
		if t == nil {
			errs = append(errs, fmt.Errorf("%s: text/%s.md is missing", l.ID, lang))
			continue
		}
		fail := func(format string, args ...any) {
			errs = append(errs, fmt.Errorf("%s: text/%s.md: "+format, append([]any{l.ID, lang}, args...)...))
		}
		for _, st := range l.Steps {
			if w := t.Steps[st.ID]; w == nil || (w.Story == "" && st.Ask == nil) {
				fail("step %s has no words", st.ID)
			} else {
				for _, err := range checkWords(l, &st, w) {
					fail("step %s: %w", st.ID, err)
				}
			}
			if st.Scene != "" && t.Scenes[st.Scene] == "" {
				fail("scene %s has no name (## scene: %s)", st.Scene, st.Scene)
			}
		}
		for name := range t.Scenes {
			if !slices.ContainsFunc(l.Steps, func(st Step) bool { return st.Scene == name }) {
				fail("no step plays in scene %q", name)
			}
		}
		for _, err := range checkChallengeWords(l, t) {
			fail("challenge: %w", err)
		}
		for id := range t.Steps {
			if l.StepIndex(id) < 0 {
				fail("the lesson has no step %q", id)
			}
		}
	}
	return append(errs, checkLanguages(l)...)
}

// checkChallengeWords checks the words of the challenge.
func checkChallengeWords(l *Lesson, t *Text) (errs []error) {
	switch {
	case l.Challenge == nil && t.Challenge != nil:
		return []error{errors.New("it is not in lesson.toml")}
	case l.Challenge == nil:
		return nil
	case t.Challenge == nil:
		return []error{errors.New("it has no words (## challenge)")}
	}
	if t.Challenge.Story == "" {
		errs = append(errs, errors.New("it does not say what to reach"))
	}
	if n := len(t.Challenge.Hints); n < 1 || n > 3 {
		errs = append(errs, fmt.Errorf("it has %d hints, want 1 to 3", n))
	}
	if t.Challenge.After == "" {
		errs = append(errs, errors.New("nothing is told once it is reached (### after)"))
	}
	return errs
}

// checkWords checks the words of one question: text, hints, choices, reasons.
func checkWords(l *Lesson, st *Step, w *StepText) (errs []error) {
	a := st.Ask
	if a == nil {
		if w.AskID != "" {
			errs = append(errs, fmt.Errorf("question %q is not in lesson.toml", w.AskID))
		}
		return errs
	}
	if w.AskID != a.ID || w.Ask == "" {
		errs = append(errs, fmt.Errorf("question %s has no words (### ask: %s)", a.ID, a.ID))
	}
	if n := len(w.Hints); n < 1 || n > 3 {
		errs = append(errs, fmt.Errorf("question %s has %d hints, want 1 to 3", a.ID, n))
	}
	if a.World != "" && w.World == "" {
		errs = append(errs, fmt.Errorf("question %s: its world has no name (- world: …)", a.ID))
	}
	for _, c := range a.Choices {
		if w.Choices[c.ID] == "" {
			errs = append(errs, fmt.Errorf("choice %s has no words (- choice %s: …)", c.ID, c.ID))
		}
	}
	for _, because := range beliefs(a) {
		if _, ok := l.Misconception(because); !ok {
			errs = append(errs, fmt.Errorf("misconception %q is not in the table", because))
		}
		if strings.TrimSpace(w.Because[because]) == "" {
			errs = append(errs, fmt.Errorf("a wrong answer is not explained (### because: %s)", because))
		}
	}
	for id := range w.Because {
		if !slices.Contains(beliefs(a), id) {
			errs = append(errs, fmt.Errorf("no wrong answer shows %q (### because: %s)", id, id))
		}
	}
	if a.Kind.Typed() && w.Otherwise == "" {
		errs = append(errs, fmt.Errorf("question %s: a typed answer can be wrong in any way (### otherwise is missing)", a.ID))
	}
	without := 0
	for _, c := range a.Choices {
		if c.Because == "" {
			without++
		}
	}
	if a.Kind != AskOrder && len(a.Choices) > 0 && without != 1 {
		errs = append(errs, fmt.Errorf("question %s: %d choices have no because; only the right one may lack it", a.ID, without))
	}
	return errs
}

// beliefs lists the misconceptions that wrong answers show.
func beliefs(a *Ask) (ids []string) {
	for _, w := range a.Wrong {
		ids = append(ids, w.Because)
	}
	for _, c := range a.Choices {
		if c.Because != "" {
			ids = append(ids, c.Because)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// checkLanguages demands that every language uses the same expressions: a number
// that is computed in one must not be typed in another.
func checkLanguages(l *Lesson) (errs []error) {
	en := l.Texts["en"]
	for lang, t := range l.Texts {
		if lang == "en" || en == nil {
			continue
		}
		for id, w := range en.Steps {
			other := t.Steps[id]
			if other == nil {
				continue
			}
			a, b := w.expressions(), other.expressions()
			slices.Sort(a)
			slices.Sort(b)
			if !slices.Equal(slices.Compact(a), slices.Compact(b)) {
				errs = append(errs, fmt.Errorf("%s: text/%s.md: step %s uses other {expressions} than en.md: %v, not %v", l.ID, lang, id, b, a))
			}
		}
	}
	return errs
}
