package handin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// List tells whose a hand-in is; the newest of one student counts.
func TestList(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"20230001_张三_实验一.zip", "20230001_张三_实验一 (1).zip", "20230001_张三_实验一(10).zip", "20230001_张三_实验一 (9).zip",
		"李四_20230002_实验一.rar", "20230003-王五-实验一.tar.gz", "赵六20230004.zip", "s20230005.py", "alice.zip",
		"Bob Miller_20230006_assignsubmission_file/server.py", "roster.csv", ".hidden", "__MACOSX/x", "2 20230007.zip", "！.zip"} {
		write(t, dir, name, []byte(name))
	}
	when := time.Now().Add(-time.Hour)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries { // a platform's download: all of one moment, so that the names decide
		if err := os.Chtimes(filepath.Join(dir, e.Name()), when, when); err != nil {
			t.Fatal(err)
		}
	}
	got, left, err := List(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, e := range got {
		lines = append(lines, strings.Join([]string{filepath.Base(e.Path), e.Student, e.Name, e.Title}, "|"))
	}
	want := `20230001_张三_实验一(10).zip|20230001|张三|实验一
李四_20230002_实验一.rar|20230002|李四|实验一
20230003-王五-实验一.tar.gz|20230003|王五|实验一
赵六20230004.zip|20230004|赵六|
Bob Miller_20230006_assignsubmission_file|20230006|Bob Miller|assignsubmission_file
2 20230007.zip|20230007|2|
alice.zip|alice||
s20230005.py|s20230005||`
	if s := strings.Join(lines, "\n"); s != want {
		t.Errorf("entries\n%s\nwant\n%s", s, want)
	}
	if got, want := codes(left), "roster.csv:no-hand-in ！.zip:no-match 20230001_张三_实验一 (9).zip:older 20230001_张三_实验一 (1).zip:older 20230001_张三_实验一.zip:older"; got != want {
		t.Errorf("left\n%s\nwant\n%s", got, want)
	}
	// A later time counts more than a later name.
	now := time.Now()
	if err := os.Chtimes(filepath.Join(dir, "20230001_张三_实验一.zip"), now, now); err != nil {
		t.Fatal(err)
	}
	if got, _, _ = List(dir, ""); filepath.Base(got[0].Path) != "20230001_张三_实验一.zip" {
		t.Errorf("%s counts, want the newest", got[0].Path)
	}
}

// A pattern says it exactly; what does not fit is listed.
func TestListPattern(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a1_张三_x_y.zip", "a2_李四_x.ZIP", "nobody.zip", "a3_王五_x.tar.gz"} {
		write(t, dir, name, nil)
	}
	for _, tc := range []struct{ pattern, want, left string }{
		{"{student}_{name}_{title}.zip", "a1|张三|x_y", "a2_李四_x.ZIP:no-match a3_王五_x.tar.gz:no-match nobody.zip:no-match"},
		{"{student}_{name}_{title}", "a1|张三|x_y a2|李四|x a3|王五|x", "nobody.zip:no-match"},
		{"{student}_{any}", "a1|| a2|| a3||", "nobody.zip:no-match"},
		{"{student}", "a1_张三_x_y|| a2_李四_x|| a3_王五_x|| nobody||", ""},
	} {
		got, left, err := List(dir, tc.pattern)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, e := range got {
			all = append(all, strings.Join([]string{e.Student, e.Name, e.Title}, "|"))
		}
		if s := strings.Join(all, " "); s != tc.want || codes(left) != tc.left {
			t.Errorf("%s: %q, left %q", tc.pattern, s, codes(left))
		}
	}
	for pattern, want := range map[string]string{"{name}.zip": "does not hold {student}", "{student}_{id}": "no {id}", "{student}{student}": "twice"} {
		if _, _, err := List(dir, pattern); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q in it", pattern, err, want)
		}
	}
	if _, _, err := List(filepath.Join(dir, "no"), ""); code(t, err) != "not-found" {
		t.Errorf("a folder that is not there: %v", err)
	}
	if _, _, err := List(filepath.Join(dir, "nobody.zip"), ""); err == nil || !strings.Contains(err.Error(), "not a folder") {
		t.Errorf("a file: %v", err)
	}
}

// An id becomes the name of a file: nothing else may come of it.
func TestCheckID(t *testing.T) {
	for id, ok := range map[string]bool{"20230001": true, "张三": true, "a.b@c": true, "": false, "..": false, "a/../b": false,
		`a\b`: false, ".a": false, "a\x00": false, "a:b": false, strings.Repeat("1", 65): false, "--": false, "a\u202eb": false} {
		if got := checkID(id) == ""; got != ok {
			t.Errorf("checkID(%q) = %q", id, checkID(id))
		}
	}
}
