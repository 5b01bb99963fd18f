package cli

import (
	"context"
	"errors"
	"fmt"
	"netlab/capture"
	"netlab/live/lab"
	"netlab/sim"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
	"strings"

	"github.com/spf13/cobra"
)

const liveHelp = "Play a script with real loopback sockets in a private network namespace, without root,\nand show every call, every packet and the states that the kernel reports.\n" +
	"With --exec a program of yours plays one of the hosts: the one that listens, or the one that is named.\n" +
	"Without a script, netlab connects to it, says hello and waits for an answer.\n" +
	"With --wire each host has a network namespace of its own, and a wire between them delays, loses and repeats\n" +
	"what the script says. With --step, too, the wire holds each packet until you let it through: on the full screen\n" +
	"with keys (netlab help keys), in a pipe with lines: release [N], drop [N], duplicate [N], wait TIME, quit. The\n" +
	"kernel's clock goes on while a packet is held; the script's stands still. expect lines are not judged then.\n" +
	"With --json each moment is an object with what is held and what the kernel says of its sockets; the trace comes last.\n" +
	"Exit 3 where the machine does not show the packets; netlab doctor says why."

func (a *app) liveCommand() *cobra.Command {
	var format, output, pcapng, program, only string
	var wire, step bool
	var seed uint64
	var hosts []string
	cmd := &cobra.Command{
		Use:   "live [lesson|scenario]",
		Short: "Play a script with real sockets, captured",
		Long:  liveHelp,
		Example: "  netlab live handshake\n  netlab live handshake --format pcapng -o real.pcapng\n  netlab live my-scenario.txt --json\n" +
			"  netlab live close/simultaneous-close --wire --step\n  printf 'drop\\nrelease\\nrelease\\nrelease\\n' | netlab live handshake --wire --step\n" +
			"  netlab live handshake --wire --host B=model\n  netlab live --exec 'python3 server.py'\n  netlab live teardown --exec B='./server 80' --format ladder",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && program != "" {
				return nil
			}
			return oneScript("lesson or scenario file")(cmd, args)
		},
		ValidArgsFunction: a.completeScripts,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.checkFormat(&format, formats); err != nil {
				return err
			}
			s, err := a.liveScript(args, only)
			if err != nil {
				return err
			}
			models, err := modelHosts(s, hosts)
			if err != nil {
				return err
			}
			if err := checkWire(wire, step, program, len(hosts) > 0); err != nil {
				return err
			}
			if step {
				return a.stepLive(cmd.Context(), s, &stepping{seed: seed, format: format, output: output, pcapng: pcapng})
			}
			res, err := a.runLive(cmd.Context(), s, program, theWire(wire, seed, models))
			if res == nil {
				return err
			}
			if format == "pcapng" && res.Level == lab.LevelCallsOnly {
				return err
			}
			if e := a.writeOut(output, func(w writer) error { return a.writeTrace(w, res.Trace, format, res.Frames) }); e != nil {
				return e
			}
			if e := a.savePackets(pcapng, res); e != nil {
				return e
			}
			if res.Stats.Dropped > 0 {
				fmt.Fprintf(a.err, "netlab: the kernel dropped %d packets of the recording\n", res.Stats.Dropped)
			}
			if err != nil {
				return err
			}
			return a.judge(s, res.Trace)
		},
	}
	a.formatFlags(cmd, &format, &output)
	cmd.Flags().StringVar(&pcapng, "pcapng", "", "save the packets of this same run to this file too")
	cmd.Flags().StringVar(&program, "exec", "", "a command that plays a host: CMD, or HOST=CMD")
	cmd.Flags().StringVar(&only, "case", "", "play this case of a file")
	cmd.Flags().BoolVar(&wire, "wire", false, "a namespace for each host, and between them the script's delays and faults")
	cmd.Flags().BoolVar(&step, "step", false, "with --wire: hold every packet until it is let through, dropped or duplicated by hand")
	cmd.Flags().StringArrayVar(&hosts, "host", nil, "HOST=model: netlab's own TCP plays this host, on the wire; HOST=model:PROFILE chooses its habits (linux)")
	cmd.Flags().Uint64Var(&seed, "seed", sim.DefaultSeed, "with --wire: decides about faults that are by chance")
	return cmd
}

