// Package archtest holds the architecture: which package may import which, what
// the engine may not touch, how sequence numbers are compared, and how large
// files and functions may grow. It contains tests only.
package archtest

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "netlab/"

// A dep that ends in /... stands for a whole subtree.
var forbidden = []struct{ pkg, dep, why string }{
	{"sim/...", "net/...", "the simulator performs no I/O"},
	{"sim/...", "os/...", "the simulator performs no I/O"},
	{"sim/...", "syscall", "the simulator performs no I/O"},
	{"sim/...", "math/rand/...", "all chance comes from the scenario's seed"},
	{"sim/...", "sync/...", "the simulator has no goroutines"},
	{"sim/...", "context", "the simulator never waits"},
	{"sim/...", "log/...", "the simulator tells a trace, not a log"},
	{"sim/wire", module + "...", "wire is at the bottom"},
	{"sim/tcp", module + "sim/socket", "the protocol does not know the socket API"},
	{"sim/tcp", module + "sim/trace", "the protocol does not know who is looking"},
	{"sim/scenario", module + "sim/tcp", "a script knows no model"},
	{"sim/trace", module + "sim/tcp", "a trace knows no model"},
	{"sim/udp", module + "sim/tcp", "two protocols, side by side"},
	{"sim/udp", module + "sim/socket", "the protocol does not know the socket API"},
	{"sim/ip", module + "sim/socket", "IP is below the socket API"},
	{"sim/library", module + "sim/tcp", "a scenario knows no model"},
	{"sim/fault", module + "sim/tcp", "the network knows no model"},
	{"sim/compare", module + "sim/tcp", "a comparison reads traces"},
	{"sim/compare", module + "sim/scenario", "a comparison reads traces"},
	{"sim/ladder", module + "sim/tcp", "a picture reads traces"},
	{"sim/ladder", module + "sim/scenario", "a picture reads traces"},
	{"live", module + "sim", "live is compared with the model, so it must not be the model"},
	{"live", module + "sim/tcp", "live is compared with the model, so it must not be the model"},
	{"live", module + "sim/socket", "live is compared with the model, so it must not be the model"},
	{"live", module + "capture/...", "live and capture meet only in live/lab"},
	{"live/peer", module + "sim", "a peer talks with the kernel, not with the model"},
	{"live/peer", module + "sim/tcp", "a peer talks with the kernel, not with the model"},
	{"live/peer", module + "sim/socket", "a peer talks with the kernel, not with the model"},
	{"live/peer", module + "capture/...", "calls and packets meet above: in live/lab, or in the command"},
	{"capture/...", module + "sim", "a capture knows no model"},
	{"capture/...", module + "sim/tcp", "a capture knows no model"},
	{"capture/...", module + "sim/socket", "a capture knows no model"},
	{"capture/...", module + "live/...", "live and capture meet only in live/lab"},
	{"capture/...", module + "lessons/...", "arrows point one way"},
	{"capture/...", module + "cmd/...", "arrows point one way"},
	{"lessons/course", module + "live/...", "a lesson gets live runs from outside"},
	{"lessons/...", module + "cmd/...", "arrows point one way"},
	{"live/...", module + "cmd/...", "arrows point one way"},
	{"live/...", module + "lessons/...", "arrows point one way"},
	{"sim/...", module + "live/...", "arrows point one way"},
	{"sim/...", module + "capture/...", "arrows point one way"},
	{"sim/...", module + "lessons/...", "arrows point one way"},
	{"cmd/internal/web", "os/...", "what a browser asks for is in the binary: no file is read"},
	{"cmd/internal/web", module + "live/...", "the show plays on the kernel, not the page"},
	{"cmd/internal/early", "github.com/...", "early must be ready before any library"},
}

// A listed is what `go list -json` says of a package.
type listed struct {
	ImportPath string
	Dir        string
	Imports    []string
	GoFiles    []string
	Standard   bool
}

