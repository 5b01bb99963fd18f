package scenario

import (
	"strings"
	"testing"
)

const changeable = `# Two hosts.
host A iss=100
host B
link A B delay=10ms

B: s = socket tcp
B: listen s 80
A: c = socket tcp
A: connect c B:80
B: x = accept s
at 100ms  A: shutdown c write
at 115ms  B: close x

expect A passes FIN-WAIT-1
`

// Each kind of change does what it says to the one line that it names.
func TestChange(t *testing.T) {
	for _, c := range []struct{ change, has, lacks string }{
		{"drop A->B SYN 1", "drop A->B SYN 1\nB: s = socket tcp", ""},
		{"link A B delay=50ms", "link A B delay=50ms", "delay=10ms"},
		{"link B A loss=10%", "link A B delay=10ms loss=10%", ""},
		{"host A iss=7", "host A iss=7", "iss=100"},
		{"host B rcvbuf=1000", "host B rcvbuf=1000", ""},
		{"B: listen s 80 backlog=0", "B: listen s 80 backlog=0", "listen s 80\n"},
		{"at 105ms  B: close x", "at 105ms  B: close x", "115ms"},
		{"without B: close x", "", "close x"},
		{"at 1s  B: close s", "at 115ms  B: close x\nat 1s  B: close s", ""},
		{"at 5ms  A: shutdown c both", "at 5ms  A: shutdown c both", "write"},
	} {
		s, err := Parse("t", changeable)
		if err != nil {
			t.Fatal(err)
		}
		changed, err := s.Change(c.change)
		if err != nil {
			t.Errorf("%s: %v", c.change, err)
			continue
		}
		text := changed.String()
		if c.has != "" && !strings.Contains(text, c.has) {
			t.Errorf("%s: %q is missing in\n%s", c.change, c.has, text)
		}
		if c.lacks != "" && strings.Contains(text, c.lacks) {
			t.Errorf("%s: %q is still in\n%s", c.change, c.lacks, text)
		}
		if again := s.String(); again != changeable {
			t.Errorf("%s: the script itself has changed:\n%s", c.change, again)
		}
	}
}

// A change that does not fit says why.
func TestChangeRefused(t *testing.T) {
	s, err := Parse("t", changeable)
	if err != nil {
		t.Fatal(err)
	}
	for change, want := range map[string]string{
		"link A C delay=1ms":     `no line "link A C"`,
		"link A B":               "it sets nothing",
		"B: recv x 5":            `no statement "B: recv x"`,
		"without drop A->B":      "no line",
		"without host A iss=1":   "only a statement",
		"drop A->C SYN 1":        `no host "C"`,
		"nonsense":               "nonsense",
		"without B: listen s 81": `it has: B: listen s 80`,
	} {
		if _, err := s.Change(change); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q in it", change, err, want)
		}
	}
}
