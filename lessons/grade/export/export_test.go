package export

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"netlab/lessons/grade/result"
	"netlab/lessons/text"
	"netlab/lessons/text/texttest"
	"netlab/lessons/text/width"
)

// A student sees of hidden checks no word, in any format; only Gradescope has their titles,
// in tests that it hides itself.
func TestHiddenChecksStayHidden(t *testing.T) {
	for _, format := range Formats() {
		r := sample("en")
		before := fmt.Sprintf("%+v", *r)
		got := written(t, format, Options{}, r)
		switch format {
		case "gradescope":
			got = regexp.MustCompile(`"name": "(split|late) s3cret",\n *"number": "6.[12]",\n *"visibility": "(hidden|after_due_date)"`).ReplaceAllString(got, "")
		case "classroom":
			got = string(unpacked(t, got))
		}
		if i := strings.Index(got, secret); i >= 0 {
			t.Errorf("%s: …%s…", format, got[max(0, i-100):min(len(got), i+50)])
		}
		if after := fmt.Sprintf("%+v", *r); after != before {
			t.Errorf("%s changed the result", format)
		}
	}
	// And what is hidden in one way becomes visible in due time, in its own time only.
	due := written(t, "text", Options{Due: true}, sample("en"))
	if !strings.Contains(due, "6.2 late") || strings.Contains(due, "6.1 split") {
		t.Errorf("after the due date: 6.2 must be there and 6.1 not:\n%s", due)
	}
}

// What has no mark gets none: no zero that looks earned, and no pass out of nothing.
func TestNoMarkIsNoMark(t *testing.T) {
	nothing := full() // 0 of 0: graded, and not a check in it
	nothing.Checks = nil
	nothing.Total()
	failed := full() // the grader failed in all of them
	for i := range failed.Checks {
		failed.Checks[i].Verdict = result.Error
	}
	failed.Total()
	for name, r := range map[string]*result.Result{"ungradable": ungradable(), "nothing": nothing, "all failed": failed} {
		if got := Text(r, Options{}); !strings.Contains(got, "\n no mark") || strings.Contains(got, "0/0") {
			t.Errorf("%s: text:\n%s", name, got)
		}
		if got := written(t, "csv", Options{}, r); !strings.Contains(got, string(r.Outcome)+",,") {
			t.Errorf("%s: csv has points:\n%s", name, got)
		}
		if got := written(t, "junit", Options{}, r); strings.Contains(got, `"score"`) || !strings.Contains(got, "<error ") {
			t.Errorf("%s: junit:\n%s", name, got)
		}
		if got := string(unpacked(t, written(t, "classroom", Options{}, r))); !strings.Contains(got, `"status":"error","max_score":0`) {
			t.Errorf("%s: classroom: %s", name, got)
		}
		score := 3.5
		if got := written(t, "gradescope", Options{Previous: &Previous{Score: &score}}, r); !strings.Contains(got, `"score": 3.5`) {
			t.Errorf("%s: gradescope does not give the score of before:\n%s", name, got)
		}
		if got := Summary([]*result.Result{r}); got.Unmarked != 1 || got.Graded != 0 {
			t.Errorf("%s: summary %+v", name, got)
		}
	}
}

