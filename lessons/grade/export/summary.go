package export

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"netlab/lessons/grade/result"
)

// A Class is what the results of one assignment have in common.
type Class struct {
	Submissions int
	Graded      int
	Rejected    int
	Unmarked    int     // without a mark: the grader failed
	Full        int     // graded, and nothing lost
	Mean        float64 // of the graded, as a part of all points
	Median      float64
	Errors      int     // checks that the grader could not do, in those that have a mark
	Failures    []Tally // checks that were failed, the most common first
	Beliefs     []Tally // misconceptions, the most common first
}

// A Tally counts submissions.
type Tally struct {
	ID    string // of the check, or of the misconception in lessons/text
	Title string // of the check; where students' own values stand in it, what is before them
	Count int    // submissions that failed it, or show it
	Of    int    // submissions in which it was tried
}

// Summary counts what a class got and got wrong. A misconception counts once for each
// submission, however often it shows there.
func Summary(rs []*result.Result) *Class {
	c := &Class{Submissions: len(rs)}
	var parts []float64
	failures, beliefs := &tallies{}, &tallies{}
	for _, r := range rs {
		switch {
		case r.Outcome == result.Rejected:
			c.Rejected++
			continue
		case unmarked(r):
			c.Unmarked++
			continue
		}
		c.Graded++
		c.Errors += r.Count(result.Error)
		if r.Passed() && r.MaxScore > 0 {
			c.Full++
		}
		if r.MaxScore > 0 {
			parts = append(parts, number(r.Score/r.MaxScore))
		}
		shown := map[string]bool{}
		for i := range r.Checks {
			k := &r.Checks[i]
			if k.Verdict != result.Pass && k.Verdict != result.Fail {
				continue
			}
			t := failures.of(k.ID)
			if t.Of++; t.Of == 1 {
				t.Title = name(k)
			} else {
				t.Title = inCommon(t.Title, name(k))
			}
			if k.Verdict != result.Fail {
				continue
			}
			t.Count++
			if k.Belief != "" && !shown[k.Belief] {
				shown[k.Belief] = true
				beliefs.of(k.Belief).Count++
			}
		}
	}
	c.Mean, c.Median = meanAndMedian(parts)
	c.Failures, c.Beliefs = failures.sorted(), beliefs.sorted()
	for i := range c.Beliefs {
		c.Beliefs[i].Of = c.Graded
	}
	return c
}

// inCommon is what two students' titles of a check have in common: the words before the first
// in which they differ.
func inCommon(a, b string) string {
	if a == b {
		return a
	}
	a = strings.TrimSuffix(a, "…")
	same := a[:runeStart(a, commonOctets(a, b))]
	if i := strings.LastIndexAny(same, " ：，、（"); i >= 0 {
		_, size := utf8.DecodeRuneInString(same[i:])
		same = same[:i+size]
	}
	return same + "…"
}

// A tallies collects counts by id, in the order in which they are met.
type tallies struct {
	all   []*Tally
	index map[string]*Tally
}

func (t *tallies) of(id string) *Tally {
	if t.index == nil {
		t.index = map[string]*Tally{}
	}
	if t.index[id] == nil {
		t.index[id] = &Tally{ID: id}
		t.all = append(t.all, t.index[id])
	}
	return t.index[id]
}

// sorted returns those that count anything, the largest first.
func (t *tallies) sorted() []Tally {
	var out []Tally
	for _, x := range t.all {
		if x.Count > 0 {
			out = append(out, *x)
		}
	}
	slices.SortStableFunc(out, func(a, b Tally) int { return b.Count - a.Count })
	return out
}

func meanAndMedian(x []float64) (mean, median float64) {
	if len(x) == 0 {
		return 0, 0
	}
	slices.Sort(x)
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x)), (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}

// Text writes the summary for the terminal.
func (c *Class) Text(lang string) string {
	lang = language(lang, "")
	percent := func(x float64) string { return points(math.Round(x * 100)) }
	lines := []string{say(lang, "class_head", c.Submissions, c.Graded, c.Rejected, c.Unmarked)}
	if c.Graded > 0 {
		lines = append(lines, say(lang, "class_marks", c.Full, percent(c.Mean), percent(c.Median)))
	}
	if c.Errors > 0 {
		lines = append(lines, say(lang, "class_errors", c.Errors))
	}
	switch {
	case len(c.Failures) > 0:
		lines = append(lines, say(lang, "class_failures"))
	case c.Graded > 0:
		lines = append(lines, say(lang, "class_no_fail"))
	}
	for _, f := range c.Failures {
		lines = append(lines, "  "+say(lang, "class_failure", f.Count, f.Of, f.Title))
	}
	if len(c.Beliefs) > 0 {
		lines = append(lines, say(lang, "class_beliefs"))
	}
	for _, b := range c.Beliefs {
		lines = append(lines, "  "+say(lang, "class_belief", b.Count, belief(lang, b.ID)))
	}
	return strings.Join(lines, "\n") + "\n"
}
