package export

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// metadata is as Gradescope writes it: ids are numbers, points are a string, a key that
// nobody told us about, and a last submission on which the autograder itself failed.
const metadata = `{
  "id": 123456, "created_at": "2026-03-02T10:15:04.113000-07:00", "new_key": {"a": [1]},
  "assignment": {"due_date": "2026-03-09T23:59:00.000000-07:00", "late_due_date": null, "release_date": "2026-02-20T00:00:00-07:00",
    "group_size": 2, "group_submission": true, "id": 25828, "course_id": 1234, "title": "端口回显", "total_points": "20.0"},
  "submission_method": "upload",
  "users": [{"email": "Zoe@example.edu", "id": 2, "name": "Zoe"}, {"email": " li@example.edu ", "id": 1, "name": "李雷", "assignment": {}}],
  "previous_submissions": [
    {"submission_time": "2026-03-01T10:00:00-07:00", "score": 9, "autograder_error": false, "results": {"score": 7.5, "tests": [
      {"name": "builds", "number": "1.1", "score": 1.0, "max_score": 1.0, "status": "passed", "visibility": "visible", "output": "\u001b[31mred", "extra_data": {"x": 1}},
      {"name": "odd", "score": "1", "status": 7},
      {"name": "later", "status": "perhaps", "visibility": "never", "tags": ["a\u0007"]}]}},
    {"submission_time": "2026-03-01T11:00:00-07:00", "score": 0, "autograder_error": true, "results": null}
  ]}`

func TestReadMetadata(t *testing.T) {
	m, err := ReadMetadata("m.json", []byte(metadata))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := m.Student(), "li@example.edu"; got != want {
		t.Errorf("Student() = %q, want %q: the first of the group, whoever hands in", got, want)
	}
	if want := time.Date(2026, 3, 2, 17, 15, 4, 113e6, time.UTC); !m.Created.Equal(want) {
		t.Errorf("Created = %v, want %v", m.Created, want)
	}
	if m.ID != "123456" || m.Total != 20 || m.Title != "端口回显" || m.Due.IsZero() || !m.LateDue.IsZero() || len(m.Users) != 2 {
		t.Errorf("got %+v", m)
	}
	last := m.Last()
	if last == nil || last.Score == nil || *last.Score != 7.5 {
		t.Fatalf("Last() = %+v, want the one with 7.5 points: on the last the autograder failed", last)
	}
	if got := fmt.Sprintf("%d %s %q %s %v", len(last.tests), last.tests[0].Output, last.tests[1].Status, last.tests[1].Visibility, last.tests[1].Tags); got != `2 \x1b[31mred "" hidden [a\x07]` {
		t.Errorf("tests of the last: %s", got)
	}
}

// What cannot be used is said with the place and how to mend it.
func TestReadMetadataErrors(t *testing.T) {
	for _, c := range []struct{ name, data, want string }{
		{"nothing", ``, "m.json: no submission metadata"},
		{"another kind of file", `[]`, "m.json: no submission metadata"},
		{"nobody", `{"users":[]}`, "no user has an email"},
		{"a user without an address", `{"users":[{"email":null}]}`, "name the student with --student"},
		{"an address that steers the terminal", `{"users":[{"email":"a\u001b[2J@b"}]}`, "users[0].email"},
		{"no time", `{"created_at":"yesterday","users":[{"email":"a@b"}]}`, `created_at is "yesterday"`},
	} {
		if _, err := ReadMetadata("m.json", []byte(c.data)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q in it", c.name, err, c.want)
		}
	}
	if _, err := ReadMetadata("m.json", make([]byte, maxMetadata+1)); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("64 MB and one octet: got %v", err)
	}
}

// Whatever the file holds: an error, or a student and results that can be written again.
func FuzzReadMetadata(f *testing.F) {
	for _, s := range []string{metadata, `{"users":[{"email":"a@b"}]}`, `{"users":[{"email":"a@b"}],"previous_submissions":[{"score":"1e400"},{"results":{"score":2,"tests":[{}]}}]}`, `{"id":null,"users":[{"email":5}]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ReadMetadata("m.json", data)
		if err != nil {
			return
		}
		if m.Student() == "" {
			t.Error("no student and no error")
		}
		out, err := Gradescope(ungradable(), m.Last())
		if err != nil {
			t.Fatal(err)
		}
		steers(t, "results.json", string(out))
		valid(t, "results.json", "gradescope.json", out)
	})
}
