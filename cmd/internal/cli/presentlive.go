package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"netlab/capture"
	"netlab/lessons/text"
	"netlab/live/lab"
	"netlab/live/netns"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// runPresentLive projects packets while they are recorded.
func (a *app) runPresentLive(ctx context.Context, args []string, f *presentFlags) error {
	if a.frontEnd() != frontTUI {
		return &exitError{exitMachine, errors.New("a recording before a room needs a terminal"), "in a pipe: netlab capture " + strings.Join(args, " ")}
	}
	if f.command != "" && (f.iface != "any" || f.space != "") {
		return usageError("--exec has a network of its own, whose loopback is recorded", "--exec goes with neither -i nor --netns")
	}
	r := &recording{a: a, iface: f.iface, format: "text", room: true, command: f.command, space: f.space, output: f.output,
		isns: map[trace.Flow]wire.Seq{}, words: text.For(a.language()), out: a.out}
	if f.command != "" {
		r.iface = f.command
	}
	err := r.begin(ctx, args)
	for _, l := range r.said { // the screen would have hidden it
		fmt.Fprint(a.err, l)
	}
	return err
}

// inside does something in the network namespace that was asked for.
func (r *recording) inside(do func() error) error {
	if r.space == "" {
		return do()
	}
	if runtime.GOOS != "linux" {
		return &exitError{exitMachine, errors.New("only Linux has network namespaces"), "netlab present --live -i INTERFACE"}
	}
	path := r.space
	if _, err := strconv.Atoi(path); err == nil {
		path = "/proc/" + path + "/ns/net"
	} else if !strings.Contains(path, "/") {
		path = filepath.Join("/run/netns", path)
	}
	refused := &exitError{exitMachine, fmt.Errorf("this user may not enter the network namespace %q", r.space),
		"sudo netlab present --live …; one that you made yourself: nsenter --preserve-credentials -U -n -t PID netlab present --live"}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrPermission) {
		return refused
	}
	if err != nil {
		return usageError("a name that ip netns list shows, a process's number, or a path", "no network namespace %q: %v", r.space, errors.Unwrap(err))
	}
	defer file.Close()
	var inner error
	err = netns.Within(int(file.Fd()), func() error {
		inner = do()
		return nil
	})
	if errors.Is(err, syscall.EPERM) {
		return refused
	}
	if err != nil {
		return usageError("a name that ip netns list shows, a process's number, or a path", "%q is no network namespace: %v", r.space, err)
	}
	return inner
}

// openCommand runs the command and records what it does.
func (r *recording) openCommand(ctx context.Context) (frames chan taken, stop func() (capture.Stats, error), err error) {
	const loopback = "lo"
	link, _ := capture.LinkType(loopback)
	frames = make(chan taken, waiting)
	over, cancel := context.WithCancel(ctx)
	var stats capture.Stats
	var how string
	var failed error
	ready, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		defer close(frames)
		n, end, err := lab.Watch(over, r.command, lab.Watched{
			Ready: sync.OnceFunc(func() { close(ready) }),
			Frame: func(f capture.Frame) {
				select {
				case frames <- taken{link, f}:
				case <-over.Done():
				}
			},
			Said: func(line string) { // read once done is closed
				if r.said = append(r.said, line); len(r.said) > mostSaidLines {
					r.said = r.said[1:]
				}
			},
		})
		stats, how, failed = n, end, err
	}()
	stop = func() (capture.Stats, error) {
		cancel()
		<-done
		if failed != nil && over.Err() != nil { // it was we who ended it
			return stats, nil
		}
		if failed == nil {
			r.said = append(r.said, fmt.Sprintf("netlab: the program %s\n", how))
		}
		return stats, failed
	}
	select {
	case <-ready:
		return frames, stop, nil
	case <-done:
		_, err := stop()
		if failed != nil {
			err = failed
		}
		return nil, nil, err
	}
}

// mostSaidLines is how many of the lines that a command has printed are shown at the end.
const mostSaidLines = 20
