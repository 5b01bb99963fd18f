package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"netlab/capture"
	"netlab/capture/explain"
	"netlab/capture/filter"
	"netlab/lessons/text"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A recording is one run of netlab capture.
type recording struct {
	a             *app
	iface, output string
	format        string
	length        time.Duration
	count         int
	list          bool
	room          bool   // it is shown before a room
	command       string // only what this command does is recorded, in a namespace of its own; empty: interfaces are
	space         string // the network namespace whose interfaces are recorded; empty: ours

	filter *filter.Filter
	words  *text.Words
	out    writer // where the lines go
	isns   map[trace.Flow]wire.Seq
	failed error
	said   []string // the last lines that the command has printed
}

const captureLong = `Record packets and explain them as they happen: every segment with the states that it proves, and
what it shows, such as a retransmission, a closed window, a reset. At the end, the list of
conversations. It stops at Ctrl-C, after --for, or after --count packets.

On a terminal the conversation that began last is shown on the full screen, with its ladder and the
states of both ends, while it goes on: <- looks at what was, [ and ] pick other conversations, q
ends the recording (netlab help keys). In a pipe, or with --ui plain, one line for each packet.

Without -i it records all interfaces that are up, the loopback too, because a program on this
machine that talks to another one is seen only there. On the loopback each packet is taken once.

A filter is made of: tcp, udp, port 80, host 10.0.0.1, 10.0.0.0/8, 10.0.0.1:80, and, or, not and
parentheses. Exit 3 where this user may not record packets, or this system cannot.`

func (a *app) captureCommand() *cobra.Command {
	r := &recording{a: a, isns: map[trace.Flow]wire.Seq{}}
	cmd := &cobra.Command{
		Use:   "capture [FILTER]",
		Short: "Record packets and explain them as they happen",
		Long:  captureLong,
		Example: "  netlab capture -i lo port 8080\n  netlab capture tcp host 10.0.0.1 -o run.pcapng\n  netlab capture --for 10s --json\n  netlab capture --ui plain port 80\n" +
			"  netlab capture --list",
		RunE: func(cmd *cobra.Command, args []string) error { return r.run(cmd.Context(), args) },
	}
	f := cmd.Flags()
	f.StringVarP(&r.iface, "interface", "i", "any", "which interface, or any")
	f.StringVarP(&r.output, "output", "o", "", "save the packets to this pcapng file, too")
	f.StringVarP(&r.format, "format", "f", "text", "text or json")
	f.DurationVar(&r.length, "for", 0, "stop after this time")
	f.IntVar(&r.count, "count", 0, "stop after so many packets")
	f.BoolVar(&r.list, "list", false, "list the interfaces")
	return cmd
}

func (r *recording) run(ctx context.Context, args []string) error {
	if err := r.a.checkFormat(&r.format, []string{"text", "json"}); err != nil {
		return err
	}
	r.words, r.out = text.For(r.a.language()), r.a.out
	if r.list {
		return r.interfaces()
	}
	return r.begin(ctx, args)
}

// begin checks what is asked for, and records.
func (r *recording) begin(ctx context.Context, args []string) (err error) {
	if r.filter, err = filter.Parse(strings.Join(args, " ")); err != nil {
		return usageError("netlab capture --help lists the words", "%v", err)
	}
	if r.filter.AboutConversations() {
		return usageError("open, close and has pick conversations: netlab explain FILE "+r.filter.String(), "a single packet cannot tell: %s", r.filter)
	}
	if r.count < 0 || r.length < 0 {
		return usageError("for example --count 100 --for 10s", "--count and --for cannot be negative")
	}
	names := []string{"lo"} // a command has one of its own
	if r.command == "" {
		if err := r.inside(func() (err error) { names, err = r.names(); return err }); err != nil {
			return err
		}
	}
	return r.record(ctx, names)
}

// interfaces lists the interfaces.
func (r *recording) interfaces() error {
	all, err := net.Interfaces()
	if err != nil {
		return &exitError{exitMachine, err, ""}
	}
	rows := [][]string{{r.words.T("c_interface"), r.words.T("c_up"), r.words.T("c_addresses")}}
	for _, i := range all {
		up := r.words.T("c_down_word")
		if i.Flags&net.FlagUp != 0 {
			up = r.words.T("c_up_word")
		}
		var list []string
		if addrs, err := i.Addrs(); err == nil {
			for _, a := range addrs {
				list = append(list, a.String())
			}
		}
		rows = append(rows, []string{i.Name, up, strings.Join(list, " ")})
	}
	var b strings.Builder
	writeTable(&b, rows)
	_, err = r.out.Write([]byte(b.String()))
	return err
}

