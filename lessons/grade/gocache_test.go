package grade

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"netlab/live/jail"
	"netlab/live/lab"
)

// The library is compiled once: a program that uses it compiles itself and nothing else, in this
// run and in the next, and what it was made with is not handed on with the program.
func TestGoCache(t *testing.T) {
	if !jail.Has("go") {
		t.Skip("the system has no Go")
	}
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	files := map[string]string{"go.mod": "module server\n", "main.go": "package main\nimport \"net\"\nfunc main() { net.Listen(\"tcp\", \":8888\") }\n"}
	compiled := func(c *GoCache) string { // the packages that were
		t.Helper()
		cell := jail.Cell{Argv: []string{"sh", "-c", "go build -v -o server ."}, Limits: buildLimits}
		work := c.with(ctx, &cell, tarOf(files))
		made, err := lab.Make(ctx, cell, work, buildWithin)
		var refused *lab.RefusedError
		if errors.As(err, &refused) && os.Getenv("NETLAB_REQUIRE_LIVE") == "" {
			t.Skip(err)
		}
		if err != nil || made.Exit != 0 {
			t.Fatalf("%v %+v", err, made)
		}
		if strings.Contains(string(made.Work), goCacheDir) || !strings.Contains(string(made.Work), "\x7fELF") {
			t.Error("the files afterwards are not the sources and the program")
		}
		return strings.Join(strings.Fields(string(made.Output)), " ")
	}
	if got := compiled(NewGoCache(dir)); got != "server" {
		t.Errorf("compiled %q", got)
	}
	kept, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(kept) != 1 {
		t.Fatalf("kept %q", kept)
	}
	info, err := os.Stat(kept[0])
	if err != nil {
		t.Fatal(err)
	}
	if got := compiled(NewGoCache(dir)); got != "server" {
		t.Errorf("in the next run compiled %q", got)
	}
	if again, err := os.Stat(kept[0]); err != nil || !again.ModTime().Equal(info.ModTime()) {
		t.Errorf("made anew: %v", err)
	}
	data, err := os.ReadFile(kept[0])
	if err != nil {
		t.Fatal(err)
	}
	if whole(data) == nil {
		t.Error("what was kept is not used")
	}
}

// What a full disk has cut off, or a bad one has changed, is made anew: with it no Go program could be
// built, and all who hand one in would lose their marks.
func TestGoCacheDamaged(t *testing.T) {
	good := sealed(tarOf(map[string]string{"main.go": "package main\n"}))
	if whole(good) == nil {
		t.Fatal("what is as it was is not used")
	}
	changed := slices.Clone(good)
	changed[len(changed)/2] ^= 1
	for name, bad := range map[string][]byte{"cut off": good[:len(good)-512], "changed": changed, "another file": []byte("rubbish"), "empty": nil} {
		if whole(bad) != nil {
			t.Errorf("%s: used all the same", name)
		}
	}
	if _, err := readSome(t.TempDir(), 1<<20); err == nil {
		t.Error("a folder is read, and so would be a FIFO, for ever")
	}
}
