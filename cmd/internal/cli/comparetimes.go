package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"netlab/lessons/text"
	"netlab/live/lab"
	"netlab/sim/compare"
	"netlab/sim/scenario"
)

// How many runs go on at the same time for each processor: they wait more than they work.
// Fewer, if each has a process of its own.
const (
	wireRuns = 6
	eachRuns = 2
)

// A tally is what became of many runs of one script.
type tally struct {
	Type      string   `json:"type"` // "runs"
	Script    string   `json:"script"`
	Case      string   `json:"case,omitempty"`
	Runs      int      `json:"runs"`
	Differing int      `json:"differing"`           // runs in which a row differs
	NotShown  int      `json:"not_shown,omitempty"` // runs that did not come about
	Rows      []string `json:"rows,omitempty"`      // what differed, the first few
}

// mostTallied is how many differing rows are told.
const mostTallied = 5

// runTimes compares each script many times, and says in how many of the runs a row differed.
func (c *comparing) runTimes(ctx context.Context, scripts []*scenario.Script, times int) (last error) {
	for _, s := range scripts {
		err := lab.TooLong(s)
		if err == nil && c.wire {
			err = lab.CanCompareWire(s)
		} else if err == nil {
			err = lab.CanShow(s)
		}
		var cannot *lab.CannotError
		if errors.As(err, &cannot) {
			c.skip(s, cannot)
			last = err
			continue
		}
		t := &tally{Type: "runs", Script: s.Name, Case: s.Case}
		if err := c.playTimes(ctx, s, times, t); err != nil {
			return err
		}
		c.compared++
		c.comparable += t.Runs
		c.differs += t.Differing
		if err := c.tell(t); err != nil {
			return err
		}
	}
	return last
}

// tell writes a tally.
func (c *comparing) tell(t *tally) error {
	if c.json {
		return json.NewEncoder(&c.out).Encode(t)
	}
	name := t.Script
	if t.Case != "" {
		name += ": " + t.Case
	}
	w := text.For(c.a.language())
	fmt.Fprintf(&c.out, "%s  %s", w.T("times_runs", t.Runs, t.Differing), name)
	if t.NotShown > 0 {
		fmt.Fprintf(&c.out, "  (%s)", w.T("times_not_shown", t.NotShown))
	}
	fmt.Fprintln(&c.out)
	for _, r := range t.Rows {
		fmt.Fprintln(&c.out, "      "+r)
	}
	return nil
}

// playTimes plays a script many times, in namespaces that serve one after the other where
// that is possible.
func (c *comparing) playTimes(ctx context.Context, s *scenario.Script, times int, t *tally) error {
	switch {
	case !c.wire:
		return c.playEach(ctx, s, times, t, func(ctx context.Context) (*lab.Result, error) { return lab.Run(ctx, s, lab.LevelPrivate) })
	case slices.ContainsFunc(s.Links, func(l scenario.Link) bool { return l.MTU > 0 }):
		return c.playEach(ctx, s, times, t, func(ctx context.Context) (*lab.Result, error) {
			return lab.RunWire(ctx, s, lab.Wire{Seed: c.opt.Seed})
		})
	default:
		return c.playBatch(ctx, s, times, t)
	}
}

// playBatch plays a script on the wire, many times.
func (c *comparing) playBatch(ctx context.Context, s *scenario.Script, times int, t *tally) error {
	jobs := make([]lab.Job, times)
	for i := range jobs {
		jobs[i] = lab.Job{Script: s, Wire: lab.Wire{Seed: c.opt.Seed}}
	}
	return lab.Batch(ctx, jobs, wireRuns*runtime.NumCPU(), func(_ int, res *lab.Result, err error) error { return c.count(s, res, err, t) })
}

// playEach plays it many times, each time in a process of its own.
func (c *comparing) playEach(ctx context.Context, s *scenario.Script, times int, t *tally, play func(context.Context) (*lab.Result, error)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	turns := make(chan struct{}, times)
	for range times {
		turns <- struct{}{}
	}
	close(turns)
	var all sync.WaitGroup
	var mu sync.Mutex
	for range eachRuns * runtime.NumCPU() {
		all.Add(1)
		go func() {
			defer all.Done()
			for range turns {
				if ctx.Err() != nil {
					return
				}
				res, err := play(ctx)
				mu.Lock()
				if err := c.count(s, res, err, t); err != nil {
					cancel(err)
				}
				mu.Unlock()
			}
		}()
	}
	all.Wait()
	return context.Cause(ctx)
}

// count adds a run to the tally.
func (c *comparing) count(s *scenario.Script, res *lab.Result, err error, t *tally) error {
	var cannot *lab.CannotError
	switch {
	case errors.As(err, &cannot):
		t.NotShown++
		return nil
	case res == nil || err != nil:
		return err
	}
	rep := lab.Compare(s, res, c.opt.Profile, c.opt.Seed)
	if rep.Differences() > 0 && res.TooLate() != nil {
		t.NotShown++
		return nil
	}
	t.Runs++
	if rep.Differences() > 0 {
		t.Differing++
	}
	for _, r := range rep.Rows {
		if r.Verdict == compare.Differs && len(t.Rows) < mostTallied {
			t.Rows = append(t.Rows, fmt.Sprintf("%s %s: %s | %s", r.What, r.Field, r.Model, r.Live))
		}
	}
	return nil
}
