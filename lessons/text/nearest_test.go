package text

import (
	"strings"
	"testing"
)

// The nearest word is suggested, the first of those that are equally near, and none that is
// far from what was typed.
func TestNearest(t *testing.T) {
	known := []string{"port-echo-lines", "port-echo", "udp-echo", "端口"}
	for typed, want := range map[string]string{
		"port-echo": "port-echo", "port-ech": "port-echo", "prot-echo": "port-echo", "PORT-ECHO": "port-echo",
		"port-echo-line": "port-echo-lines", "tcp-echo": "udp-echo", "端囗": "端口", "xyz": "", "": "", strings.Repeat("x", 1<<20): "",
	} {
		if got := Nearest(typed, known, 2); got != want {
			t.Errorf("Nearest(%.20q) = %q, want %q", typed, got, want)
		}
	}
	if got := Nearest("b", []string{"a", "c", "ab"}, 1); got != "a" {
		t.Errorf("of equally near words %q, want the first", got)
	}
}
