//go:build unix

package tui

import (
	"context"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// hangupEvery is how often the terminal is asked whether it is still there.
const hangupEvery = time.Second

// onHangup calls do once the terminal is gone: its window was closed, or the connection to it. The
// signal that says so reaches only who was started by a shell; under su or a container's
// first process a program would stay behind, deaf, with its sockets.
func onHangup(ctx context.Context, in io.Reader, do func()) {
	file, ok := in.(*os.File)
	if !ok {
		return
	}
	fd := int32(file.Fd())
	go func() {
		tick := time.NewTicker(hangupEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			state := []unix.PollFd{{Fd: fd}}
			if n, err := unix.Poll(state, 0); err == nil && n > 0 && state[0].Revents&(unix.POLLHUP|unix.POLLNVAL) != 0 {
				do()
				return
			}
		}
	}()
}
