package lab

import (
	"os/exec"
	"syscall"

	"netlab/live"
	"netlab/live/netns"
)

// fullBackend says that datagrams and socket options can be played.
const fullBackend = true

// newBackend makes the calls directly.
func newBackend() (live.Backend, func(), error) {
	raw, err := live.NewRaw()
	if err != nil {
		return nil, nil, err
	}
	return raw, raw.CloseDiag, nil
}

// newWireBackend makes the calls of each host in its own namespace.
func newWireBackend(spaces []netns.Space) (live.Backend, func(), error) {
	raw, err := live.NewRaw()
	if err != nil {
		return nil, nil, err
	}
	for _, s := range spaces {
		if s.Tap == "" { // no kernel
			continue
		}
		if err := raw.Settle(s.Addr, s.FD); err != nil {
			raw.CloseDiag()
			return nil, nil, err
		}
	}
	return raw, raw.CloseDiag, nil
}

// ownGroup gives a program a process group of its own, so that what it starts ends with it.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killGroup ends a program and what it has started.
func killGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
