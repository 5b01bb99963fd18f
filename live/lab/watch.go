package lab

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"time"

	"netlab/capture"
	"netlab/live/netns"
)

// Watched is what comes of a command that is watched.
type Watched struct {
	Ready func()              // the network is there and is recorded; the command begins
	Frame func(capture.Frame) // each packet, as it happens; its time is the kernel's
	Said  func(string)        // each line that the command prints
}

// Watch runs a command, by sh -c, alone in a private network namespace whose loopback is recorded,
// until the command has ended and the network is quiet, or ctx ends. What it has started ends
// with it. how says how the command ended. A machine that allows no such namespace gives a
// *[RefusedError].
func Watch(ctx context.Context, command string, w Watched) (stats capture.Stats, how string, err error) {
	err = withChild(ctx, func(in io.Writer, out io.Reader) error {
		if err := writeMessage(in, message{Type: "request", Request: &request{Command: command}}); err != nil {
			return fmt.Errorf("talk to the child: %w", err)
		}
		rd := newReader(out)
		for {
			var line readLine
			var ok bool
			select {
			case line, ok = <-rd.lines:
			case <-ctx.Done():
				return ctx.Err()
			}
			switch m := line.m; {
			case !ok:
				return errors.New("the child has ended too early")
			case line.err != nil:
				return line.err
			case m.Type == "frame":
				w.Frame(capture.Frame{Time: time.Unix(0, m.TimeNs), Data: m.Data, OrigLen: m.Orig})
			case m.Type == "ready":
				w.Ready()
			case m.Type == "said":
				w.Said(string(m.Data))
			case m.Type == "refused":
				return refusedBy(m)
			case m.Type == "end":
				stats, how = m.Stats, m.Error
				return nil
			}
		}
	})
	return stats, how, err
}

// childWatch does what Watch asks for.
func childWatch(ctx context.Context, command string, up io.Writer) error {
	runtime.LockOSThread()
	if err := netns.Setup(nil, 0); err != nil {
		return writeMessage(up, refusal("loopback", err))
	}
	var mu sync.Mutex
	var last time.Time
	send := func(m message) error {
		mu.Lock()
		defer mu.Unlock()
		if m.Type == "frame" {
			last = time.Now()
		}
		return writeMessage(up, m)
	}
	rec, err := capture.Open("lo", func(f capture.Frame) {
		_ = send(message{Type: "frame", TimeNs: f.Time.UnixNano(), Data: f.Data, Orig: f.OrigLen})
	})
	if err != nil {
		return send(refusal("capture", err))
	}
	if err := send(message{Type: "ready"}); err != nil {
		return err
	}
	r := &running{prog: &Program{Command: command}}
	out, err := r.command()
	if err != nil {
		_, _ = rec.Stop()
		return err
	}
	printed := make(chan struct{})
	go func() {
		defer close(printed)
		lines := bufio.NewReader(io.LimitReader(out, mostSaid))
		for {
			line, err := lines.ReadString('\n')
			if line != "" {
				_ = send(message{Type: "said", Data: []byte(line)})
			}
			if err != nil {
				_, _ = io.Copy(io.Discard, out) // it must not wait for a reader
				return
			}
		}
	}()
	ended := make(chan string, 1)
	go func() {
		end, err := r.cmd.Process.Wait() // not for what it has left in the background, which may hold its output open
		select {
		case <-printed:
		case <-time.After(lingers):
		}
		ended <- howItEnds(end, err)
	}()
	how := "was stopped"
	select {
	case how = <-ended:
		quiet(ctx, func() time.Time { mu.Lock(); defer mu.Unlock(); return last })
	case <-ctx.Done():
	}
	r.stop()
	<-printed
	stats, err := rec.Stop()
	return errors.Join(err, send(message{Type: "end", Stats: stats, Error: how}))
}

// howItEnds says how a process has ended, as [running.ended] does.
func howItEnds(end *os.ProcessState, err error) string {
	switch {
	case err != nil:
		return "ends: " + err.Error()
	case !end.Success():
		return "ends: " + end.String()
	default:
		return "exits with 0"
	}
}

// mostSaid bounds what a watched command may print; the rest is not shown.
const mostSaid = 1 << 20

// quiet waits until nothing has been captured for a while, as at the end of every run.
func quiet(ctx context.Context, last func() time.Time) {
	end := time.Now().Add(quietAtMost)
	for begun := time.Now(); time.Now().Before(end); {
		since := time.Since(last())
		if last().IsZero() {
			since = time.Since(begun)
		}
		if since >= quietFor {
			return
		}
		select {
		case <-time.After(quietFor - since):
		case <-ctx.Done():
			return
		}
	}
}
