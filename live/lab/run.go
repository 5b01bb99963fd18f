package lab

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"netlab/capture"
	"netlab/live"
	"netlab/live/netns"
	"netlab/sim/scenario"
	"netlab/sim/trace"
)

// A Level is how much of reality a run can show.
type Level int

// The levels, the best first.
const (
	LevelWire      Level = 0 // a private namespace for each host: packets on their way too
	LevelPrivate   Level = 1 // a private namespace: calls, states, packets
	LevelHost      Level = 2 // the host's own loopback, packets captured
	LevelCallsOnly Level = 3 // real sockets, but the packets cannot be seen
	LevelRecorded  Level = 4 // nothing runs: a recording is shown
)

// A Result is a finished experiment.
type Result struct {
	Level  Level
	Trace  *trace.Trace
	Frames []capture.Frame
	Stats  capture.Stats
	Tries  int           // how often a script with a simultaneous moment was played until it came about
	Late   time.Duration // on the wire: how late packets or calls were, if that was too much for the script's delays
	// Program is how a program in a cell fared; nil: there was none.
	Program *ProgramEnd
	Over    bool   // the time of the script was over before its last statement
	Reason  string // why the level is not better; empty at level 1
	Fix     string // one line that mends it
}

// Run plays the script with real sockets at the best level there is, but none
// worse than worst. A script that cannot be shown gives a [*CannotError], a
// machine that allows nothing good enough a [*RefusedError].
func Run(ctx context.Context, s *scenario.Script, worst Level) (*Result, error) {
	if err := CanShow(s); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, longest(s))
	defer cancel()
	res, err := runPrivate(ctx, s, request{})
	var refused *RefusedError
	if err == nil || !errors.As(err, &refused) {
		return res, err
	}
	if worst == LevelPrivate {
		return nil, err
	}
	res, err = runHere(ctx, s, probeCapture() == nil)
	if err != nil {
		return nil, err
	}
	res.Reason, res.Fix = refused.Reason, refused.Fix
	if res.Level > worst {
		return res, refused
	}
	return res, nil
}

// RunProgram plays the script with a real program in the place of one host, in a private
// namespace. The program is started when its host would listen or connect, and ended when the
// script is over.
func RunProgram(ctx context.Context, s *scenario.Script, prog Program) (*Result, error) {
	if err := CanShow(s); err != nil {
		return nil, err
	}
	if err := CanProgram(s, prog.Host); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, longest(s)+listensWithin+endsWithin)
	defer cancel()
	return runPrivate(ctx, s, request{Program: &prog})
}

// A Wire says how a script is played on the wire.
type Wire struct {
	Seed uint64 // decides about accidents that are by chance
	// Models are the hosts that the model plays in the place of a kernel, with the names of
	// their profiles.
	Models map[string]string
	// Program plays a host in the host's own namespace; nil: none does.
	Program *Program
	// Watch is for how long the run goes on after the last statement; 0: until everything is
	// acknowledged and the network is quiet.
	Watch time.Duration
	// Wall bounds the script as a whole; 0: its calls' deadlines do.
	Wall time.Duration
	// Enough ends the run after the first call that returns what the script does not expect.
	Enough bool
}

