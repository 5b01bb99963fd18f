//go:build linux

package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// endless is a script whose run goes on until somebody ends it.
const endless = `host A
host B
link A B delay=10ms
B: s = socket tcp
B: listen s 80
A: c = socket tcp
A: connect c B:80
B: x = accept s
B: recv x 5 within 1h
`

// A leaving is a netlab that is about to be left.
type leaving struct {
	t    *testing.T
	cmd  *exec.Cmd
	mark string // in the environment of all that belongs to it
	dir  string // where it works, and puts its temporary files
	out  outputOf
}

// An outputOf collects what a command says.
type outputOf struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *outputOf) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *outputOf) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

func newLeaving(t *testing.T, args ...string) *leaving {
	t.Helper()
	if os.Getenv("NETLAB_REQUIRE_LIVE") == "" && !liveWorks() {
		t.Skip("this machine does not let an ordinary user see packets")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	l := &leaving{t: t, cmd: exec.Command(self), dir: t.TempDir(), mark: fmt.Sprintf("NETLAB_LEAVING=%d-%s", os.Getpid(), t.Name())}
	script := filepath.Join(t.TempDir(), "endless.txt")
	if err := os.WriteFile(script, []byte(endless), 0o644); err != nil {
		t.Fatal(err)
	}
	l.cmd.Args = append([]string{"netlab", "live", script, "--wire"}, args...) // by that name the test binary is netlab
	l.cmd.Dir = l.dir
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "CI=") {
			l.cmd.Env = append(l.cmd.Env, v)
		}
	}
	l.cmd.Env = append(l.cmd.Env, l.mark, "TMPDIR="+l.dir, "HOME="+l.dir, "XDG_STATE_HOME="+l.dir, "LC_ALL=C.UTF-8", "TERM=xterm", "GOCOVERDIR="+t.TempDir())
	return l
}

// terminal puts it on a terminal of 80x24: keys are written to outer, and inner is its own. What it
// shows is collected.
func (l *leaving) terminal() (outer, inner *os.File) {
	l.t.Helper()
	outer, inner, err := pty.Open()
	if err != nil {
		l.t.Fatalf("no pseudo-terminal: %v", err)
	}
	l.t.Cleanup(func() { _, _ = outer.Close(), inner.Close() })
	if err := pty.Setsize(outer, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		l.t.Fatal(err)
	}
	l.cmd.Stdin, l.cmd.Stdout, l.cmd.Stderr = inner, inner, inner
	if l.cmd.SysProcAttr == nil {
		l.cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	l.cmd.SysProcAttr.Setsid, l.cmd.SysProcAttr.Setctty = true, true
	go func() { _, _ = io.Copy(&l.out, outer) }()
	return outer, inner
}

// family lists the processes that belong to it, with their network namespaces.
func (l *leaving) family() map[string]string {
	all := map[string]string{}
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, d := range dirs {
		env, err := os.ReadFile(d + "/environ")
		if err != nil || !slices.Contains(strings.Split(string(env), "\x00"), l.mark) {
			continue
		}
		if space, err := os.Readlink(d + "/ns/net"); err == nil { // a process that is over has none
			all[d] = space
		}
	}
	return all
}

// until waits for something, but not for ever.
func (l *leaving) until(what string, ok func() bool) {
	l.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if ok() {
			return
		}
	}
	_ = l.cmd.Process.Kill()
	l.t.Fatalf("it does not come about that %s; family %v, output\n%s", what, l.family(), l.out.String())
}

// runs waits until the child is there, in a namespace that is not ours.
func (l *leaving) runs() {
	l.t.Helper()
	own, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		l.t.Fatal(err)
	}
	l.until("a child lives in a network namespace of its own", func() bool {
		for _, space := range l.family() {
			if space != own {
				return true
			}
		}
		return false
	})
}

// gone checks that it ends with this exit code, and that nothing is left: no process, and so
// no namespace, which only processes keep; and no file.
func (l *leaving) gone(code int) {
	l.t.Helper()
	done := make(chan error, 1)
	go func() { done <- l.cmd.Wait() }()
	select {
	case err := <-done:
		var exit *exec.ExitError
		got := 0
		if errors.As(err, &exit) {
			got = exit.ExitCode()
		}
		if got != code {
			l.t.Errorf("exit code %d, want %d; output\n%s", got, code, l.out.String())
		}
	case <-time.After(10 * time.Second):
		_ = l.cmd.Process.Kill()
		l.t.Fatal("it does not end")
	}
	l.until("no process is left", func() bool { return len(l.family()) == 0 })
	files, err := os.ReadDir(l.dir)
	if err != nil || len(files) > 0 {
		l.t.Errorf("files are left: %v, %v", files, err)
	}
}

