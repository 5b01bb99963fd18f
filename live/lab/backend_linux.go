package lab

import (
	"os"
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

// killAll ends a program and all that it has started, also what has left its process group.
// The child of a run is the first process of its own kind, see [netns.Command]: whatever
// else it can signal belongs to the program.
func killAll(cmd *exec.Cmd) {
	if os.Getpid() == 1 {
		_ = syscall.Kill(-1, syscall.SIGKILL)
		return
	}
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
}

// childrenCPU is how long this process's ended children have computed, in nanoseconds.
func childrenCPU() int64 {
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_CHILDREN, &used) != nil {
		return 0
	}
	return used.Utime.Nano() + used.Stime.Nano()
}
