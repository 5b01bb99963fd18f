package export

import (
	"bytes"
	"strings"
	"testing"

	"netlab/lessons/grade/result"
)

// Whatever a program sent, and wherever it stands in a result: every format is written, holds
// nothing that steers a terminal or a workflow, stays what it is (JSON, XML), and shows
// nothing of a hidden check.
func FuzzFormats(f *testing.F) {
	f.Add(nasty, "client", "graded", "fail", "visible", 80, 1.5)
	f.Add("]]>", "\xe4\xb8", "ungradable", "skip", "hidden", 1, -1.0)
	f.Add(strings.Repeat("中 ", 3000), strings.Repeat("中 ", 2999)+"x", "rejected", "maybe", "after_due_date", 300, 1e300)
	f.Add(strings.Repeat("中 ", 300), "0", "graded", "fail", "", 300, 1e300) // more digits than columns
	f.Add("（（（，，，", " \\ ", "", "", "", 0, 0.0)
	f.Add("{0}::##[x", "=1+1", "graded", "error", "visible", 40, 0.1)
	f.Fuzz(func(t *testing.T, a, b, outcome, verdict, visibility string, width int, points float64) {
		if len(a)+len(b) > 1<<16 {
			t.Skip("larger texts show nothing new")
		}
		r := full()
		r.Outcome, r.Student, r.Name, r.Seed, r.Proves, r.Warnings = result.Outcome(outcome), a, b, a, b, []string{a}
		r.Reason, r.Program = &result.Reason{Code: a, Message: b, Hint: a}, &result.Program{Signal: a, Stopped: b, Stdout: a, Leftover: 1}
		r.Checks = append(r.Checks, result.Check{ID: a, Number: b, Title: a, Verdict: result.Verdict(verdict), Score: points, MaxScore: points * 2,
			Visibility: result.Visibility(visibility), Tags: []string{a}, Rationale: b, Expected: a, Actual: b, Steps: []string{a, b}, Cause: a, Belief: b, Again: a,
			SkipReason: b, DependsOn: []string{"hide"}, Requirement: &result.Requirement{Level: a, Ref: b}, Evidence: &result.Evidence{PCAP: a, Ladder: b, Sockets: []string{a}}},
			result.Check{ID: "hide", Title: "h", Verdict: result.Fail, Rationale: "h1dd3n", MaxScore: 1, Visibility: result.Hidden})
		for _, format := range Formats() {
			var out bytes.Buffer
			o := Options{Width: width, Lang: "zh-CN"}
			if err := Write(&out, format, []*result.Result{r}, o); err != nil {
				t.Fatalf("%s: %v", format, err)
			}
			got := out.String()
			if format == "classroom" {
				got = string(unpacked(t, got))
				valid(t, format, "classroom.json", []byte(got))
				if strings.Contains(got, "::") || strings.Contains(got, "##[") {
					t.Errorf("a command for the workflow: %s", got)
				}
			} else {
				steers(t, format, got)
			}
			if strings.Contains(got, "h1dd3n") && !strings.Contains(a+b, "h1dd3n") {
				t.Errorf("%s shows a hidden check", format)
			}
			switch format {
			case "gradescope":
				valid(t, format, "gradescope.json", out.Bytes())
			case "junit":
				strict(t, parseXML(t, out.Bytes()))
			case "html":
				if strings.Contains(strings.ToLower(got), "<script") {
					t.Error("the page has a script")
				}
			}
		}
	})
}
