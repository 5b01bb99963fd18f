package export

import (
	"strings"

	"netlab/lessons/grade/result"
	"netlab/lessons/text/width"
)

// The colours of the marks; everything else has the terminal's own.
var colours = map[result.Verdict]string{
	result.Pass: "\x1b[32m", result.Fail: "\x1b[31m", result.Skip: "\x1b[33m", result.Error: "\x1b[33m",
}

// marks stand before the checks. They are read without colour too.
var marks = map[result.Verdict]string{result.Pass: ":)", result.Fail: ":(", result.Skip: ":|", result.Error: ":|"}

const (
	defaultWidth = 80
	minWidth     = 40
	maxWidth     = 160
	indent       = 6 // of what is said about a check
)

// A screen is the text for a terminal, line by line.
type screen struct {
	lines []string
	o     Options
	lang  string
	width int
}

// Text writes a result for the terminal: a line for each check, what happened where one did
// not pass, and the sum. A student's own octets are shown escaped.
func Text(r *result.Result, o Options) string {
	s := &screen{o: o, lang: language(o.Lang, r.Lang), width: o.Width}
	if s.width <= 0 {
		s.width = defaultWidth
	}
	s.width = max(minWidth, min(s.width, maxWidth))
	v := r
	if o.Audience != Instructor {
		v = ForStudent(r, o)
	}
	s.put(0, head(v, s.lang))
	for _, l := range remarks(v, s.lang) {
		s.put(2, l)
	}
	for i := range v.Checks {
		c := &v.Checks[i]
		aside := standing(c, s.lang)
		if i > 0 && skippedAlike(c, &v.Checks[i-1]) {
			aside = say(s.lang, "skipped_too")
		}
		s.check(c, aside)
	}
	for _, l := range program(v.Program, s.lang) {
		s.put(2, l)
	}
	if !v.Passed() {
		for _, l := range printed(v, s.lang) {
			s.lines = append(s.lines, "  "+l)
		}
	}
	for _, l := range meaning(v, s.lang) {
		s.put(2, l)
	}
	s.put(1, last(r, v, o, s.lang))
	return strings.Join(s.lines, "\n") + "\n"
}

// put writes a text, wrapped.
func (s *screen) put(in int, text string) {
	for _, l := range width.Wrap(text, s.width-in) {
		s.lines = append(s.lines, strings.Repeat(" ", in)+l)
	}
}

// head says what was graded: assignment, student, seed, sandbox.
func head(r *result.Result, lang string) string {
	parts := []string{line(r.Assignment), strings.TrimSpace(line(r.Student) + " " + line(r.Name))}
	if r.Seed != "" {
		parts = append(parts, say(lang, "seed", line(r.Seed)))
	}
	if r.Isolation.Level != "" {
		parts = append(parts, say(lang, "sandbox", line(r.Isolation.Level)))
	}
	var there []string
	for _, p := range parts {
		if p != "" {
			there = append(there, p)
		}
	}
	return strings.Join(there, " · ")
}

// skippedAlike reports whether two checks were skipped for one reason, which need not stand
// there twice.
func skippedAlike(a, b *result.Check) bool {
	return a.Verdict == result.Skip && b.Verdict == result.Skip && a.SkipReason != "" && a.SkipReason == b.SkipReason
}

// check writes the line of a check, with what is said beside it and its points at the right,
// and what happened.
func (s *screen) check(c *result.Check, aside string) {
	title := name(c)
	if !(Options{}).shows(c.Visibility) {
		title += " [" + visibility(c.Visibility, s.lang) + "]"
	}
	if aside != "" {
		title += say(s.lang, "aside", aside)
	}
	got := score(c)
	room := s.width - 4 - width.Of(got) - 2
	for i, l := range width.Wrap(title, room-4) {
		if i > 0 {
			s.lines = append(s.lines, strings.Repeat(" ", 8)+l)
			continue
		}
		text := " " + s.mark(c.Verdict) + " " + l
		if got != "" {
			text += strings.Repeat(" ", max(1, room-width.Of(l)+2)) + got
		}
		s.lines = append(s.lines, text)
	}
	for _, l := range details(c, s.lang, s.width-indent) {
		s.lines = append(s.lines, strings.Repeat(" ", indent)+l)
	}
}

func (s *screen) mark(v result.Verdict) string {
	m, ok := marks[v]
	if !ok {
		m = ":?"
	}
	if s.o.Color && colours[v] != "" {
		return colours[v] + m + "\x1b[0m"
	}
	return m
}

// score is what a check gave of what it can give; nothing for one that was not tried, or that
// gives nothing.
func score(c *result.Check) string {
	if c.Verdict == result.Skip || c.Verdict == result.Error || c.MaxScore == 0 && c.Score == 0 {
		return ""
	}
	return points(c.Score) + "/" + points(c.MaxScore)
}

// visibility names who sees a check.
func visibility(v result.Visibility, lang string) string {
	switch v {
	case result.AfterDue, result.AfterPublished:
		return say(lang, string(v))
	default:
		return say(lang, "hidden")
	}
}

// last is the last line: the sum, how many checks passed, and what became of hidden ones.
// whole is the result, seen what the audience sees of it.
func last(whole, seen *result.Result, o Options, lang string) string {
	var parts []string
	switch {
	case seen.Outcome == result.Rejected:
		parts = append(parts, say(lang, "rejected"))
	case unmarked(seen):
		parts = append(parts, say(lang, "ungradable"))
	default:
		parts = append(parts, say(lang, "marks", points(seen.Score), points(seen.MaxScore)))
	}
	visible, passed, hidden, hiddenPassed := 0, 0, 0, 0
	for i := range seen.Checks {
		c := &seen.Checks[i]
		pass := 0
		if c.Verdict == result.Pass {
			pass = 1
		}
		if (Options{Due: o.Due, Published: o.Published}).shows(c.Visibility) {
			visible, passed = visible+1, passed+pass
		} else {
			hidden, hiddenPassed = hidden+1, hiddenPassed+pass
		}
	}
	away := withheld(whole, o, lang)
	key := "all_checks"
	if hidden > 0 || len(away) > 0 {
		key = "visible_checks"
	}
	if visible > 0 {
		parts = append(parts, say(lang, key, passed, visible))
	}
	if hidden > 0 {
		parts = append(parts, say(lang, "hidden_of", hiddenPassed, hidden))
	}
	return strings.Join(append(parts, away...), " · ")
}

// withheld says how many checks the audience does not see, and when it will.
func withheld(r *result.Result, o Options, lang string) []string {
	if unmarked(r) || r.Outcome == result.Rejected {
		return nil // no check counts, hidden or not
	}
	count := map[string]int{}
	there := 0
	for i := range r.Checks {
		v := r.Checks[i].Visibility
		if !(Options{}).shows(v) {
			there++
		}
		switch {
		case o.shows(v):
		case v == result.AfterDue:
			count["withheld_due"]++
		case v == result.AfterPublished:
			count["withheld_publish"]++
		default:
			count["withheld"]++
		}
	}
	if n := r.HiddenCount - there; n > 0 && r.SelfCheck {
		count["withheld_run"] += n
	} else if n > 0 {
		count["withheld"] += n
	}
	var all []string
	for _, key := range []string{"withheld", "withheld_due", "withheld_publish", "withheld_run"} {
		if count[key] > 0 {
			all = append(all, say(lang, key, count[key]))
		}
	}
	return all
}
