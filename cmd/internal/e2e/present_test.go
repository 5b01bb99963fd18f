//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// An hour before a room, in short, with nothing but a clicker: lessons one after the other,
// questions revealed, what-ifs, a live run, the screen blanked, and the notes beside it.
func TestTalkWithAClicker(t *testing.T) {
	dir := t.TempDir()
	env := "XDG_RUNTIME_DIR=" + dir
	s := start(t, 100, 30, env, "present handshake teardown simultaneous-close udp")
	notes := start(t, 80, 24, env, "present --notes")
	s.want("step 1 of 12")
	notes.want("projector: here")
	next := func() { s.keys("PageDown") }

	next() // the SYN, and what comes of it?
	s.want("Hands up.")
	notes.want("B) SYN-RECEIVED") // hidden from the room
	if strings.Contains(s.text(), "=> B)") {
		t.Fatal("the answer is on the screen before it is revealed")
	}
	next()
	s.want("=> B) SYN-RECEIVED")

	s.keys("Escape") // "what if the SYN is lost?"
	s.want("What next?")
	next()
	s.want("> lose this one")
	s.keys("F5")
	s.want("A's SYN no. 1 is lost")
	notes.want("A's SYN no. 1 is lost")
	for range 3 {
		next()
	}
	s.want("1000 . RTX")
	for range 5 {
		next()
	}
	s.want("step 2 of 12") // the world is over

	s.keys("Escape") // the real kernel beside the model
	s.want("What next?")
	next()
	next()
	s.want("> show it on the real kernel")
	s.keys(".")
	s.want("segment 0 of")
	for range 3 {
		next()
	}
	s.want("segment 3 of")
	s.want("MODEL")
	s.want("LIVE")

	s.keys(".") // look at me
	notes.want("the screen is blank")
	s.wantBlank()
	next()
	s.want("segment 3 of")
	s.keys("Escape", "Escape")
	s.want("exit code 0")
	notes.want("projector: away")
	notes.keys("q")
	notes.want("exit code 0")
}

// Kill either of them: the other goes on, and they find each other again.
func TestProjectorAndNotesAreKilled(t *testing.T) {
	dir := t.TempDir()
	env := "XDG_RUNTIME_DIR=" + dir
	first := start(t, 100, 30, env, "present handshake")
	notes := start(t, 80, 24, env, "present --notes")
	first.want("step 1 of 12")
	notes.want("projector: here")
	first.keys("PageDown", "PageDown", "PageDown")
	first.want("step 3 of 12")
	notes.want("3/12")
	first.kill()
	notes.want("projector: away")
	second := start(t, 100, 30, env, "present handshake")
	second.want("step 3 of 12") // where the first one was
	notes.want("projector: here")
	notes.kill()
	second.keys("PageDown")
	second.want("=> D) 801")
	again := start(t, 80, 24, env, "present --notes")
	again.want("projector: here")
	again.want("3/12")
}

// kill ends the program as a crash would.
func (s *screen) kill() {
	s.t.Helper()
	shell := strings.TrimSpace(s.tmux("display-message", "-p", "#{pane_pid}"))
	children, err := os.ReadFile(fmt.Sprintf("/proc/%s/task/%s/children", shell, shell))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, f := range strings.Fields(string(children)) {
		if pid, err := strconv.Atoi(f); err == nil {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	s.want("exit code 137")
}
