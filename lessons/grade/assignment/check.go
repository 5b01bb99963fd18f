package assignment

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"netlab/lessons/grade/result"
	"netlab/sim/scenario"
)

// Isolation is the level at which a program is run: namespaces, a private root, limits, a
// filter. With less, a program could reach its grader, and ports, times and packets would be
// shared with whatever else the machine does: no mark of it could be trusted.
const Isolation = "L3"

// Needs are what a check can need of the grader's machine.
var Needs = []string{"netns", "capture", "sockdiag"}

// mistakes lists what is wrong with an assignment that has values in it.
func (a *Assignment) mistakes() (all []error) {
	bad := func(key, format string, args ...any) {
		all = append(all, fmt.Errorf("%s:%d: %s", a.name, line(a.text, key), fmt.Sprintf(format, args...)))
	}
	if a.Version != FormatVersion {
		bad("format_version", "format_version %d: this netlab reads %d", a.Version, FormatVersion)
	}
	if !regexp.MustCompile(`^[a-z][a-z0-9-]*$`).MatchString(a.ID) {
		bad("id", "id %q: small letters, digits and -", a.ID)
	}
	if a.Revision < 1 {
		bad("revision", "revision %d: count from 1, and up with each change that students feel", a.Revision)
	}
	if !a.Title.Whole() {
		bad("title", "title needs en and zh-CN")
	}
	if a.MinIsolation != "" && a.MinIsolation != Isolation {
		bad("min_isolation", "min_isolation %q: programs are run at %s, or not at all", a.MinIsolation, Isolation)
	}
	if a.Seed.Per != "" && a.Seed.Per != "student" && a.Seed.Per != "class" {
		bad("seed", "seed per %q: student or class", a.Seed.Per)
	}
	switch a.Kind {
	case Program:
		all = append(all, a.programMistakes()...)
	case Worksheet, PCAP, Transcript:
	default:
		bad("kind", "kind %q: worksheet, program, pcap or transcript", a.Kind)
	}
	if a.Kind != Program && len(a.Checks) > 0 {
		bad("check", "only a program has checks; a %s has a table [%s]", a.Kind, a.Kind)
	}
	return all
}

// programMistakes lists what is wrong with an assignment for programs.
func (a *Assignment) programMistakes() (all []error) {
	bad := func(key, format string, args ...any) {
		all = append(all, fmt.Errorf("%s:%d: %s", a.name, line(a.text, key), fmt.Sprintf(format, args...)))
	}
	p := a.Program
	if p.Role != "server" && p.Role != "client" {
		bad("role", "role %q: server or client", p.Role)
	}
	if p.Host == "" {
		bad("program", "[program] names no host that the student's program plays")
	}
	if len(a.Checks) == 0 {
		bad("check", "there is no [[check]]")
	}
	seen := map[string]bool{}
	for i := range a.Checks {
		c := &a.Checks[i]
		here := fmt.Sprintf("check %q: ", c.ID)
		if !regexp.MustCompile(`^[a-z][a-z0-9-]*$`).MatchString(c.ID) || seen[c.ID] {
			bad("check", "%sneeds an id of its own: small letters, digits and -", here)
		}
		for _, id := range c.After {
			if !seen[id] {
				bad("after", "%safter %q: no check above it has that id", here, id)
			}
		}
		seen[c.ID] = true
		if !c.Title.Whole() || c.Helper.Half() {
			bad("check", "%stitle and help need en and zh-CN", here)
		}
		if c.Points < 0 || c.Points > 1000 {
			bad("points", "%spoints %v: 0 to 1000", here, c.Points)
		}
		if c.Visibility != "" && !slices.Contains([]result.Visibility{result.Visible, result.Hidden, result.AfterDue, result.AfterPublished}, c.Visibility) {
			bad("visibility", "%svisibility %q: visible, hidden, after_due_date or after_published", here, c.Visibility)
		}
		for _, n := range c.Needs {
			if !slices.Contains(Needs, n) {
				bad("needs", "%sneeds %q: %s", here, n, strings.Join(Needs, ", "))
			}
		}
		for _, h := range c.Hints {
			if _, err := regexp.Compile(h.If); err != nil || !h.Say.Whole() {
				bad("hints", "%shint %q needs a pattern and what to say in en and zh-CN", here, h.If)
			}
		}
		all = append(all, a.scriptMistakes(c)...)
	}
	return all
}

// scriptMistakes lists what is wrong with the script of a check, at its place in the file.
func (a *Assignment) scriptMistakes(c *Check) (all []error) {
	s, err := a.Script(c)
	if err == nil {
		if s.Host(a.Program.Host) == nil {
			all = append(all, fmt.Errorf("%s: check %q: its script has no host %s", a.name, c.ID, a.Program.Host))
		}
		return all
	}
	for _, one := range unjoin(err) {
		var e *scenario.Error
		if errors.As(one, &e) {
			all = append(all, fmt.Errorf("%s: check %q: line %d of stage and script: %s (%s)", a.name, c.ID, e.Pos.Line, e.Msg, e.Hint))
			continue
		}
		all = append(all, fmt.Errorf("%s: check %q: %w", a.name, c.ID, one))
	}
	return all
}

func unjoin(err error) []error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return many.Unwrap()
	}
	return []error{err}
}
