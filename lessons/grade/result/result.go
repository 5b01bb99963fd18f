// Package result is what grading says of one submission: a value that is written as one JSON
// object, netlab-result/1, and from which every report and every export is made. It grades
// nothing itself.
package result

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"
)

// Schema is the name of the JSON form; names in it are added, never changed.
const Schema = "netlab-result/1"

// A Verdict is the outcome of one check.
type Verdict string

// The verdicts. Fail is the student's, Skip nobody's, Error the grader's.
const (
	Pass  Verdict = "pass"
	Fail  Verdict = "fail"
	Skip  Verdict = "skip"  // not tried: what it needs has failed, or is missing here
	Error Verdict = "error" // the grader or its machine failed: costs no mark
)

// An Outcome is what became of a submission as a whole.
type Outcome string

// The outcomes.
const (
	Graded     Outcome = "graded"
	Ungradable Outcome = "ungradable" // the grader or its machine is at fault: no mark at all
	Rejected   Outcome = "rejected"   // the submission cannot be read, or is not what was asked for
)

// A Visibility says who sees a check, and when.
type Visibility string

// The visibilities; they are Gradescope's.
const (
	Visible        Visibility = "visible"
	Hidden         Visibility = "hidden"
	AfterDue       Visibility = "after_due_date"
	AfterPublished Visibility = "after_published"
)

// A Reason says why there is no mark.
type Reason struct {
	Code    string `json:"code"` // such as too-large, isolation, interrupted
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"` // how to mend it
}

// Error implements error.
func (r *Reason) Error() string { return r.Message }

// A Requirement is what a check holds a submission to.
type Requirement struct {
	Level string `json:"level"`         // MUST, SHOULD, MAY of an RFC; COURSE: the assignment's own
	Ref   string `json:"ref,omitempty"` // such as RFC 9293 §3.6.1
}

// Evidence is where a verdict can be seen.
type Evidence struct {
	PCAP    string   `json:"pcap,omitempty"`   // a file beside the result; only if captures are kept
	Frames  []int    `json:"frames,omitempty"` // the guilty ones, counted from 1
	Sockets []string `json:"sockets,omitempty"`
	Ladder  string   `json:"ladder,omitempty"` // the exchange as a picture of characters, the guilty frame marked
}

// A Check is one thing that was looked at.
type Check struct {
	ID          string       `json:"id"`
	Number      string       `json:"number,omitempty"`
	Title       string       `json:"title"`
	Verdict     Verdict      `json:"verdict"`
	Score       float64      `json:"score"`
	MaxScore    float64      `json:"max_score"`
	Visibility  Visibility   `json:"visibility"`
	Tags        []string     `json:"tags,omitempty"`
	DependsOn   []string     `json:"depends_on,omitempty"`
	SkipReason  string       `json:"skip_reason,omitempty"`
	Requirement *Requirement `json:"requirement,omitempty"`
	Rationale   string       `json:"rationale,omitempty"` // one line: what happened, in the student's words
	Expected    string       `json:"expected,omitempty"`
	Actual      string       `json:"actual,omitempty"`
	Output      string       `json:"output,omitempty"`       // what the program or its compiler said, if that tells why
	Steps       []string     `json:"steps,omitempty"`        // what was done before, in order: the last of it
	StepsBefore int          `json:"steps_before,omitempty"` // how many came before those
	Cause       string       `json:"cause,omitempty"`        // probable, in terms of the socket API
	Belief      string       `json:"belief,omitempty"`       // the misconception that it shows, by its id
	Again       string       `json:"again,omitempty"`        // the command that does this again
	Evidence    *Evidence    `json:"evidence,omitempty"`
	DurationMs  int64        `json:"duration_ms"`
	Attempts    int          `json:"attempts,omitempty"` // how often it was run: a failed one is run again before it costs marks
	Flaky       bool         `json:"flaky,omitempty"`    // the attempts did not agree
}

// Isolation is how far the submission was kept apart from the grader.
type Isolation struct {
	Level   string   `json:"level"` // L3, L1, L0; empty: nothing was run
	Probed  []string `json:"probed,omitempty"`
	Missing []string `json:"missing,omitempty"`
}

