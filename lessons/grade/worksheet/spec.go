package worksheet

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"netlab/lessons/text"
	"netlab/sim/tcp"
)

// A Notation is how sequence numbers are written.
type Notation string

// The notations.
const (
	Absolute Notation = "absolute" // as on the wire
	Relative Notation = "relative" // counted from the initial sequence number of that direction
)

// A Spec is a worksheet as its author writes it: the table [worksheet] of assignment.toml.
type Spec struct {
	Scenario  string     `toml:"scenario"`  // the script; {name} stands for a parameter
	Profile   string     `toml:"profile"`   // of the model; empty: textbook
	Ask       []string   `toml:"ask"`       // the fields to be filled in
	Given     Given      `toml:"given"`     // what is printed already
	Notation  Notation   `toml:"notation"`  // of the numbers that are printed; empty: absolute
	Points    Points     `toml:"points"`    // of the table
	Questions []Question `toml:"questions"` // below the table
}

// Given is what is printed in the table.
type Given struct {
	Rows   []int    `toml:"rows"`   // whole rows, counted from 1
	Fields []string `toml:"fields"` // whole columns
}

// Points says what the table is worth: each cell, or each row. Neither: a row is worth 1.
type Points struct {
	Cell float64 `toml:"cell"`
	Row  float64 `toml:"row"`
}

// A Question is asked below the table.
type Question struct {
	ID     string    `toml:"id"`
	Points float64   `toml:"points"` // 0: one point
	Prompt text.Both `toml:"prompt"`
	Answer string    `toml:"answer"` // an expression over the trace: see [Names]
	Space  string    `toml:"space"`  // the host in whose numbers a sequence number is; empty: the answer is none
	Why    text.Both `toml:"why"`    // told when the answer is wrong; may be empty
	Wrong  []Wrong   `toml:"wrong"`
}

// A Wrong is a wrong answer that is expected, and the belief that it shows.
type Wrong struct {
	Is      string `toml:"is"`      // an expression
	Because string `toml:"because"` // id of a misconception
}

// Limits of a worksheet, far above what a person fills in.
const (
	maxRows      = 200
	maxQuestions = 50
)

var (
	idForm      = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	placeholder = regexp.MustCompile(`\{[a-z][a-z0-9_]*(\[\d+\])?\}`)
)

// Check returns what is wrong with the spec. A script without parameters is played too, so
// that its own mistakes are among them.
func (s *Spec) Check() []error {
	var errs []error
	add := func(format string, args ...any) { errs = append(errs, fmt.Errorf("worksheet: "+format, args...)) }
	if strings.TrimSpace(s.Scenario) == "" {
		add("scenario is missing: it is the script that the sheet asks about")
	}
	if _, err := s.profile(); err != nil {
		errs = append(errs, err)
	}
	if s.Notation != "" && s.Notation != Absolute && s.Notation != Relative {
		add("notation %q is unknown (absolute, relative)", s.Notation)
	}
	if s.Points.Cell < 0 || s.Points.Row < 0 || s.Points.Cell > 0 && s.Points.Row > 0 {
		add("points: say what a cell is worth, or what a row is worth, and not less than 0")
	}
	errs = append(errs, s.checkFields()...)
	errs = append(errs, s.checkQuestions()...)
	if len(errs) == 0 && !placeholder.MatchString(s.Scenario) {
		if _, err := New(s, s.Scenario, "scenario"); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

func (s *Spec) profile() (tcp.Profile, error) {
	if s.Profile == "" {
		return tcp.Textbook, nil
	}
	p, ok := tcp.ProfileByName(s.Profile)
	if !ok {
		return p, fmt.Errorf("worksheet: profile %q is unknown (textbook, rfc9293, linux)", s.Profile)
	}
	return p, nil
}

// checkFields checks what is asked and what is printed; whether a host of a state is there,
// the script alone can tell.
func (s *Spec) checkFields() (errs []error) {
	add := func(format string, args ...any) { errs = append(errs, fmt.Errorf("worksheet: "+format, args...)) }
	if len(s.Ask) == 0 {
		add("ask is empty: name the fields to be filled in, of %s and HOST.state", strings.Join(fieldNames(), ", "))
	}
	seen := map[string]bool{}
	for _, name := range append(slices.Clone(s.Ask), s.Given.Fields...) {
		if _, err := fieldOf(name); err != nil {
			errs = append(errs, err)
		}
		if seen[name] {
			add("field %q stands in ask and given.fields twice: a field is asked or printed, once", name)
		}
		seen[name] = true
	}
	for _, n := range s.Given.Rows {
		if n < 1 || n > maxRows {
			add("given.rows: row %d (rows count from 1)", n)
		}
	}
	return errs
}

func (s *Spec) checkQuestions() (errs []error) {
	if len(s.Questions) > maxQuestions {
		return []error{fmt.Errorf("worksheet: more than %d questions", maxQuestions)}
	}
	seen := map[string]bool{}
	for i := range s.Questions {
		q := &s.Questions[i]
		add := func(format string, args ...any) {
			errs = append(errs, fmt.Errorf("worksheet: question %d %q: "+format, append([]any{i + 1, q.ID}, args...)...))
		}
		if !idForm.MatchString(q.ID) || seen[q.ID] {
			add("the id must be small letters, digits and hyphens, and no other question's")
		}
		if q.ID == keyRow || strings.HasPrefix(q.ID, keyRow+"-") {
			add("the id is kept for the rows of the table, row-1 and so on")
		}
		seen[q.ID] = true
		if q.Points < 0 {
			add("points are below 0")
		}
		if !q.Prompt.Whole() {
			add("prompt needs en and zh-CN")
		}
		if q.Why.Half() {
			add("why needs en and zh-CN, or neither")
		}
		if q.Answer == "" {
			add("answer is missing: an expression such as row(3).ack")
		}
		for _, w := range q.Wrong {
			if _, ok := text.Misconceptions()[w.Because]; !ok {
				add("wrong answer %q: no misconception %q in lessons/text/misconceptions.toml", w.Is, w.Because)
			}
		}
	}
	return errs
}

// rowPoints is what a row with so many blanks is worth.
func (s *Spec) rowPoints(blanks int) float64 {
	switch {
	case blanks == 0:
		return 0
	case s.Points.Cell > 0:
		return s.Points.Cell * float64(blanks)
	case s.Points.Row > 0:
		return s.Points.Row
	default:
		return 1
	}
}

func (q *Question) points() float64 {
	if q.Points == 0 {
		return 1
	}
	return q.Points
}

// joined makes one error of many; nil of none.
func joined(errs []error) error { return errors.Join(errs...) }
