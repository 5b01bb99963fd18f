package lessons

import (
	"io/fs"
	"path"
	"strings"
	"testing"
)

// Solutions never travel in the binary: whoever has it would have them. What must be in it of
// each assignment is.
func TestNoSolutionsAreEmbedded(t *testing.T) {
	files := map[string][]string{}
	err := fs.WalkDir(FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		for _, part := range strings.Split(name, "/") {
			if part == "testdata" || part == "reference" || part == "wrong" || strings.HasPrefix(part, "expect.") || strings.Contains(part, "secret") {
				t.Errorf("%s is embedded", name)
			}
		}
		if strings.HasPrefix(name, "homework/") {
			files[path.Dir(name)] = append(files[path.Dir(name)], path.Base(name))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 15 {
		t.Errorf("%d assignments, want 15", len(files))
	}
	for dir, names := range files {
		if got := strings.Join(names, " "); got != "assignment.toml handout.en.md handout.zh-CN.md" {
			t.Errorf("%s has %s", dir, got)
		}
	}
}
