package transcript

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"netlab/lessons/course"
	"netlab/lessons/grade/result"
)

// Limits of a record. A lesson has some dozen questions with a few tries and hints each.
const (
	maxFile    = 256 << 10
	maxEntries = 1000
	maxTry     = 200             // octets of one try
	clockSlack = 2 * time.Second // how far a clock may be set back in the middle of a lesson
)

// A grader grades one record.
type grader struct {
	spec *Spec
	name string
	lang string
	seed uint64
	log  course.Log
	s    *course.Session
	done map[string]*deeds // by question
}

// deeds are what was done about a question.
type deeds struct {
	steps   []string
	because string // why the last wrong try is wrong
	notSure bool
	claims  bool // the file says right where it is wrong, or the other way round
}

// Grade grades a record by a spec for which [Spec.Check] has found no mistake: one check for
// each question of the lesson. name names the file in errors; seed is the student's, for specs
// that demand it; words are those of lang. The error is a [*result.Reason] if the record is refused.
func Grade(spec *Spec, name string, data []byte, seed uint64, lang string) ([]result.Check, error) {
	g := &grader{spec: spec, name: name, lang: lang, seed: seed, done: map[string]*deeds{}}
	if n, err := strconv.ParseUint(spec.Seed, 10, 64); err == nil {
		g.seed = n
	}
	for _, step := range []func() error{func() error { return g.read(data) }, g.identify, g.times, g.replay} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	checks, tried := g.checks()
	if tried < spec.MinQuestions {
		return nil, g.reject("too-few", name, tried, spec.MinQuestions)
	}
	return checks, nil
}

// Times tells when a record says that its lesson began and ended, for assignments that are
// open during some time only. The clock was the student's own.
func Times(data []byte) (began, ended time.Time, ok bool) {
	var log course.Log
	if len(data) > maxFile || json.Unmarshal(data, &log) != nil {
		return began, ended, false
	}
	return log.Began, log.Ended, true
}

func (g *grader) say(key string, args ...any) string { return texts.Say(g.lang, key, args...) }

func (g *grader) reject(code string, args ...any) error {
	hint := g.say("hint-do-it", g.spec.Lesson, g.seedWords())
	if key := hints[code]; key != "" {
		hint = g.say(key)
	}
	return &result.Reason{Code: code, Message: g.say(code, args...), Hint: hint}
}

// seedWords is the seed as the hint's command names it.
func (g *grader) seedWords() string {
	if g.spec.Seed == seedAny {
		return strconv.FormatUint(g.spec.lesson.Seed, 10)
	}
	return strconv.FormatUint(g.seed, 10)
}

// read reads the file strictly: what the program does not write was written by somebody else.
func (g *grader) read(data []byte) error {
	if len(data) > maxFile {
		return g.reject("too-large", g.name)
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&g.log); err != nil {
		return g.reject("not-a-transcript", g.name, clean(err.Error()))
	}
	if _, err := dec.Token(); err != io.EOF {
		return g.reject("not-a-transcript", g.name, g.say("trailing"))
	}
	if g.log.Type != "transcript" || g.log.Version != 1 {
		return g.reject("not-a-transcript", g.name, g.say("another-kind", clean(g.log.Type), g.log.Version))
	}
	if len(g.log.Entries) > maxEntries {
		return g.reject("too-large", g.name)
	}
	return nil
}

// identify demands the lesson, its version and the seed.
func (g *grader) identify() error {
	l := g.spec.lesson
	switch {
	case g.log.Lesson != l.ID:
		return g.reject("other-lesson", g.name, clean(g.log.Lesson), l.ID)
	case g.log.Hash != l.Hash() || g.log.Profile != l.Profile.Name:
		return g.reject("other-version", g.name, clean(g.log.Hash), clean(g.log.Profile), l.Hash(), l.Profile.Name)
	case g.spec.Seed != seedAny && g.log.Seed != g.seed:
		return g.reject("other-seed", g.name, g.log.Seed, g.seed)
	}
	var err error
	if g.s, err = course.NewSession(l, g.log.Seed, g.lang); err != nil {
		return g.reject("bad-seed", g.name, g.log.Seed)
	}
	return nil
}

// times demands that they go forward.
func (g *grader) times() error {
	last := g.log.Began
	for i, e := range g.log.Entries {
		if e.Time.IsZero() {
			return g.reject("no-times", g.name, i+1, clean(e.Question))
		}
		if e.Time.Before(last.Add(-clockSlack)) {
			if i == 0 {
				return g.reject("times-ends", g.name)
			}
			return g.reject("times", g.name, i+1, clean(e.Question))
		}
		last = e.Time
	}
	if g.log.Began.IsZero() || g.log.Ended.Before(last.Add(-clockSlack)) {
		return g.reject("times-ends", g.name)
	}
	return nil
}

