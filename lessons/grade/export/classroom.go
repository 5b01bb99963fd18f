package export

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strings"

	"netlab/lessons/grade/result"
)

// A classroom is the step output "result" of GitHub Classroom, before base64.
type classroom struct {
	Version  int             `json:"version"`
	Status   string          `json:"status"` // pass, fail, error
	MaxScore int             `json:"max_score"`
	Tests    []classroomTest `json:"tests"`
}

type classroomTest struct {
	Name     string  `json:"name"`
	Status   string  `json:"status"`
	Score    float64 `json:"score"`
	Message  string  `json:"message"`
	TestCode string  `json:"test_code"`
	Filename string  `json:"filename"`
	LineNo   int     `json:"line_no"`
	Duration int64   `json:"duration"`
}

// A Step is one step output of a workflow: its name and its value in base64.
type Step struct {
	ID     string // fit for the name of an output
	Output string
}

// Classroom returns a result as GitHub Classroom's reporter reads it: JSON in base64.
//
// Reporters of earlier versions show on their console the share of passed tests and not the
// sum of the points, so that checks of different weight look wrong there ([ClassroomSplit]
// mends it); the points that count are right in both. The points there are whole numbers: if
// some are not, all are multiplied. What has no mark has no points at all, and then the
// reporter reports none. The log is open to the student: a hidden check has no name there.
func Classroom(r *result.Result) ([]byte, error) {
	return packed(classroomOf(r, shownTests(r)))
}

// ClassroomSplit returns a result as one step output for each check.
func ClassroomSplit(r *result.Result) ([]Step, error) {
	if unmarked(r) || r.Outcome == result.Rejected {
		data, err := Classroom(r)
		return []Step{{"submission", string(data)}}, err
	}
	var steps []Step
	used := map[string]bool{}
	for i, t := range shownTests(r) {
		id := outputName(r.Checks[i].ID, i)
		if !(Options{}).shows(r.Checks[i].Visibility) {
			id = fmt.Sprintf("check-%d", i+1)
		}
		for used[id] {
			id += "-2"
		}
		used[id] = true
		one := *r
		one.Checks = r.Checks[i : i+1]
		data, err := packed(classroom{1, t.Status, wholePoints(&one, factor(r)), []classroomTest{t}})
		if err != nil {
			return nil, err
		}
		steps = append(steps, Step{id, string(data)})
	}
	return steps, nil
}

func packed(c classroom) ([]byte, error) {
	data, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	return []byte(base64.StdEncoding.EncodeToString(data)), nil
}

func writeClassroom(rs []*result.Result, o Options) ([]byte, error) {
	if !o.Split {
		data, err := Classroom(rs[0])
		return append(data, '\n'), err
	}
	steps, err := ClassroomSplit(rs[0])
	var b bytes.Buffer
	for _, s := range steps {
		fmt.Fprintf(&b, "%s=%s\n", s.ID, s.Output)
	}
	return b.Bytes(), err
}

// classroomOf puts tests together; without a mark there is one test, which says why.
func classroomOf(r *result.Result, tests []classroomTest) classroom {
	lang := language("", r.Lang)
	c := classroom{Version: 1, Status: "pass", MaxScore: wholePoints(r, factor(r)), Tests: tests}
	switch {
	case r.Outcome == result.Rejected:
		c.Status = "fail"
		c.MaxScore = int(math.Round(max(0, number(r.MaxScore))))
	case unmarked(r):
		c.Status, c.MaxScore = "error", 0
	default:
		for _, t := range tests {
			if t.Status == "fail" || t.Status == "error" && c.Status == "pass" {
				c.Status = t.Status
			}
		}
		return c
	}
	c.Tests = []classroomTest{{
		Name: defused(line(r.Assignment)), Status: c.Status,
		Message: defused(strings.Join(remarks(r, lang), " ")), Duration: r.DurationMs,
	}}
	return c
}

// shownTests are the tests of a result, in the order of its checks.
func shownTests(r *result.Result) []classroomTest {
	lang, k := language("", r.Lang), factor(r)
	r = veiled(r, Options{})
	tests := []classroomTest{}
	hidden := 0
	for i := range r.Checks {
		c := &r.Checks[i]
		t := classroomTest{Name: defused(name(c)), Status: "fail", Score: number(number(c.Score) * k), Duration: c.DurationMs}
		switch {
		case c.Verdict == result.Pass:
			t.Status = "pass"
		case c.Verdict == result.Fail:
			t.Message = line(c.Rationale)
		case !dependent(r, c): // nobody's fault, or the grader's
			t.Status, t.Score = "error", 0
		}
		t.Message = defused(withStanding(t.Message, c, lang))
		if !(Options{}).shows(c.Visibility) {
			hidden++
			t.Name, t.Message, t.Duration = say(lang, "hidden_check", hidden), "", (t.Duration+50)/100*100
		}
		tests = append(tests, t)
	}
	return tests
}

// factor is the least by which all points become whole numbers; 1 if there is none up to 100.
func factor(r *result.Result) float64 {
next:
	for k := 1.0; k <= 100; k++ {
		for i := range r.Checks {
			if x := number(r.Checks[i].MaxScore) * k; math.Abs(x-math.Round(x)) > 1e-6 {
				continue next
			}
		}
		return k
	}
	return 1
}

// wholePoints are the points that can be had. Checks that the grader could not do have none.
func wholePoints(r *result.Result, k float64) int {
	sum := 0.0
	for i := range r.Checks {
		if c := &r.Checks[i]; c.Verdict != result.Error {
			sum += max(0, number(c.MaxScore)*k)
		}
	}
	return int(math.Round(sum))
}

var notInNames = regexp.MustCompile(`[^A-Za-z0-9-]+`)

// outputName makes the name of a step output of a check's id.
func outputName(id string, i int) string {
	s := strings.Trim(notInNames.ReplaceAllString(cut(id, 60), "-"), "-")
	if s == "" {
		return fmt.Sprintf("check-%d", i+1)
	}
	return s
}

// defused takes from a text what a workflow would take for a command: the reporter prints
// names and messages into the log.
func defused(s string) string {
	for strings.Contains(s, "::") { // twice at most: three colons leave two
		s = strings.ReplaceAll(s, "::", ": :")
	}
	return strings.ReplaceAll(s, "##[", "# #[")
}

var tokenForm = regexp.MustCompile(`^[A-Za-z0-9]{16,100}$`)

// Guard returns the lines that must stand before and after everything that may come from a
// student in the log of a workflow: between them the log holds no commands. The token must be
// a random one that the student's program cannot know.
func Guard(token string) (before, after string, err error) {
	if !tokenForm.MatchString(token) {
		return "", "", fmt.Errorf("guard of the workflow log: the token has %d characters, and needs 16 to 100 random letters and digits", len(token))
	}
	return "::stop-commands::" + token + "\n", "::" + token + "::\n", nil
}
