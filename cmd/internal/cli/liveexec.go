package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"netlab/lessons/text"
	"netlab/live/lab"
	"netlab/sim/scenario"
	"netlab/sim/trace"
)

// hello is the script that a program is tried with if none is named; a delay shows on the wire
// what loopback passes inside one call.
const hello = `# A client connects, says hello, and ends its stream.
host A
host B
link A B%s

B: s = socket tcp
B: listen s 80
A: c = socket tcp
A: connect c B:80
B: x = accept s
A: send c "hello\n"
A: recv c 1000 within 2s
A: shutdown c write
A: recv c 1000 within 2s
A: close c
`

// liveScript finds the script of a live run.
func (a *app) liveScript(args []string, only string, wire bool) (*scenario.Script, error) {
	if len(args) == 0 {
		return scenario.Parse("hello", fmt.Sprintf(hello, map[bool]string{true: " delay=20ms"}[wire]))
	}
	return a.oneCase(args[0], only)
}

// hostCommand reads CMD and HOST=CMD, if a program is wanted. A command may hold = itself, so that only the
// script's hosts count as names; without one it plays the host that listens.
func hostCommand(s *scenario.Script, arg string, wanted bool) (*lab.Program, error) {
	if !wanted {
		return nil, nil
	}
	p := &lab.Program{Host: s.Hosts[0].Name, Command: arg}
	if host, command, ok := strings.Cut(arg, "="); ok && s.Host(host) != nil {
		p.Host, p.Command = host, command
	} else if i := listens(s); i >= 0 {
		p.Host = s.Stmts[i].Host
	}
	if strings.TrimSpace(p.Command) == "" {
		return nil, usageError("for example --exec 'python3 server.py'", "--exec %q names no command", arg)
	}
	var cannot *lab.CannotError
	if err := lab.CanProgram(s, p.Host); errors.As(err, &cannot) {
		return nil, usageError(cannot.Get, "--exec %s: %s", arg, cannot.Why)
	}
	return p, nil
}

// listens finds the statement with which a host first waits for others; -1: none does.
func listens(s *scenario.Script) int {
	bound := -1
	for i := range s.Stmts {
		switch {
		case s.Stmts[i].Verb == scenario.Listen:
			return i
		case s.Stmts[i].Verb == scenario.RecvFrom && bound < 0: // who receives first serves
			bound = i
		}
	}
	return bound
}

// runLive plays a script with real sockets: on the wire, or on loopback, and there with a program in the
// place of a host if there is one.
func (a *app) runLive(ctx context.Context, s *scenario.Script, on *lab.Wire, wire bool) (res *lab.Result, err error) {
	switch {
	case wire:
		res, err = lab.RunWire(ctx, s, *on)
	case on.Program == nil:
		return lab.Run(ctx, s, lab.LevelHost)
	default:
		res, err = lab.RunProgram(ctx, s, *on.Program)
	}
	var cannot *lab.CannotError
	var refused *lab.RefusedError
	if on.Program != nil && err != nil && !errors.As(err, &cannot) && !errors.As(err, &refused) && ctx.Err() == nil {
		return nil, &exitError{exitFailed, err, "netlab live --help says how a program is started"}
	}
	return res, err
}

// warnUnreached says it where it is seen if the program listens where no other host can
// reach it: the trace shows only that it is refused.
func (a *app) warnUnreached(t *trace.Trace) {
	for i := range t.Events {
		if e := &t.Events[i]; e.Kind == trace.Note && strings.HasPrefix(e.Text, lab.ListensOn) && strings.Contains(e.Text, lab.NobodyReaches) {
			fmt.Fprintln(a.err, "netlab: "+text.For(a.language()).Event(e))
		}
	}
}
