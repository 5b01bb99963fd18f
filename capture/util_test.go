package capture_test

import (
	"os"
	"os/exec"
	"strconv"
	"testing"
)

// tshark finds Wireshark's reader, the judge of what we write. Where live tests are
// required it must be there.
func tshark(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("tshark")
	if err == nil {
		return path
	}
	if os.Getenv("NETLAB_REQUIRE_LIVE") != "" {
		t.Fatal("tshark is not installed, and NETLAB_REQUIRE_LIVE is set")
	}
	t.Skip("tshark is not installed")
	return ""
}

func itoa(n int) string { return strconv.Itoa(n) }

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
