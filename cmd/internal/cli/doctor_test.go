package cli

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"netlab/lessons/text"
	"netlab/live/lab"
)

// Who has a machine that refuses live runs needs most to understand why: all that the doctor finds,
// and all that can stand in the way on any system, is there in Chinese, too.
func TestDoctorSpeaksChinese(t *testing.T) {
	zh := text.For("zh-CN")
	chinese := func(what, english string) {
		t.Helper()
		if !strings.ContainsFunc(zh.Obstacle(english), func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%s: no Chinese for %q", what, english)
		}
	}
	for _, c := range lab.Doctor(t.Context()) {
		if c.ID != "system" { // linux/amd64 is the same in both
			chinese(c.ID, c.Found)
		}
		if both, ok := doctorWords[c.ID]; !ok || both[0] != c.What {
			t.Errorf("%s is called %q here and %q there", c.ID, both[0], c.What)
		}
	}
	files, err := filepath.Glob("../../../live/netns/netns_*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range files {
		for _, reason := range reasons(t, name) {
			found++
			chinese(name, reason)
		}
	}
	if found < 8 {
		t.Errorf("only %d reasons found: is func Why somewhere else?", found)
	}
}

// reasons are what func Why of a file returns first.
func reasons(t *testing.T, name string) (all []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Name.Name != "Why" {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if r, ok := n.(*ast.ReturnStmt); ok {
				all = append(all, written(t, r.Results[0]))
			}
			return true
		})
	}
	return all
}

// written is a string, with X for what is not written out.
func written(t *testing.T, e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		if err != nil {
			t.Fatal(err)
		}
		return s
	case *ast.BinaryExpr:
		return written(t, e.X) + written(t, e.Y)
	default:
		return "X"
	}
}
