package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"netlab/cmd/internal/tui"
	"netlab/live/peer"
)

// talk runs a peer with what is typed: at a prompt where both ends are a terminal, else
// line by line from standard input.
func (a *app) talk(ctx context.Context, opt *peer.Options, show *peerShow) error {
	if !opt.Interactive() || a.noInput {
		opt.Input = nil
		return peer.Run(ctx, *opt)
	}
	if a.frontEnd() != frontTUI || a.jsonFlag {
		opt.Input = readLines(ctx, a.in)
		return peer.Run(ctx, *opt)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	prompt := tui.NewPrompt(ctx, a.in, a.out, show.words.T("peer_hello"))
	show.above(prompt)
	opt.Input = prompt.Lines()
	result := make(chan error, 1)
	go func() {
		result <- peer.Run(ctx, *opt)
		prompt.Close()
	}()
	interrupted, err := prompt.Run()
	if interrupted || err != nil {
		cancel()
	}
	failed := <-result
	show.above(a.out)
	for _, line := range prompt.Rest() {
		fmt.Fprintln(a.out, line)
	}
	if interrupted {
		return &exitError{code: exitInterrupted, err: errors.New("interrupted")}
	}
	if failed == nil {
		failed = err
	}
	return failed
}

// longestTyped bounds a line of standard input.
const longestTyped = 1 << 20

// readLines hands out the lines of standard input and closes at its end.
func readLines(ctx context.Context, in io.Reader) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		r := bufio.NewReaderSize(in, 64<<10)
		for {
			line, err := r.ReadString('\n')
			if line != "" {
				select {
				case lines <- strings.TrimRight(line, "\r\n"):
				case <-ctx.Done():
					return
				}
			}
			if err != nil || len(line) > longestTyped {
				return
			}
		}
	}()
	return lines
}
