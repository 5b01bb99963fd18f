// Package simtest helps tests: golden files, and a diff to show when they differ.
// It is for tests only.
package simtest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Update reports whether golden files are to be rewritten: NETLAB_UPDATE=1. CI
// never sets it. Read what you have rewritten.
func Update() bool { return os.Getenv("NETLAB_UPDATE") == "1" }

// Golden holds got against the file testdata/golden/NAME.
func Golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	got = Trim(got)
	if Update() {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (NETLAB_UPDATE=1 go test writes it; then read it)", err)
	}
	if d := Diff(string(want), got); d != "" {
		t.Errorf("%s differs from what the test got (-want +got):\n%s", path, d)
	}
}

// Trim takes the blanks off the ends of lines.
func Trim(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \t")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n"
}

// Diff returns the lines in which two texts differ, with their numbers, or the
// empty string.
func Diff(want, got string) string {
	if want == got {
		return ""
	}
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	var out strings.Builder
	for i := range max(len(a), len(b)) {
		var x, y string
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			fmt.Fprintf(&out, "%4d - %s\n     + %s\n", i+1, x, y)
		}
	}
	return out.String()
}

// Unread fails for every golden file that no test has asked for. Call it last,
// with the names that were used.
func Unread(t *testing.T, used map[string]bool) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", "golden", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if !used[filepath.Base(n)] {
			t.Errorf("%s is read by no test", n)
		}
	}
}
