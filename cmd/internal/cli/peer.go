package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"netlab/lessons/text"
	"netlab/live/peer"
	"netlab/sim/wire"
)

func (a *app) peerCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "peer tcp|udp",
		Short: "A client or server to talk to, with its segments shown",
		Long: "Talk with real sockets on this host's own network, on any system. Shown are every call, what\nit returned and what that means; each state of the socket, by the API and (TCP …) by the kernel;\n" +
			"and where packets may be captured, as inside netlab live --exec, each segment: -> leaves,\n<- arrives, and numbers count from the SYN. s listens, x1 is the first accepted, c is a client.\n" +
			"What is typed goes out, what arrives is printed above it. quit or Ctrl-C ends.",
		Example: "  netlab peer tcp --listen 8888                          a server for many clients; /list, /to 2 TEXT\n" +
			"  netlab peer tcp --connect 127.0.0.1:8888               a client, in another terminal\n" +
			"  netlab peer udp --listen 8888 --echo\n" +
			"  netlab peer faults                                     mistakes that programs make, to be watched",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError("one of tcp, udp, faults", "no kind of peer %q", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			_ = cmd.Help()
			return usageError("for example: netlab peer tcp --listen 8888", "say which: tcp, udp or faults")
		},
	}
	cmd.AddCommand(a.peerTCPCommand(), a.peerUDPCommand(), a.peerFaultsCommand())
	return cmd
}

// peerFlags are the flags of one peer that are no field of its options.
type peerFlags struct {
	peer.Options
	fault             string
	quiet, noSegments bool
}

// common adds the flags that both protocols have.
func (f *peerFlags) common(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.Listen, "listen", "", "be a server on [ADDR:]PORT; port 0: the system chooses, and it is printed")
	flags.StringVar(&f.Connect, "connect", "", "be a client of HOST:PORT")
	flags.StringVar(&f.Local, "local", "", "the client's own [ADDR:]PORT")
	flags.StringArrayVar(&f.Sends, "send", nil, `send this text instead of what is typed; again for more; knows \n \r \t \0 \\ \xNN`)
	flags.IntVar(&f.Size, "size", 0, "send so many octets")
	flags.DurationVar(&f.Every, "every", 0, "send on a timer, such as 1s; {n} in the text counts")
	flags.IntVar(&f.Count, "count", 0, "with --every: stop after so many")
	flags.BoolVar(&f.Echo, "echo", false, "answer with the same")
	flags.StringVar(&f.Reply, "reply", "", "answer by a template with {text} {ip} {port} {n}, such as '{text}{port}'")
	flags.IntVar(&f.Receive, "recv", 0, "octets that one recv asks for (default 4096)")
	flags.BoolVar(&f.Once, "once", false, "tcp: end when the first client has left; udp: after the first datagram")
	flags.DurationVar(&f.Within, "within", 0, "how long any call may wait (default: connect and send 10s, the others without end)")
	flags.StringVar(&f.fault, "fault", "", "make a mistake on purpose; netlab peer faults lists them")
	flags.BoolVar(&f.noSegments, "no-segments", false, "do not look for the packets")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print only what arrives")
	_ = cmd.RegisterFlagCompletionFunc("fault", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		var names []string
		for _, e := range peer.Exhibits() {
			names = append(names, string(e.Fault))
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	})
}

