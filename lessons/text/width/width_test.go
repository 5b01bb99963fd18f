package width

import (
	"slices"
	"strings"
	"testing"
)

// Columns must line up whatever the locale: ambiguous characters count as one.
func TestOf(t *testing.T) {
	for s, want := range map[string]int{"abc": 3, "│►◄✗": 4, "→…·": 3, "序号": 4, "，。": 4, "ａ１": 4, "": 0} {
		if got := Of(s); got != want {
			t.Errorf("Of(%q) = %d, want %d", s, got, want)
		}
	}
}

func TestPadAndCut(t *testing.T) {
	if got := Pad("序号", 6); got != "序号  " {
		t.Errorf("Pad: %q", got)
	}
	if got := Pad("序号x", 3); Of(got) != 3 {
		t.Errorf("a wide character is cut to %q, %d columns", got, Of(got))
	}
}

// A shortened text says that it is one, and never ends in half a character of two columns.
func TestShorten(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		want string
	}{
		{"SYN,ACK", 7, "SYN,ACK"},
		{"retransmission", 8, "retran.."},
		{"重传计时器", 7, "重传.."},
		{"SYN", 1, "S"}, // no room even for the dots
		{"SYN", -1, ""},
	} {
		if got := Shorten(c.text, c.n); got != c.want || Of(got) > max(0, c.n) {
			t.Errorf("Shorten(%q, %d) = %q, want %q", c.text, c.n, got, c.want)
		}
	}
}

// English breaks at blanks, Chinese anywhere, but no line begins with a closing
// mark or ends with an opening one, and nothing is lost.
func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		want []string
	}{
		{"one two three", 7, []string{"one two", "three"}},
		{"a\nb", 9, []string{"a", "b"}},
		{"确认号等于序号，加一。", 8, []string{"确认号等", "于序号，", "加一。"}},
		{"状态（已建立）", 6, []string{"状态", "（已建", "立）"}},
		{"没有“七”", 6, []string{"没有", "“七”"}},
		{"LISTEN、CLOSED、x", 8, []string{"LISTEN、", "CLOSED、", "x"}},
		{"(见下)", 4, []string{"(见", "下)"}},
		{"端口8888", 6, []string{"端口", "8888"}},
		{"见［前面］", 5, []string{"见", "［前", "面］"}},
		{"", 5, []string{""}},
		{"longerthanaline", 6, []string{"longer", "thanal", "ine"}},
	} {
		got := Wrap(c.text, c.n)
		if !slices.Equal(got, c.want) {
			t.Errorf("Wrap(%q, %d) = %q, want %q", c.text, c.n, got, c.want)
		}
		for _, l := range got {
			if Of(l) > c.n {
				t.Errorf("%q is wider than %d", l, c.n)
			}
			if l != "" && strings.ContainsRune(closing, []rune(l)[0]) {
				t.Errorf("%q begins with a closing mark", l)
			}
		}
	}
}
