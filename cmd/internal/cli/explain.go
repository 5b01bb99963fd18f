package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"netlab/capture"
	"netlab/capture/explain"
	"netlab/capture/filter"
	"netlab/capture/follow"
	"netlab/capture/read"
	"netlab/cmd/internal/tui"
	"netlab/lessons/course"
	"netlab/lessons/text"
	"netlab/sim"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
)

// An explaining is one run of netlab explain.
type explaining struct {
	a              *app
	format, output string
	number, from   int
	asScenario     bool
	unsaved        bool // there is no file: it was recorded and not kept

	file   string   // as the user named it
	kept   *os.File // what came from standard input, because it is read twice
	filter *filter.Filter
}

const explainLong = `Read a capture and say, conversation by conversation, how each connection opened and closed, what
went wrong on the way and why, and in which states both ends were. With --conversation N, or a
filter that picks one, that conversation in full: its ladder, and every segment with the states
that the packets prove.

FILE is a pcap or pcapng file, plain or compressed with gzip; - is standard input. A file that is cut
or broken is read as far as it goes. Exit 0 whatever is found, 2 if nothing could be read.

A filter is made of: tcp, udp, port 80, host 10.0.0.1, 10.0.0.0/8, 10.0.0.1:80, open KIND,
close KIND, has FINDING, has anything; with and, or, not and parentheses.`

func (a *app) explainCommand() *cobra.Command {
	e := &explaining{a: a}
	cmd := &cobra.Command{
		Use:   "explain FILE [FILTER]",
		Short: "Any capture: who did what, in which state, and why",
		Long:  explainLong,
		Example: "  netlab explain capture.pcap\n  netlab explain capture.pcapng -c 3\n  netlab explain capture.pcap.gz close reset\n" +
			"  netlab explain capture.pcap 10.0.0.1:80 has retransmission --format svg -o ladder.svg\n  tcpdump -w - | netlab explain -\n" +
			"  netlab explain capture.pcap -c 3 --as-scenario -o mine.txt",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError("for example: netlab explain capture.pcap", "netlab explain needs a capture file")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return e.run(cmd.Context(), args) },
	}
	a.formatFlags(cmd, &e.format, &e.output)
	cmd.Flags().IntVarP(&e.number, "conversation", "c", 0, "tell this conversation in full, by its number in the list")
	cmd.Flags().IntVar(&e.from, "from", 0, fmt.Sprintf("of a long conversation: the frame to begin with (%d packets are told at most)", explain.MaxRows))
	cmd.Flags().BoolVar(&e.asScenario, "as-scenario", false, "write a script that plays the same conversation")
	return cmd
}

// explainMemory is what the garbage collector aims to stay below while a capture is read.
const explainMemory = 36 << 20

func (e *explaining) run(ctx context.Context, args []string) error {
	if err := e.a.checkFormat(&e.format, formats); err != nil {
		return err
	}
	err := e.a.refuseBinary(e.format, e.output)
	if err != nil {
		return err
	}
	if e.filter, err = filter.Parse(strings.Join(args[1:], " ")); err != nil {
		return usageError("netlab explain --help lists the words", "%v", err)
	}
	if e.number < 0 || e.from < 0 {
		return usageError("conversations and frames count from 1", "--conversation %d --from %d", e.number, e.from)
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(explainMemory))
	e.file = args[0]
	done, err := e.open()
	if err != nil {
		return err
	}
	defer done()
	rep, err := e.list(ctx)
	if err != nil {
		return err
	}
	if e.asScenario || e.number > 0 || (len(rep.Conversations) == 1 && rep.Unlisted == 0) || needsOne(e.format) {
		return e.one(ctx, rep)
	}
	return e.a.writeOut(e.output, func(w writer) error {
		if e.format == "json" {
			return writeListJSON(w, rep)
		}
		return e.writeList(w, rep)
	})
}

// needsOne reports whether a format shows a single conversation.
func needsOne(format string) bool { return format != "text" && format != "json" }

