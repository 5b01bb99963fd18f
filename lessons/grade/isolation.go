package grade

import (
	"context"
	"errors"
	"runtime"
	"time"

	"netlab/lessons/grade/result"
	"netlab/live/jail"
	"netlab/live/lab"
)

// A Machine is what this machine can do to keep a program apart from its grader.
type Machine struct {
	result.Isolation
	Why string // it is no more
	Fix string // one line that mends it
}

// Probe tries it: a program in a cell, in namespaces of its own.
func Probe(ctx context.Context) *Machine {
	m := &Machine{}
	m.Level = "L0"
	made, err := lab.Make(ctx, jail.Cell{Argv: []string{"true"}}, nil, 20*time.Second)
	var refused *lab.RefusedError
	switch {
	case err == nil && made.Started:
		m.Level = "L3"
		m.Probed = []string{"user namespace", "network namespace", "process namespace", "mount namespace", "private root", "limits", "system call filter"}
		if v := jail.Landlock(); v > 0 {
			m.Probed = append(m.Probed, "Landlock")
		} else {
			m.Missing = append(m.Missing, "Landlock")
		}
		return m
	case errors.As(err, &refused):
		m.Why, m.Fix = refused.Reason, refused.Fix
	case err != nil:
		m.Why = err.Error()
	default:
		m.Why = made.How()
	}
	if runtime.GOOS != "linux" && m.Fix == "" {
		m.Fix = "use Linux; on Windows: wsl --install"
	}
	m.Missing = []string{"namespaces", "private root", "system call filter"}
	return m
}