// The caret stands under the first octet that differs: also behind Chinese, which is two
// columns wide, inside of a character, behind an escape, and behind the end.
func TestCaret(t *testing.T) {
	for _, c := range []struct {
		name, expected, actual string
		under                  string // what is right of the caret in the line above
		octet                  int
	}{
		{"a letter", "client53421", "client53422", "2", 11},
		{"behind Chinese", "端口1", "端口2", "2", 7},
		{"the third octet of a character", "a中", "a丰", "丰", 4},
		{"a line break too many", "client1", "client1\n", `\n`, 8},
		{"a blank too many", "client1", "client1 ", `\x20`, 8},
		{"behind an escape", "\x00\x01a", "\x00\x01b", "b", 3},
		{"too short", "client1", "client", "", 7},
		{"a backslash is two", `a\b`, `a\c`, "c", 3},
	} {
		lines := details(&result.Check{Verdict: result.Fail, Expected: c.expected, Actual: c.actual}, "en", 80)
		if len(lines) != 3 {
			t.Errorf("%s: %d lines, want 3:\n%s", c.name, len(lines), strings.Join(lines, "\n"))
			continue
		}
		caret := strings.Index(lines[2], "^")
		got := strings.TrimPrefix(lines[1], width.Cut(lines[1], caret))
		if !strings.HasPrefix(got, c.under) || c.under == "" && got != "" || !strings.HasSuffix(lines[2], "octet "+strconv.Itoa(c.octet)) {
			t.Errorf("%s: under the caret is %q, want %q, octet %d:\n%s", c.name, got, c.under, c.octet, strings.Join(lines, "\n"))
		}
	}
	// No caret where it would say nothing: equal, one of them empty, or different from the start.
	for _, c := range [][2]string{{"same", "same"}, {"x", ""}, {"client", "RST after 0 octets"}} {
		lines := strings.Join(details(&result.Check{Verdict: result.Fail, Expected: c[0], Actual: c[1]}, "en", 80), "\n")
		if strings.Contains(lines, "^") {
			t.Errorf("%q: a caret:\n%s", c, lines)
		}
	}
}

// A long value is shown around the difference, with the count of what is left out.
func TestLongValues(t *testing.T) {
	a := strings.Repeat("中", 30000)
	lines := strings.Join(details(&result.Check{Verdict: result.Fail, Expected: a + "x", Actual: a + "y"}, "en", 80), "\n")
	for _, want := range []string{"octets before]", "^ first difference: octet 90001", "中y"} {
		if !strings.Contains(lines, want) {
			t.Errorf("no %q in\n%s", want, lines)
		}
	}
	if len(lines) > 10000 {
		t.Errorf("%d octets are written", len(lines))
	}
}

// No line is wider than the terminal, but for those that must stay as they are: commands to
// copy, pictures, and what a program printed.
func TestWidth(t *testing.T) {
	for _, lang := range text.Languages() {
		for _, columns := range []int{1, 40, 41, 57, 80, 1000} {
			for _, l := range strings.Split(Text(sample("en"), Options{Lang: lang, Width: columns, Audience: Instructor}), "\n") {
				if strings.Contains(l, "netlab check") || strings.Contains(l, "──") || strings.HasPrefix(strings.TrimLeft(l, " "), "| ") {
					continue
				}
				if got := width.Of(l); got > max(minWidth, columns) {
					t.Errorf("%s, %d columns: %d in %q", lang, columns, got, l)
				}
			}
		}
	}
}

// Colour is only on the marks, and only if it is asked for.
func TestColour(t *testing.T) {
	got := Text(sample("en"), Options{Color: true})
	for _, c := range colours {
		got = strings.ReplaceAll(got, c, "")
	}
	if got = strings.ReplaceAll(got, "\x1b[0m", ""); got != Text(sample("en"), Options{}) {
		t.Error("without its colours the text is another one")
	}
	if !strings.Contains(Text(sample("en"), Options{Color: true}), "\x1b[31m:(\x1b[0m 3.1") {
		t.Error("a failure is not red")
	}
}

// No cell is taken for a formula, and the file says that it is UTF-8.
func TestCSV(t *testing.T) {
	var rs []*result.Result
	for _, name := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1+1", "\r=1", "李,雷", "a\"b"} {
		r := full()
		r.Name = name
		rs = append(rs, r)
	}
	rs[0].Checks[0].ID, rs[0].Checks[1].Score = "=cmd", -1
	data, err := CSV(rs)
	if err != nil {
		t.Fatal(err)
	}
	rest, ok := bytes.CutPrefix(data, []byte(byteOrderMark))
	if !ok {
		t.Error("no byte-order mark")
	}
	rows, err := csv.NewReader(bytes.NewReader(rest)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range rows[1:] {
		names = append(names, r[1])
	}
	if want := []string{"'=1+1", "'+1", "'-1", "'@SUM(A1)", `'\t=1`, "'＝1+1", `'\r=1`, "李,雷", `a"b`}; !slices.Equal(names, want) {
		t.Errorf("names %q\n want %q", names, want)
	}
	if got, want := rows[0], []string{"student", "name", "outcome", "score", "max", "'=cmd", "echo-one", "builds"}; !slices.Equal(got, want) {
		t.Errorf("head %q, want %q", got, want)
	}
	if got := rows[1][6]; got != "-1" { // points are our own: a spreadsheet must be able to add them
		t.Errorf("a penalty is %q, want -1", got)
	}
}

