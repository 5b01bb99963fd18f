package export

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"netlab/lessons/grade/result"
	"netlab/sim/simtest"
)

func written(t *testing.T, format string, o Options, rs ...*result.Result) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, format, rs, o); err != nil {
		t.Fatalf("Write(%s): %v", format, err)
	}
	return b.String()
}

// Each format as it is written, for people to read. No format lets an octet through that
// could steer what shows it.
func TestGolden(t *testing.T) {
	prev, err := ReadMetadata("submission_metadata.json", []byte(metadata))
	if err != nil {
		t.Fatal(err)
	}
	class := []*result.Result{sample("en"), ungradable(), rejected(), full()}
	chinese := []*result.Result{sample("zh-CN")}
	used := map[string]bool{}
	for _, c := range []struct {
		name, format string
		o            Options
		rs           []*result.Result
	}{
		{"student.en.txt", "text", Options{}, class[:1]},
		{"student.zh-CN.txt", "text", Options{Lang: "zh-CN"}, chinese},
		{"student-narrow.zh-CN.txt", "text", Options{Lang: "zh-CN", Width: 40}, class[:1]},
		{"instructor.en.txt", "text", Options{Audience: Instructor}, class[:1]},
		{"ungradable.en.txt", "text", Options{}, class[1:2]},
		{"rejected.zh-CN.txt", "text", Options{Lang: "zh-CN"}, class[2:3]},
		{"class.en.txt", "text", Options{Audience: Instructor}, class[1:]},
		{"student.json", "json", Options{}, class[:1]},
		{"instructor.json", "json", Options{Audience: Instructor}, class[:1]},
		{"gradescope.json", "gradescope", Options{}, class[:1]},
		{"gradescope.zh-CN.json", "gradescope", Options{Lang: "zh-CN"}, chinese},
		{"gradescope-ungradable.json", "gradescope", Options{Previous: prev.Last()}, class[1:2]},
		{"gradescope-ungradable-first.json", "gradescope", Options{}, class[1:2]},
		{"gradescope-rejected.json", "gradescope", Options{}, class[2:3]},
		{"student.junit.xml", "junit", Options{}, class},
		{"instructor.junit.xml", "junit", Options{Audience: Instructor}, class[:1]},
		{"class.csv", "csv", Options{Audience: Instructor}, class},
		{"student.en.html", "html", Options{}, class[:1]},
		{"student.zh-CN.html", "html", Options{Lang: "zh-CN"}, chinese},
		{"instructor.en.html", "html", Options{Audience: Instructor}, class[:1]},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := written(t, c.format, c.o, c.rs...)
			steers(t, c.name, got)
			simtest.Golden(t, c.name, got)
		})
		used[c.name] = true
	}
	for name, r := range map[string]*result.Result{"classroom.json": class[0], "classroom-ungradable.json": class[1]} {
		simtest.Golden(t, name, indented(t, unpacked(t, written(t, "classroom", Options{}, r))))
		used[name] = true
	}
	for name, lang := range map[string]string{"summary.en.txt": "en", "summary.zh-CN.txt": "zh-CN"} {
		simtest.Golden(t, name, Summary(class).Text(lang))
		used[name] = true
	}
	simtest.Unread(t, used)
}

func unpacked(t *testing.T, s string) []byte {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(s, "\n"))
	if err != nil {
		t.Fatalf("not base64: %v", err)
	}
	return data
}
