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
	Why     string // it is no more
	Fix     string // one line that mends it
	NoTools string // why programs do not see the folders of their tools; empty: they do, or there are none
}

// unseen says why programs do not see the folders of their tools; empty: they do.
func unseen(ctx context.Context, tools []string) string {
	made, err := lab.Make(ctx, jail.Cell{Argv: []string{"true"}, Tools: tools}, nil, 20*time.Second)
	switch {
	case err != nil:
		return err.Error()
	case !made.Started:
		return made.Error
	}
	return ""
}

// Probe tries it: a program in a cell, in namespaces of its own; and in one that shows it these
// folders of tools, if there are any.
func Probe(ctx context.Context, tools ...string) *Machine {
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
		if len(tools) > 0 {
			m.NoTools = unseen(ctx, tools)
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
