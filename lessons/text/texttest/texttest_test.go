package texttest

import "testing"

func TestFaults(t *testing.T) {
	for _, c := range []struct {
		both [2]string
		want int
	}{
		{[2]string{"{0} and {1}", "{1} 和 {0}"}, 0},
		{[2]string{"; ", "；"}, 0},
		{[2]string{"one", ""}, 1},
		{[2]string{"one {0}", "一个"}, 1},
		{[2]string{"one", "one"}, 1},
		{[2]string{"一个", "一个"}, 1},
		{[2]string{"one %s", "一个 %s"}, 2},
	} {
		if got := faults(c.both); len(got) != c.want {
			t.Errorf("%q: %q, want %d faults", c.both, got, c.want)
		}
	}
}