func (a *app) peerTCPCommand() *cobra.Command {
	f := &peerFlags{Options: peer.Options{Proto: wire.TCP}}
	cmd := &cobra.Command{
		Use:   "tcp --listen [ADDR:]PORT | --connect HOST:PORT",
		Short: "A TCP client, or a server for many clients",
		Long: "A TCP client or server. A client whose input ends closes its direction and goes on receiving\n(--then says otherwise). A server keeps a list of its clients; /help at its prompt.\n" +
			"What recv returns is shown as it came: merged or split, because TCP has no messages; --lines\nwaits for line breaks.",
		Example: "  netlab peer tcp --listen 8888\n  netlab peer tcp --connect 127.0.0.1:8888\n" +
			"  netlab peer tcp --connect 127.0.0.1:8888 --send hello --every 1s\n" +
			"  netlab peer tcp --listen 8888 --lines --reply '{text}{port}'\n" +
			"  netlab peer tcp --listen 8888 --receive-file .\n  netlab peer tcp --connect 127.0.0.1:8888 --send-file README.md\n" +
			"  netlab peer tcp --listen 8888 --fault never-close",
		Args: noPeerArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.runPeer(cmd.Context(), f) },
	}
	f.common(cmd)
	cmd.Flags().BoolVar(&f.Lines, "lines", false, "a message ends at a line break, not where recv happens to end")
	cmd.Flags().StringVar(&f.Then, "then", "", "when all is sent: close, half-close (a client's default), reset or hold (a server's)")
	cmd.Flags().StringArrayVar(&f.SendFiles, "send-file", nil, "send this file; again for more")
	cmd.Flags().StringVar(&f.As, "as", "", "with --send-file: the name that the receiver is told")
	cmd.Flags().StringVar(&f.ReceiveDir, "receive-file", "", "keep the files that come in this folder")
	cmd.Flags().BoolVar(&f.Force, "force", false, "with --receive-file: write over files of the same name")
	return cmd
}

func (a *app) peerUDPCommand() *cobra.Command {
	f := &peerFlags{Options: peer.Options{Proto: wire.UDP}}
	cmd := &cobra.Command{
		Use:   "udp --listen [ADDR:]PORT | --connect|--to HOST:PORT | --broadcast | --multicast GROUP:PORT",
		Short: "A UDP peer: client and server at once",
		Long: "A UDP peer, client and server at once: --listen is its own port, --to where it sends.\n--connect hears only that peer, and is told when nobody has that port (ECONNREFUSED).\n" +
			"What is typed goes to --to, or else to all who have been heard. An empty line is an empty datagram.",
		Example: "  netlab peer udp --listen 9001 --to 127.0.0.1:9002\n  netlab peer udp --listen 9002 --to 127.0.0.1:9001\n" +
			"  netlab peer udp --listen 8888 --echo\n  netlab peer udp --connect 127.0.0.1:8888 --send hello\n" +
			"  netlab peer udp --every 1s --send 'tick {n}' --broadcast\n  netlab peer udp --listen 6666 --share\n" +
			"  netlab peer udp --every 1s --send 'tick {n}' --multicast 239.2.2.222:8888 --ttl 1\n  netlab peer udp --listen 8888 --join 239.2.2.222",
		Args: noPeerArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.runPeer(cmd.Context(), f) },
	}
	f.common(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.To, "to", "", "send to HOST:PORT, without connect")
	flags.StringVar(&f.Broadcast, "broadcast", "", "send to every host of the link, at this port (--broadcast alone: 6666)")
	flags.Lookup("broadcast").NoOptDefVal = "6666"
	flags.StringVar(&f.Multicast, "multicast", "", "send to GROUP:PORT, such as 239.2.2.222:8888")
	flags.StringArrayVar(&f.Join, "join", nil, "hear this group; again for more")
	flags.StringVar(&f.Interface, "interface", "", "for groups: by this interface")
	flags.IntVar(&f.TTL, "ttl", 1, "with --multicast: links that it may cross; 0 stays in this host")
	flags.BoolVar(&f.Share, "share", false, "let other programs use the same address (SO_REUSEADDR)")
	return cmd
}

func noPeerArgs(cmd *cobra.Command, args []string) error {
	if f := cmd.Flags().Lookup("broadcast"); len(args) > 0 && f != nil && f.Changed && f.Value.String() == f.NoOptDefVal {
		return usageError("--broadcast="+args[0]+" sends to another port than 6666", "%q: the port of --broadcast follows an equals sign", args[0])
	}
	if len(args) > 0 {
		return usageError(cmd.CommandPath()+" --help", "%q: an address follows a flag, such as --listen or --connect", args[0])
	}
	return nil
}

