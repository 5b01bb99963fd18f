package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"syscall"
	"time"

	"netlab/capture"
	"netlab/live/netns"
	"netlab/sim/scenario"
	"netlab/sim/trace"
)

// Main must be the first call of main, and of each TestMain whose tests run
// experiments. In the child it does the work and exits; elsewhere it returns at once.
func Main() {
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
	go func() {
		for range rd.lines { // nothing more is said; the channel closes at the end of input
		}
		cancel()
		select {
		case <-done: // all was said before the parent went away
		case <-time.After(time.Second): // time to stop in good order
			os.Exit(130)
		}
	}()
	if err := childRun(ctx, first.m, out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 70
	}
	return 0
}

func childRun(ctx context.Context, m message, out io.Writer) error {
	req := m.Request
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
	if err := netns.Setup(addrs); err != nil {
		return writeMessage(out, refusal("loopback", err))
	}
	if err := probeCapture(); err != nil {
		return writeMessage(out, refusal("capture", err))
	}
	var events []trace.Event
	var frames []message
	raw := map[int]capture.Frame{}
	p, stats, playErr := play(ctx, s, st, report{
		event: func(e trace.Event) { events = append(events, e) },
		frame: func(f capture.Frame, lost bool) {
			raw[len(frames)] = f
			frames = append(frames, message{Type: "frame", TimeNs: f.Time.UnixNano(), Data: f.Data, Orig: f.OrigLen, Lost: lost})
		},
	})
	if p == nil {
		return playErr
	}
	for i := range frames { // names are complete only now
		if src, dst, conn, ok := endpoints(p, raw[i]); ok {
			frames[i].Src, frames[i].Dst, frames[i].Conn = src.String(), dst.String(), conn
		}
	}
	return sendAll(out, p.Start(), events, frames, stats, playErr)
}

// sendAll sends everything up.
func sendAll(out io.Writer, start time.Time, events []trace.Event, frames []message, stats capture.Stats, playErr error) error {
	for i := range events {
		line, err := trace.EncodeEvent(&events[i])
		if err != nil {
			return fmt.Errorf("lab: %w", err)
		}
		if err := writeMessage(out, message{Type: "event", Event: line}); err != nil {
			return fmt.Errorf("lab: %w", err)
		}
	}
	for _, f := range frames {
		if err := writeMessage(out, f); err != nil {
			return fmt.Errorf("lab: %w", err)
		}
	}
	end := message{Type: "end", Start: start.UnixNano(), Took: int64(time.Since(start)), Stats: stats}
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
