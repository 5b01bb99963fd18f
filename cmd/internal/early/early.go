// Package early keeps a library's start-up from asking the terminal questions.
//
// Any program that links Bubble Tea v1 asks the terminal for its background
// colour in an init function, and waits five seconds for a terminal that does
// not answer. With CI set, termenv takes standard output for no terminal and
// asks nothing. This package imports only os, so its init runs before those of
// packages that import more; [Restore] puts CI back as it was.
package early

import "os"

var value, was = os.LookupEnv("CI")

func init() { _ = os.Setenv("CI", "netlab is starting") }

// Restore undoes what this package did to the environment. Call it first in main.
func Restore() {
	if was {
		_ = os.Setenv("CI", value)
	} else {
		_ = os.Unsetenv("CI")
	}
}
