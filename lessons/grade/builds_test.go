package grade

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"netlab/lessons/grade/assignment"
	"netlab/lessons/grade/handin"
	"netlab/live/jail"
	"netlab/live/lab"
)

// What is graded many times is built once, also by many at a time; another hand-in or command is
// another build, and one that failed is tried again.
func TestBuilds(t *testing.T) {
	b := NewBuilds()
	n := 0
	build := func(err error, exit int) func() (*lab.Made, error) {
		return func() (*lab.Made, error) {
			n++
			return &lab.Made{ProgramEnd: lab.ProgramEnd{Report: jail.Report{Started: true, Exit: exit}}}, err
		}
	}
	var all sync.WaitGroup
	for range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			if made, err := b.get([]string{"make"}, []byte("work"), build(nil, 0)); err != nil || made == nil {
				t.Error(made, err)
			}
		}()
	}
	all.Wait()
	if n != 1 {
		t.Errorf("built %d times, want once", n)
	}
	if _, _ = b.get([]string{"make"}, []byte("other"), build(nil, 0)); n != 2 {
		t.Errorf("another hand-in: built %d times in all, want 2", n)
	}
	if _, _ = b.get([]string{"cc"}, []byte("work"), build(nil, 0)); n != 3 {
		t.Errorf("another command: built %d times in all, want 3", n)
	}
	for range 2 {
		_, _ = b.get([]string{"make"}, []byte("fails"), build(nil, 1))
		_, _ = b.get([]string{"make"}, []byte("breaks"), build(errors.New("no"), 0))
	}
	if n != 7 {
		t.Errorf("failures: built %d times in all, want each anew: 7", n)
	}
	if _, _ = (*Builds)(nil).get(nil, nil, build(nil, 0)); n != 8 {
		t.Error("without a memory nothing is built")
	}
}

// A build that had no time because the machine was busy costs no mark; one that computes, or waits,
// without end does.
func TestStarved(t *testing.T) {
	const within = 2 * time.Minute
	for _, c := range []struct {
		what string
		late bool
		cpu  time.Duration
		want bool
	}{
		{"in time", false, 30 * time.Second, false},
		{"busy machine", true, 20 * time.Second, true},
		{"computes without end", true, 118 * time.Second, false},
		{"waits without end", true, 50 * time.Millisecond, false},
	} {
		made := &lab.Made{ProgramEnd: lab.ProgramEnd{Late: c.late, Report: jail.Report{CPU: int64(c.cpu)}}}
		if got := starved(made, within); got != c.want {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}

// Rust is compiled as the edition that Cargo.toml names, and as that of 2021 where none is named:
// rustc itself would take that of 2015.
func TestRustEdition(t *testing.T) {
	for cargo, want := range map[string]string{
		"": "--edition 2021",
		"[package]\nname = \"server\"\nedition = \"2018\"\n": "--edition 2018",
		"[package]\nname = \"server\"\n":                     "--edition 2021",
	} {
		dir := t.TempDir()
		files := map[string]string{"server.rs": "", "rustc": "#!/bin/sh\necho \"$@\"\n"}
		h := &handin.Handin{Files: []handin.File{{Name: "server.rs"}}}
		if cargo != "" {
			files["Cargo.toml"] = cargo
			h.Files = append(h.Files, handin.File{Name: "Cargo.toml"})
		}
		for name, text := range files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		r := recipeFor(&assignment.Assignment{}, h)
		cmd := exec.Command(r.build[0], r.build[1:]...)
		cmd.Dir, cmd.Env = dir, []string{"PATH=" + dir + ":/usr/bin:/bin"}
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.HasPrefix(string(out), want+" ") || !strings.Contains(string(out), "server.rs") {
			t.Errorf("%q: %q, %v; want %s", cargo, out, err, want)
		}
	}
}