// names finds the interfaces to record.
func (r *recording) names() (names []string, err error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, &exitError{exitMachine, err, ""}
	}
	for _, i := range all {
		if i.Name == r.iface || r.iface == "any" && i.Flags&net.FlagUp != 0 {
			if _, ok := capture.LinkType(i.Name); ok || r.iface != "any" {
				names = append(names, i.Name)
			}
		}
	}
	if len(names) == 0 {
		if r.iface == "any" {
			return nil, &exitError{exitMachine, errors.New("no interface is up"), "netlab capture --list"}
		}
		return nil, usageError("netlab capture --list names them", "no interface %q", r.iface)
	}
	return names, nil
}

// A taken is a frame and the link type of its interface.
type taken struct {
	link  uint16
	frame capture.Frame
}

// waiting is how many frames may wait to be explained; when there are more, the kernel keeps
// them, and counts what it has no room for.
const waiting = 4096

// open begins to record all interfaces, or what a command does.
func (r *recording) open(ctx context.Context, names []string) (frames chan taken, stop func() (capture.Stats, error), err error) {
	if r.command != "" {
		return r.openCommand(ctx)
	}
	err = r.inside(func() (err error) { frames, stop, err = r.openInterfaces(ctx, names); return err })
	return frames, stop, err
}

// openInterfaces begins to record interfaces.
func (r *recording) openInterfaces(ctx context.Context, names []string) (frames chan taken, stop func() (capture.Stats, error), err error) {
	frames = make(chan taken, waiting)
	over, cancel := context.WithCancel(ctx)
	var all []*capture.Recorder
	stop = func() (sum capture.Stats, err error) {
		cancel()
		for _, rec := range all {
			st, e := rec.Stop()
			sum.Captured += st.Captured
			sum.Dropped += st.Dropped
			err = errors.Join(err, e)
		}
		return sum, err
	}
	for _, name := range names {
		link, ok := capture.LinkType(name)
		if !ok && runtime.GOOS == "linux" {
			_, _ = stop()
			return nil, nil, usageError("netlab capture --list names others", "interface %s has a link type that netlab does not read", name)
		}
		rec, err := capture.Open(name, func(f capture.Frame) {
			select {
			case frames <- taken{link, f}:
			case <-over.Done():
			}
		})
		if err != nil {
			_, _ = stop()
			return nil, nil, refusedCapture(err)
		}
		all = append(all, rec)
	}
	return frames, stop, nil
}

// refusedCapture says which permission is missing, and how to get it.
func refusedCapture(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return &exitError{exitMachine, errors.New("this user may not record packets: the capability CAP_NET_RAW is missing"),
			"sudo setcap cap_net_raw+ep \"$(command -v netlab)\", or sudo netlab capture; without either, netlab live and netlab present --live --exec capture in a private namespace of their own"}
	}
	hint := ""
	if runtime.GOOS != "linux" {
		hint = "record with tcpdump or Wireshark, and read the file: netlab explain FILE"
	}
	return &exitError{exitMachine, err, hint}
}

// record records until something ends it, and says at the end what was captured.
func (r *recording) record(ctx context.Context, names []string) error {
	screen := r.wantsScreen()
	if screen {
		if err := r.a.checkTerminal(); err != nil {
			return err
		}
	}
	frames, stop, err := r.open(ctx, names)
	if err != nil {
		return err
	}
	save, done, err := r.file()
	if err != nil {
		_, _ = stop()
		return err
	}
	var stats capture.Stats
	tell := r.tell
	if screen {
		tell = func(*explain.Told) {}
	}
	stream := explain.NewStream(r.filter, tell)
	record := func(ctx context.Context) (err error) {
		r.loop(ctx, frames, stream, save)
		stats, err = stop()
		for len(frames) > 0 && (r.count == 0 || r.count > stream.Packets()) && r.failed == nil {
			r.one(<-frames, stream, save)
		}
		if e := done(); err == nil {
			err = e
		}
		if err == nil {
			err = r.failed
		}
		return err
	}
	if screen {
		err = r.onScreen(ctx, names, stream, record)
	} else {
		fmt.Fprintln(r.a.err, "netlab: "+r.words.T("c_begins", strings.Join(names, ", ")))
		if r.format == "json" {
			fmt.Fprintln(r.out, `{"type":"trace","script":"capture","seed":0,"source":"capture","hosts":[{"Name":"A","IP":""},{"Name":"B","IP":""}]}`)
		}
		err = record(ctx)
	}
	if e := r.end(stream, stats); err == nil {
		err = e
	}
	return err
}

