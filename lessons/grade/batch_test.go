package grade

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"netlab/lessons/grade/assignment"
	"netlab/lessons/grade/handin"
	"netlab/lessons/grade/result"
	"netlab/lessons/text/texttest"
)

// A worksheet that is quick to grade: what a class needs is the same for all kinds.
const sheetTask = `format_version = 1
id = "sheet"
revision = 1
kind = "worksheet"
title = { en = "Sheet", zh-CN = "练习" }

[params]
isn = { range = [100, 900] }

[worksheet]
scenario = """
host A iss={isn}
host B iss=300
link A B delay=10ms
B: s = socket tcp
B: listen s 80
A: c = socket tcp
A: connect c B:80
B: x = accept s
"""
ask = ["flags", "seq", "ack"]
points = { cell = 1 }
`

func sheetOf(t *testing.T) *assignment.Assignment {
	t.Helper()
	a, err := assignment.Load(fstest.MapFS{assignment.FileName: {Data: []byte(sheetTask)}}, "sheet")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// class writes a folder of hand-ins: one answer right in each, for s1 to sN.
func class(t *testing.T, n int) []handin.Entry {
	t.Helper()
	dir := t.TempDir()
	for i := 1; i <= n; i++ {
		text := "[row.1]\nflags = \"SYN\"\n# " + strings.Repeat("x", i) + "\n"
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("s%d.toml", i)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	entries, _, err := handin.List(dir, "{student}")
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// A class is graded once: a second run keeps what is there, but grades again what was handed in
// anew; who has handed in nothing has a result, too.
func TestBatch(t *testing.T) {
	entries, out := class(t, 5), t.TempDir()
	kept := 0
	b := &Batch{Assignment: sheetOf(t), Entries: entries, Roster: []handin.Person{{ID: "s1", Name: "王芳"}, {ID: "absent", Name: "Li"}}, Out: out, Jobs: 3,
		Options: Options{Lang: "en"}, Done: func(_ *result.Result, k bool) {
			if k {
				kept++
			}
		}}
	run := func() []*result.Result {
		t.Helper()
		kept = 0
		rs, err := b.Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return rs
	}
	rs := run()
	if len(rs) != 6 || kept != 0 {
		t.Fatalf("%d results, %d kept; want 6 new ones", len(rs), kept)
	}
	if r := rs[0]; r.Student != "absent" || r.Outcome != result.Rejected || r.Reason.Code != "missing" {
		t.Errorf("%s: %s %+v", r.Student, r.Outcome, r.Reason)
	}
	if r := rs[1]; r.Student != "s1" || r.Name != "王芳" || r.Outcome != result.Graded || r.Score != 1 || !r.SelfStudy {
		t.Errorf("%+v", r)
	}
	if run(); kept != 5 {
		t.Errorf("%d kept, want 5", kept)
	}
	if err := os.WriteFile(entries[2].Path, []byte("[row.1]\nflags = \"FIN\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if rs = run(); kept != 4 || rs[3].Score != 0 {
		t.Errorf("%d kept and %g marks after another hand-in, want 4 and 0", kept, rs[3].Score)
	}
	all, err := ReadResults(out, nil)
	if err != nil || len(all) != 6 {
		t.Errorf("%d results in the folder, %v", len(all), err)
	}
}

// Interrupted, a class has whole results of those that were done, and none of the others.
func TestBatchInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	out := t.TempDir()
	b := &Batch{Assignment: sheetOf(t), Entries: class(t, 40), Out: out, Jobs: 2, Done: func(*result.Result, bool) { cancel() }}
	if _, err := b.Run(ctx); err == nil {
		t.Error("an interrupted run is no success")
	}
	all, err := ReadResults(out, nil)
	if err != nil || len(all) == 0 || len(all) > 10 {
		t.Errorf("%d results, %v; want the few that were done", len(all), err)
	}
}

// The parts of a class are disjoint and are the whole.
func TestShard(t *testing.T) {
	entries := class(t, 50)
	sum := 0
	for i := 1; i <= 4; i++ {
		n := len(Shard(entries, i, 4))
		if sum += n; n == 0 || n == 50 {
			t.Errorf("part %d has %d of 50", i, n)
		}
	}
	if sum != 50 {
		t.Errorf("the parts have %d", sum)
	}
}

// Two students whose captures have the same marks of origin are named to each other's results.
func TestCopies(t *testing.T) {
	x := &result.Result{Schema: result.Schema, Student: "s1", Fingerprint: []string{"client-isn 2963473891"}}
	y := &result.Result{Schema: result.Schema, Student: "s2", Fingerprint: x.Fingerprint}
	z := &result.Result{Schema: result.Schema, Student: "s3", Fingerprint: []string{"client-isn 77"}}
	b := &Batch{Assignment: sheetOf(t), Out: t.TempDir(), Options: Options{Lang: "en"}}
	if err := b.copies([]*result.Result{x, y, z}); err != nil {
		t.Fatal(err)
	}
	if len(x.Copies) != 1 || !strings.Contains(x.Copies[0], "the same as s2 handed in") || len(y.Copies) != 1 || len(z.Copies) != 0 {
		t.Errorf("copies %q, %q, %q", x.Copies, y.Copies, z.Copies)
	}
}

// A signed result cannot be changed, nor given to another student, unnoticed.
func TestSign(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSigner("key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	if err != nil {
		t.Fatal(err)
	}
	r := &result.Result{Schema: result.Schema, Student: "s1", Score: 3.5, MaxScore: 10, Checks: []result.Check{{ID: "one", Title: "回显 <&>", Verdict: result.Pass}}}
	if err := s.Sign(r); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	if err := Verify(b.Bytes(), public); err != nil {
		t.Errorf("as it was written: %v", err)
	}
	for _, c := range []struct{ what, old, changed, want string }{
		{"another mark", `"score": 3.5`, `"score": 9.5`, "changed after it was signed"},
		{"another student", `"student": "s1"`, `"student": "s2"`, "changed after it was signed"},
		{"a key added", `"student"`, `"bonus": 1, "student"`, "changed after it was signed"},
		{"no signature", `"signature"`, `"signatures"`, "not signed"},
		{"no JSON", `{`, ``, "invalid character"},
	} {
		text := strings.Replace(b.String(), c.old, c.changed, 1)
		if err := Verify([]byte(text), public); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.what, err, c.want)
		}
	}
	other, _, _ := ed25519.GenerateKey(nil)
	if err := Verify(b.Bytes(), other); err == nil || !strings.Contains(err.Error(), "another key") {
		t.Errorf("another key: %v", err)
	}
	if _, err := NewSigner("x", []byte("x")); err == nil || !strings.Contains(err.Error(), "openssl genpkey") {
		t.Errorf("no key: %v", err)
	}
}

// Every sentence is there in both languages, with the same values.
func TestPhrases(t *testing.T) { texttest.Pairs(t, phrases) }
