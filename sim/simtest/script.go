package simtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"netlab/sim/scenario"
)

// Script reads a script of sim/testdata, such as "open/handshake"; root is the
// way from the test's package to sim.
func Script(t testing.TB, root, name string) *scenario.Script {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "testdata", filepath.FromSlash(name)+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	text, _, _ := strings.Cut(string(data), "----\n") // what follows is the trace
	s, err := scenario.Parse(name, text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
