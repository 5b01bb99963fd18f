package grade

import (
	"errors"
	"sync"
	"testing"

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