func list(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Imports,GoFiles", "netlab/...")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		var p listed
		if err := dec.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// matches reports whether a path is the pattern, or below it if it ends in /... .
func matches(pattern, path string) bool {
	if tree, ok := strings.CutSuffix(pattern, "/..."); ok {
		return path == tree || strings.HasPrefix(path, tree+"/")
	}
	return path == pattern
}

func TestImports(t *testing.T) {
	for _, p := range list(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		if name == "sim/simtest" { // helps tests, and writes golden files
			continue
		}
		for _, dep := range p.Imports {
			for _, f := range forbidden {
				if matches(f.pkg, name) && matches(f.dep, dep) {
					t.Errorf("%s imports %s: %s", name, dep, f.why)
				}
			}
			if matches("sim/...", name) && strings.Contains(dep, ".") {
				t.Errorf("%s imports %s: the simulator uses the standard library only", name, dep)
			}
			if strings.Contains(dep, "gopacket") && name != "capture" {
				t.Errorf("%s imports %s: gopacket stays in package capture", name, dep)
			}
			if strings.Contains(dep, "bubbletea") && name != "cmd/internal/tui" {
				t.Errorf("%s imports %s: the screen library stays in package tui", name, dep)
			}
		}
	}
}

// goFiles calls f for every Go file of the project.
func goFiles(t *testing.T, f func(path string, file *ast.File, set *token.FileSet, src []byte)) {
	t.Helper()
	root := filepath.Join("..", "..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, src, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		f(filepath.ToSlash(rel), file, set, src)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// children hold the functions that end a process which a library has started to do its work.
var children = []string{"live/lab/child.go", "live/jail/inside_linux.go"}

// The simulator reads no clock: virtual time only. Nothing below cmd prints or exits.
func TestPurity(t *testing.T) {
	clock := []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick"}
	goFiles(t, func(path string, file *ast.File, set *token.FileSet, _ []byte) {
		if strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "sim/simtest/") {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if g, ok := n.(*ast.GoStmt); ok && strings.HasPrefix(path, "sim/") {
				t.Errorf("%s: a goroutine in the simulator", set.Position(g.Pos()))
			}
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pkg, ok := sel.X.(*ast.Ident)
			if !ok || pkg.Obj != nil {
				return true
			}
			switch {
			case strings.HasPrefix(path, "sim/") && pkg.Name == "time" && slices.Contains(clock, sel.Sel.Name):
				t.Errorf("%s: time.%s in the simulator: take now as a parameter", set.Position(n.Pos()), sel.Sel.Name)
			case !strings.HasPrefix(path, "cmd/") && pkg.Name == "fmt" && strings.HasPrefix(sel.Sel.Name, "Print"):
				t.Errorf("%s: a library prints", set.Position(n.Pos()))
			case !strings.HasPrefix(path, "cmd/") && !slices.Contains(children, path) && pkg.Name == "os" && sel.Sel.Name == "Exit":
				t.Errorf("%s: a library exits", set.Position(n.Pos()))
			}
			return true
		})
	})
}

// Every package says what it is, in doc.go or above its package clause.
func TestEveryPackageHasADoc(t *testing.T) {
	docs := map[string]bool{}
	goFiles(t, func(path string, file *ast.File, _ *token.FileSet, _ []byte) {
		dir := filepath.ToSlash(filepath.Dir(path))
		docs[dir] = docs[dir] || file.Doc != nil
	})
	for dir, ok := range docs {
		if !ok {
			t.Errorf("package %s has no comment that says what it is", dir)
		}
	}
}

// Exported names below sim, live, capture and lessons are documented, and the
// comment begins with the name.
func TestExportedNamesAreDocumented(t *testing.T) {
	goFiles(t, func(path string, file *ast.File, set *token.FileSet, _ []byte) {
		if strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "cmd/") {
			return
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !f.Name.IsExported() || (f.Recv != nil && !ast.IsExported(receiver(f))) {
				continue
			}
			if f.Doc == nil || !strings.HasPrefix(f.Doc.Text(), f.Name.Name+" ") {
				t.Errorf("%s: the comment of %s must begin with its name", set.Position(f.Pos()), f.Name.Name)
			}
		}
	})
}

func receiver(f *ast.FuncDecl) string {
	typ := f.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	if id, ok := typ.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// Files have one subject and functions one duty: at most 400 lines and 60.
// Tables (files that are mostly declarations) are exempt by nature, not by name.
func TestSizes(t *testing.T) {
	goFiles(t, func(path string, file *ast.File, set *token.FileSet, src []byte) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		if n := bytes.Count(src, []byte("\n")); n > 400 {
			t.Errorf("%s has %d lines: does it still have one subject?", path, n)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Body == nil {
				continue
			}
			if n := set.Position(f.End()).Line - set.Position(f.Pos()).Line; n > 70 {
				t.Errorf("%s: %s has %d lines", set.Position(f.Pos()), f.Name.Name, n)
			}
		}
	})
}