// loop explains what comes until the time is over, enough has come, or Ctrl-C is pressed.
func (r *recording) loop(ctx context.Context, frames <-chan taken, stream *explain.Stream, save func(*taken) error) {
	var timeout <-chan time.Time
	if r.length > 0 {
		timer := time.NewTimer(r.length)
		defer timer.Stop()
		timeout = timer.C
	}
	for r.failed == nil && (r.count == 0 || stream.Packets() < r.count) {
		select {
		case t, ok := <-frames:
			if !ok { // the command has ended
				return
			}
			r.one(t, stream, save)
		case <-timeout:
			return
		case <-ctx.Done():
			return
		}
	}
}

func (r *recording) one(t taken, stream *explain.Stream, save func(*taken) error) {
	if stream.Packet(t.link, &t.frame) {
		if err := save(&t); err != nil && r.failed == nil {
			r.failed = err
		}
	}
}

// file opens the file that -o names.
func (r *recording) file() (save func(*taken) error, done func() error, err error) {
	if r.output == "" {
		return func(*taken) error { return nil }, func() error { return nil }, nil
	}
	var to writer = r.a.out
	closing := func() error { return nil }
	if r.output == "-" {
		r.out = r.a.err
	} else {
		f, err := os.Create(r.output)
		if err != nil {
			return nil, nil, usageError("choose a folder that is there and that you may write to", "cannot write %s: %v", r.output, errors.Unwrap(err))
		}
		to, closing = f, f.Close
	}
	buf := bufio.NewWriterSize(to, 64<<10)
	ng, err := capture.NewPcapngWriter(buf, r.iface)
	if err != nil {
		return nil, nil, err
	}
	save = func(t *taken) error {
		f := capture.AsEthernet(t.link, t.frame)
		return ng.Write(&f)
	}
	return save, func() error {
		err := buf.Flush()
		if e := closing(); err == nil {
			err = e
		}
		return err
	}, nil
}

// tell writes what a packet means.
func (r *recording) tell(t *explain.Told) {
	if r.format == "json" {
		for i := range t.Events {
			if err := trace.WriteEvent(r.out, &t.Events[i], r.isns, 0); err != nil && r.failed == nil {
				r.failed = err
			}
		}
		return
	}
	var b strings.Builder
	arrow := "A > B"
	if t.Row.From == 1 {
		arrow = "A < B"
	}
	c := t.Conversation
	if c.Packets == [2]int{} && c.FirstFrame == t.Row.Frame {
		fmt.Fprintf(&b, "%s\n", r.words.T("c_new", c.N, c.Proto, c.Ends[0], c.Ends[1]))
	}
	states := ""
	if c.Proto == wire.TCP {
		states = t.Row.States[0].Words() + " | " + t.Row.States[1].Words()
	}
	line := fmt.Sprintf("%3d %10s  %s  %-40s %s", c.N, trace.Ms(t.Row.At), arrow, t.Row.Label, states)
	b.WriteString(strings.TrimRight(line, " ") + "\n")
	for i := range t.Row.Findings {
		writeFinding(&b, r.words, &t.Row.Findings[i])
	}
	if _, err := r.out.Write([]byte(b.String())); err != nil && r.failed == nil {
		r.failed = err
	}
}

// end lists what was captured, and what was not.
func (r *recording) end(stream *explain.Stream, stats capture.Stats) error {
	rep := stream.Finish()
	if stats.Dropped > 0 {
		fmt.Fprintln(r.a.err, "netlab: "+r.words.T("c_dropped", stats.Dropped))
	}
	if r.format == "json" {
		_, err := fmt.Fprintf(r.out, "{\"type\":\"result\",\"events\":%d,\"ended_ns\":0,\"packets\":%d,\"dropped\":%d}\n", stream.Events(), rep.Packets, stats.Dropped)
		return err
	}
	e := &explaining{a: r.a, file: r.output, filter: r.filter, unsaved: r.output == "" || r.output == "-"}
	if e.unsaved {
		e.file = r.iface
	}
	var b strings.Builder
	b.WriteString("\n")
	if err := e.writeList(&b, rep); err != nil {
		return err
	}
	_, err := r.out.Write([]byte(b.String()))
	return err
}
