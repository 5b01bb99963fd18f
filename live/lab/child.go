package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"syscall"
	"time"

	"netlab/capture"
	"netlab/live"
	"netlab/live/jail"
	"netlab/live/netns"
	"netlab/sim/scenario"
	"netlab/sim/trace"
)

// Main must be the first call of main, and of each TestMain whose tests run
// experiments. In the child it does the work and exits; elsewhere it returns at once.
func Main() {
	jail.Main()
	if os.Getenv(marker) == "" {
		return
	}
	os.Exit(childMain(os.Stdin, os.Stdout))
}

// childMain reads one request, plays it and reports. The end of the input, which
// comes when the parent is gone, ends it at once.
func childMain(in io.Reader, out io.Writer) int {
	rd := newReader(in)
	first := <-rd.lines
	if first.err != nil || first.m.Type != "request" {
		fmt.Fprintf(os.Stderr, "lab: no request: %v\n", first.err)
		return 70
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan struct{})
	defer close(done)
	commands := make(chan message, mostCommands)
	var requests chan readLine // that follow the first one
	if first.m.Request.Batch > 0 {
		requests = make(chan readLine, first.m.Request.Batch)
	}
	go func() {
		for line := range rd.lines { // it closes at the end of input
			if requests != nil {
				requests <- line
				continue
			}
			if line.err != nil || line.m.Type == "stop" {
				break
			}
			commands <- line.m
		}
		cancel()
		if requests != nil {
			close(requests)
		}
		select {
		case <-done: // all was said before the parent went away
		case <-time.After(time.Second): // time to stop in good order
			os.Exit(130)
		}
	}()
	run := func() error { return childRun(ctx, first.m, commands, out) }
	if requests != nil {
		run = func() error { return childBatch(ctx, first.m.Request, requests, out) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 70
	}
	return 0
}

func childRun(ctx context.Context, m message, commands <-chan message, out io.Writer) error {
	req := m.Request
	if req.Make != nil || req.Program != nil && req.Program.Cell != nil {
		if err := netns.OwnProc(); err != nil {
			return writeMessage(out, refusal("cell", err))
		}
	}
	if req.Make != nil {
		return childMake(ctx, req, out)
	}
	if req.Command != "" {
		return childWatch(ctx, req.Command, out)
	}
	s, err := scenario.Parse(req.Name, req.Text)
	if err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	st := stage{addr: map[string]netip.Addr{}, private: true, capture: true}
	var addrs []netip.Addr
	for _, host := range req.Order {
		a, err := netip.ParseAddr(req.Addrs[host])
		if err != nil {
			return fmt.Errorf("lab: address of %s: %w", host, err)
		}
		st.addr[host] = a
		addrs = append(addrs, a)
	}
	if st.program = req.Program; st.program != nil && !req.Wire { // it may be bound to any address, or to 127.0.0.1
		for host := range st.addr {
			st.addr[host] = netip.AddrFrom4([4]byte{127, 0, 0, 1})
		}
	}
	if req.Wire {
		st.seed, st.models, st.watch = req.Seed, req.Models, time.Duration(req.Watch)
		st.wall, st.enough = time.Duration(req.Wall), req.Enough
		if req.Step {
			st.hand = newHand(commands, out)
		}
		return childWire(ctx, s, st, out)
	}
	return childLoopback(ctx, s, st, addrs, out)
}

// childLoopback plays the script on the loopback of its own and reports.
func childLoopback(ctx context.Context, s *scenario.Script, st stage, addrs []netip.Addr, out io.Writer) error {
	if err := netns.Setup(addrs, smallestMTU(s)); err != nil {
		return writeMessage(out, refusal("loopback", err))
	}
	if err := probeCapture(); err != nil {
		return writeMessage(out, refusal("capture", err))
	}
	st.cross = slices.Contains(s.Needs(), scenario.NeedSimultaneous)
	began, again := time.Now(), 1
	end := began.Add(crossingAtMost)
	for try := 1; ; try++ {
		rec := &recording{}
		stood := pulse()
		p, stats, err := play(ctx, s, st, report{event: rec.event, frame: rec.frame})
		still := stood()
		if p == nil {
			return err
		}
		if errors.Is(err, live.ErrNotSimultaneous) && time.Now().Before(end) {
			if err := renewNetwork(&st, s, addrs); err != nil {
				return err
			}
			st.skew = skewOf(try)
			continue
		}
		late := max(p.Late(), still)
		if st.mustRepeatHere(late, err, again, began) {
			if err := renewNetwork(&st, s, addrs); err != nil {
				return err
			}
			again++
			continue
		}
		if late <= loopbackLate {
			late = 0
		}
		for i := range rec.frames { // names are complete only now
			rec.frames[i].name(p, rec.raw[i])
		}
		last := message{Type: "end", Start: p.Start().UnixNano(), Took: int64(time.Since(p.Start())), Stats: stats, WireTries: again, Late: int64(late)}
		if st.cross {
			last.Tries = try
		}
		return rec.sendAll(out, last, err)
	}
}

// crossingAtMost bounds how long a simultaneous moment is tried for.
const crossingAtMost = 5 * time.Second

// skewOf tries ever larger differences, to either side: 0, 1, -1, 2, -2, … microseconds.
func skewOf(try int) time.Duration {
	const most = 12
	n := try % (2*most + 1)
	if n%2 == 0 {
		return -time.Duration(n/2) * time.Microsecond
	}
	return time.Duration(n/2+1) * time.Microsecond
}

// renewNetwork makes a fresh network for one more try. At a simultaneous moment, what comes
// before it was played once already, so the wait for it is cut short.
func renewNetwork(st *stage, s *scenario.Script, addrs []netip.Addr) error {
	runtime.LockOSThread() // never undone: the thread is in a namespace of its own now
	if err := netns.Renew(); err != nil {
		return err
	}
	for i := range s.Stmts {
		if st.cross && s.Stmts[i].HasAt {
			st.ahead = max(0, s.Stmts[i].At-5*time.Millisecond)
			break
		}
	}
	return netns.Setup(addrs, smallestMTU(s))
}

// A recording is what one try has shown.
type recording struct {
	id     int           // of the request, in a batch
	late   time.Duration // on the wire: how late a packet or a call was at most
	over   bool          // the script's time was over before its last statement
	end    *ProgramEnd   // of a program in a cell
	events []trace.Event
	frames []message
	raw    []capture.Frame
}

func (r *recording) event(e trace.Event) { r.events = append(r.events, e) }

func (r *recording) frame(f capture.Frame, lost bool) {
	r.raw = append(r.raw, f)
	r.frames = append(r.frames, message{Type: "frame", TimeNs: f.Time.UnixNano(), Data: f.Data, Orig: f.OrigLen, Lost: lost})
}

// smallestMTU is the MTU that loopback gets, so that datagrams are fragmented as on
// the script's links; 0: as it is.
func smallestMTU(s *scenario.Script) int {
	least := 0
	for i := range s.Links {
		if m := s.Links[i].MTU; m > 0 && (least == 0 || m < least) {
			least = m
		}
	}
	return least
}

// sendAll sends everything up.
func (r *recording) sendAll(out io.Writer, end message, playErr error) error {
	for i := range r.events {
		line, err := trace.EncodeEvent(&r.events[i])
		if err != nil {
			return fmt.Errorf("lab: %w", err)
		}
		if err := writeMessage(out, message{Type: "event", ID: r.id, Event: line}); err != nil {
			return fmt.Errorf("lab: %w", err)
		}
	}
	end.ID = r.id
	for _, f := range r.frames {
		f.ID = r.id
		if err := writeMessage(out, f); err != nil {
			return fmt.Errorf("lab: %w", err)
		}
	}
	if playErr != nil {
		end.Error = playErr.Error()
	}
	return writeMessage(out, end)
}

// probeCapture tries what a namespace that was made, but may do nothing, refuses.
func probeCapture() error {
	rec, err := capture.Open("lo", func(capture.Frame) {})
	if err != nil {
		return err
	}
	_, err = rec.Stop()
	return err
}

func refusal(stage string, err error) message {
	m := message{Type: "refused", Stage: stage, Error: err.Error()}
	var no syscall.Errno
	if errors.As(err, &no) {
		m.Errno = int(no)
	}
	return m
}