// open finds the file. Standard input, or a pipe by name, is kept in a file without a name.
func (e *explaining) open() (done func(), err error) {
	if e.file == "-" {
		return e.keep(e.a.in)
	}
	st, err := os.Stat(e.file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, usageError("name a pcap or pcapng file, or - for standard input", "no file %q", e.file)
	case err != nil:
		return nil, usageError("", "%v", err)
	case st.IsDir():
		return nil, usageError("name a file in it", "%s is a folder", e.file)
	case st.Mode().IsRegular():
		return func() {}, nil
	}
	f, err := os.Open(e.file)
	if err != nil {
		return nil, usageError("", "%v", err)
	}
	defer f.Close()
	return e.keep(f)
}

// keep copies what can be read only once.
func (e *explaining) keep(in io.Reader) (done func(), err error) {
	tmp, err := os.CreateTemp("", "netlab-*.pcap")
	if err != nil {
		return nil, &exitError{exitMachine, fmt.Errorf("standard input is kept in a file while it is read: %w", err), "set TMPDIR to a folder with room"}
	}
	gone := os.Remove(tmp.Name()) == nil // it lives on until it is closed; Windows does not do that
	done = func() {
		_ = tmp.Close()
		if !gone {
			_ = os.Remove(tmp.Name())
		}
	}
	bar, wipe := e.progress(nil)
	_, err = io.Copy(tmp, &counting{r: in, tell: bar})
	wipe()
	if err != nil {
		done()
		return nil, &exitError{exitMachine, fmt.Errorf("standard input: %w", err), ""}
	}
	e.kept = tmp
	return done, nil
}

// A counting reader tells how much has been read.
type counting struct {
	r    io.Reader
	n    int64
	tell func(octets int64) // or nil
}

// Read implements io.Reader.
func (c *counting) Read(b []byte) (n int, err error) {
	n, err = c.r.Read(b)
	c.n += int64(n)
	if c.tell != nil {
		c.tell(c.n)
	}
	return n, err
}

// again opens the file for a reading from its beginning.
func (e *explaining) again() (f *os.File, done func(), err error) {
	if e.kept != nil {
		_, err = e.kept.Seek(0, io.SeekStart)
		return e.kept, func() {}, err
	}
	if f, err = os.Open(e.file); err != nil {
		return nil, nil, usageError("", "%v", err)
	}
	return f, func() { _ = f.Close() }, nil
}

// list reads the file for the first time.
func (e *explaining) list(ctx context.Context) (*explain.Report, error) {
	f, done, err := e.again()
	if err != nil {
		return nil, err
	}
	defer done()
	bar, wipe := e.progress(f)
	rep, err := explain.Read(ctx, f, explain.Options{Filter: e.filter, Progress: bar})
	wipe()
	if err != nil {
		return nil, e.unreadable(err)
	}
	w := text.For(e.a.language())
	for _, s := range rep.Warnings {
		fmt.Fprintf(e.a.err, "netlab: %s: %s\n", e.file, s)
	}
	if unknown := total(rep.Links); unknown > 0 && unknown == rep.Packets {
		return nil, usageError("netlab reads Ethernet, loopback, Linux cooked, PPP and raw IP; of Wi-Fi, a capture without monitor mode has Ethernet frames",
			"%s: %s", e.file, w.T("x_links", strings.Join(counted(w, rep.Links), ", ")))
	}
	if rep.Broken != nil {
		if rep.Packets == 0 {
			return nil, e.unreadable(rep.Broken)
		}
		fmt.Fprintf(e.a.err, "netlab: %s: %s\n", e.file, w.T("x_broken", rep.Broken))
	}
	return rep, nil
}

func total(counts map[string]int) (n int) {
	for _, k := range counts {
		n += k
	}
	return n
}

// unreadable explains why nothing could be read.
func (e *explaining) unreadable(err error) error {
	var format *read.FormatError
	var broken *read.Error
	switch {
	case errors.As(err, &format):
		return usageError(format.Hint, "%s: %v", e.file, format)
	case errors.As(err, &broken):
		return usageError("nothing before that could be read", "%s: %v", e.file, broken)
	default:
		return err
	}
}

