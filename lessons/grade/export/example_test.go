package export_test

import (
	"fmt"

	"netlab/lessons/grade/export"
	"netlab/lessons/grade/result"
)

func ExampleText() {
	r := &result.Result{
		Assignment: "tcp-port-echo@3", Student: "s20230417", Outcome: result.Graded, Lang: "en",
		Checks: []result.Check{
			{ID: "builds", Number: "1.1", Title: "builds", Verdict: result.Pass, Score: 1, MaxScore: 1, Visibility: result.Visible},
			{ID: "echo", Number: "2.1", Title: "answers one client", Verdict: result.Fail, MaxScore: 2, Visibility: result.Visible,
				Rationale: "the answer ends with a line break", Expected: "client53421", Actual: "client53421\n"},
		},
	}
	r.Total()
	fmt.Print(export.Text(r, export.Options{Width: 60}))
	// Output:
	// tcp-port-echo@3 · s20230417
	//  :) 1.1 builds                                           1/1
	//  :( 2.1 answers one client                               0/2
	//       the answer ends with a line break
	//       expected  client53421
	//       actual    client53421\n
	//                            ^ first difference: octet 12
	//  1/3 · 1 of 2 checks passed
}
