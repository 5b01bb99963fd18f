//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"testing"
)

// The real kernel, stepped with keys: each packet waits, what is held can be dropped, the
// record is looked at and left, and Ctrl-C ends it with the terminal in order.
func TestStepTheKernel(t *testing.T) {
	script := filepath.Join(t.TempDir(), "close.txt")
	text := "host A\nhost B\nlink A B delay=10ms\nB: s = socket tcp\nB: listen s 80\nA: c = socket tcp\nA: connect c B:80\nB: x = accept s\n" +
		"at 3s  A: shutdown c write\nat 3s  B: shutdown x write\n"
	if err := os.WriteFile(script, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	s := start(t, 100, 30, "", "live "+script+" --wire --step --charset ascii")
	s.want("HELD: 1")
	s.want("SYN-SENT")
	s.keys("x")
	s.want("Nothing is held")
	s.want("retransmission of #1")
	s.keys("Right")
	s.want("SYN-RECEIVED")
	s.keys("Left")
	s.want("The kernel does not go back")
	s.keys("End")
	s.want("SYN,ACK")
	s.want("HELD: 1")
	s.keys("Enter")
	s.want("#4 A -> B ACK")
	s.keys("Space")
	s.want("HELD: 2") // both FINs, sent at the same moment of the script's clock
	s.keys("Right", "Right")
	s.want("c CLOSING")
	s.want("x CLOSING")
	s.keys("C-c")
	s.want("exit code 0")
}
