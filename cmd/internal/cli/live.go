package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"netlab/capture"
	"netlab/live/lab"
	"netlab/sim"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
)

const liveHelp = "Play a script with real loopback sockets in a private network namespace, without root,\nand show every call, every packet and the states that the kernel reports.\n" +
	"With --exec a program of yours plays one of the hosts: the one that listens, or the one that is named.\n" +
	"Without a script, netlab connects to it, says hello and waits for an answer. In its environment are NETLAB_HOST\n" +
	"and NETLAB_ADDR, its host's name and address, NETLAB_PEER, the address of the host that it talks to, and\n" +
	"NETLAB_PORT, the script's port; a server may listen on any port. With --wire it lives in its host's namespace,\n" +
	"and has the script's delays and faults; there it must not bind to 127.0.0.1. It ends with the run.\n" +
	"With --wire each host has a network namespace of its own, and a wire between them delays, loses and repeats\n" +
	"what the script says. With --step, too, the wire holds each packet until you let it through: on the full screen\n" +
	"with keys (netlab help keys), in a pipe with lines: release [N], drop [N], duplicate [N], wait TIME, quit. The\n" +
	"kernel's clock goes on while a packet is held; the script's stands still. expect lines are not judged then.\n" +
	"With --json each moment is an object with what is held and what the kernel says of its sockets; the trace comes last.\n" +
	"Exit 3 where the machine does not show the packets; netlab doctor says why."

// A playing is one run of netlab live.
type playing struct {
	a                      *app
	format, output, pcapng string
	program, only          string
	wire, step             bool
	seed                   uint64
	hosts                  []string
}

func (a *app) liveCommand() *cobra.Command {
	p := &playing{a: a}
	cmd := &cobra.Command{
		Use:   "live [lesson|scenario]",
		Short: "Play a script with real sockets, captured",
		Long:  liveHelp,
		Example: "  netlab live handshake\n  netlab live handshake --format pcapng -o real.pcapng\n  netlab live my-scenario.txt --json\n" +
			"  netlab live close/simultaneous-close --wire --step\n  printf 'drop\\nrelease\\nrelease\\nrelease\\n' | netlab live handshake --wire --step\n" +
			"  netlab live handshake --wire --host B=model\n  netlab live --exec 'python3 server.py'\n  netlab live teardown --exec B='./server 80' --format ladder\n" +
			"  netlab live lossy.txt --wire --exec 'python3 server.py'\n  netlab live handshake --wire --exec A='nc $NETLAB_PEER $NETLAB_PORT'",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && cmd.Flags().Changed("exec") {
				return nil
			}
			return oneScript("lesson or scenario file")(cmd, args)
		},
		ValidArgsFunction: a.completeScripts,
		RunE:              p.run,
	}
	a.formatFlags(cmd, &p.format, &p.output)
	f := cmd.Flags()
	f.StringVar(&p.pcapng, "pcapng", "", "save the packets of this same run to this file too")
	f.StringVar(&p.program, "exec", "", "a command that plays a host: CMD, or HOST=CMD")
	f.StringVar(&p.only, "case", "", "play this case of a file")
	f.BoolVar(&p.wire, "wire", false, "a namespace for each host, and between them the script's delays and faults")
	f.BoolVar(&p.step, "step", false, "with --wire: hold every packet until it is let through, dropped or duplicated by hand")
	f.StringArrayVar(&p.hosts, "host", nil, "HOST=model: netlab's own TCP plays this host, on the wire; HOST=model:PROFILE chooses its habits (linux)")
	f.Uint64Var(&p.seed, "seed", sim.DefaultSeed, "with --wire: decides about faults that are by chance")
	return cmd
}

func (p *playing) run(cmd *cobra.Command, args []string) error {
	a := p.a
	if err := a.checkFormat(&p.format, formats); err != nil {
		return err
	}
	onWire := p.wire || len(p.hosts) > 0
	s, err := a.liveScript(args, p.only, onWire)
	if err != nil {
		return err
	}
	on := lab.Wire{Seed: p.seed}
	if on.Models, err = modelHosts(s, p.hosts); err != nil {
		return err
	}
	if on.Program, err = hostCommand(s, p.program, cmd.Flags().Changed("exec")); err != nil {
		return err
	}
	if err := checkWire(&on, p.wire, p.step); err != nil {
		return err
	}
	if p.step {
		return a.stepLive(cmd.Context(), s, &stepping{wire: on, format: p.format, output: p.output, pcapng: p.pcapng})
	}
	res, err := a.runLive(cmd.Context(), s, &on, onWire)
	if res == nil || p.format == "pcapng" && res.Level == lab.LevelCallsOnly {
		return err
	}
	if e := a.writeOut(p.output, func(w writer) error { return a.writeTrace(w, res.Trace, p.format, res.Frames) }); e != nil {
		return e
	}
	if e := a.savePackets(p.pcapng, res); e != nil {
		return e
	}
	if res.Stats.Dropped > 0 {
		fmt.Fprintf(a.err, "netlab: the kernel dropped %d packets of the recording\n", res.Stats.Dropped)
	}
	if err != nil {
		return err
	}
	a.warnUnreached(res.Trace)
	return a.judge(s, res.Trace)
}

// checkWire refuses flags that do not go together.
func checkWire(on *lab.Wire, wire, step bool) error {
	switch {
	case step && !wire:
		return usageError("say --wire --step", "--step needs --wire: only on a wire of our own can packets be held")
	case step && len(on.Models) > 0:
		return usageError("leave one of them out", "--step and --host do not go together: the kernels of both ends are stepped")
	case on.Program != nil && on.Models[on.Program.Host] != "":
		return usageError("name another host", "--exec and --host both play host %s", on.Program.Host)
	default:
		return nil
	}
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

// savePackets writes the captured packets of a run to a file, if one is named.
func (a *app) savePackets(path string, res *lab.Result) error {
	if path == "" || res.Level >= lab.LevelCallsOnly {
		return nil
	}
	return a.writeOut(path, func(w writer) error { return capture.WritePcapng(w, res.Trace.Interface(), res.Frames) })
}
