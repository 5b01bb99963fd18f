package cli

import (
	"context"
	"io"
	"strings"
	"time"

	"netlab/capture/explain"
	"netlab/cmd/internal/tui"
	"netlab/lessons/course"
	"netlab/sim"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
	"netlab/sim/trace"
)

// A recordingScreen shows a recording while it goes on. The recording fills the board, and closes
// done when it has ended.
type recordingScreen struct {
	board *explain.Board
	done  chan struct{}
	err   error // known when done is closed
}

// wantsScreen reports whether the recording is shown on the full screen: its words go to a
// terminal, and nothing else does.
func (r *recording) wantsScreen() bool {
	return r.room || r.format == "text" && r.output != "-" && r.a.frontEnd() == frontTUI
}

// redrawEvery bounds how often a busy recording is drawn anew.
const redrawEvery = 100 * time.Millisecond

// Next implements [tui.Recording].
func (s *recordingScreen) Next(ctx context.Context) error {
	select {
	case <-s.board.News():
	case <-s.done:
		if s.err != nil {
			return s.err
		}
		return io.EOF
	case <-ctx.Done():
		return ctx.Err()
	}
	select { // what comes together is drawn together
	case <-time.After(redrawEvery):
	case <-s.done:
	case <-ctx.Done():
	}
	return nil
}

// List implements [tui.Recording].
func (s *recordingScreen) List() []explain.Listed { return s.board.List() }

// Trace implements [tui.Recording].
func (s *recordingScreen) Trace(n int) *trace.Trace { return s.board.Trace(n) }

// onScreen records and shows it, until the learner leaves: that ends the recording. One that ends
// by itself stays on the screen.
func (r *recording) onScreen(ctx context.Context, names []string, stream *explain.Stream, record func(context.Context) error) error {
	a := r.a
	below, err := scenario.Parse("capture "+strings.Join(names, ","), "host A\n") // a recording has no script to play again
	if err != nil {
		return &exitError{exitInternal, err, ""}
	}
	s, err := course.Bare(below, tcp.Linux, sim.DefaultSeed, a.language())
	if err != nil {
		return &exitError{exitInternal, err, ""}
	}
	screen := &recordingScreen{board: explain.NewBoard(), done: make(chan struct{})}
	stream.Keep(screen.board)
	recording, end := context.WithCancel(ctx)
	defer end()
	go func() {
		defer close(screen.done)
		screen.err = record(recording)
	}()
	show := tui.RunRecording
	if r.room {
		show = tui.RunLiveProjector
	}
	err = show(ctx, s, screen, a.screen())
	end()
	<-screen.done
	if screen.err != nil {
		return screen.err
	}
	return err
}
