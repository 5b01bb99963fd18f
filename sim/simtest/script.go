package simtest

import (
	"testing"

	"netlab/sim/library"
	"netlab/sim/scenario"
)

// Script returns a script of the library, such as "open/handshake".
func Script(t testing.TB, name string) *scenario.Script {
	t.Helper()
	text, _, ok := library.Text(name)
	if !ok {
		t.Fatalf("the library has no scenario %s", name)
	}
	s, err := scenario.Parse(name, text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
