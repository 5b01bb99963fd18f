package lab

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"netlab/live"
	"netlab/live/netns"
	"netlab/sim/scenario"
)

// childBatch plays scripts as they come, several at a time, and reports.
func childBatch(ctx context.Context, req *request, requests <-chan readLine, out io.Writer) error {
	spaces, err := netns.Spaces(firstAddresses(req.Batch*req.Kernels), 0)
	if err != nil {
		return writeMessage(out, refusal("namespace", err))
	}
	if err := writeMessage(out, message{Type: "ready"}); err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	out = &lockedWriter{w: out}
	var workers sync.WaitGroup
	errs := make(chan error, req.Batch)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var runs atomic.Int64
	for i := range req.Batch {
		own := spaces[i*req.Kernels : (i+1)*req.Kernels]
		workers.Add(1)
		go func() {
			defer workers.Done()
			if err := work(ctx, requests, own, func() int { return int(runs.Add(1)) }, out); err != nil {
				errs <- err
				cancel() // the others stop too: the parent hears of it when this process ends
			}
		}()
	}
	workers.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}

// work plays scripts as they come, until there are no more, one cannot be played, or ctx ends.
func work(ctx context.Context, requests <-chan readLine, own []netns.Space, number func() int, out io.Writer) error {
	for {
		var line readLine
		var ok bool
		select {
		case line, ok = <-requests:
		case <-ctx.Done():
		}
		switch {
		case !ok:
			return nil
		case line.err != nil || line.m.Request == nil:
			return fmt.Errorf("lab: no request: %v", line.err)
		}
		if err := childJob(ctx, line.m.Request, own, number, out); err != nil {
			return err
		}
	}
}

// A lockedWriter lets several write whole lines.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

// Write implements [io.Writer].
func (l *lockedWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

// firstAddresses are what n namespaces have before their first script.
func firstAddresses(n int) []netip.Addr {
	var all []netip.Addr
	for i := range n {
		all = append(all, netip.AddrFrom4([4]byte{10, 255, byte(i >> 8), byte(i)}))
	}
	return all
}

// childJob plays one script in namespaces that others have used before. Of one that is cut short,
// because ctx ends, nothing is told.
func childJob(ctx context.Context, req *request, own []netns.Space, number func() int, out io.Writer) error {
	s, err := scenario.Parse(req.Name, req.Text)
	if err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	st := stage{private: true, seed: req.Seed, models: req.Models, watch: time.Duration(req.Watch)}
	limited, cancel := context.WithTimeout(ctx, longest(s)+wireTriesFor)
	defer cancel()
	began, try := time.Now(), 1
	p, rec, err := playMoved(limited, s, &st, own, number())
	for ; p != nil && st.mustRepeat(s, rec, err, try, began); try++ {
		p, rec, err = playMoved(limited, s, &st, own, number())
	}
	if p == nil {
		return err
	}
	if ctx.Err() != nil {
		return nil
	}
	end := message{Type: "end", Start: p.Start().UnixNano(), Took: int64(time.Since(p.Start())), WireTries: try, Late: int64(rec.tooLate(s))}
	end.Stats.Captured = len(rec.frames)
	rec.id = req.ID
	return rec.sendAll(out, end, err)
}

// playMoved plays a script in namespaces that get new addresses first, so that what is left
// of earlier connections does not meet it; n numbers the runs.
func playMoved(ctx context.Context, s *scenario.Script, st *stage, own []netns.Space, n int) (*live.Player, *recording, error) {
	st.addr = map[string]netip.Addr{}
	var spaces []netns.Space
	for i, h := range s.Hosts {
		addr := netip.AddrFrom4([4]byte{10, byte(n >> 12 & 127), byte(n >> 4), byte(n<<4 + i)})
		st.addr[h.Name] = addr
		if !st.hasKernel(h) {
			spaces = append(spaces, netns.Space{Addr: addr, MAC: noCard})
			continue
		}
		if err := own[0].Move(addr); err != nil {
			return nil, nil, fmt.Errorf("lab: %w", err)
		}
		spaces, own = append(spaces, own[0]), own[1:]
	}
	back, closeBack, err := newWireBackend(spaces)
	if err != nil {
		return nil, nil, fmt.Errorf("lab: %w", err)
	}
	defer closeBack()
	return conduct(ctx, s, *st, spaces, back)
}