// checkWire refuses flags that do not go together.
func checkWire(wire, step bool, program string, models bool) error {
	switch {
	case step && !wire:
		return usageError("say --wire --step", "--step needs --wire: only on a wire of our own can packets be held")
	case step && models:
		return usageError("leave one of them out", "--step and --host do not go together: the kernels of both ends are stepped")
	case wire && program != "":
		return usageError("leave one of them out", "--wire and --exec do not go together: a program is played on loopback")
	default:
		return nil
	}
}

// theWire is what joins the hosts; nil: loopback does.
func theWire(wanted bool, seed uint64, models map[string]string) *lab.Wire {
	if !wanted && len(models) == 0 {
		return nil
	}
	return &lab.Wire{Seed: seed, Models: models}
}

// modelHosts reads HOST=model and HOST=model:PROFILE.
func modelHosts(s *scenario.Script, args []string) (map[string]string, error) {
	models := map[string]string{}
	for _, arg := range args {
		host, what, _ := strings.Cut(arg, "=")
		kind, profile, named := strings.Cut(what, ":")
		if !named {
			profile = tcp.Linux.Name
		}
		h := s.Host(host)
		_, known := tcp.ProfileByName(profile)
		switch {
		case h == nil:
			return nil, usageError("hosts are "+strings.Join(hostNames(s), ", "), "--host %s: the script has no host %q", arg, host)
		case kind != "model":
			return nil, usageError("for example --host "+host+"=model", "--host %s: a host is played by the kernel, or by the model", arg)
		case !known:
			return nil, usageError("profiles are "+strings.Join(profileNames(), ", "), "--host %s: no profile %q", arg, profile)
		case h.Puppet:
			return nil, usageError("name another host", "--host %s: %s is a puppet, and has no TCP", arg, host)
		}
		models[host] = profile
	}
	return models, nil
}

// hostNames lists the hosts of a script.
func hostNames(s *scenario.Script) []string {
	var names []string
	for _, h := range s.Hosts {
		names = append(names, h.Name)
	}
	return names
}

// hello is the script that a program is tried with if none is named.
const hello = `# A client connects, says hello, and ends its stream.
host A
host B
link A B

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
func (a *app) liveScript(args []string, only string) (*scenario.Script, error) {
	if len(args) == 0 {
		return scenario.Parse("hello", hello)
	}
	return a.oneCase(args[0], only)
}

// hostCommand is HOST=CMD; a command may hold = itself, so that only the script's hosts
// count as names.
func hostCommand(s *scenario.Script, program string) lab.Program {
	if host, command, ok := strings.Cut(program, "="); ok && s.Host(host) != nil {
		return lab.Program{Host: host, Command: command}
	}
	for i := range s.Stmts {
		if s.Stmts[i].Verb == scenario.Listen {
			return lab.Program{Host: s.Stmts[i].Host, Command: program}
		}
	}
	return lab.Program{Host: s.Hosts[0].Name, Command: program}
}

// runLive plays a script with real sockets: on a wire, if there is one, or with a program in
// the place of a host if one is named.
func (a *app) runLive(ctx context.Context, s *scenario.Script, program string, on *lab.Wire) (*lab.Result, error) {
	if on != nil {
		return lab.RunWire(ctx, s, *on)
	}
	if program == "" {
		return lab.Run(ctx, s, lab.LevelHost)
	}
	res, err := lab.RunProgram(ctx, s, hostCommand(s, program))
	var cannot *lab.CannotError
	var refused *lab.RefusedError
	if err != nil && !errors.As(err, &cannot) && !errors.As(err, &refused) && ctx.Err() == nil {
		return nil, &exitError{exitFailed, err, "netlab live --help says how a program is started"}
	}
	return res, err
}

// savePackets writes the captured packets of a run to a file, if one is named.
func (a *app) savePackets(path string, res *lab.Result) error {
	if path == "" || res.Level >= lab.LevelCallsOnly {
		return nil
	}
	return a.writeOut(path, func(w writer) error { return capture.WritePcapng(w, res.Trace.Interface(), res.Frames) })
}