// progress shows on a terminal how much of a file has been read, once that takes longer than a
// second; without a file, of something whose size is not known.
func (e *explaining) progress(f *os.File) (show func(int64), wipe func()) {
	line := &statusLine{a: e.a}
	if !line.shows() {
		return nil, line.clear
	}
	size := int64(0)
	if f != nil {
		if st, err := f.Stat(); err == nil {
			size = st.Size()
		}
	}
	w := text.For(e.a.language())
	start, shown := time.Now(), time.Time{}
	show = func(n int64) {
		now := time.Now()
		if now.Sub(start) < time.Second || now.Sub(shown) < 200*time.Millisecond {
			return
		}
		shown = now
		if size == 0 {
			line.put(w.T("x_reading_mb", n>>20))
			return
		}
		line.put(gauge(n, size) + " " + w.T("x_reading", min(n, size)*100/size))
	}
	return show, line.clear
}

// pick finds the one conversation that is wanted.
func (e *explaining) pick(rep *explain.Report) (*follow.Summary, error) {
	all := rep.Conversations
	if e.number > 0 {
		for _, s := range all {
			if s.N == e.number {
				return s, nil
			}
		}
		return nil, usageError("netlab explain "+e.file+" lists them", "no conversation %d", e.number)
	}
	switch {
	case len(all) == 0 && e.filter.Empty():
		return nil, usageError("netlab explain "+e.file+" says what is in it", "%s holds no conversation of TCP or UDP", e.file)
	case len(all) == 0:
		return nil, usageError("netlab explain "+e.file+" lists all conversations", "no conversation is picked by: %s", e.filter)
	case len(all) > 1:
		return nil, usageError("pick one with --conversation N, or with a narrower filter", "%d conversations, and one is wanted here", len(all)+rep.Unlisted)
	}
	return all[0], nil
}

// detail reads one conversation in full.
func (e *explaining) detail(ctx context.Context, rep *explain.Report) (*explain.Conversation, error) {
	s, err := e.pick(rep)
	if err != nil {
		return nil, err
	}
	f, done, err := e.again()
	if err != nil {
		return nil, err
	}
	defer done()
	bar, wipe := e.progress(f)
	defer wipe()
	c, err := explain.Detail(ctx, f, s, explain.Options{From: e.from, Progress: bar})
	if err == nil {
		c.Trace.Script = fmt.Sprintf("%s #%d", filepath.Base(e.file), s.N)
	}
	return c, err
}

// conversation reads the file and tells the one conversation that is wanted.
func (e *explaining) conversation(ctx context.Context) (*explain.Conversation, error) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(explainMemory))
	done, err := e.open()
	if err != nil {
		return nil, err
	}
	defer done()
	rep, err := e.list(ctx)
	if err != nil {
		return nil, err
	}
	return e.detail(ctx, rep)
}

// one tells one conversation.
func (e *explaining) one(ctx context.Context, rep *explain.Report) error {
	c, err := e.detail(ctx, rep)
	if err != nil {
		return err
	}
	if e.asScenario {
		return e.writeScenario(ctx, c)
	}
	if e.format == "text" && e.output == "" && e.a.frontEnd() == frontTUI {
		return e.screen(ctx, c)
	}
	return e.a.writeOut(e.output, func(w writer) error {
		switch e.format {
		case "text":
			return e.writeOne(w, c)
		case "json":
			return writeOneJSON(w, c)
		case "pcapng":
			return capture.WritePcapng(w, "capture", c.PlainFrames())
		default:
			return e.a.writeTrace(w, c.Relative(), e.format, nil)
		}
	})
}

// screen shows the conversation in the lesson's screen.
func (e *explaining) screen(ctx context.Context, c *explain.Conversation) error {
	if err := e.a.checkTerminal(); err != nil {
		return err
	}
	below, err := scenario.Parse(c.Trace.Script, "host A\n") // a recorded run has no script to play again
	if err != nil {
		return &exitError{exitInternal, err, ""}
	}
	s, err := course.Bare(below, tcp.Linux, sim.DefaultSeed, e.a.language())
	if err != nil {
		return &exitError{exitInternal, err, ""}
	}
	a := e.a
	return tui.RunStep(ctx, s, nil, c.Trace, tui.Options{In: a.in, Out: a.out, Unicode: a.unicode(), Color: a.color, Theme: a.theme, Getenv: a.getenv})
}
