package export

import (
	"encoding/base64"
	"encoding/json"
	"math"
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

// Classroom returns a result as GitHub Classroom's reporter reads it: JSON in base64.
//
// Reporters of earlier versions show on their console the share of passed tests and not the
// sum of the points, so that checks of different weight look wrong there; the points that count
// are right. The points there are whole numbers: if some are not, all are multiplied. What has
// no mark has no points at all, and then the reporter reports none. The log is open to the
// student: a hidden check has no name there.
func Classroom(r *result.Result) ([]byte, error) {
	return packed(classroomOf(r, shownTests(r)))
}

func packed(c classroom) ([]byte, error) {
	data, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	return []byte(base64.StdEncoding.EncodeToString(data)), nil
}

func writeClassroom(rs []*result.Result, _ Options) ([]byte, error) {
	data, err := Classroom(rs[0])
	return append(data, '\n'), err
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

// defused takes from a text what a workflow would take for a command: the reporter prints
// names and messages into the log.
func defused(s string) string {
	for strings.Contains(s, "::") { // twice at most: three colons leave two
		s = strings.ReplaceAll(s, "::", ": :")
	}
	return strings.ReplaceAll(s, "##[", "# #[")
}
