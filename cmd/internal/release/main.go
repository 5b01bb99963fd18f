// Command release builds netlab's release archives: for Linux, macOS and Windows, on amd64
// and arm64, the same bytes for the same commit on any machine and at any time.
//
//	go run ./cmd/internal/release -version 1.0.0
//
// What is built is the commit, exported into a folder of its own, and not what lies around in
// the working tree. Go compiles the same bytes on every machine if it is the same Go (the
// constant toolchain), without C, without paths and with nothing taken from the
// environment. All that is left to do here is to leave out of the archives whatever differs: clocks, owners,
// umasks, the order of folders.
//
// An archive holds the program, its licence and those of all modules that are linked into it,
// the README with what it links to, and completions for four shells. It is for people without Go.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
)

// toolchain is the Go of all releases. It is fetched where another one is installed, for
// both the compiler and this program's compress/flate decide about octets.
const toolchain = "go1.26.8"

// The exit codes, as netlab's own.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// A target is a system and a machine, as Go names them.
type target struct{ os, arch string }

// String is the form of -targets: linux/amd64.
func (t target) String() string { return t.os + "/" + t.arch }

var targets = []target{
	{"darwin", "amd64"}, {"darwin", "arm64"},
	{"linux", "amd64"}, {"linux", "arm64"},
	{"windows", "amd64"}, {"windows", "arm64"},
}

// A config is what the command line says.
type config struct {
	root    string // a folder of the repository
	version string
	out     string
	targets []target
	dirty   bool
	anyGo   bool
}

// A usageError is a command line that cannot be obeyed.
type usageError struct{ error }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	var usage usageError
	var exit *exec.ExitError
	switch {
	case err == nil:
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "release: interrupted")
		os.Exit(exitInterrupted)
	case errors.As(err, &usage):
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(exitUsage)
	case errors.Is(err, errOtherGo) && errors.As(err, &exit):
		os.Exit(max(exit.ExitCode(), exitFailed)) // it has said why
	default:
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(exitFailed)
	}
}

// run is the command: it prints the sums of what it has written.
func run(ctx context.Context, args []string, out, errOut io.Writer) error {
	c, err := parse(args, errOut)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return usageError{err}
	}
	if !c.anyGo && runtime.Version() != toolchain {
		return withToolchain(ctx, args, out, errOut)
	}
	sums, err := release(ctx, c, errOut)
	if err != nil {
		return err
	}
	_, err = out.Write(sums)
	return err
}

// number is a version as semver.org writes it, without build metadata.
var number = regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$`)

func parse(args []string, errOut io.Writer) (config, error) {
	c := config{root: "."}
	var list string
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&c.version, "version", "", "the version to build, such as 1.0.0 (required)")
	flags.StringVar(&c.out, "o", "dist", "the folder to write to")
	flags.StringVar(&list, "targets", "", "only these, such as linux/amd64,windows/arm64")
	flags.BoolVar(&c.dirty, "dirty", false, "build the working tree as it is; if it is not the commit, the version says so")
	flags.BoolVar(&c.anyGo, "any-go", false, "build with the Go that runs this; the bytes may not be those of a release, which "+toolchain+" builds")
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		flags.SetOutput(errOut)
		fmt.Fprintln(errOut, "release builds the archives of a release, the same octets everywhere.")
		flags.PrintDefaults()
		return c, err
	}
	if err != nil {
		return c, fmt.Errorf("%w (-h lists the flags)", err)
	}
	if flags.NArg() > 0 {
		return c, fmt.Errorf("%q is not a flag: release takes flags only", flags.Arg(0))
	}
	if !number.MatchString(c.version) {
		return c, fmt.Errorf("-version %q: a version has three numbers, such as 1.0.0 or 1.0.0-rc.1", c.version)
	}
	if list == "" {
		c.targets = targets
		return c, nil
	}
	for name := range strings.SplitSeq(list, ",") {
		i := slices.IndexFunc(targets, func(t target) bool { return t.String() == name })
		if i < 0 {
			return c, fmt.Errorf("-targets: %q is none of %v", name, targets)
		}
		if !slices.Contains(c.targets, targets[i]) {
			c.targets = append(c.targets, targets[i])
		}
	}
	return c, nil
}

// errOtherGo marks what the same command, run by the Go of the releases, came to.
var errOtherGo = errors.New("by " + toolchain)

// again is set for the second run, so that there is no third.
const again = "NETLAB_RELEASE_AGAIN"

// withToolchain runs this command with the Go of the releases, which go(1) fetches.
func withToolchain(ctx context.Context, args []string, out, errOut io.Writer) error {
	if os.Getenv(again) != "" {
		return fmt.Errorf("asked for %s and got %s (-any-go builds with that)", toolchain, runtime.Version())
	}
	fmt.Fprintf(errOut, "this is %s: going on with %s\n", runtime.Version(), toolchain)
	env, err := environment(ctx, ".", true)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", append([]string{"run", "netlab/cmd/internal/release"}, args...)...)
	cmd.Env = append(env, again+"=1")
	cmd.Stdout, cmd.Stderr = out, errOut
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%w: %w", errOtherGo, err)
	}
	return nil
}
