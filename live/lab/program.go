package lab

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"netlab/live"
)

// A Program is a real program that plays a host.
type Program struct {
	Host    string `json:"host"`
	Command string `json:"command"` // for sh -c
}

// How long a program may take to listen, and to end by itself once its peer is done.
const (
	listensWithin = 10 * time.Second
	endsWithin    = time.Second
)

// A running is a program that was started.
type running struct {
	cmd  *exec.Cmd
	done chan struct{}
	mu   sync.Mutex
	p    *live.Player
	said string // last
	host string
}

// launch starts the program in this namespace. If it should listen, launch returns once
// it does, with its port.
func (r *running) launch(ctx context.Context, prog *Program, listens bool) (uint16, error) {
	before := listening()
	cmd := exec.Command("/bin/sh", "-c", prog.Command)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, marker) {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "PYTHONUNBUFFERED=1")
	ownGroup(cmd)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, fmt.Errorf("lab: %w", err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("lab: start %q: %w", prog.Command, err)
	}
	r.cmd, r.done = cmd, make(chan struct{})
	read := make(chan struct{})
	go func() {
		defer close(read)
		r.listen(out)
	}()
	go func() {
		<-read
		err := cmd.Wait()
		how := "exits with 0"
		if err != nil {
			how = "ends: " + err.Error()
		}
		r.say("the program "+how, "")
		close(r.done)
	}()
	if !listens {
		return 0, nil
	}
	for end := time.Now().Add(listensWithin); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(5 * time.Millisecond) {
		for port := range listening() {
			if !before[port] {
				return port, nil
			}
		}
		select {
		case <-r.done:
			return 0, fmt.Errorf("the program ended before it listened%s", r.last())
		default:
		}
	}
	return 0, fmt.Errorf("the program did not listen on a TCP port within %s%s", listensWithin, r.last())
}

// maxSaid bounds how many lines of a program's output are kept.
const maxSaid = 1000

// listen takes down what the program prints.
func (r *running) listen(out io.Reader) {
	sc := bufio.NewScanner(out)
	for n := 0; sc.Scan(); n++ {
		if n < maxSaid {
			r.say("prints "+strconv.Quote(cut(sc.Text())), cut(sc.Text()))
		}
	}
	_, _ = io.Copy(io.Discard, out) // a line too long to be taken down
}

func cut(s string) string {
	const enough = 200
	if len(s) > enough {
		return s[:enough] + "…"
	}
	return s
}

// say records what the program did; printed, if it is not empty, may explain a failure.
func (r *running) say(text, printed string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if printed != "" {
		r.said = printed
	}
	if r.p != nil {
		r.p.Say(r.host, text)
	}
}

// last is the last thing that the program printed, for an error.
func (r *running) last() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.said == "" {
		return ""
	}
	return "; the last it printed: " + r.said
}

// finish gives the program time to end by itself, and then ends it.
func (r *running) finish(ctx context.Context) {
	if r.cmd == nil {
		return
	}
	select {
	case <-r.done:
		return
	case <-time.After(endsWithin):
	case <-ctx.Done():
	}
	r.mu.Lock()
	r.p = nil // how it is ended is no part of the run
	r.mu.Unlock()
	killGroup(r.cmd)
	<-r.done
}

// listening lists the TCP ports of this namespace on which somebody listens.
func listening() map[uint16]bool {
	ports := map[uint16]bool{}
	for _, name := range []string{"/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6"} {
		data, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		for _, line := range strings.Split(string(data), "\n") {
			f := strings.Fields(line)
			const listen = "0A"
			if len(f) < 4 || f[3] != listen {
				continue
			}
			_, port, _ := strings.Cut(f[1], ":")
			if n, err := strconv.ParseUint(port, 16, 16); err == nil {
				ports[uint16(n)] = true
			}
		}
	}
	return ports
}