// RunWire plays the script with a private namespace for each host and a network of our own
// between them, which delays, loses, repeats, damages and reorders what the script says.
func RunWire(ctx context.Context, s *scenario.Script, w Wire) (*Result, error) {
	if err := CanWire(s); err != nil {
		return nil, err
	}
	if w.Program != nil {
		if err := CanProgram(s, w.Program.Host); err != nil {
			return nil, err
		}
	}
	limit := longest(s) + listensWithin + endsWithin
	if w.Program != nil {
		limit += 2 * cmp.Or(w.Program.Within, listensWithin)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return runPrivate(ctx, s, request{Wire: true, Seed: w.Seed, Models: w.Models, Program: w.Program, Watch: int64(w.Watch), Wall: int64(w.Wall), Enough: w.Enough})
}

// longest bounds a run: all its calls one after the other, and the rest.
func longest(s *scenario.Script) time.Duration {
	d := 10*time.Second + s.Until
	for i := range s.Stmts {
		d += s.Stmts[i].Deadline() + s.Stmts[i].At
	}
	return min(d, 24*time.Hour)
}

// A RefusedError says that the machine refuses what a live run needs.
type RefusedError struct {
	Stage  string // namespace, loopback or capture
	Reason string
	Fix    string
	Err    error
}

// Error implements error.
func (e *RefusedError) Error() string { return e.Reason }

// Unwrap returns what the system said.
func (e *RefusedError) Unwrap() error { return e.Err }

func refuse(stage string, err error) *RefusedError {
	reason, fix := netns.Why(err)
	if stage == "capture" {
		reason, fix = "packet sockets are refused here: "+err.Error(), "sudo setcap cap_net_raw+ep \"$(command -v netlab)\""
	}
	return &RefusedError{stage, reason, fix, err}
}

// refusedBy is what the child says that the machine refuses.
func refusedBy(msg message) *RefusedError {
	cause := errors.New(msg.Error)
	if msg.Errno != 0 {
		cause = syscall.Errno(msg.Errno)
	}
	return refuse(msg.Stage, cause)
}

// silence is how long the child may say nothing beyond what the script takes.
const silence = 20 * time.Second

// runPrivate plays the script in a child with namespaces of its own, in the way asked for.
func runPrivate(ctx context.Context, s *scenario.Script, req request) (*Result, error) {
	var files []*os.File
	if req.Program != nil && req.Program.Cell != nil {
		work, err := spool(req.Program.Work)
		if err != nil {
			return nil, err
		}
		defer work.Close()
		files = append(files, work)
	}
	var res *Result
	err := withChild(ctx, func(in io.Writer, out io.Reader) (err error) {
		res, err = converse(ctx, s, req, in, out)
		return err
	}, files...)
	if err != nil {
		return nil, err
	}
	return res, nil
}

// withChild starts the child for a conversation, and sees it off; what it starts ends with it.
// The files are its descriptors from 3 on.
func withChild(ctx context.Context, converse func(in io.Writer, out io.Reader) error, files ...*os.File) error {
	outcome := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // the child dies with the thread that started it: keep that thread
		defer runtime.UnlockOSThread()
		outcome <- attend(ctx, converse, files)
	}()
	return <-outcome
}

// attend does what withChild says, on a thread that stays.
func attend(ctx context.Context, converse func(in io.Writer, out io.Reader) error, files []*os.File) error {
	cmd := netns.Command(ctx)
	if cmd == nil {
		return refuse("namespace", netns.Setup(nil, 0))
	}
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, marker) }), marker+"=1")
	cmd.ExtraFiles = files
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	cmd.WaitDelay = 2 * time.Second
	in, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return refuse("namespace", err)
	}
	err = converse(in, out)
	_ = in.Close()
	if err != nil {
		_ = cmd.Process.Kill()
	}
	waitErr := cmd.Wait() // once everything is said, how the child ends does not matter
	var refused *RefusedError
	switch {
	case errors.As(err, &refused):
		return err
	case ctx.Err() != nil:
		return fmt.Errorf("lab: stopped: %w", ctx.Err())
	case errors.As(err, new(*CannotError)):
		return err
	case err != nil && stderr.Len() > 0:
		return fmt.Errorf("lab: the child failed: %s", strings.TrimSpace(stderr.String()))
	case err != nil && waitErr != nil:
		return fmt.Errorf("lab: %w (the child: %v)", err, waitErr)
	}
	return err
}

