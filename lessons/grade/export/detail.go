package export

import (
	"fmt"
	"slices"
	"strings"

	"netlab/lessons/grade/result"
	"netlab/lessons/text/width"
)

// labels are the names at the left of what is said about a check, in any order.
var labels = []string{"expected", "actual", "output", "steps", "rule", "packets", "sockets", "likely", "belief", "again"}

// A detail writes what happened in a check, as lines of text.
type detail struct {
	lang  string
	width int // of a line
	pad   int // of the labels
	lines []string
}

// details are the lines about a check that did not pass, or not wholly; none for others.
func details(c *result.Check, lang string, columns int) []string {
	if c.Verdict == result.Skip || c.Verdict == result.Pass && c.Score >= c.MaxScore {
		return nil
	}
	d := &detail{lang: lang, width: max(minWidth-indent, columns)}
	for _, l := range labels {
		d.pad = max(d.pad, width.Of(say(lang, l))+2)
	}
	if c.Rationale != "" && c.Verdict != result.Error { // an error's stands beside its title
		d.lines = append(d.lines, width.Wrap(line(c.Rationale), d.width)...)
	}
	d.compare(c)
	d.output(c.Output)
	d.steps(c)
	d.evidence(c.Evidence)
	d.labelled("rule", rule(lang, c.Requirement))
	d.labelled("likely", line(c.Cause))
	if c.Belief != "" {
		d.labelled("belief", belief(lang, c.Belief))
	}
	if c.Again != "" { // a command: broken nowhere, so that it can be copied
		d.lines = append(d.lines, d.label("again")+line(c.Again))
	}
	return d.lines
}

func (d *detail) label(key string) string {
	s := say(d.lang, key)
	return s + strings.Repeat(" ", max(1, d.pad-width.Of(s)))
}

// labelled writes a text with its label before the first line.
func (d *detail) labelled(key, s string) {
	if s == "" {
		return
	}
	for i, l := range width.Wrap(s, d.width-d.pad) {
		if i == 0 {
			d.lines = append(d.lines, d.label(key)+l)
		} else {
			d.lines = append(d.lines, strings.Repeat(" ", d.pad)+l)
		}
	}
}

// compare writes what was expected and what came, with a caret under the first octet in
// which they differ. Texts that begin differently have no use for one.
func (d *detail) compare(c *result.Check) {
	if c.Expected == "" && c.Actual == "" {
		return
	}
	at := -1
	if c.Expected != "" && c.Actual != "" {
		at = firstDifference(c.Expected, c.Actual)
	}
	for _, v := range []struct{ key, value string }{{"expected", c.Expected}, {"actual", c.Actual}} {
		all := window(d.lang, v.value, max(0, at))
		if v.value == "" {
			all = []cell{{say(d.lang, "nothing"), -1, -1}}
		}
		for i, r := range lay(all, d.width-d.pad, at) {
			label := strings.Repeat(" ", d.pad)
			if i == 0 {
				label = d.label(v.key)
			}
			d.lines = append(d.lines, label+r.text)
			if v.key == "actual" && at > 0 && r.column >= 0 {
				d.lines = append(d.lines, strings.Repeat(" ", d.pad)+caret(r.column, d.width-d.pad, say(d.lang, "differs_at", at+1)))
			}
		}
	}
}

// caret writes a caret in a column and a note beside it, on the side where there is room.
func caret(column, columns int, note string) string {
	switch n := width.Of(note); {
	case column+2+n <= columns:
		return strings.Repeat(" ", column) + "^ " + note
	case n+1 <= column:
		return strings.Repeat(" ", column-n-1) + note + " ^"
	default:
		return strings.Repeat(" ", column) + "^"
	}
}

// output writes what the program or its compiler said, line by line as it was.
func (d *detail) output(s string) {
	if s == "" {
		return
	}
	d.lines = append(d.lines, say(d.lang, "output"))
	for _, l := range strings.Split(block(d.lang, s), "\n") {
		d.lines = append(d.lines, "| "+l)
	}
}

// steps numbers what was done, a line each.
func (d *detail) steps(c *result.Check) {
	if c.StepsBefore > 0 {
		d.labelled("steps", say(d.lang, "steps_before", c.StepsBefore))
	}
	for i, s := range c.Steps {
		label := strings.Repeat(" ", d.pad)
		if i == 0 && c.StepsBefore == 0 {
			label = d.label("steps")
		}
		if i == maxSteps {
			d.lines = append(d.lines, label+"…")
			return
		}
		for k, l := range width.Wrap(line(s), d.width-d.pad-4) {
			if k == 0 {
				d.lines = append(d.lines, fmt.Sprintf("%s%2d  %s", label, c.StepsBefore+i+1, l))
			} else {
				d.lines = append(d.lines, strings.Repeat(" ", d.pad+4)+l)
			}
		}
	}
}

func (d *detail) evidence(e *result.Evidence) {
	if e == nil {
		return
	}
	if e.Ladder != "" {
		d.lines = append(d.lines, strings.Split(block(d.lang, e.Ladder), "\n")...)
	}
	d.labelled("packets", packets(d.lang, e))
	if len(e.Sockets) > 0 {
		d.labelled("sockets", line(strings.Join(e.Sockets, ", ")))
	}
}

