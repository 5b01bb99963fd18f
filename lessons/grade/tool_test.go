//go:build linux

package grade

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"netlab/lessons/grade/result"
	"netlab/live/jail"
)

// A compiler in the student's home is on this machine, and saying that it is not sends him looking
// for the wrong fault: the message says where it is, and why it cannot be used.
func TestToolOutsideTheCell(t *testing.T) {
	if jail.Has("lua") {
		t.Skip("this machine's system has lua")
	}
	dir := t.TempDir()
	lua := filepath.Join(dir, "lua")
	graded := func(self bool) *result.Result {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		r := Grade(ctx, task(t, echoTask), handed(map[string]string{"server.lua": "-- a server"}), Options{SelfCheck: self})
		needIsolation(t, r)
		if r.Outcome != result.Ungradable || r.Reason.Code != "tool" {
			t.Fatalf("%s %+v", r.Outcome, r.Reason)
		}
		return r
	}
	if got := graded(true).Reason; !strings.Contains(got.Message, "no lua") || strings.Contains(got.Hint, "grader") {
		t.Errorf("nowhere: %+v", got)
	}
	if err := os.WriteFile(lua, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	if got := graded(true).Reason; !strings.Contains(got.Message, lua) || !strings.Contains(got.Message, "/usr") || !strings.Contains(got.Hint, "--tools "+filepath.Dir(dir)) || strings.Contains(got.Hint, "grader") {
		t.Errorf("in a folder of the student's: %+v", got)
	}
	if got := graded(false).Reason; !strings.Contains(got.Message, lua) || !strings.Contains(got.Hint, "grader's machine") {
		t.Errorf("in a folder of the grader's: %+v", got)
	}
}

// With its folder shown the same compiler is used; a folder that programs cannot see is the
// grader's fault, and costs no student a mark.
func TestToolsAreShown(t *testing.T) {
	dir, err := os.MkdirTemp("/var/tmp", "tools")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	lua := "#!/bin/sh\nexec python3 \"$1\"\n" // as good as any language
	if err := os.WriteFile(filepath.Join(dir, "bin/lua"), []byte(lua), 0o755); err != nil {
		t.Fatal(err)
	}
	graded := func(folder string) *result.Result {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		r := Grade(ctx, task(t, echoTask), handed(map[string]string{"server.lua": goodServer}), Options{Tools: []string{folder}, Only: []string{"one"}})
		needIsolation(t, r)
		return r
	}
	if r := graded(dir); r.Outcome != result.Graded || r.Checks[0].Verdict != result.Pass {
		t.Errorf("with the folder: %s %+v", r.Outcome, r.Reason)
	}
	if r := graded(dir + "/none"); r.Outcome != result.Ungradable || r.Reason.Code != "tool" || !strings.Contains(r.Reason.Message, dir+"/none") {
		t.Errorf("with a folder that is not there: %s %+v", r.Outcome, r.Reason)
	}
}
