package export

import (
	"fmt"
	"strings"

	"netlab/lessons/grade/result"
)

// webCheckOf makes the row of a check, and what happened if it did not pass.
func webCheckOf(c *result.Check, lang string, i int) webCheck {
	w := webCheck{
		Anchor: fmt.Sprintf("check-%d", i+1), Number: line(c.Number), Title: line(c.Title),
		Verdict: c.Verdict, Word: string(c.Verdict), Standing: standing(c, lang), Points: score(c),
		Details: len(details(c, lang, defaultWidth)) > 0,
	}
	if w.Standing != "" {
		w.Standing = say(lang, "aside", w.Standing)
	}
	if w.Title == "" {
		w.Title = line(c.ID)
	}
	if _, ok := marks[c.Verdict]; ok {
		w.Word = say(lang, string(c.Verdict))
	} else {
		w.Verdict = result.Error // no style of its own
	}
	if !(Options{}).shows(c.Visibility) {
		w.Tag = visibility(c.Visibility, lang)
	}
	if !w.Details {
		return w
	}
	if c.Verdict != result.Error {
		w.Why = line(c.Rationale)
	}
	w.compare(c, lang)
	w.Output = block(lang, c.Output)
	if w.First = c.StepsBefore + 1; c.StepsBefore > 0 {
		w.Before = say(lang, "steps_before", c.StepsBefore)
	}
	for _, s := range c.Steps[:min(len(c.Steps), maxSteps)] {
		w.Steps = append(w.Steps, line(s))
	}
	if e := c.Evidence; e != nil {
		w.Ladder = block(lang, e.Ladder)
		w.row(lang, "packets", packets(lang, e))
		w.row(lang, "sockets", line(strings.Join(e.Sockets, ", ")))
	}
	w.row(lang, "rule", rule(lang, c.Requirement))
	w.row(lang, "likely", line(c.Cause))
	if c.Belief != "" {
		w.row(lang, "belief", belief(lang, c.Belief))
	}
	w.Again = line(c.Again)
	return w
}

func (w *webCheck) row(lang, key, value string) {
	if value != "" {
		w.Rows = append(w.Rows, [2]string{say(lang, key), value})
	}
}

// compare splits both values where they begin to differ.
func (w *webCheck) compare(c *result.Check, lang string) {
	if c.Expected == "" && c.Actual == "" {
		return
	}
	at := -1
	if c.Expected != "" && c.Actual != "" {
		at = firstDifference(c.Expected, c.Actual)
	}
	if at > 0 {
		w.Differs = say(lang, "differs_at", at+1)
	}
	for _, v := range []struct{ key, value string }{{"expected", c.Expected}, {"actual", c.Actual}} {
		x := webValue{Label: say(lang, v.key)}
		for _, k := range window(lang, v.value, max(0, at)) {
			if at <= 0 || k.end <= at {
				x.Same += k.text
			} else {
				x.Rest += k.text
			}
		}
		if v.value == "" {
			x.Same = say(lang, "nothing")
		}
		w.Compare = append(w.Compare, x)
	}
}