// Ctrl-C in the middle of a run on the wire, stepped or not, and even a parent that is
// killed, leave no process, no namespace and no file behind.
func TestNothingIsLeft(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		sig  syscall.Signal
		code int
	}{
		"wire, Ctrl-C":              {nil, syscall.SIGINT, exitInterrupted},
		"stepped, Ctrl-C":           {[]string{"--step"}, syscall.SIGINT, exitInterrupted},
		"stepped, JSON, SIGTERM":    {[]string{"--step", "--json"}, syscall.SIGTERM, exitInterrupted},
		"stepped, parent is killed": {[]string{"--step"}, syscall.SIGKILL, -1},
		"program, Ctrl-C":           {[]string{"--exec", "A=setsid sleep 600 & sleep 600"}, syscall.SIGINT, exitInterrupted},
		"program, parent is killed": {[]string{"--step", "--exec", "A=setsid sleep 600 & sleep 600"}, syscall.SIGKILL, -1},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLeaving(t, c.args...)
			in, err := l.cmd.StdinPipe() // open, and silent
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			l.cmd.Stdout, l.cmd.Stderr = &l.out, &l.out
			if err := l.cmd.Start(); err != nil {
				t.Fatal(err)
			}
			l.runs()
			switch {
			case slices.Contains(c.args, "--exec"):
				l.until("the program runs, with what it has started", func() bool { return len(l.family()) >= 4 })
			case len(c.args) > 0:
				l.until("the SYN is held", func() bool { return strings.Contains(l.out.String(), "CTL=SYN") })
			default: // nothing is said before the end: into the middle of the run
				time.Sleep(300 * time.Millisecond)
			}
			_ = l.cmd.Process.Signal(c.sig)
			l.gone(c.code)
		})
	}
}

// Ctrl-C and q on the screen of the stepped kernel put the terminal back as it was: its modes,
// the cursor, and the screen below.
func TestScreenIsLeftInOrder(t *testing.T) {
	for name, key := range map[string]string{"Ctrl-C": "\x03", "q": "q"} {
		t.Run(name, func(t *testing.T) {
			l := newLeaving(t, "--step")
			outer, inner := l.terminal()
			modes := func() unix.Termios {
				m, err := unix.IoctlGetTermios(int(inner.Fd()), unix.TCGETS)
				if err != nil {
					t.Fatal(err)
				}
				return *m
			}
			before := modes()
			if err := l.cmd.Start(); err != nil {
				t.Fatal(err)
			}
			l.runs()
			l.until("the SYN is held", func() bool { return strings.Contains(l.out.String(), "HELD: 1") })
			if modes() == before {
				t.Error("the screen has not changed the terminal's modes: the test sees nothing")
			}
			if _, err := outer.Write([]byte(key)); err != nil {
				t.Fatal(err)
			}
			l.gone(exitOK)
			if after := modes(); after != before {
				t.Errorf("the terminal's modes are %+v, were %+v", after, before)
			}
			l.until("the screen is put back", func() bool {
				said := l.out.String()
				return strings.LastIndex(said, "\x1b[?1049l") > strings.LastIndex(said, "\x1b[?1049h") &&
					strings.LastIndex(said, "\x1b[?25h") > strings.LastIndex(said, "\x1b[?25l")
			})
		})
	}
}

// A terminal that is gone ends what runs on it, also where no signal says so: under su, for
// example, or for the first process of a container.
func TestTerminalIsGone(t *testing.T) {
	for _, args := range [][]string{{"lesson", "handshake"}, {"present", "handshake"}} {
		t.Run(args[0], func(t *testing.T) {
			l := newLeaving(t)
			l.cmd.Args = append([]string{"netlab"}, args...)
			outer, inner := l.terminal()
			l.cmd.SysProcAttr.Setctty = false // not its terminal: no signal comes
			if err := l.cmd.Start(); err != nil {
				t.Fatal(err)
			}
			_ = inner.Close()
			for end := time.Now().Add(10 * time.Second); !strings.Contains(l.out.String(), "LISTEN"); time.Sleep(10 * time.Millisecond) {
				if time.Now().After(end) {
					t.Fatalf("nothing is shown after 10 s:\n%s", l.out.String())
				}
			}
			// The goroutine that reads holds the terminal too, until it has read once more.
			last, err := unix.Dup(int(outer.Fd()))
			if err != nil {
				t.Fatal(err)
			}
			_ = outer.Close()
			shown := len(l.out.String())
			if _, err := unix.Write(last, []byte("?")); err != nil {
				t.Fatal(err)
			}
			for end := time.Now().Add(10 * time.Second); len(l.out.String()) == shown && time.Now().Before(end); {
				time.Sleep(10 * time.Millisecond)
			}
			_ = unix.Close(last)
			done := make(chan error, 1)
			go func() { done <- l.cmd.Wait() }()
			select {
			case <-done:
			case <-time.After(15 * time.Second):
				_ = l.cmd.Process.Kill()
				t.Fatal("15 s after its terminal it is still there")
			}
		})
	}
}
