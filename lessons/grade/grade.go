package grade

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"netlab/capture"
	"netlab/lessons/grade/assignment"
	"netlab/lessons/grade/handin"
	"netlab/lessons/grade/pcapwork"
	"netlab/lessons/grade/result"
	"netlab/lessons/grade/transcript"
	"netlab/lessons/grade/worksheet"
)

// Options say how a submission is graded.
type Options struct {
	Student, Name string
	Lang          string                                                              // of the words in the result: en or zh-CN
	Only          []string                                                            // checks, by id; none: all. What they come after is done, too
	Seed          string                                                              // from a report, to do the same again; empty: the student's own
	SelfCheck     bool                                                                // visible checks only, as students see them
	Netlab        string                                                              // the version of the grader
	Spec          string                                                              // the assignment as the command line names it, for the command that repeats a check
	Path          string                                                              // the submission likewise
	Tell          func(c *result.Check)                                               // after each check; nil: nobody listens
	Keep          func(check string, frames []capture.Frame) (name string, err error) // keeps a capture; nil: none is kept
	Now           func() time.Time
	Tools         []string // folders with compilers and interpreters in bin, that are shown to programs besides the system's
	Machine       *Machine // what this machine can, if it is known; nil: it is tried
	GoCache       *GoCache // Go's library, compiled; nil: it is compiled with each Go program
	Builds        *Builds  // remembers what was built; nil: each submission is built anew
}

// takes says what an assignment takes, with examples of its kind for who hands in something else.
func takes(a *assignment.Assignment) handin.Options {
	o := handin.Options{Accept: a.Submission.Accept, AllowBinaries: a.Submission.AllowBinaries}
	if len(o.Accept) > 0 {
		return o
	}
	switch name := cmp.Or(a.Submission.Name, "server"); a.Kind {
	case assignment.Program:
		o.Examples = []string{name + ".py", name + ".c", "main.go", "run.sh"}
	case assignment.Worksheet:
		o.Examples = []string{"answers.toml", "answers.csv"}
	case assignment.PCAP:
		o.Examples = []string{"capture.pcapng", "answers.toml"}
	case assignment.Transcript:
		o.Examples = []string{"transcript.json"}
	}
	return o
}

// Submit reads a submission and grades it. Whatever happens there is a result: also of a
// submission that cannot be read, and if the grader fails.
func Submit(ctx context.Context, a *assignment.Assignment, path string, opt Options) *result.Result {
	h, err := handin.Read(path, takes(a))
	if err != nil {
		r, _ := begin(a, "", &opt)
		var no *handin.Rejected
		if errors.As(err, &no) {
			msg, hint := no.Text(opt.Lang)
			return r.reject(no.Code, msg, hint)
		}
		return r.reject("unreadable", err.Error(), "")
	}
	return Grade(ctx, a, h, opt)
}

// A marking is one submission being graded.
type marking struct {
	*result.Result
	ctx   context.Context
	a     *assignment.Assignment // with this student's values
	other *assignment.Assignment // with those of the hidden checks
	hand  *handin.Handin
	opt   *Options
	began time.Time
}

// begin makes the result of a submission, as far as it is known before anything is looked at.
func begin(a *assignment.Assignment, submission string, opt *Options) (*marking, error) {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	opt.Lang = cmp.Or(opt.Lang, "en")
	m := &marking{opt: opt, began: opt.Now(), a: a, Result: &result.Result{
		Schema: result.Schema, Netlab: opt.Netlab, Assignment: a.String(), Title: a.Title.In(opt.Lang), Kind: string(a.Kind), SpecSHA256: a.SHA256,
		Student: opt.Student, Name: opt.Name, Submission: submission, Lang: opt.Lang, SelfCheck: opt.SelfCheck, Checks: []result.Check{},
	}}
	m.Started = m.began.UTC().Truncate(time.Millisecond)
	m.Proves, m.SelfStudy = proves(a, opt.Lang)
	var err error
	if m.Seed, err = a.SeedOf(assignment.Key{Student: opt.Student, Hex: opt.Seed}); err != nil {
		return m, err
	}
	if m.a, err = a.For(assignment.Key{Hex: m.Seed}); err != nil {
		return m, err
	}
	// What a hidden check asks depends on the submission: nobody can prepare for it.
	hidden, err := a.SeedOf(assignment.Key{Student: m.Seed, Extra: submission})
	if err != nil {
		return m, err
	}
	m.other, err = a.For(assignment.Key{Hex: hidden})
	return m, err
}

// Grade grades what was handed in.
func Grade(ctx context.Context, a *assignment.Assignment, h *handin.Handin, opt Options) (r *result.Result) {
	m, err := begin(a, h.SHA256, &opt)
	if err != nil {
		return m.fault("assignment", err.Error(), "")
	}
	m.ctx, m.hand = ctx, h
	defer func() {
		if p := recover(); p != nil { // a fault of ours costs no student a mark, and no other student anything
			r = m.fault("internal", fmt.Sprintf("%v\n%s", p, debug.Stack()), "")
		}
	}()
	for _, l := range slices.Concat(h.Notes, h.Left) {
		m.Warnings = append(m.Warnings, l.Text(opt.Lang))
	}
	switch a.Kind {
	case assignment.Program:
		m.program()
	case assignment.Worksheet:
		m.worksheet()
	case assignment.PCAP:
		m.pcap()
	case assignment.Transcript:
		m.transcript()
	}
	return m.end()
}

