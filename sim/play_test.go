package sim

import (
	"strings"
	"testing"
	"time"

	"netlab/sim/library"
	"netlab/sim/scenario"
)

// FuzzPlay: whatever a script that Parse accepts says, playing it ends, and nothing
// panics; its expectations can be judged.
func FuzzPlay(f *testing.F) {
	for _, name := range library.Names() {
		text, _, _ := library.Text(name)
		common, cases, _ := strings.Cut(text, "\ncase ")
		if cases == "" {
			f.Add(text)
			continue
		}
		for i, c := range strings.Split(cases, "\ncase ") {
			if i < 4 {
				f.Add(common + "\ncase " + c)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := scenario.Parse("fuzz", text)
		if err != nil || s.Until > time.Hour || len(s.Stmts) > 60 {
			return
		}
		size := 0
		for i := range s.Stmts {
			size += max(s.Stmts[i].N, len(s.Stmts[i].Text))
			if s.Stmts[i].Within > time.Hour {
				return
			}
		}
		if size > 200_000 {
			return
		}
		for _, h := range s.Hosts {
			if h.MSS > 0 && size/h.MSS > 2000 {
				return
			}
		}
		for i := range s.Stmts {
			if m := s.Stmts[i].Made; m != nil && m.Options.MSS > 0 && size/int(m.Options.MSS) > 2000 {
				return
			}
		}
		scenario.Judge(s, Run(s, Options{Seed: 3}))
	})
}

// A connection in TIME-WAIT that has given way to a new SYN comes back when the SYN proves
// an old duplicate (MAY-2), but not from the dead: only within its 2*MSL.
func TestTimeWaitDoesNotComeBackLate(t *testing.T) {
	text, _, _ := library.Text("segments/closing")
	for title, want := range map[string]int{
		"MAY-2 the new SYN was an old duplicate after all: back to TIME-WAIT":   1,
		"MUST-13 TIME-WAIT does not come back when 2*MSL have passed meanwhile": 0,
	} {
		all, err := scenario.ParseFile("closing", text)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, s := range all {
			if s.Case != title {
				continue
			}
			found = true
			back := 0
			for _, e := range Run(s, Options{}).Events {
				if e.Rule != nil && e.Rule.ID == "reopen-failed" {
					back++
				}
			}
			if back != want {
				t.Errorf("%s: came back %d times, want %d", title, back, want)
			}
		}
		if !found {
			t.Errorf("there is no case %q", title)
		}
	}
}
