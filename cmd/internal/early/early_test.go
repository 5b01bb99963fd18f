//go:build linux

package early_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/creack/pty"
)

// On a terminal that answers no query the lesson's first frame is there long
// before the five seconds that the screen library would wait. The limit is
// generous, because machines are busy; without package early it takes 5 s.
func TestMuteTerminal(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "netlab")
	if out, err := exec.Command("go", "build", "-o", bin, "netlab/cmd/netlab").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	cmd := exec.Command(bin, "lesson", "handshake", "--fresh")
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "CI=", "XDG_STATE_HOME="+t.TempDir())
	started := time.Now()
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait(); _ = tty.Close() }()
	frame := make(chan time.Duration, 1)
	go func() {
		seen, buf := "", make([]byte, 4096)
		for {
			n, err := tty.Read(buf)
			seen += string(buf[:n])
			if err != nil || len(seen) > 1<<20 {
				return
			}
			if i := len(seen); i > 500 && contains(seen, "handshake") && contains(seen, "TCB A") {
				frame <- time.Since(started)
				return
			}
		}
	}()
	select {
	case d := <-frame:
		t.Logf("first frame after %v", d)
	case <-time.After(4 * time.Second):
		t.Error("no frame within 4 s: the program waits for the terminal's answer")
	}
}

func contains(s, sub string) bool {
	for i := 0; i+len(sub) <= len(s); i++ {
		if s[i:i+len(sub)] == sub {
			return true
		}
	}
	return false
}
