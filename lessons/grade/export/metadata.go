package export

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"netlab/lessons/grade/result"
)

// The most that is read of submission_metadata.json: it holds all results before.
const (
	maxMetadata = 64 << 20
	maxUsers    = 1000
	maxPrevious = 1000
	maxTests    = 1000
)

// A User is somebody who handed in.
type User struct {
	Email, ID, Name string
}

// Metadata is what Gradescope says of a submission.
type Metadata struct {
	ID       string
	Created  time.Time // when it was handed in; zero if it is not said
	Due      time.Time // zero if there is no date
	LateDue  time.Time
	Title    string // of the assignment
	Total    float64
	Method   string // upload, GitHub, Bitbucket
	Users    []User // by their addresses; more than one if a group handed in
	Previous []Previous
}

// A Previous is a submission before this one.
type Previous struct {
	Submitted time.Time
	Failed    bool     // the autograder itself failed
	Score     *float64 // nil: none
	tests     []gradescopeTest
}

// Student is the id of the student: the address, of a group the first one in alphabetical
// order, whoever of the group hands in.
func (m *Metadata) Student() string { return m.Users[0].Email }

// Last returns the last submission before this one that had a score, nil if none had.
func (m *Metadata) Last() *Previous {
	for i := len(m.Previous) - 1; i >= 0; i-- {
		if p := &m.Previous[i]; p.Score != nil && !p.Failed {
			return p
		}
	}
	return nil
}

// A loose is a JSON string, or a number that should be one, or the other way round; null and
// everything else is empty.
type loose string

// UnmarshalJSON never fails: what cannot be understood is empty.
func (l *loose) UnmarshalJSON(data []byte) error {
	*l = ""
	var s string
	if json.Unmarshal(data, &s) == nil {
		*l = loose(s)
	} else if _, err := strconv.ParseFloat(string(data), 64); err == nil {
		*l = loose(data)
	}
	return nil
}

// number is nil if there is none.
func (l loose) number() *float64 {
	x, err := strconv.ParseFloat(strings.TrimSpace(string(l)), 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

func (l loose) time() time.Time {
	t, err := time.Parse(time.RFC3339Nano, string(l))
	if err != nil {
		return time.Time{}
	}
	return t
}

// The form of submission_metadata.json, as far as it is read.
type metadataFile struct {
	ID         loose `json:"id"`
	CreatedAt  loose `json:"created_at"`
	Method     loose `json:"submission_method"`
	Assignment struct {
		DueDate     loose `json:"due_date"`
		LateDueDate loose `json:"late_due_date"`
		Title       loose `json:"title"`
		TotalPoints loose `json:"total_points"`
	} `json:"assignment"`
	Users []struct {
		Email loose `json:"email"`
		ID    loose `json:"id"`
		Name  loose `json:"name"`
	} `json:"users"`
	Previous []struct {
		SubmissionTime loose           `json:"submission_time"`
		Score          loose           `json:"score"`
		Failed         any             `json:"autograder_error"`
		Results        json.RawMessage `json:"results"`
	} `json:"previous_submissions"`
}

// ReadMetadata reads submission_metadata.json; name is for errors. Keys that it does not know
// are left alone. Without an address of a student there is nobody to grade, and that is an
// error.
func ReadMetadata(name string, data []byte) (*Metadata, error) {
	if len(data) > maxMetadata {
		return nil, fmt.Errorf("%s: %d MB are too large (at most %d)", name, len(data)>>20, maxMetadata>>20)
	}
	var f metadataFile
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("%s: no submission metadata of Gradescope: %w", name, err)
	}
	m := &Metadata{
		ID: string(f.ID), Created: f.CreatedAt.time(), Method: string(f.Method), Title: string(f.Assignment.Title),
		Due: f.Assignment.DueDate.time(), LateDue: f.Assignment.LateDueDate.time(),
	}
	if m.Created.IsZero() && f.CreatedAt != "" {
		return nil, fmt.Errorf("%s: created_at is %q, which is no time such as 2026-03-02T10:15:04.113-07:00", name, cut(string(f.CreatedAt), 40))
	}
	if x := f.Assignment.TotalPoints.number(); x != nil {
		m.Total = *x
	}
	for i, u := range f.Users[:min(len(f.Users), maxUsers)] {
		email := strings.ToLower(strings.TrimSpace(string(u.Email)))
		if len(email) > 320 || strings.ContainsFunc(email, func(r rune) bool { return !unicode.IsPrint(r) || r == ' ' }) {
			return nil, fmt.Errorf("%s: users[%d].email is %q, which is no address", name, i, cut(email, 40))
		}
		if email != "" {
			m.Users = append(m.Users, User{email, string(u.ID), string(u.Name)})
		}
	}
	if len(m.Users) == 0 {
		return nil, fmt.Errorf("%s: no user has an email, so it is not known whose submission this is (name the student with --student)", name)
	}
	slices.SortStableFunc(m.Users, func(a, b User) int { return strings.Compare(a.Email, b.Email) })
	for _, p := range f.Previous[max(0, len(f.Previous)-maxPrevious):] {
		failed, _ := p.Failed.(bool)
		m.Previous = append(m.Previous, previousOf(Previous{Submitted: p.SubmissionTime.time(), Failed: failed, Score: p.Score.number()}, p.Results))
	}
	return m, nil
}

// previousOf adds the results that were written then. Their own score goes before the one
// that Gradescope keeps, which may hold corrections that it adds again.
func previousOf(p Previous, results json.RawMessage) Previous {
	var r struct {
		Score loose             `json:"score"`
		Tests []json.RawMessage `json:"tests"`
	}
	if len(results) == 0 || json.Unmarshal(results, &r) != nil {
		return p
	}
	if x := r.Score.number(); x != nil {
		p.Score = x
	}
	for _, raw := range r.Tests[:min(len(r.Tests), maxTests)] {
		var t gradescopeTest
		if json.Unmarshal(raw, &t) == nil {
			p.tests = append(p.tests, tidy(t))
		}
	}
	return p
}

// tidy makes a test of an earlier result one that may be written again.
func tidy(t gradescopeTest) gradescopeTest {
	switch {
	case t.Score == nil || t.MaxScore == nil || *t.MaxScore < 0:
		t.Score, t.MaxScore, t.Status = nil, nil, ""
	case t.Status == "passed" || t.Status == "failed":
	case *t.Score >= *t.MaxScore:
		t.Status = "passed"
	default:
		t.Status = "failed"
	}
	switch result.Visibility(t.Visibility) {
	case result.Visible, result.Hidden, result.AfterDue, result.AfterPublished:
	case "":
		t.Visibility = string(result.Visible)
	default:
		t.Visibility = string(result.Hidden)
	}
	t.Name, t.Number, t.Output = line(t.Name), line(t.Number), block("en", t.Output)
	tags := t.Tags
	t.Tags = nil
	for _, tag := range tags[:min(len(tags), maxTests)] {
		t.Tags = append(t.Tags, line(tag))
	}
	return t
}
