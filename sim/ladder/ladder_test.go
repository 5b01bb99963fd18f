package ladder_test

import (
	"testing"

	"netlab/sim"
	"netlab/sim/ladder"
	"netlab/sim/simtest"
	"netlab/sim/trace"
)

func run(t *testing.T, file string) *trace.Trace {
	t.Helper()
	return sim.Run(simtest.Script(t, file), sim.Options{})
}

// The pictures, as files to look at.
func TestPictures(t *testing.T) {
	used := map[string]bool{}
	for _, c := range []struct {
		name, file string
		opt        ladder.Options
		draw       ladder.DrawOptions
	}{
		{"handshake-80.txt", "open/handshake", ladder.Options{}, ladder.DrawOptions{Width: 80}},
		{"handshake-60.txt", "open/handshake", ladder.Options{}, ladder.DrawOptions{Width: 60}},
		{"handshake-100-unicode.txt", "open/handshake", ladder.Options{Calls: true}, ladder.DrawOptions{Width: 100, Unicode: true}},
		{"handshake-linear.txt", "open/handshake", ladder.Options{Axis: ladder.Linear}, ladder.DrawOptions{Width: 80}},
		{"syn-lost.txt", "open/syn-lost", ladder.Options{}, ladder.DrawOptions{Width: 80}},
		{"crossing-syns.txt", "open/simultaneous-open", ladder.Options{}, ladder.DrawOptions{Width: 80}},
		{"crossing-fins.txt", "close/simultaneous-close", ladder.Options{Calls: true}, ladder.DrawOptions{Width: 80}},
		{"old-duplicate.txt", "open/old-duplicate-syn", ladder.Options{}, ladder.DrawOptions{Width: 100}},
		{"reordered.txt", "data/reordered", ladder.Options{}, ladder.DrawOptions{Width: 100}},
		{"duplicated.txt", "data/duplicated", ladder.Options{}, ladder.DrawOptions{Width: 80}},
		{"flat.txt", "open/handshake", ladder.Options{Flat: true}, ladder.DrawOptions{Width: 80}},
	} {
		t.Run(c.name, func(t *testing.T) {
			used[c.name] = true
			simtest.Golden(t, c.name, ladder.New(run(t, c.file), c.opt).Text(c.draw))
		})
	}
	used["crossing-fins.svg"], used["handshake.mmd"] = true, true
	simtest.Golden(t, "crossing-fins.svg", ladder.New(run(t, "close/simultaneous-close"), ladder.Options{Calls: true}).SVG(ladder.SVGOptions{Title: "Both ends close at once"}))
	simtest.Golden(t, "handshake.mmd", ladder.Mermaid(run(t, "open/handshake")))
	simtest.Unread(t, used)
}

// Positions never depend on how much is shown: stepping does not move what is
// already on the screen. And nothing that has not happened is drawn.
func TestStepsDoNotMoveThePicture(t *testing.T) {
	tr := run(t, "close/four-segments")
	whole := ladder.New(tr, ladder.Options{Calls: true})
	for n := 1; n <= len(tr.Events); n++ {
		part := ladder.New(tr, ladder.Options{Calls: true, Upto: n})
		if part.Rows != whole.Rows {
			t.Fatalf("after event %d there are %d rows, in the end %d", n, part.Rows, whole.Rows)
		}
		for _, a := range part.Arrows {
			if a.Event > n {
				t.Fatalf("after event %d, event %d is drawn", n, a.Event)
			}
			if a.Part == 1 && a.Arrival > n {
				t.Fatalf("after event %d, an arrow has arrived that arrives at %d", n, a.Arrival)
			}
		}
		for _, tag := range part.Tags {
			if tag.Event > n {
				t.Fatalf("after event %d, the tag %q of event %d is drawn", n, tag.Text, tag.Event)
			}
		}
	}
}

// No line of any picture is wider than asked for, in either set of characters.
func TestWidths(t *testing.T) {
	for _, file := range []string{"open/handshake", "open/old-duplicate-syn", "close/simultaneous-close", "open/backlog-full"} {
		for _, width := range []int{60, 80, 100, 160} {
			for _, unicode := range []bool{false, true} {
				for i, row := range ladder.New(run(t, file), ladder.Options{Calls: true}).Draw(ladder.DrawOptions{Width: width, Unicode: unicode}) {
					if len(row) != width {
						t.Errorf("%s at %d: row %d has %d cells", file, width, i, len(row))
					}
					for _, c := range row {
						if !unicode && c.Rune > 126 {
							t.Fatalf("%s: %q is not ASCII", file, c.Rune)
						}
					}
				}
			}
		}
	}
}

// A packet that waits before its receiver is drawn nearly to the end, and one that has only
// left, near its beginning.
func TestHeld(t *testing.T) {
	tr := run(t, "open/handshake")
	syn := 0
	for i := range tr.Events {
		if tr.Events[i].Kind == trace.Send {
			syn = i + 1
			break
		}
	}
	cut := *tr
	cut.Events = tr.Events[:syn]
	for held, least := range map[bool]float64{false: 0.1, true: 0.8} {
		l := ladder.New(&cut, ladder.Options{Held: map[int]bool{tr.At(syn).Pkt: held}})
		if len(l.Arrows) != 1 || l.Arrows[0].Part < least || l.Arrows[0].Part > least+0.3 {
			t.Errorf("held %v: arrows %+v, want one with a part of %v to %v", held, l.Arrows, least, least+0.3)
		}
	}
}