// end adds up.
func (m *marking) end() *result.Result {
	if m.Outcome == "" {
		m.Outcome = result.Graded
		if m.ctx.Err() != nil {
			m.Outcome, m.Reason = result.Ungradable, &result.Reason{Code: "interrupted", Message: m.word("interrupted")}
		} else if len(m.Checks) > 0 && m.Count(result.Error) == len(m.Checks) {
			m.Outcome, m.Reason = result.Ungradable, &result.Reason{Code: "grader", Message: m.Checks[0].Rationale}
		}
	}
	m.Total()
	m.DurationMs = m.opt.Now().Sub(m.began).Milliseconds()
	return m.Result
}

func (m *marking) reject(code, msg, hint string) *result.Result {
	m.Outcome, m.Reason = result.Rejected, &result.Reason{Code: code, Message: msg, Hint: hint}
	return m.Result
}

func (m *marking) fault(code, msg, hint string) *result.Result {
	m.Outcome, m.Reason = result.Ungradable, &result.Reason{Code: code, Message: msg, Hint: hint}
	return m.Result
}

// add takes a check that is done.
func (m *marking) add(c result.Check) {
	m.Checks = append(m.Checks, c)
	if m.opt.Tell != nil {
		m.opt.Tell(&m.Checks[len(m.Checks)-1])
	}
}

// addAll takes the checks of a kind that does them at once.
func (m *marking) addAll(checks []result.Check) {
	for _, c := range checks {
		if len(m.opt.Only) > 0 && !slices.Contains(m.opt.Only, c.ID) {
			continue
		}
		c.Visibility = cmp.Or(c.Visibility, result.Visible)
		m.add(c)
	}
}

// answers finds the file of a hand-in that ends in one of these; if it is not the only one, the
// one that is named so.
func (m *marking) answers(name string, endings ...string) *handin.File {
	var found []*handin.File
	for i := range m.hand.Files {
		f := &m.hand.Files[i]
		if strings.EqualFold(f.Name, name) {
			return f
		}
		if slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(strings.ToLower(f.Name), e) }) {
			found = append(found, f)
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	return nil
}

func (m *marking) worksheet() {
	var spec worksheet.Spec
	if err := m.a.Own(&spec); err != nil {
		m.fault("assignment", err.Error(), "")
		return
	}
	sheet, err := worksheet.New(&spec, spec.Scenario, m.a.ID)
	if err != nil {
		m.fault("assignment", err.Error(), "")
		return
	}
	f := m.answers("answers.toml", ".toml", ".csv")
	if f == nil {
		m.reject("no-answers", m.word("no-answers", "answers.toml"), m.word("handout-hint", m.a.ID))
		return
	}
	checks, err := sheet.Grade(f.Name, f.Data, m.Lang)
	if err != nil {
		m.reject("answers", err.Error(), "")
		return
	}
	m.addAll(checks)
}

func (m *marking) pcap() {
	var spec pcapwork.Spec
	if err := m.a.Own(&spec); err != nil {
		m.fault("assignment", err.Error(), "")
		return
	}
	cap := m.answers("capture.pcapng", ".pcap", ".pcapng", ".cap")
	if cap == nil {
		m.reject("no-capture", m.word("no-answers", "capture.pcapng"), m.word("handout-hint", m.a.ID))
		return
	}
	ansName, answers := "answers.toml", []byte(nil)
	if f := m.answers("answers.toml", ".toml"); f != nil {
		ansName, answers = f.Name, f.Data
	}
	if !m.inTime(pcapwork.Span(cap.Data)) {
		return
	}
	checks, fingerprint, err := pcapwork.Grade(&spec, cap.Name, cap.Data, ansName, answers, m.Lang)
	var no *result.Reason
	switch {
	case errors.As(err, &no):
		m.Outcome, m.Reason = result.Rejected, no
		return
	case err != nil:
		m.reject("capture", err.Error(), "")
		return
	}
	m.Fingerprint = fingerprint
	m.Warnings = append(m.Warnings, pcapwork.Warnings(checks)...)
	m.addAll(slices.DeleteFunc(checks, func(c result.Check) bool { return slices.Contains(c.Tags, pcapwork.TagWarning) }))
}

func (m *marking) transcript() {
	var spec transcript.Spec
	if err := m.a.Own(&spec); err != nil {
		m.fault("assignment", err.Error(), "")
		return
	}
	f := m.answers("transcript.json", ".json")
	if f == nil {
		m.reject("no-transcript", m.word("no-answers", "transcript.json"), m.word("handout-hint", m.a.ID))
		return
	}
	if began, ended, ok := transcript.Times(f.Data); ok && !m.inTime(began, ended) {
		return
	}
	checks, err := transcript.Grade(&spec, f.Name, f.Data, spec.SeedFor(seedNumber(m.Seed)), m.Lang)
	var no *result.Reason
	switch {
	case errors.As(err, &no):
		m.Outcome, m.Reason = result.Rejected, no
		return
	case err != nil:
		m.reject("transcript", err.Error(), "")
		return
	}
	m.addAll(checks)
}

// inTime holds what was recorded against the time in which it was to be done; outside it there
// is no mark.
func (m *marking) inTime(first, last time.Time) bool {
	early := !m.a.NotBefore.IsZero() && !first.IsZero() && first.Before(m.a.NotBefore)
	late := !m.a.NotAfter.IsZero() && !last.IsZero() && last.After(m.a.NotAfter)
	if early || late {
		m.reject("time", m.word("time", first.UTC().Format(time.RFC3339), last.UTC().Format(time.RFC3339)), "")
		return false
	}
	return true
}

// seedNumber is the number that a seed stands for, where one is wanted.
func seedNumber(hex string) (n uint64) {
	_, _ = fmt.Sscanf(hex, "%x", &n)
	return n
}
