package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"netlab/live"
	"netlab/sim/scenario"
)

// A Job is one of many scripts that are played on the wire.
type Job struct {
	Script *scenario.Script
	Wire   Wire
}

// Batch plays many scripts on the wire, at most atOnce at a time, in namespaces that serve
// one after the other. It calls done for each that has ended, in any order, one call at a
// time, until all have, or one call returns an error, or the context is done. A script that
// cannot be shown gives a [*CannotError], a machine that refuses a [*RefusedError], which
// also is what Batch returns then.
func Batch(ctx context.Context, jobs []Job, atOnce int, done func(i int, res *Result, err error) error) error {
	return withChild(ctx, func(in io.Writer, out io.Reader) error {
		b := &batch{ctx: ctx, jobs: jobs, done: done, mergers: map[int]*merger{}}
		return b.run(in, out, atOnce)
	})
}

// A batch is the conversation with a child that plays many scripts.
type batch struct {
	ctx     context.Context
	jobs    []Job
	done    func(i int, res *Result, err error) error
	mergers map[int]*merger
	ended   int
}

func (b *batch) run(in io.Writer, out io.Reader, atOnce int) error {
	kernels := 1
	limit := time.Duration(0)
	for i := range b.jobs {
		n := 0
		st := stage{models: b.jobs[i].Wire.Models}
		for _, h := range b.jobs[i].Script.Hosts {
			if st.hasKernel(h) {
				n++
			}
		}
		kernels, limit = max(kernels, n), max(limit, longest(b.jobs[i].Script))
	}
	if err := writeMessage(in, message{Type: "request", Request: &request{Batch: min(atOnce, max(1, len(b.jobs))), Kernels: kernels}}); err != nil {
		return fmt.Errorf("talk to the child: %w", err)
	}
	rd := newReader(out)
	if err := b.listen(rd, silence); err != nil { // until the namespaces are there
		return err
	}
	next := 0
	give := func() error {
		for ; next < len(b.jobs) && next-b.ended < 2*atOnce; next++ {
			if err := b.give(in, next); err != nil {
				return err
			}
		}
		return nil
	}
	if err := give(); err != nil {
		return err
	}
	for b.ended < len(b.jobs) {
		if err := b.listen(rd, limit+wireTriesFor+silence); err != nil {
			return err
		}
		if err := give(); err != nil {
			return err
		}
	}
	return nil
}

// give sends a job down, or ends it if it cannot be shown.
func (b *batch) give(in io.Writer, i int) error {
	j := &b.jobs[i]
	err := CanWire(j.Script)
	if err == nil && smallestMTU(j.Script) > 0 {
		err = &CannotError{"its links have an MTU of their own", "netlab live --wire plays it alone"}
	}
	if err != nil {
		b.ended++
		return b.done(i, nil, err)
	}
	b.mergers[i] = newMerger(j.Script)
	req := request{ID: i + 1, Wire: true, Name: j.Script.Name, Text: j.Script.String(), Seed: j.Wire.Seed, Models: j.Wire.Models, Watch: int64(j.Wire.Watch)}
	for _, h := range j.Script.Hosts {
		req.Order = append(req.Order, h.Name)
	}
	if err := writeMessage(in, message{Type: "request", Request: &req}); err != nil {
		return fmt.Errorf("talk to the child: %w", err)
	}
	return nil
}

// listen takes one message.
func (b *batch) listen(rd *reader, limit time.Duration) error {
	msg, err := rd.next(limit, b.ctx.Done())
	if err != nil {
		return err
	}
	m := b.mergers[msg.ID-1]
	switch {
	case msg.Type == "refused":
		return refusedBy(msg)
	case msg.Type == "ready":
		return nil
	case m == nil:
		return fmt.Errorf("the child says %q of %d", msg.Type, msg.ID)
	case msg.Type == "event":
		return m.addEvent(msg.Event)
	case msg.Type == "packet":
		m.addPacket(msg)
		return nil
	case msg.Type == "end":
		delete(b.mergers, msg.ID-1)
		b.ended++
		var failed error
		if msg.Error != "" && msg.Error != live.ErrNotLost.Error() {
			failed = errors.New(msg.Error)
		}
		res := m.finish(LevelWire, time.Unix(0, msg.Start), time.Duration(msg.Took), msg.Stats)
		res.punctual(msg)
		return b.done(msg.ID-1, res, failed)
	default:
		return fmt.Errorf("the child says %q", msg.Type)
	}
}