func (a *app) peerFaultsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "faults",
		Short: "Mistakes that programs make, to be watched",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			w := text.For(a.language())
			var b strings.Builder
			if !a.jsonFlag {
				fmt.Fprintln(&b, w.T("peer_faults"))
			}
			for _, e := range peer.Exhibits() {
				what := w.T("peer_fault_" + string(e.Fault))
				if a.jsonFlag {
					line, err := jsonLine(map[string]any{"type": "fault", "fault": e.Fault, "text": what, "lesson": e.Lesson, "example": "netlab peer " + e.Example})
					if err != nil {
						return err
					}
					b.WriteString(line)
					continue
				}
				fmt.Fprintf(&b, "\n%s  (%s)\n    %s\n    netlab peer %s\n", e.Fault, w.T("peer_fault_lesson", e.Lesson), what, e.Example)
			}
			_, err := a.out.Write([]byte(b.String()))
			return err
		},
	}
}

// runPeer plays a peer until it is done.
func (a *app) runPeer(ctx context.Context, f *peerFlags) error {
	opt := f.Options
	opt.Fault = peer.Fault(f.fault)
	for i, s := range opt.Sends {
		plain, err := peer.Unescape(s)
		if err != nil {
			return a.peerError(opt.Proto, err)
		}
		opt.Sends[i] = plain
	}
	if err := opt.Check(); err != nil {
		return a.peerError(opt.Proto, err)
	}
	show := newPeerShow(a, f)
	if err := show.begin(); err != nil {
		return err
	}
	opt.Tell, opt.Progress, opt.Start = show.tell, show.progress, show.start
	err := a.talk(ctx, &opt, show)
	if e := show.end(); err == nil {
		err = e
	}
	return a.peerError(opt.Proto, err)
}

// peerError says in the user's language what went wrong and what to try, and finds the
// exit code.
func (a *app) peerError(proto wire.Proto, err error) error {
	w := text.For(a.language())
	var usage *peer.UsageError
	var call *peer.CallError
	var file *peer.FileError
	switch {
	case errors.As(err, &usage):
		return usageError(usage.Hint, "%s", usage.Msg)
	case errors.As(err, &file):
		hint := ""
		if file.Reason == "not-answered" || file.Reason == "no-header" {
			hint = w.T("peer_file_try")
		}
		return &exitError{exitFailed, errors.New(w.T("peer_file_failed", file.Name, w.T("peer_file_"+file.Reason))), hint}
	case errors.As(err, &call):
		code := exitFailed
		switch call.Call {
		case "socket", "bind", "listen", "setsockopt":
			code = exitMachine
		}
		meaning := w.Errno(call.Errno)
		if call.Errno == "EAI_NONAME" {
			meaning = w.T("peer_no_such_host")
		}
		what := w.T("peer_failed", call.Call+" "+call.Args, string(call.Errno), meaning)
		if meaning == "" { // an errno that is no part of the lessons says itself
			what = w.T("peer_says", call.Call+" "+call.Args, string(call.Errno))
		}
		advice := peerAdvice(w, proto, call.Errno)
		if strings.Contains(call.Args, "IP_ADD_MEMBERSHIP") {
			advice = peerAdvice(w, proto, wire.ENETUNREACH) // the system has found no interface for the group
		}
		return &exitError{code, errors.New(what), advice}
	}
	return err
}

// peerAdvice is what to try after an error.
func peerAdvice(w *text.Words, proto wire.Proto, e wire.Errno) string {
	if s := w.T("peer_try_"+string(e), proto); !strings.HasPrefix(s, "?") {
		return s
	}
	return w.T("peer_try")
}

// ownPath is where this program lies, for advice that names it.
func ownPath() string {
	path, err := os.Executable()
	if err != nil {
		return "netlab"
	}
	return path
}