// Points have no noise, and what is no number is none.
func TestPoints(t *testing.T) {
	tenth, fifth := 0.1, 0.2
	for _, c := range []struct {
		x    float64
		want string
	}{{tenth + fifth, "0.3"}, {7, "7"}, {2.5, "2.5"}, {-0.00001, "0"}, {math.NaN(), "0"}, {math.Inf(1), "0"}} {
		if got := points(c.x); got != c.want {
			t.Errorf("points(%v) = %s, want %s", c.x, got, c.want)
		}
	}
}

// The reporter prints names and messages into the log of a workflow: none can become a command.
func TestClassroomCommands(t *testing.T) {
	r := full()
	r.Checks = append(r.Checks, result.Check{ID: "x", Title: "##[error]x:::set-env::y", Verdict: result.Fail, Rationale: "::error::\n::x", MaxScore: 1.5, Visibility: result.Visible})
	r.Total()
	data, err := Classroom(r)
	if err != nil {
		t.Fatal(err)
	}
	if out := string(unpacked(t, string(data))); strings.Contains(out, "::") || strings.Contains(out, "##[") {
		t.Errorf("a command in %s", out)
	}
}

func TestWriteErrors(t *testing.T) {
	two := []*result.Result{full(), full()}
	for _, c := range []struct {
		format, want string
		rs           []*result.Result
	}{
		{"tap", "formats are text, json, gradescope, classroom, junit, csv, html", two},
		{"html", "holds one submission, and there are 2", two},
		{"gradescope", "there are 0", nil},
		{"csv", "one of the 2 results is missing", []*result.Result{full(), nil}},
	} {
		if err := Write(&bytes.Buffer{}, c.format, c.rs, Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q in it", c.format, err, c.want)
		}
	}
	for _, format := range []string{"text", "json", "junit", "csv"} { // no submission at all is a class, too
		if err := Write(&bytes.Buffer{}, format, nil, Options{}); err != nil {
			t.Errorf("%s of nothing: %v", format, err)
		}
	}
}

// Several results are one object a line, which Read reads back.
func TestJSONLines(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(written(t, "json", Options{Audience: Instructor}, full(), sample("zh-CN"))), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines, want 2", len(lines))
	}
	r, err := result.Read("line 2", []byte(lines[1]))
	if err != nil || r.Name != "李雷" || len(r.Checks) != 9 || r.Signature.Sig != secret {
		t.Errorf("read back: %v, %+v", err, r)
	}
}

// The summary counts submissions, and a belief once for each of them.
func TestSummary(t *testing.T) {
	twice := sample("en")
	twice.Checks[2].Belief = twice.Checks[1].Belief
	odd := sample("en")
	odd.Checks[1].Belief = "no-such-belief"
	c := Summary([]*result.Result{twice, odd, full(), rejected(), ungradable()})
	if c.Submissions != 5 || c.Graded != 3 || c.Rejected != 1 || c.Unmarked != 1 || c.Full != 1 || c.Errors != 2 {
		t.Errorf("got %+v", c)
	}
	if got := c.Failures[0]; got.ID != "echo-one" || got.Count != 2 || got.Of != 3 {
		t.Errorf("first failure %+v, want echo-one 2 of 3", got)
	}
	if len(c.Beliefs) != 2 || c.Beliefs[0].Count != 1 || c.Beliefs[1].Count != 1 {
		t.Errorf("beliefs %+v, want two that show once each", c.Beliefs)
	}
	if got, want := c.Median, number(2.5/8.5); got != want {
		t.Errorf("median %v, want %v", got, want)
	}
	if mean, median := meanAndMedian([]float64{1, 0, 0.5, 0.1}); mean != 0.4 || math.Abs(median-0.3) > 1e-9 {
		t.Errorf("mean %v and median %v of 1, 0, 0.5, 0.1, want 0.4 and 0.3", mean, median)
	}
}