// A Program is what is known of the student's program; none of it decides about marks.
type Program struct {
	Exit            *int   `json:"exit"`             // nil: it was still running, or was killed
	Signal          string `json:"signal,omitempty"` // such as SIGSEGV; SIGKILL (grader) at the end of a run is none
	Stdout          string `json:"stdout,omitempty"` // the first of what it printed, errors too
	StdoutBytes     int64  `json:"stdout_bytes"`
	StdoutTruncated bool   `json:"stdout_truncated,omitempty"`
	MaxRSSKB        int64  `json:"max_rss_kb,omitempty"`
	CPUMs           int64  `json:"cpu_ms,omitempty"`
	Leftover        int    `json:"leftover_processes"`
	Stopped         string `json:"stopped,omitempty"` // which limit ended it: wall, cpu, memory, disk, output, packets
}

// A Result is the whole.
type Result struct {
	Schema      string    `json:"schema"`
	Netlab      string    `json:"netlab"`
	Assignment  string    `json:"assignment"` // id@revision
	Title       string    `json:"title"`
	Kind        string    `json:"kind"` // worksheet, program, pcap, transcript
	SpecSHA256  string    `json:"spec_sha256"`
	Student     string    `json:"student"`
	Name        string    `json:"name,omitempty"` // of the person, from the roster
	Submission  string    `json:"submission_sha256,omitempty"`
	Seed        string    `json:"seed"`
	Lang        string    `json:"lang"` // of the words in it
	Started     time.Time `json:"started"`
	DurationMs  int64     `json:"duration_ms"`
	Isolation   Isolation `json:"isolation"`
	Outcome     Outcome   `json:"outcome"`
	Reason      *Reason   `json:"reason,omitempty"` // unless graded
	Score       float64   `json:"score"`
	MaxScore    float64   `json:"max_score"`
	Proves      string    `json:"proves"`     // what the mark proves, and what it does not
	SelfStudy   bool      `json:"self_study"` // can be done with netlab itself: no official mark
	SelfCheck   bool      `json:"self_check"` // netlab check: visible checks only
	HiddenCount int       `json:"hidden_checks"`
	Warnings    []string  `json:"warnings,omitempty"`
	Checks      []Check   `json:"checks"`
	Program     *Program  `json:"program,omitempty"`
	Copies      []string  `json:"copies,omitempty"`      // what it has in common with others' hand-ins: for the teacher only
	Fingerprint []string  `json:"fingerprint,omitempty"` // of a capture: what two copies have in common
	Signature   *Signed   `json:"signature,omitempty"`
}

// Signed is a signature over the result without it.
type Signed struct {
	Alg   string `json:"alg"` // ed25519
	KeyID string `json:"key_id"`
	Sig   string `json:"sig"` // base64
}

// Total adds the scores of the checks up. A check that the grader could not do is in neither
// sum.
func (r *Result) Total() {
	r.Score, r.MaxScore = 0, 0
	defer func() { r.Score, r.MaxScore = rounded(r.Score), rounded(r.MaxScore) }()
	for i := range r.Checks {
		if c := &r.Checks[i]; c.Verdict != Error {
			r.Score += c.Score
			r.MaxScore += c.MaxScore
		}
	}
}

// rounded takes the noise of binary fractions away.
func rounded(x float64) float64 { return math.Round(x*1e4) / 1e4 }

// Passed reports whether the submission was graded and lost nothing.
func (r *Result) Passed() bool { return r.Outcome == Graded && r.Score >= r.MaxScore }

// Count is how many checks have the verdict.
func (r *Result) Count(v Verdict) (n int) {
	for i := range r.Checks {
		if r.Checks[i].Verdict == v {
			n++
		}
	}
	return n
}

// Write writes the result as one indented JSON object.
func (r *Result) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// Read reads a result back; name is for errors.
func Read(name string, data []byte) (*Result, error) {
	var r Result
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("%s: not a result of netlab grade: %w", name, err)
	}
	if r.Schema != Schema {
		return nil, fmt.Errorf("%s: schema %q, not %s", name, r.Schema, Schema)
	}
	return &r, nil
}
