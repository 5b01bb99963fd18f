package ladder

import (
	"testing"
	"time"
)

// Where there is little room a time loses decimals, never its blank before the state
// beside it, and never a digit that counts.
func TestFitTime(t *testing.T) {
	for _, c := range []struct {
		t    time.Duration
		room int
		want string
	}{
		{160 * time.Millisecond, 5, "160.0"},
		{160 * time.Millisecond, 4, "160"},
		{773 * time.Microsecond, 4, "0.77"},
		{40 * time.Millisecond, 4, "40.0"},
		{12345 * time.Millisecond, 4, "12345"},
	} {
		if got := fitTime(c.t, c.room); got != c.want {
			t.Errorf("%v in %d columns: %q, want %q", c.t, c.room, got, c.want)
		}
	}
}