// One reason for which several checks are skipped stands there once, another one again.
func TestSkippedAlike(t *testing.T) {
	r := full()
	for _, reason := range []string{"needs “one” first", "needs “one” first", "needs “two” first", "needs “one” first"} {
		r.Checks = append(r.Checks, result.Check{Title: "more", Verdict: result.Skip, MaxScore: 1, SkipReason: reason})
	}
	got := Text(r, Options{})
	for line, want := range map[string]int{"more (skipped: needs “one” first)": 2, "more (skipped, too)": 1, "more (skipped: needs “two” first)": 1} {
		if n := strings.Count(got, line); n != want {
			t.Errorf("%q stands there %d times, want %d:\n%s", line, n, want, got)
		}
	}
}

// The summary of a class names no student's own values.
func TestSummaryTitles(t *testing.T) {
	for _, c := range []struct {
		titles []string
		want   string
	}{
		{[]string{"one client", "one client"}, "one client"},
		{[]string{"own port: socket gives 1", "own port: stream gives 2", "own port: x gives 3"}, "own port: …"},
		{[]string{"带上端口：socket 得到 1", "带上端口：端 得到 2"}, "带上端口：…"},
		{[]string{"中", "丰"}, "…"},
	} {
		var rs []*result.Result
		for _, title := range c.titles {
			r := full()
			r.Checks = []result.Check{{ID: "own", Title: title, Verdict: result.Fail, MaxScore: 1}}
			rs = append(rs, r)
		}
		if got := Summary(rs).Failures; len(got) != 1 || got[0].Title != c.want {
			t.Errorf("%q: %+v, want the title %q", c.titles, got, c.want)
		}
	}
}

// Every phrase is there in both languages, with the same places, and Chinese is Chinese.
func TestPhrases(t *testing.T) {
	texttest.Pairs(t, phrases)
	for name, format := range map[string]Options{"terminal": {}, "page": {}} {
		for _, lang := range text.Languages() {
			format.Lang = lang
			for _, f := range []string{"text", "html", "gradescope", "junit"} {
				if got := written(t, f, format, sample(lang)); regexp.MustCompile(`\?[a-z_]+\?`).MatchString(got) {
					t.Errorf("%s, %s, %s: a phrase is missing", name, lang, f)
				}
			}
		}
	}
}

// A place in what is filled in is no place.
func TestSayFillsOnce(t *testing.T) {
	if got, want := say("en", "class_failure", "{1}", "{2}", "x"), "{1} of {2} failed  x"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Long texts take no longer than their length asks for: a program may print a megabyte.
func BenchmarkLongTexts(b *testing.B) {
	for name, s := range map[string]string{"one word": strings.Repeat("a", 1<<20), "Chinese": strings.Repeat("中", 1<<18), "opening marks": strings.Repeat("（", 1<<18), "octets": strings.Repeat("\x00", 1<<20)} {
		r := full()
		r.Warnings, r.Checks[1] = []string{s}, result.Check{ID: "x", Verdict: result.Fail, MaxScore: 1, Rationale: s, Expected: s, Actual: s + "x", Steps: []string{s}, Cause: s}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Text(r, Options{})
			}
		})
	}
}

// netlab check runs no hidden check, and says so: all visible ones passed is not all passed.
func TestSelfCheck(t *testing.T) {
	r := full()
	r.SelfCheck, r.SelfStudy, r.HiddenCount = true, true, 2
	for lang, wants := range map[string][]string{
		"en":    {"visible 2 of 2 checks passed · hidden checks: 2, not run here", "this is no mark", "no official"},
		"zh-CN": {"公开检查 2 项，通过 2 项 · 隐藏检查 2 项：这里不进行", "不是正式成绩", "不作为正式成绩"},
	} {
		got := Text(r, Options{Lang: lang, Width: 160})
		for _, want := range wants {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %q in\n%s", lang, want, got)
			}
		}
	}
}
