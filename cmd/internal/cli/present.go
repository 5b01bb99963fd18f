package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"netlab/cmd/internal/tui"
	"netlab/lessons/course"
	"netlab/lessons/present"
	"netlab/lessons/text"
	"netlab/live/lab"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
)

const presentLong = `Project lessons before a room: few things and large, one lesson after the other. Space or a clicker goes
on: an open question waits for hands, then shows its answer. "What if this one is lost?" is x, on the
model; L shows the same on this machine's kernel, beside the model. Everything works with a clicker alone:
Esc opens a menu, PgDn and PgUp choose, the key that blanks does it, Esc again leaves.

With --notes, in another terminal: what is on the screen, what comes next, the lesson's notes for the
speaker, the time. The two find each other, whichever is started first, and each goes on without the other.

With --web, the same in browsers, as large pictures: those who have the link follow, and may look back on their own;
w shows it to the room. The leader's link drives the talk from a browser. Only this machine can open them, unless
--lan allows others: --web 0.0.0.0:8080 --lan. In a pipe, or with --ui plain, browsers are all there is.

With --live, packets as they are recorded, one conversation at a time, the newest first, with what each
packet shows: of an interface (-i lo 'port 80'), of a network namespace, or of a program and its
children in a network of their own (--exec), which needs no permission.`

func (a *app) presentCommand() *cobra.Command {
	var f presentFlags
	cmd := &cobra.Command{
		Use:   "present <lesson>…",
		Short: "Project lessons before a room, stepped with a clicker",
		Long:  presentLong,
		Example: "  netlab present handshake teardown simultaneous-close udp\n  netlab present --notes                 on the laptop, in another terminal\n  netlab present udp --web 192.0.2.7:8080 --lan\n" +
			"  netlab present handshake --theme dark --lang zh-CN\n  netlab present --live -i lo port 8080\n  netlab present --live --exec 'python3 server.py & sleep 1; python3 client.py'",
		ValidArgsFunction: a.completeScripts,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.seeded = cmd.Flags().Changed("seed")
			for _, name := range []string{"interface", "netns", "exec", "output"} {
				if cmd.Flags().Changed(name) && !f.live {
					return usageError("netlab present --live --"+name+" …", "--%s goes with --live", name)
				}
			}
			if f.live {
				return a.runPresentLive(cmd.Context(), args, &f)
			}
			return a.runPresent(cmd.Context(), args, &f)
		},
	}
	cmd.Flags().Uint64Var(&a.seed, "seed", 0, "numbers come from it (default: each lesson's own)")
	cmd.Flags().BoolVar(&f.notes, "notes", false, "the speaker's notes, for the laptop")
	cmd.Flags().StringVar(&f.web, "web", "", "for browsers too: the address to listen on, alone: 127.0.0.1 and any free port")
	cmd.Flags().Lookup("web").NoOptDefVal = anyPort
	cmd.Flags().BoolVar(&f.lan, "lan", false, "with --web: an address that others on the network can reach is allowed")
	cmd.Flags().BoolVar(&f.live, "live", false, "project packets as they are recorded; the arguments are a filter")
	cmd.Flags().StringVarP(&f.iface, "interface", "i", "any", "with --live: which interface, or any")
	cmd.Flags().StringVar(&f.space, "netns", "", "with --live: in this network namespace: a name, a process's number, or a path")
	cmd.Flags().StringVar(&f.command, "exec", "", "with --live: run this in a network of its own, and show what it does; needs no permission")
	cmd.Flags().StringVarP(&f.output, "output", "o", "", "with --live: save the packets to this pcapng file, too")
	cmd.Flags().StringVar(&f.socket, "socket", "", "where projector and notes meet (default: a place of this user's)")
	return cmd
}

// presentFlags are the flags of a talk.
type presentFlags struct {
	seeded bool
	notes  bool
	socket string
	web    string // an address; empty: no browsers
	lan    bool   // others on the network may look

	live                          bool // a recording is shown, and no lesson
	iface, space, command, output string
}

func (a *app) runPresent(ctx context.Context, args []string, f *presentFlags) error {
	if f.lan && f.web == "" {
		return usageError("netlab present handshake --web 192.0.2.7:8080 --lan", "--lan goes with --web")
	}
	if f.notes {
		return a.runNotes(ctx, args, f)
	}
	args = f.takeAddress(args)
	if len(args) == 0 {
		return usageError("for example: netlab present handshake teardown; netlab lesson list names them", "name the lessons to present, in their order")
	}
	lessons, err := a.lessonArgs(args)
	if err != nil {
		return err
	}
	terminal := a.frontEnd() == frontTUI
	if !terminal && f.web == "" {
		return &exitError{exitMachine, errors.New("a talk needs a terminal, or browsers"), "netlab present " + args[0] + " --web; in a pipe: netlab export " + args[0] + " --format md"}
	}
	if err := a.checkTerminal(); err != nil {
		return err
	}
	opt := present.Options{Lang: a.language(), Live: presentLive}
	if f.seeded {
		opt.Seed = &a.seed
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	show, err := present.New(ctx, lessons, opt)
	if err != nil {
		return &exitError{exitUsage, err, "netlab lesson check"}
	}
	pages, err := a.openWeb(ctx, show, f)
	if err != nil {
		return err
	}
	room, err := a.openRoom(ctx, show, f, pages)
	if err != nil {
		return err
	}
	defer room.Close()
	if !terminal {
		return a.webOnly(ctx, show, pages)
	}
	return tui.RunProjector(ctx, show, a.projector(pages))
}

// screen are the options of a full screen.
func (a *app) screen() tui.Options {
	return tui.Options{In: a.in, Out: a.out, Unicode: a.unicode(), Color: a.color, Theme: a.theme, Getenv: a.getenv}
}

// lessonArgs finds the lessons that arguments name.
func (a *app) lessonArgs(args []string) (all []*course.Lesson, err error) {
	for _, arg := range args {
		l, e := a.lessonArg(arg)
		if e != nil {
			return nil, e
		}
		all = append(all, l)
	}
	return all, nil
}

// presentLive plays a script for a room: on the wire if it can be, because there packets take
// their time; else on loopback; else it is the recorded run of the scene.
func presentLive(ctx context.Context, l *course.Lesson, scene string, s *scenario.Script) (*present.Real, error) {
	if scene == "" && !l.Compare {
		return nil, errors.New(l.NoLive)
	}
	res, err := playLive(ctx, s, lab.CanCompareWire(s) == nil, lab.LevelHost, l.Seed)
	var refused *lab.RefusedError
	if errors.As(err, &refused) && l.Recorded[scene] != nil && l.Scene(scene) == s {
		res, err = lab.FromRecording(l.Recorded[scene], refused.Reason, refused.Fix), nil
	}
	if err != nil {
		return nil, err
	}
	level := res.Level
	return &present.Real{Trace: res.Trace, Report: lab.Compare(s, res, tcp.Linux, l.Seed), Level: func(w *text.Words) string {
		said := w.Level(int(level), lab.Describe(level))
		if res.Reason != "" {
			said += " " + w.T("live_failed", res.Reason)
		}
		return said
	}}, nil
}
