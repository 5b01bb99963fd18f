package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"netlab/cmd/internal/room"
	"netlab/cmd/internal/tui"
	"netlab/cmd/internal/web"
	"netlab/lessons/present"
)

// socketPath is where projector and notes meet.
func (a *app) socketPath(f *presentFlags) string {
	if f.socket != "" {
		return f.socket
	}
	return room.Path(a.getenv, os.TempDir(), os.Getuid())
}

// openRoom lets notes find the show. A talk goes on without them where they cannot.
func (a *app) openRoom(ctx context.Context, show *present.Show, f *presentFlags, pages *web.Server) (*room.Server, error) {
	var known room.Pages
	if pages != nil {
		known.Followers = pages.Followers
		known.Follow, known.Lead = pages.Links()
	}
	s, err := room.Serve(ctx, show, a.socketPath(f), known)
	switch {
	case err == nil:
		return s, nil
	case f.socket != "": // it was asked for
		return nil, &exitError{exitUsage, fmt.Errorf("--socket %s: %w", f.socket, err), "choose a file in a folder of your own that nobody else may enter (mode 700)"}
	case errors.Is(err, room.ErrBusy):
		fmt.Fprintf(a.err, "netlab: %v: its notes stay with it\nhint: --socket FILE here and at --notes keeps this one apart\n", err)
	default:
		fmt.Fprintf(a.err, "netlab: no notes can follow: %v\nhint: --socket FILE in a folder of your own\n", err)
	}
	return nil, nil
}

// runNotes shows the speaker's notes.
func (a *app) runNotes(ctx context.Context, args []string, f *presentFlags) error {
	if a.frontEnd() != frontTUI {
		return &exitError{exitMachine, errors.New("the notes need a terminal"), "in a pipe: netlab export LESSON --notes"}
	}
	if err := a.checkTerminal(); err != nil {
		return err
	}
	lib, err := a.library()
	if err != nil {
		return err
	}
	own, err := a.lessonArgs(args)
	if err != nil {
		return err
	}
	deck := present.NewDeck(append(slices.Clone(own), lib.Lessons...), a.language())
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return tui.RunNotes(ctx, deck, room.Follow(ctx, a.socketPath(f)), a.language(), a.screen())
}
