package cli

import (
	"slices"
	"testing"
	"time"
)

// Whatever a pipe sends to a stepped run is a command or a mistake that says what would be
// right; a number is a packet's, and a time has a bound.
func FuzzCommand(f *testing.F) {
	for _, s := range []string{"", "release", "release 3", "drop #2", "duplicate 1", "wait 1.2s", "quit", "wait -1s", "release 99999999999999999999", "drop 0", "go 1 2", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		c, err := parseCommand(line)
		if err != nil {
			if exit, ok := err.(*exitError); !ok || exit.code != exitUsage || exit.hint == "" {
				t.Errorf("%q: %v is no usage error with a hint", line, err)
			}
			return
		}
		if !slices.Contains([]string{"release", "drop", "duplicate", "wait", "quit"}, c.verb) || c.n < 0 || c.time < 0 || c.time > time.Hour {
			t.Errorf("%q is taken as %+v", line, c)
		}
	})
}
