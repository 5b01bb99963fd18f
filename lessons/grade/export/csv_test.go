package export

import (
	"strings"
	"testing"

	"netlab/lessons/grade/result"
)

// A check that is worth no points, such as builds, is a column of zeros if points are written:
// who looks for hand-ins that do not compile finds none. And 0 of 0 is no mark.
func TestCSVWithoutPoints(t *testing.T) {
	graded := func(student string, v result.Verdict) *result.Result {
		return &result.Result{Student: student, Outcome: result.Graded, MaxScore: 1, Checks: []result.Check{
			{ID: "builds", Verdict: v}, {ID: "answers", Verdict: result.Fail, MaxScore: 1}}}
	}
	data, err := CSV([]*result.Result{graded("s1", result.Pass), graded("s2", result.Fail), {Student: "s3", Outcome: result.Rejected}})
	if err != nil {
		t.Fatal(err)
	}
	want := "student,name,outcome,score,max,builds,answers\ns1,,graded,0,1,pass,0\ns2,,graded,0,1,fail,0\ns3,,rejected,0,,,\n"
	if got := strings.TrimPrefix(string(data), byteOrderMark); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