// packets names the file of packets and the guilty frames in it.
func packets(lang string, e *result.Evidence) string {
	var parts []string
	if e.PCAP != "" {
		parts = append(parts, line(e.PCAP))
	}
	if len(e.Frames) > 0 {
		var frames []string
		for _, f := range e.Frames[:min(len(e.Frames), maxSteps)] {
			frames = append(frames, fmt.Sprint(f))
		}
		parts = append(parts, say(lang, "frames", strings.Join(frames, say(lang, "and"))))
	}
	return strings.Join(parts, say(lang, "comma"))
}

// rule says what a check holds a submission to.
func rule(lang string, r *result.Requirement) string {
	if r == nil {
		return ""
	}
	level := line(r.Level)
	if r.Level == "COURSE" {
		level = say(lang, "course")
	}
	switch {
	case r.Ref == "":
		return level
	case level == "":
		return line(r.Ref)
	default:
		return line(r.Ref) + say(lang, "aside", level)
	}
}

// standing is what is said beside a check's title: why it was skipped, that the grader
// failed, that its attempts did not agree.
func standing(c *result.Check, lang string) string {
	switch {
	case c.Verdict == result.Skip && c.SkipReason != "":
		return say(lang, "skipped", line(c.SkipReason))
	case c.Verdict == result.Skip:
		return say(lang, "skip")
	case c.Verdict == result.Error && c.Rationale != "":
		return say(lang, "erred_because", line(c.Rationale))
	case c.Verdict == result.Error:
		return say(lang, "erred")
	case c.Flaky:
		return say(lang, "flaky", c.Attempts)
	default:
		return ""
	}
}

// withStanding is a sentence about a check with its standing beside it.
func withStanding(s string, c *result.Check, lang string) string {
	st := standing(c, lang)
	switch {
	case st == "":
		return s
	case s == "":
		return st
	default:
		return s + say(lang, "aside", st)
	}
}

// name is a check's number and title; one without a title has its id.
func name(c *result.Check) string {
	title := c.Title
	if title == "" {
		title = c.ID
	}
	if c.Number == "" {
		return line(title)
	}
	return line(c.Number + " " + title)
}

// remarks are the sentences about a result as a whole: why there is no mark, what the mark
// proves, what became of the program.
func remarks(r *result.Result, lang string) []string {
	var all []string
	switch {
	case r.Outcome == result.Rejected:
		all = append(all, say(lang, "is_rejected"))
	case unmarked(r):
		all = append(all, say(lang, "is_ungradable"))
	}
	if r.Reason != nil {
		all = append(all, strings.TrimSpace(line(r.Reason.Message)+codeOf(r.Reason)))
		if r.Reason.Hint != "" {
			all = append(all, say(lang, "hint", line(r.Reason.Hint)))
		}
	} else if r.Outcome == result.Graded && unmarked(r) {
		all = append(all, say(lang, "nothing_graded"))
	}
	for _, w := range slices.Concat(r.Copies[:min(len(r.Copies), maxSteps)], r.Warnings[:min(len(r.Warnings), maxSteps)]) {
		all = append(all, say(lang, "warning", line(w)))
	}
	return all
}

func codeOf(r *result.Reason) string {
	if r.Code == "" {
		return ""
	}
	return " [" + line(r.Code) + "]"
}

// meaning says what kind of mark this is and what it proves; nothing if there is none.
func meaning(r *result.Result, lang string) []string {
	var all []string
	if unmarked(r) || r.Outcome == result.Rejected {
		return nil
	}
	if r.SelfCheck {
		all = append(all, say(lang, "self_check"))
	}
	if r.SelfStudy {
		all = append(all, say(lang, "self_study"))
	}
	if r.Proves != "" {
		all = append(all, say(lang, "proves", line(r.Proves)))
	}
	return all
}

// program says what became of the student's program, if it did not end by itself.
func program(p *result.Program, lang string) []string {
	if p == nil {
		return nil
	}
	var all []string
	switch {
	case p.Stopped != "":
		why := line(p.Stopped)
		if _, ok := phrases["limit_"+p.Stopped]; ok {
			why = say(lang, "limit_"+p.Stopped)
		}
		all = append(all, say(lang, "stopped", why))
	case p.Signal != "" && !strings.Contains(p.Signal, "(grader)"):
		all = append(all, say(lang, "signal", line(p.Signal)))
	}
	if p.Leftover > 0 {
		all = append(all, say(lang, "leftover", p.Leftover))
	}
	return all
}

// printed is what the student's program printed, with a heading; every line of it is marked,
// so that it cannot be taken for the grader's. What stands at a check already is not told
// again.
func printed(r *result.Result, lang string) []string {
	p := r.Program
	if p == nil || p.Stdout == "" || slices.ContainsFunc(r.Checks, func(c result.Check) bool { return c.Output == p.Stdout }) {
		return nil
	}
	key := "printed"
	if p.StdoutTruncated {
		key = "printed_cut"
	}
	all := []string{say(lang, key, max(p.StdoutBytes, int64(len(p.Stdout))))}
	for _, l := range strings.Split(block(lang, p.Stdout), "\n") {
		all = append(all, "| "+l)
	}
	return all
}
