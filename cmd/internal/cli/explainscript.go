package cli

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"netlab/capture/explain"
	"netlab/capture/filter"
	"netlab/capture/rewrite"
	"netlab/lessons/text"
	"netlab/live/lab"
	"netlab/sim"
	"netlab/sim/compare"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
	"netlab/sim/trace"
)

// writeScenario writes a script that plays the conversation again, with the habits of TCP
// under which the model comes closest, and says how close.
func (e *explaining) writeScenario(ctx context.Context, c *explain.Conversation) error {
	seen := rewrite.Packets(c.Trace)
	best, bestAt, profile := "", -2, ""
	for _, p := range likelyProfiles(c) {
		script, err := rewrite.Script(c, "", p.Name)
		if err != nil {
			return e.noScript(err)
		}
		s, err := scenario.Parse("captured", script)
		if err != nil {
			return &exitError{exitInternal, err, ""}
		}
		t, err := playOnModel(ctx, s, sim.Options{Profile: p, Seed: sim.DefaultSeed})
		if err != nil {
			return err
		}
		at := rewrite.SameUntil(seen, rewrite.Packets(t))
		if best == "" || at < 0 || bestAt >= 0 && at > bestAt {
			best, bestAt, profile = script, at, p.Name
		}
		if at < 0 {
			break
		}
	}
	words := text.For(e.a.language())
	intent := words.T("x_script", c.N, filepath.Base(e.file), c.Ends[0], c.Ends[1]) + "\n"
	if bestAt < 0 {
		intent += words.T("x_script_same", len(seen))
	} else {
		intent += words.T("x_script_until", bestAt, len(seen))
	}
	script, err := rewrite.Script(c, intent, profile)
	if err != nil {
		return e.noScript(err)
	}
	return e.a.writeOut(e.output, func(w writer) error { _, err := w.Write([]byte(script)); return err })
}

// likelyProfiles lists the model's profiles, the likeliest first: Linux offers timestamps.
func likelyProfiles(c *explain.Conversation) []tcp.Profile {
	all := tcp.Profiles()
	if first := c.Trace.At(1); first != nil && first.Seg.Options.HasTimestamps {
		slices.SortStableFunc(all, func(a, b tcp.Profile) int {
			return cmp.Compare(btoi(a.Name != tcp.Linux.Name), btoi(b.Name != tcp.Linux.Name))
		})
	}
	return all
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (e *explaining) noScript(err error) error {
	if r, ok := rewrite.IsRefused(err); ok {
		return &exitError{exitUsage, fmt.Errorf("conversation %s", r), "netlab explain " + e.file + " --json keeps everything that was captured"}
	}
	return &exitError{exitInternal, err, ""}
}

// runCapture compares a script with a captured conversation.
func (c *comparing) runCapture(ctx context.Context, s *scenario.Script, file string, number int) error {
	e := &explaining{a: c.a, file: file, number: number, filter: &filter.Filter{}}
	done, err := e.open()
	if err != nil {
		return err
	}
	defer done()
	rep, err := e.list(ctx)
	if err != nil {
		return err
	}
	conv, err := e.detail(ctx, rep)
	if err != nil {
		return err
	}
	real, err := asPlayed(conv, s)
	if err != nil {
		return err
	}
	model, err := playOnModel(ctx, s, c.opt)
	if err != nil {
		return err
	}
	report := compare.Compare(model, real, compare.Options{NoCalls: true, Wire: true, Buffers: s.Buffers()})
	c.comparable += report.Comparable()
	c.differs += report.Differences()
	res := &lab.Result{Level: lab.LevelRecorded, Trace: real}
	res.Stats.Captured = len(conv.Rows)
	if err := c.write(s, report, res); err != nil {
		return err
	}
	c.compared++
	return nil
}

// asPlayed names the two ends of a conversation as the script names its hosts: A is who
// calls, or who sends first.
func asPlayed(conv *explain.Conversation, s *scenario.Script) (*trace.Trace, error) {
	var names [2]string
	for i := range s.Stmts {
		st := &s.Stmts[i]
		if (st.Verb == scenario.Connect || st.Verb == scenario.SendTo) && s.Host(st.Peer.Host) != nil {
			names = [2]string{st.Host, st.Peer.Host}
			break
		}
	}
	if names[0] == "" {
		return nil, usageError("a script in which one host connects or sends to another", "%s has no call to compare a capture with", s.Name)
	}
	rename := func(host string) string {
		switch host {
		case "A":
			return names[0]
		case "B":
			return names[1]
		default:
			return host
		}
	}
	t := *conv.Trace
	t.Hosts = append([]trace.Host(nil), t.Hosts...)
	for i := range t.Hosts {
		t.Hosts[i].Name = rename(t.Hosts[i].Name)
	}
	t.Events = append([]trace.Event(nil), t.Events...)
	for i := range t.Events {
		e := &t.Events[i]
		e.Host, e.Src.Host, e.Dst.Host = rename(e.Host), rename(e.Src.Host), rename(e.Dst.Host)
		if cite := e.Dgram.Cite; cite != nil {
			own := *cite
			own.Src.Host, own.Dst.Host = rename(own.Src.Host), rename(own.Dst.Host)
			e.Dgram.Cite = &own
		}
	}
	return &t, nil
}
