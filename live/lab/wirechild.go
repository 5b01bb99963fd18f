package lab

import (
	"cmp"
	"context"
	"io"
	"runtime"
	"slices"
	"time"

	"netlab/capture"
	"netlab/live"
	"netlab/live/netns"
	"netlab/sim/scenario"
	"netlab/sim/trace"
)

// childWire plays the script between namespaces and reports.
func childWire(ctx context.Context, s *scenario.Script, st stage, out io.Writer) error {
	began, try := time.Now(), 1
	p, rec, err := playWire(ctx, s, st)
	for ; p != nil && st.mustRepeat(s, rec, err, try, began); try++ {
		runtime.LockOSThread() // never undone: the thread is in a namespace of its own now
		if err := netns.Renew(); err != nil {
			return err
		}
		p, rec, err = playWire(ctx, s, st)
	}
	if p == nil {
		return writeMessage(out, refusal("namespace", err))
	}
	if st.hand != nil {
		if err := st.hand.tell(rec.events, true); err != nil {
			return err
		}
		rec.events = nil // they are told
	}
	end := message{Type: "end", Start: p.Start().UnixNano(), Took: int64(time.Since(p.Start())), Stats: capture.Stats{Captured: len(rec.frames)},
		WireTries: try, Late: int64(rec.tooLate(s)), Program: rec.end, Over: rec.over}
	return rec.sendAll(out, end, err)
}

// merge puts what the calls and the wire have shown so far into one order.
func (n *network) merge(p *live.Player, rec *recording) []trace.Event {
	all := append(slices.Clone(rec.events), n.events(p)...)
	slices.SortStableFunc(all, func(a, b trace.Event) int { return cmp.Compare(a.T, b.T) })
	return dropRepeated(all)
}
