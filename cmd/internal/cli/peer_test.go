package cli

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// A started is a peer that runs beside a script.
type started struct {
	cmd   *exec.Cmd
	bound chan string   // its own port, once it has one
	done  chan struct{} // closed when it has ended
	err   error
	mu    sync.Mutex
	out   strings.Builder
}

// peerPatience bounds every wait of a script for a peer.
const peerPatience = 20 * time.Second

// startPeer is the script command
//
//	start NAME ARGS...
//
// It runs `netlab peer ARGS` beside the script, with nothing to read, waits until it has
// a port, and puts the port into the variable NAME.
func startPeer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start NAME ARGS...")
	}
	name := args[0]
	p := &started{cmd: exec.Command("netlab", append([]string{"peer"}, args[1:]...)...), bound: make(chan string, 1), done: make(chan struct{})}
	p.cmd.Dir = ts.Getenv("WORK")
	out, err := p.cmd.StdoutPipe()
	ts.Check(err)
	p.cmd.Stderr = p.cmd.Stdout
	ts.Check(p.cmd.Start())
	ts.Defer(func() {
		_ = p.cmd.Process.Kill() // it has ended, if all went well
		<-p.done
	})
	go p.read(out)
	select {
	case port := <-p.bound:
		ts.Setenv(name, port)
	case <-p.done:
		ts.Fatalf("%s ended before it had a port:\n%s", name, p.text())
	case <-time.After(peerPatience):
		ts.Fatalf("%s has no port:\n%s", name, p.text())
	}
	ts.Value(peersKey{}).(map[string]*started)[name] = p
}

func (p *started) read(out io.Reader) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		p.mu.Lock()
		p.out.WriteString(lines.Text() + "\n")
		p.mu.Unlock()
		if line := lines.Text(); strings.Contains(line, "getsockname") && !strings.Contains(line, `"call","`) {
			if port := lastNumber(line); port != "" {
				select {
				case p.bound <- port:
				default:
				}
			}
		}
	}
	p.err = p.cmd.Wait()
	close(p.done)
}

func (p *started) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

// lastNumber finds the port in "getsockname s -> 0.0.0.0:43211".
func lastNumber(line string) string {
	i := strings.LastIndexByte(line, ':')
	return strings.TrimFunc(line[i+1:], func(r rune) bool { return r < '0' || r > '9' })
}

// endPeer is the script command
//
//	[!] ended NAME
//
// It waits until the peer has ended, well or with ! not well, and writes all that it has
// printed to the file NAME.
func endPeer(ts *testscript.TestScript, neg bool, args []string) {
	p := peerNamed(ts, args)
	select {
	case <-p.done:
	case <-time.After(peerPatience):
		ts.Fatalf("%s has not ended:\n%s", args[0], p.text())
	}
	if (p.err != nil) != neg {
		ts.Fatalf("%s ended with %v:\n%s", args[0], p.err, p.text())
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(p.text()), 0o666))
}

// interruptPeer is the script command
//
//	interrupt NAME
//
// It sends what Ctrl-C sends.
func interruptPeer(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(peerNamed(ts, args).cmd.Process.Signal(syscall.SIGINT))
}

// sawPeer is the script command
//
//	saw NAME TEXT
//
// It waits until the peer has printed the text.
func sawPeer(ts *testscript.TestScript, _ bool, args []string) {
	p := peerNamed(ts, args[:1])
	for end := time.Now().Add(peerPatience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if strings.Contains(p.text(), args[1]) {
			return
		}
	}
	ts.Fatalf("%s has not printed %q:\n%s", args[0], args[1], p.text())
}

type peersKey struct{}

func peerNamed(ts *testscript.TestScript, args []string) *started {
	if len(args) != 1 {
		ts.Fatalf("which peer?")
	}
	p := ts.Value(peersKey{}).(map[string]*started)[args[0]]
	if p == nil {
		ts.Fatalf("no peer %q was started", args[0])
	}
	return p
}