// converse sends the request and reads the answers.
func converse(ctx context.Context, s *scenario.Script, req request, in io.Writer, out io.Reader) (*Result, error) {
	req.Name, req.Text, req.Addrs = s.Name, s.String(), map[string]string{}
	for i, h := range s.Hosts {
		req.Addrs[h.Name] = s.Address(i)
		req.Order = append(req.Order, h.Name)
	}
	if err := writeMessage(in, message{Type: "request", Request: &req}); err != nil {
		return nil, fmt.Errorf("talk to the child: %w", err)
	}
	req.session.listen(in)
	rd := newReader(out)
	limit := longest(s) + silence
	m := newMerger(s)
	for {
		msg, err := rd.next(limit, ctx.Done())
		if err != nil {
			return nil, err
		}
		limit = silence
		switch msg.Type {
		case "event":
			if err = m.addEvent(msg.Event); req.session != nil {
				m.place(msg.At)
			}
		case "moment":
			req.session.show(m.moment(msg.Moment))
		case "frame":
			m.addFrame(msg)
		case "packet":
			m.addPacket(msg)
		case "refused":
			return nil, refusedBy(msg)
		case "end":
			switch {
			case msg.Error == live.ErrNotSimultaneous.Error():
				return nil, &CannotError{fmt.Sprintf("in %d tries the segments did not cross: loopback delivers within a microsecond", msg.Tries),
					"try again when the machine is less busy, or look at the model: netlab sim"}
			case msg.Error == live.ErrNotLost.Error():
				return nil, &CannotError{"a packet to lose never came (a kernel cuts its segments its own way), or came too close behind the one before it for a socket filter", "look at the model: netlab sim"}
			case msg.Error != "" && !req.session.hasStopped() && (msg.Program == nil || msg.Program.Failed == ""):
				return nil, errors.New(msg.Error)
			}
			level := LevelPrivate
			if req.Wire {
				level = LevelWire
			}
			res := m.finish(level, time.Unix(0, msg.Start), time.Duration(msg.Took), msg.Stats)
			if len(req.Models) > 0 {
				res.Trace.Notes[0] = describeModels(req.Models)
			}
			if req.Step {
				res.Trace.Notes = append(res.Trace.Notes, steppedNote)
			}
			res.Program, res.Over = msg.Program, msg.Over
			res.punctual(msg)
			if res.Tries = msg.Tries; msg.Tries > 0 {
				res.Trace.Notes = append(res.Trace.Notes, fmt.Sprintf("try %d: what the hosts sent at the same moment crossed", msg.Tries))
			}
			return res, nil
		default:
			err = fmt.Errorf("the child says %q", msg.Type)
		}
		if err != nil {
			return nil, err
		}
	}
}

// runHere plays the script on the host's own loopback.
func runHere(ctx context.Context, s *scenario.Script, packets bool) (*Result, error) {
	level := LevelCallsOnly
	if packets {
		level = LevelHost
	}
	if !packets && slices.Contains(s.Needs(), scenario.NeedLoss) {
		return nil, &CannotError{"a chosen segment can be lost only where packets can be seen", "look at the model: netlab sim"}
	}
	if slices.Contains(s.Needs(), scenario.NeedSimultaneous) {
		return nil, &CannotError{"a simultaneous moment needs several tries, each in a private network namespace", "netlab doctor says what stands in the way of one"}
	}
	if slices.Contains(s.Needs(), scenario.NeedGroups) {
		return nil, &CannotError{scenario.NeedGroups.Text(), "netlab doctor says what stands in the way of one"}
	}
	st := stage{addr: loopbackAddrs(s), capture: packets}
	ours := func(a netip.Addr) bool {
		for _, x := range st.addr {
			if x == a {
				return true
			}
		}
		return false
	}
	st.only = func(p capture.Packet) bool { return ours(p.Src.Addr()) && ours(p.Dst.Addr()) }
	m := newMerger(s)
	var frames []message
	var raw []capture.Frame
	p, stats, err := play(ctx, s, st, report{
		event: func(e trace.Event) { m.events = append(m.events, e) },
		frame: func(f capture.Frame, lost bool) {
			raw = append(raw, f)
			frames = append(frames, message{TimeNs: f.Time.UnixNano(), Data: f.Data, Orig: f.OrigLen, Lost: lost})
		},
	})
	if err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	for i, f := range frames {
		f.name(p, raw[i])
		m.addFrame(f)
	}
	stats.Captured = len(frames)
	return m.finish(level, p.Start(), time.Since(p.Start()), stats), nil
}

// loopbackAddrs gives each host a loopback address. On Linux all of 127/8 is
// there, and a corner of it that nobody uses keeps other programs' packets apart.
func loopbackAddrs(s *scenario.Script) map[string]netip.Addr {
	addrs := map[string]netip.Addr{}
	for i, h := range s.Hosts {
		a := netip.AddrFrom4([4]byte{127, 0, 0, 1})
		if runtime.GOOS == "linux" {
			pid := os.Getpid()
			a = netip.AddrFrom4([4]byte{127, byte(64 + pid>>8&63), byte(pid), byte(i + 1)})
		}
		addrs[h.Name] = a
	}
	return addrs
}
