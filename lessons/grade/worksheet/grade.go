package worksheet

import (
	"fmt"
	"math"
	"strings"

	"netlab/lessons/grade/result"
	"netlab/lessons/text"
	"netlab/sim/wire"
)

// FollowThrough marks a check in which something counts because it follows from an earlier
// slip.
const FollowThrough = "follow-through"

// Grade marks a file of answers: one check for each row with blanks, one for each question,
// in the words of lang. name is the file's; its ending says whether it is TOML or CSV, or
// else its first line. The error says why the file cannot be read.
func (s *Sheet) Grade(name string, answers []byte, lang string) ([]result.Check, error) {
	file, err := s.read(name, answers, lang)
	if err != nil {
		return nil, err
	}
	g := s.best(file)
	g.lang = lang
	var all []result.Check
	for i, r := range s.rows {
		if len(g.marks[i]) > 0 {
			all = append(all, g.row(r, i))
		}
	}
	for i := range s.keys {
		all = append(all, g.question(i))
	}
	if g.as != s.notation() && len(all) > 0 {
		all[0].Steps = append([]string{say(lang, "notation", say(lang, string(g.as)))}, all[0].Steps...)
	}
	return all, nil
}

// A grading is a file, read in one notation and marked.
type grading struct {
	s     *Sheet
	file  given
	as    Notation
	heard []*heard
	marks [][]cell
	lang  string
}

// best reads the numbers in both notations and takes the reading in which more is right;
// if that tells nothing, the sheet's own.
func (s *Sheet) best(file given) *grading {
	own, other := s.notation(), Relative
	if own == Relative {
		other = Absolute
	}
	a, b := s.reading(file, own), s.reading(file, other)
	if b.gains() > a.gains() {
		return b
	}
	return a
}

func (s *Sheet) reading(file given, as Notation) *grading {
	g := &grading{s: s, file: file, as: as}
	for i, r := range s.rows {
		g.heard = append(g.heard, s.hear(r, file.cells[i], as))
	}
	g.marks = s.mark(g.heard)
	return g
}

// gains counts what counts in this reading. A right value is better than one that follows.
func (g *grading) gains() int {
	n := 2 * score(g.marks)
	for _, row := range g.marks {
		for i := range row {
			if row[i].outcome == correct {
				n++
			}
		}
	}
	for i := range g.s.keys {
		if a := &g.s.keys[i]; a.q.Space != "" {
			if same, _ := a.is(tidy(g.file.answers[a.q.ID]), a.value, g.as); same {
				n += 3
			}
		}
	}
	return n
}

// round keeps marks to three decimals: seven cells share one point.
func round(f float64) float64 { return math.Round(f*1000) / 1000 }

// row makes the check of one row.
func (g *grading) row(r *row, i int) result.Check {
	s, cells := g.s, g.marks[i]
	c := result.Check{ID: fmt.Sprintf("row-%d", r.n), Number: fmt.Sprint(r.n), Title: say(g.lang, "row-title", r.n), Visibility: result.Visible,
		Verdict: result.Fail, MaxScore: round(s.spec.rowPoints(len(cells)))}
	var expected, actual []string
	gained, answered, carried := 0, 0, ""
	for k := range cells {
		x := &cells[k]
		truth, wrote := s.truth(r, x.f, g.as), clip(g.heard[i].text[x.f.name])
		if x.outcome != empty {
			answered++
		}
		if x.gains() {
			gained++
		}
		if x.outcome == correct {
			continue
		}
		expected = append(expected, x.f.name+" = "+truth)
		if x.outcome == follows {
			note := say(g.lang, "follows", x.f.name, wrote, x.field, x.slip, truth)
			carried = first(carried, note)
			c.Steps = append(c.Steps, note)
			actual = append(actual, x.f.name+" = "+wrote)
			continue
		}
		if x.outcome != empty {
			actual = append(actual, x.f.name+" = "+wrote)
		}
		if c.Belief == "" {
			c.Belief = x.belief
		}
		c.Steps = append(c.Steps, g.explain(r, x, truth, wrote)...)
	}
	c.Score = round(s.spec.rowPoints(len(cells)) * float64(gained) / float64(len(cells)))
	c.Expected, c.Actual = strings.Join(expected, "; "), strings.Join(actual, "; ")
	switch {
	case answered == 0:
		c.Rationale = say(g.lang, "row-empty")
	case gained == len(cells):
		c.Verdict, c.Rationale = result.Pass, say(g.lang, "row-right", len(cells))
	default:
		c.Rationale = say(g.lang, "row-some", gained, len(cells))
	}
	if carried != "" {
		c.Tags = append(c.Tags, FollowThrough)
		c.Rationale += say(g.lang, "semicolon") + carried
	}
	if rule := r.event.Rule; rule != nil && c.Verdict == result.Fail {
		c.Requirement = &result.Requirement{Level: "COURSE", Ref: rule.Ref}
		c.Steps = append(c.Steps, g.rule(rule))
	}
	return c
}

