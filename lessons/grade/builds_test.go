package grade

import (
	"errors"
	"sync"
	"testing"
	"time"

	"netlab/live/jail"
	"netlab/live/lab"
)

// What is graded many times is built once, also by many at a time; another hand-in or command is
// another build, and one that failed is tried again.
func TestBuilds(t *testing.T) {
	b := NewBuilds()
	n := 0
	build := func(err error, exit int) func() (*lab.Made, error) {
		return func() (*lab.Made, error) {
			n++
			return &lab.Made{ProgramEnd: lab.ProgramEnd{Report: jail.Report{Started: true, Exit: exit}}}, err
		}
	}
	var all sync.WaitGroup
	for range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			if made, err := b.get([]string{"make"}, []byte("work"), build(nil, 0)); err != nil || made == nil {
				t.Error(made, err)
			}
		}()
	}
	all.Wait()
	if n != 1 {
		t.Errorf("built %d times, want once", n)
	}
	if _, _ = b.get([]string{"make"}, []byte("other"), build(nil, 0)); n != 2 {
		t.Errorf("another hand-in: built %d times in all, want 2", n)
	}
	if _, _ = b.get([]string{"cc"}, []byte("work"), build(nil, 0)); n != 3 {
		t.Errorf("another command: built %d times in all, want 3", n)
	}
	for range 2 {
		_, _ = b.get([]string{"make"}, []byte("fails"), build(nil, 1))
		_, _ = b.get([]string{"make"}, []byte("breaks"), build(errors.New("no"), 0))
	}
	if n != 7 {
		t.Errorf("failures: built %d times in all, want each anew: 7", n)
	}
	if _, _ = (*Builds)(nil).get(nil, nil, build(nil, 0)); n != 8 {
		t.Error("without a memory nothing is built")
	}
}

// A build that had no time because the machine was busy costs no mark; one that computes, or waits,
// without end does: also one that computes a little first, to look like one that is starved, or that
// many processes of its own keep from the processors.
func TestStarved(t *testing.T) {
	const within = 2 * time.Minute
	for _, c := range []struct {
		what                string
		given               time.Duration
		late                bool
		computed, computing time.Duration // for how long it did, and would have
		want                bool
	}{
		{"in time", within, false, 30 * time.Second, 100 * time.Second, false},
		{"busy machine", within, true, 20 * time.Second, 119 * time.Second, true},
		{"computes without end", within, true, 118 * time.Second, 119 * time.Second, false},
		{"waits without end", within, true, 50 * time.Millisecond, 0, false},
		{"computes, then waits without end", within, true, 20 * time.Second, 21 * time.Second, false},
		{"the same, given longer on a busy machine", 3 * within, true, 20 * time.Second, 80 * time.Second, false},
		{"computes without end, given longer on a busy machine", 3 * within, true, 180 * time.Second, 359 * time.Second, false},
		{"still starved", 3 * within, true, 30 * time.Second, 359 * time.Second, true},
		{"many processes at a time", within, true, 230 * time.Second, 119 * time.Second, false},
		{"busy machine, a kernel that does not tell", within, true, 20 * time.Second, 0, true},
	} {
		made := &lab.Made{ProgramEnd: lab.ProgramEnd{Late: c.late, Wanted: int64(c.computing), Report: jail.Report{CPU: int64(c.computed)}}}
		if got := starved(made, c.given, within); got != c.want {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}
