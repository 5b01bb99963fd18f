package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"netlab/cmd/internal/tui"
	"netlab/cmd/internal/web"
	"netlab/lessons/present"
	"netlab/lessons/text"
)

// anyPort is where browsers find a talk if nothing else is said: on this machine.
const anyPort = "127.0.0.1:0"

// takeAddress finds the address of --web among the arguments: it may stand behind the flag, as
// in --web 127.0.0.1:8080, where cobra takes it for one of them.
func (f *presentFlags) takeAddress(args []string) []string {
	if f.web != anyPort {
		return args
	}
	for i, arg := range args {
		if host, port, err := net.SplitHostPort(arg); err == nil && port != "" && !strings.ContainsAny(host, `/\`) || net.ParseIP(arg) != nil {
			f.web = arg
			return slices.Delete(slices.Clone(args), i, i+1)
		}
	}
	return args
}

// openWeb serves a talk to browsers, if that is asked for, and says where. Nil: it is not.
func (a *app) openWeb(ctx context.Context, show *present.Show, f *presentFlags) (*web.Server, error) {
	if f.web == "" {
		return nil, nil
	}
	addr := f.web
	if !strings.Contains(addr, ":") || net.ParseIP(addr) != nil { // an address alone: any port
		addr = net.JoinHostPort(addr, "0")
	}
	pages, err := web.Serve(ctx, show, web.Options{Addr: addr, Open: f.lan})
	var bad *web.AddrError
	switch {
	case errors.As(err, &bad):
		hint := bad.Hint
		if !f.lan {
			hint += " (--lan allows it)"
		}
		return nil, usageError(hint, "--web %s: %s", f.web, bad.Msg)
	case err != nil:
		return nil, &exitError{exitMachine, fmt.Errorf("--web %s: %w", f.web, err), "another port, or none: --web=" + addr[:strings.LastIndex(addr, ":")]}
	}
	w := text.For(a.language())
	follow, lead := pages.Links()
	fmt.Fprintf(a.err, "netlab: %s %s\nnetlab: %s %s\n", w.T("present_link_follow"), follow, w.T("present_link_lead"), lead)
	return pages, nil
}

// projector are the options of a talk's screen.
func (a *app) projector(pages *web.Server) tui.ProjectorOptions {
	opt := tui.ProjectorOptions{Options: a.screen()}
	if pages != nil {
		opt.Link, _ = pages.Links()
		opt.Followers = pages.Followers
	}
	return opt
}

// webOnly waits until the leader's page, or Ctrl-C, ends the talk.
func (a *app) webOnly(ctx context.Context, show *present.Show, pages *web.Server) error {
	news, stop := show.Watch()
	defer stop()
	for !show.State().Left {
		select {
		case <-news:
		case <-pages.Done():
			return pages.Wait()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
