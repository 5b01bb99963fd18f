package export

import (
	"strings"

	"netlab/lessons/grade/result"
)

// A gradescope is /autograder/results/results.json.
type gradescope struct {
	Score            float64           `json:"score"`
	ExecutionTime    float64           `json:"execution_time"` // seconds; a number, although others write a string
	Output           string            `json:"output"`
	OutputFormat     string            `json:"output_format"`
	TestOutputFormat string            `json:"test_output_format"`
	TestNameFormat   string            `json:"test_name_format"`
	Visibility       string            `json:"visibility"`
	StdoutVisibility string            `json:"stdout_visibility"`
	Extra            map[string]string `json:"extra_data"`
	Tests            []gradescopeTest  `json:"tests"`
}

// A gradescopeTest is one check there. Without score and status it is for information only.
type gradescopeTest struct {
	Score      *float64 `json:"score,omitempty"`
	MaxScore   *float64 `json:"max_score,omitempty"`
	Status     string   `json:"status,omitempty"`
	Name       string   `json:"name"`
	Number     string   `json:"number,omitempty"`
	Output     string   `json:"output,omitempty"`
	Tags       []string `json:"tags,omitempty"`
	Visibility string   `json:"visibility"`
}

// Gradescope writes results.json. previous is the submission before, from the metadata of
// this one ([Metadata.Last]); nil if there is none. If there is no mark now, its score and
// tests are given again: Gradescope would take silence, or 0, for a mark.
//
// A score is given always, and it is the one that counts there, whatever the tests add up to.
// Gradescope's total is fixed, so where the grader failed in some checks the others count in
// proportion.
func Gradescope(r *result.Result, previous *Previous) ([]byte, error) {
	lang := language("", r.Lang)
	seen := ForStudent(r, Options{}) // everybody reads what stands above the tests
	r = veiled(r, Options{})
	g := gradescope{
		ExecutionTime: number(float64(seen.DurationMs) / 1000),
		OutputFormat:  "text", TestOutputFormat: "text", TestNameFormat: "text",
		Visibility: string(result.Visible), StdoutVisibility: string(result.Hidden),
		Extra: map[string]string{
			"netlab": line(r.Netlab), "assignment": line(r.Assignment), "outcome": line(string(r.Outcome)),
			"seed": line(r.Seed), "submission_sha256": line(r.Submission),
		},
		Tests: []gradescopeTest{},
	}
	about := remarks(r, lang)
	switch {
	case unmarked(r) && previous != nil && previous.Score != nil:
		g.Score = number(*previous.Score)
		g.Tests = append(g.Tests, previous.tests...)
		about = append(about, say(lang, "score_before"))
	case unmarked(r):
		about = append(about, say(lang, "score_none"))
	default:
		var failed int
		g.Score, failed = inProportion(r)
		if failed > 0 {
			about = append(about, say(lang, "in_proportion", failed))
		}
		for i := range r.Checks {
			g.Tests = append(g.Tests, gradescopeCheck(r, &r.Checks[i], lang))
		}
	}
	about = append(about, meaning(r, lang)...)
	about = append(about, program(seen.Program, lang)...)
	about = append(about, printed(seen, lang)...)
	g.Output = strings.Join(about, "\n")
	return encode(g, "  ")
}

// inProportion is the score out of all points that can be had, and how many checks the
// grader could not do.
func inProportion(r *result.Result) (score float64, failed int) {
	all := 0.0
	for i := range r.Checks {
		all += r.Checks[i].MaxScore
	}
	failed = r.Count(result.Error)
	if failed == 0 || r.MaxScore <= 0 {
		return number(r.Score), failed
	}
	return number(r.Score * all / r.MaxScore), failed
}

// gradescopeCheck says each status itself: Gradescope makes a failure of every partial score
// and has no word for skipped.
//
// What a hidden check sent and got is not written even here: Gradescope gives the result back
// in the metadata of the next submission, beside the student's program.
func gradescopeCheck(r *result.Result, c *result.Check, lang string) gradescopeTest {
	t := gradescopeTest{Name: line(c.Title), Number: line(c.Number), Visibility: string(c.Visibility)}
	if t.Name == "" {
		t.Name = line(c.ID)
	}
	for _, tag := range c.Tags {
		t.Tags = append(t.Tags, line(tag))
	}
	switch c.Visibility {
	case result.Visible, result.Hidden, result.AfterDue, result.AfterPublished:
	case "":
		t.Visibility = string(result.Visible)
	default: // one of a later netlab
		t.Visibility = string(result.Hidden)
	}
	score, most := number(c.Score), max(0, number(c.MaxScore))
	switch {
	case c.Verdict == result.Pass:
		t.Score, t.MaxScore, t.Status = &score, &most, "passed"
	case c.Verdict == result.Fail, dependent(r, c):
		t.Score, t.MaxScore, t.Status = &score, &most, "failed"
	default: // skipped for want of something here, or the grader's fault: for information
	}
	var out []string
	if s := standing(c, lang); s != "" {
		out = append(out, s)
	}
	if t.Visibility != string(result.Hidden) {
		out = append(out, details(c, lang, 100)...)
	}
	t.Output = block(lang, strings.Join(out, "\n"))
	return t
}