// replay gives every entry to the session.
func (g *grader) replay() error {
	for i := range g.log.Entries {
		e := &g.log.Entries[i]
		step := stepOf(g.spec.lesson, e.Question)
		if step < 0 {
			return g.reject("unknown-question", g.name, i+1, clean(e.Question))
		}
		g.s.Goto(step)
		d := g.done[e.Question]
		if d == nil {
			d = &deeds{}
			g.done[e.Question] = d
		}
		if err := g.play(i+1, e, d); err != nil {
			return err
		}
	}
	return nil
}

// play gives one entry to the session.
func (g *grader) play(n int, e *course.Entry, d *deeds) error {
	rec := g.s.Record(e.Question)
	switch {
	case e.Did == "skip" && rec.Skipped:
		return nil // a lesson in a pipe notes it twice
	case e.Did == "try" && rec.Closed && len(rec.Tries) >= g.s.Ask().Tries() && !rec.Right && !d.notSure:
		return g.reject("too-many-tries", g.name, n, e.Question, g.s.Ask().Tries())
	case rec.Closed:
		return g.reject("after-closed", g.name, n, e.Question)
	}
	switch e.Did {
	case "try":
		return g.try(n, e, d)
	case "hint":
		if !g.s.Hint() {
			return g.reject("too-many-hints", g.name, n, e.Question)
		}
	case "not-sure":
		g.s.NotSure()
		d.notSure = true
	case "skip":
		g.s.Skip()
	default:
		return g.reject("unknown-deed", g.name, n, e.Question, clean(e.Did))
	}
	d.steps = append(d.steps, g.say("step-"+e.Did))
	return nil
}

func (g *grader) try(n int, e *course.Entry, d *deeds) error {
	if len(e.Try) > maxTry {
		return g.reject("not-understood", g.name, n, e.Question, clean(e.Try))
	}
	f := g.s.Answer(e.Try)
	if f.Invalid != "" {
		return g.reject("not-understood", g.name, n, e.Question, clean(f.Invalid))
	}
	word := "step-wrong"
	if f.Right {
		word = "step-right"
	} else {
		d.because = f.Because
	}
	d.claims = d.claims || f.Right != e.Right
	d.steps = append(d.steps, g.say("step-try", clean(e.Try), g.say(word)))
	return nil
}

// checks makes one check of each question, and counts those that were tried.
func (g *grader) checks() (checks []result.Check, tried int) {
	for i, st := range g.spec.lesson.Steps {
		if st.Ask == nil {
			continue
		}
		g.s.Goto(i)
		c := g.check(st.Ask)
		c.Number = fmt.Sprint(len(checks) + 1)
		checks = append(checks, c)
		if rec := g.s.Record(st.Ask.ID); len(rec.Tries) > 0 {
			tried++
		}
	}
	return checks, tried
}

func (g *grader) check(a *course.Ask) result.Check {
	rec, d := g.s.Record(a.ID), g.done[a.ID]
	if d == nil {
		d = &deeds{}
	}
	c := result.Check{ID: a.ID, Title: plain(g.s.Prompt()), Verdict: result.Fail, MaxScore: *g.spec.Points, Visibility: result.Visible,
		Tags: []string{"transcript", string(a.Kind)}, Steps: d.steps, Rationale: g.outcome(rec, d)}
	if !rec.Right {
		c.Cause = plain(d.because)
		if rec.Closed {
			c.Expected = plain(g.s.Solution())
		}
	}
	if len(rec.Tries) > 0 && !d.notSure {
		c.Actual = clean(strings.Join(rec.Tries, "; "))
	}
	if len(rec.Shows) > 0 {
		c.Belief = rec.Shows[0]
	}
	if rec.Hints > 0 {
		c.Rationale += g.say("hints", rec.Hints)
	}
	if d.claims {
		c.Rationale += g.say("claims")
	}
	if rec.Right {
		part := 1 - *g.spec.TriesPenalty*float64(len(rec.Tries)-1) - g.spec.HintPenalty*float64(rec.Hints)
		c.Score = max(0, part) * c.MaxScore
	}
	if rec.Right && (c.Score > 0 || c.MaxScore == 0) {
		c.Verdict = result.Pass
	}
	return c
}

// outcome says what became of a question.
func (g *grader) outcome(rec *course.Record, d *deeds) string {
	switch {
	case rec.First:
		return g.say("right")
	case rec.Right:
		return g.say("right-later", len(rec.Tries))
	case d.notSure:
		return g.say("not-sure")
	case rec.Skipped:
		return g.say("skipped")
	case len(rec.Tries) == 0:
		return g.say("not-done")
	case rec.Closed:
		return g.say("wrong")
	default:
		return g.say("open")
	}
}

// plain is a text of a lesson in one line, without marks.
func plain(s string) string { return strings.Join(strings.Fields(course.Plain(s)), " ") }

// clean makes a text that a stranger has chosen fit to be shown.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return '?'
		}
		return r
	}, s)
	if len(s) > maxTry {
		s = strings.ToValidUTF8(s[:maxTry], "") + "…"
	}
	return s
}
