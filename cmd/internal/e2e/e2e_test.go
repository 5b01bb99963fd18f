//go:build e2e

// Package e2e drives the real program in a real terminal: tmux, one key at a
// time, waiting for text to appear.
package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A screen is the program in a private tmux.
type screen struct {
	t      *testing.T
	socket string
	state  string
}

var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "netlab-e2e")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_ = os.Chmod(dir, 0o755)
	binary = filepath.Join(dir, "netlab")
	if out, err := exec.Command("go", "build", "-o", binary, "netlab/cmd/netlab").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// start runs netlab with the arguments in a window of the given size.
func start(t *testing.T, w, h int, env string, args string) *screen {
	t.Helper()
	dir := t.TempDir()
	s := &screen{t: t, socket: filepath.Join(dir, "tmux"), state: filepath.Join(dir, "state")}
	command := fmt.Sprintf("env LC_ALL=C.UTF-8 CI= XDG_STATE_HOME=%s %s %s %s; echo exit code $?; sleep 60", s.state, env, binary, args)
	s.tmux("-f", "/dev/null", "new-session", "-d", "-x", fmt.Sprint(w), "-y", fmt.Sprint(h), command)
	t.Cleanup(func() { _ = exec.Command("tmux", "-S", s.socket, "kill-server").Run() })
	return s
}

func (s *screen) tmux(args ...string) string {
	s.t.Helper()
	out, err := exec.Command("tmux", append([]string{"-S", s.socket}, args...)...).CombinedOutput()
	if err != nil {
		s.t.Fatalf("tmux %v: %v\n%s", args, err, out)
	}
	return string(out)
}

func (s *screen) text() string { return s.tmux("capture-pane", "-p") }

// want waits until the text is on the screen.
func (s *screen) want(text string) {
	s.t.Helper()
	if last, ok := s.until(func(seen string) bool { return strings.Contains(seen, text) }); !ok {
		s.t.Fatalf("%q does not appear; the screen is\n%s", text, last)
	}
}

// wantBlank waits until nothing is on the screen: what another screen tells may be seen there first.
func (s *screen) wantBlank() {
	s.t.Helper()
	if last, ok := s.until(func(seen string) bool { return strings.TrimSpace(seen) == "" }); !ok {
		s.t.Fatalf("the screen is not blank, it shows\n%s", last)
	}
}

// until waits for a screen that is as it should be, and returns the last one that it saw.
func (s *screen) until(right func(seen string) bool) (last string, ok bool) {
	s.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if last = s.text(); right(last) {
			return last, true
		}
	}
	return last, false
}

// keys sends keys one at a time, by tmux's names.
func (s *screen) keys(keys ...string) {
	s.t.Helper()
	for _, k := range keys {
		s.tmux("send-keys", k)
	}
}

func (s *screen) typed(text string) { s.tmux("send-keys", "-l", text) }

// The whole lesson on 80x24, without colour and without a mouse: every question
// answered, the score full, the progress kept.
func TestWholeLesson(t *testing.T) {
	s := start(t, 80, 24, "NO_COLOR=1", "lesson handshake")
	s.want("1/12")
	s.keys("Right")
	for _, step := range []struct{ at, answer string }{
		{"2/12", "SYN-RECEIVED"}, {"3/12", "801"}, {"4/12", ""}, {"5/12", "syn_rcvd"}, {"6/12", "1"}, {"7/12", "3"},
		{"8/12", "x+1"}, {"9/12", ""}, {"10/12", "3"}, {"11/12", "3"},
	} {
		s.want(step.at)
		if step.answer != "" {
			s.typed(step.answer)
			if len(step.answer) > 1 {
				s.keys("Enter")
			}
			s.want("CORRECT")
		}
		s.keys("Right")
	}
	s.want("score 8/8")
	if strings.Contains(s.text(), "\x1b") {
		t.Error("NO_COLOR is not obeyed")
	}
	s.keys("q")
	s.want("exit code 0")
	out, err := exec.Command("env", "XDG_STATE_HOME="+s.state, binary, "lesson", "list").Output()
	if err != nil || !strings.Contains(string(out), "done") || !strings.Contains(string(out), "score 8/8") {
		t.Errorf("progress: %s %v", out, err)
	}
}

// L shows this machine's own TCP beside the model, w saves the packets, and Esc
// goes back to the same step.
func TestLive(t *testing.T) {
	s := start(t, 100, 30, "", "lesson handshake --step ack-sent")
	s.want("6/12")
	s.keys("L") // the question is open, and the real run would tell
	s.want("L again")
	s.keys("L")
	s.want("0 differs")
	s.want("real sockets of this kernel in a private network namespace")
	s.keys("Down", "Down", "Enter", "Escape")
	s.want("6/12")
	s.keys("L")
	s.want("0 differs")
	s.keys("m")
	s.want("One observation point")
	s.keys("u", "q")
	s.want("exit code 0")
}

// Losing the third ACK in the lesson opens a world in which B sends again.
func TestLoseTheThirdAck(t *testing.T) {
	s := start(t, 80, 24, "", "lesson handshake --step ack-sent --charset ascii")
	s.want("6/12")
	s.keys("x")
	s.want("1) lose it")
	s.keys("1", "End")
	s.want("not drawn")
	s.want("FORK drop A->B ACK 1")
	s.keys("u")
	s.want("Back to the world before")
	s.keys("C-c")
	s.want("exit code 0")
}

// In Chinese, on the smallest screen.
func TestChinese(t *testing.T) {
	s := start(t, 60, 20, "LC_ALL=zh_CN.UTF-8", "lesson handshake --step syn-arrives")
	s.want("预测")
	s.typed("８０１")
	s.keys("Enter")
	s.want("正确")
	s.keys("Z")
	s.want("CORRECT")
	s.keys("q")
	s.want("exit code 0")
}

// The dialogue of plain lines, as a screen reader's user would have it.
func TestAccessible(t *testing.T) {
	s := start(t, 80, 24, "ACCESSIBLE=1", "lesson handshake")
	s.want("Commands: Enter next")
	s.keys("Enter")
	s.want("Answer, h hint")
	s.typed("SYN-RECEIVED")
	s.keys("Enter")
	s.want("CORRECT")
	s.keys("q", "Enter")
	s.want("exit code 0")
}

// A window that shrinks below the smallest layout says so, and comes back.
func TestResize(t *testing.T) {
	s := start(t, 80, 24, "", "lesson handshake")
	s.want("1/12")
	s.tmux("resize-window", "-x", "50", "-y", "15")
	s.want("60x20 at least")
	s.tmux("resize-window", "-x", "160", "-y", "45")
	s.want("TCB A")
	s.keys("q")
	s.want("exit code 0")
}

// Ctrl-C in a command without a screen: exit 130, and no child is left.
func TestInterrupt(t *testing.T) {
	dir := t.TempDir()
	script := filepath.Join(dir, "wait.txt")
	if err := os.WriteFile(script, []byte("host A\nhost B\nlink A B\nB: s = socket tcp\nB: listen s 80\nB: x = accept s within 1h\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := start(t, 80, 24, "", "live "+script)
	time.Sleep(500 * time.Millisecond) // nothing is printed before the end
	s.keys("C-c")
	s.want("exit code 130")
}
