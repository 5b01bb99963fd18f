package archtest

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"
	"testing"
)

// Sequence numbers wrap: only package wire compares them with <, every other
// package uses Before, After and In.
func TestSequenceNumbersAreNotCompared(t *testing.T) {
	shared := token.NewFileSet()
	imports := importer.ForCompiler(shared, "source", nil) // one for all: it remembers what it has read
	for _, p := range list(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		if name == "sim/wire" || !strings.HasPrefix(name, "sim") {
			continue
		}
		set := shared
		var files []*ast.File
		for _, f := range p.GoFiles {
			file, err := parser.ParseFile(set, filepath.Join(p.Dir, f), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, file)
		}
		info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
		conf := types.Config{Importer: imports, Error: func(error) {}}
		_, _ = conf.Check(p.ImportPath, set, files, info)
		for _, file := range files {
			ast.Inspect(file, func(n ast.Node) bool {
				b, ok := n.(*ast.BinaryExpr)
				if !ok {
					return true
				}
				switch b.Op {
				case token.LSS, token.GTR, token.LEQ, token.GEQ:
					if tv, ok := info.Types[b.X]; ok && tv.Type != nil && strings.HasSuffix(tv.Type.String(), "wire.Seq") {
						t.Errorf("%s: sequence numbers compared with %s", set.Position(b.Pos()), b.Op)
					}
				}
				return true
			})
		}
	}
}
