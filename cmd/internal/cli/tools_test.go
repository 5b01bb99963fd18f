package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Programs that are graded never see a whole home folder, nor all of the machine: not where HOME is
// a symbolic link, as on machines whose homes lie on another disk, and not where it is unset.
func TestToolsKeepHome(t *testing.T) {
	real := t.TempDir()
	if err := os.Mkdir(filepath.Join(real, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "home")
	if err := os.Symlink(real, link); err != nil {
		t.Skip(err)
	}
	for _, c := range []struct{ home, tools string }{{real, real}, {link, real}, {link, link}, {link, filepath.Dir(real)}, {"", "/"}} {
		t.Setenv("HOME", c.home)
		if dirs, err := toolFolders([]string{c.tools}); err == nil || !strings.Contains(err.Error(), "home folder") {
			t.Errorf("HOME=%s --tools %s: %q, %v", c.home, c.tools, dirs, err)
		}
	}
}

// What the grader compiles Go programs with does not come out of the folder that it happens to be in:
// there lies what students have handed in.
func TestCacheFolder(t *testing.T) {
	for own, want := range map[string]bool{"": false, "cache": false, ".": false, t.TempDir(): true} {
		a := &app{getenv: func(string) string { return own }}
		if got := a.cacheFolder(); (got == own) != want {
			t.Errorf("XDG_CACHE_HOME=%q: %q", own, got)
		}
	}
}
