package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"netlab/cmd/internal/early"
	"netlab/lessons/text"
	"netlab/live/lab"
)

// The exit codes; README and `netlab help exit-codes` list them.
const (
	exitOK          = 0
	exitFailed      = 1   // an answer is wrong, a check failed, or model and reality differ
	exitUsage       = 2   // wrong usage, or a wrong script, lesson or file
	exitMachine     = 3   // this machine cannot do it
	exitInternal    = 70  // a bug in netlab
	exitInterrupted = 130 // Ctrl-C in a command without a screen
)

// An exitError ends a command with a code. A nil err has been reported already.
type exitError struct {
	code int
	err  error
	hint string
}

// Error implements error.
func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

// Unwrap returns the reason.
func (e *exitError) Unwrap() error { return e.err }

func usageError(hint, format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...), hint}
}

// Main runs netlab with the given arguments and returns the exit code.
func Main(args []string, in io.Reader, out, errOut io.Writer) (code int) {
	early.Restore()
	defer func() {
		if r := recover(); r != nil {
			fmt.Fprintf(errOut, "netlab: internal error: %v\nhint: please report this, with the command that showed it and these lines:\n%s", r, debug.Stack())
			code = exitInternal
		}
	}()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	a := &app{in: in, out: out, err: errOut, getenv: os.Getenv}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	finished := make(chan struct{})
	defer close(finished)
	go leaveWhenAsked(ctx, finished, errOut)
	err := root.ExecuteContext(ctx)
	if err != nil && ctx.Err() != nil && !errors.Is(err, errClosedPipe) {
		fmt.Fprintln(errOut, "netlab: interrupted")
		return exitInterrupted
	}
	return a.report(err)
}

// goodOrder is how long a command that was interrupted has to end in good order:
// to put the terminal back, to end a live run's child.
const goodOrder = 700 * time.Millisecond

// leaveWhenAsked ends a command that does not look up from its work.
func leaveWhenAsked(ctx context.Context, finished <-chan struct{}, errOut io.Writer) {
	select {
	case <-finished:
		return
	case <-ctx.Done():
	}
	select {
	case <-finished:
	case <-time.After(goodOrder):
		fmt.Fprintln(errOut, "netlab: interrupted")
		os.Exit(exitInterrupted)
	}
}

// mostErrors is how many mistakes are shown at once; more would hide the first.
const mostErrors = 20

var errClosedPipe = syscall.EPIPE

// report prints an error and returns the exit code that goes with it.
func (a *app) report(err error) int {
	if err == nil {
		return exitOK
	}
	if errors.Is(err, errClosedPipe) {
		return exitOK // the reader has seen enough
	}
	var refused *lab.RefusedError
	var cannot *lab.CannotError
	var exit *exitError
	switch {
	case errors.As(err, &exit):
	case errors.As(err, &refused):
		exit = &exitError{exitMachine, err, refused.Fix}
	case errors.As(err, &cannot):
		exit = &exitError{exitMachine, err, cannot.Get}
	case errors.Is(err, syscall.ENOSPC):
		exit = &exitError{exitMachine, fmt.Errorf("the result could not be written: %w", err), "make room, or write elsewhere with -o"}
	default:
		exit = &exitError{code: exitUsage, err: err, hint: "netlab help"}
	}
	if exit.err != nil {
		lines := strings.Split(exit.err.Error(), "\n")
		for _, line := range lines[:min(len(lines), mostErrors)] {
			fmt.Fprintln(a.err, "netlab: "+line)
		}
		if more := len(lines) - mostErrors; more > 0 {
			fmt.Fprintf(a.err, "netlab: … and %d more\n", more)
		}
		if exit.hint != "" {
			fmt.Fprintln(a.err, "hint: "+exit.hint)
		}
	}
	return exit.code
}

// An app is one invocation.
type app struct {
	lines  <-chan string // standard input, once a dialogue has begun to read it
	in     io.Reader
	out    io.Writer
	err    io.Writer
	getenv func(string) string

	lang, ui, charset, theme, color string
	jsonFlag, noInput               bool
	seed                            uint64
}

func (a *app) root() *cobra.Command {
	words := text.For("en")
	root := &cobra.Command{
		Use:           "netlab",
		Short:         "Learn how TCP and UDP really behave",
		Long:          words.T("welcome"),
		Example:       words.T("welcome_examples"),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          a.noSuchCommand,
		RunE:          func(*cobra.Command, []string) error { return a.welcome() },
	}
	root.SuggestionsMinimumDistance = 2
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &exitError{exitUsage, err, cmd.CommandPath() + " --help lists the flags"}
	})
	f := root.PersistentFlags()
	f.StringVar(&a.lang, "lang", "", "language: en or zh-CN (default: from LC_ALL, LC_MESSAGES, LANG)")
	f.StringVar(&a.ui, "ui", "auto", "front end: auto, tui, plain or accessible")
	f.StringVar(&a.charset, "charset", "auto", "characters of pictures: auto, unicode or ascii")
	f.StringVar(&a.theme, "theme", "auto", "background of the terminal: auto, dark or light")
	f.StringVar(&a.color, "color", "auto", "colour: auto, always or never")
	f.BoolVar(&a.noInput, "no-input", false, "never ask anything")
	f.BoolVar(&a.jsonFlag, "json", false, "the same as --format json")
	root.AddCommand(a.lessonCommand(), a.simCommand(), a.liveCommand(), a.compareCommand(), a.captureCommand(), a.explainCommand(), a.conformCommand(), a.peerCommand(),
		a.gradeCommand(), a.checkCommand(), a.homeworkCommand(),
		a.exportCommand(), a.presentCommand(), a.reviewCommand(), a.stepCommand(), a.glossaryCommand(), a.rulesCommand(), a.doctorCommand(), a.versionCommand())
	root.AddCommand(a.helpTopics()...)
	strictHelp(root)
	root.PersistentPreRunE = func(*cobra.Command, []string) error { return a.checkFlags() }
	return root
}

// noSuchCommand explains a first word that is no command.
func (a *app) noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "netlab help lists the commands"
	if s := cmd.SuggestionsFor(args[0]); len(s) > 0 {
		hint = "did you mean: netlab " + s[0]
	}
	return usageError(hint, "no command %q", args[0])
}

func (a *app) checkFlags() error {
	for _, f := range []struct {
		name, value string
		allowed     []string
	}{
		{"--ui", a.ui, []string{"auto", "tui", "plain", "accessible"}},
		{"--charset", a.charset, []string{"auto", "unicode", "ascii"}},
		{"--theme", a.theme, []string{"auto", "dark", "light"}},
		{"--color", a.color, []string{"auto", "always", "never"}},
	} {
		if !slices.Contains(f.allowed, f.value) {
			return usageError("one of "+strings.Join(f.allowed, ", "), "%s %q is unknown", f.name, f.value)
		}
	}
	if a.lang != "" {
		if _, ok := matchLanguage(a.lang); !ok {
			return usageError("one of en, zh-CN", "--lang %q is unknown", a.lang)
		}
	}
	return nil
}