// rule writes a rule with the section that says it.
func (g *grading) rule(r *wire.Rule) string {
	return say(g.lang, "why", text.For(g.lang).Rule(r), r.Ref)
}

// explain says what would be right in a cell, and why.
func (g *grading) explain(r *row, x *cell, truth, wrote string) (steps []string) {
	switch x.outcome {
	case empty:
		steps = append(steps, say(g.lang, "cell-empty", x.f.name, truth))
	case unreadable:
		steps = append(steps, say(g.lang, "cell-bad", x.f.name, wrote, say(g.lang, wants[x.f.kind]), truth))
	default:
		steps = append(steps, say(g.lang, "cell-wrong", x.f.name, wrote, truth))
	}
	if why := g.s.because(r, x.f, g.as, g.lang); why != "" {
		steps = append(steps, why)
	}
	if x.belief != "" {
		if m, ok := text.Misconceptions()[x.belief]; ok {
			steps = append(steps, say(g.lang, "think", m.In(g.lang)))
		}
	}
	return steps
}

// because says why a cell has its value; empty if that is plain.
func (s *Sheet) because(r *row, f field, as Notation, lang string) string {
	switch f.kind {
	case kindSeq, kindAck:
		if s.truth(r, f, as) == none {
			return say(lang, "none-here", f.name)
		}
		return s.path(r, f, as, lang)
	case kindState:
		if rule := r.rules[f.host]; rule != nil && !s.unchanged(r, f.host) {
			return say(lang, "sheet-line", f.name, say(lang, "why", text.For(lang).Rule(rule), rule.Ref))
		}
		return say(lang, "unchanged", f.host)
	default: // the row's own rule says it
		return ""
	}
}

// wants says what a field of each kind wants.
var wants = map[kind]string{
	kindHost: "want-host", kindWhat: "want-what", kindFlags: "want-flags", kindSeq: "want-num", kindAck: "want-num",
	kindCount: "want-num", kindState: "want-state", kindYes: "want-yes",
}

// question makes the check of one question.
func (g *grading) question(i int) result.Check {
	a := &g.s.keys[i]
	q, lang := a.q, g.lang
	t := tidy(g.file.answers[q.ID])
	c := result.Check{ID: q.ID, Number: fmt.Sprintf("Q%d", i+1), Title: say(lang, "question-title", i+1, q.Prompt.In(lang)), Visibility: result.Visible,
		Verdict: result.Fail, MaxScore: round(q.points()), Actual: clip(t)}
	want := a.show(a.value, g.as, lang)
	same, read := a.is(t, a.value, g.as)
	switch {
	case t == "":
		c.Rationale = say(lang, "not-answered")
	case same:
		c.Verdict, c.Score, c.Rationale = result.Pass, c.MaxScore, say(lang, "right")
		return c
	case read && g.consistent(a, t):
		c.Verdict, c.Score, c.Rationale = result.Pass, c.MaxScore, say(lang, "answer-follows", clip(t), want)
		c.Tags = []string{FollowThrough}
	default:
		c.Rationale = say(lang, "wrong", clip(t), want)
		c.Belief = g.believed(a, t)
	}
	c.Expected = want
	if q.Why.EN != "" && c.Verdict == result.Fail {
		c.Steps = append(c.Steps, q.Why.In(lang))
	}
	if m, ok := text.Misconceptions()[c.Belief]; ok {
		c.Steps = append(c.Steps, say(lang, "think", m.In(lang)))
	}
	return c
}

// consistent reports whether a number is what the question's expression comes to with the
// student's own table. A state or a yes tells what is believed, and is not excused by the table.
func (g *grading) consistent(a *answer, t string) bool {
	if _, number := a.value.(int); !number {
		return false
	}
	v, err := g.s.eval(a.q.Answer, g.heard)
	if err != nil || v == a.value {
		return false
	}
	same, _ := a.is(t, v, g.as)
	return same
}

// believed finds the expected wrong answer that was given.
func (g *grading) believed(a *answer, t string) string {
	for k, v := range a.wrong {
		if same, _ := a.is(t, v, g.as); same {
			return a.q.Wrong[k].Because
		}
	}
	return ""
}
