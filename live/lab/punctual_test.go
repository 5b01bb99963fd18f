package lab

import (
	"errors"
	"testing"
	"time"
)

// A run on loopback is played again when the machine stood still, but not without end, not when
// it failed, and not when a program took part: that would see it twice.
func TestMustRepeatHere(t *testing.T) {
	late, now := loopbackLate+time.Millisecond, time.Now()
	for _, c := range []struct {
		what  string
		st    stage
		late  time.Duration
		err   error
		try   int
		began time.Time
		want  bool
	}{
		{"in time", stage{}, loopbackLate, nil, 1, now, false},
		{"late", stage{}, late, nil, 1, now, true},
		{"failed", stage{}, late, errors.New("no"), 1, now, false},
		{"often enough", stage{}, late, nil, wireTries, now, false},
		{"long enough", stage{}, late, nil, 2, now.Add(-wireTriesFor), false},
		{"a program", stage{program: &Program{}}, late, nil, 1, now, false},
	} {
		if got := c.st.mustRepeatHere(c.late, c.err, c.try, c.began); got != c.want {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}
