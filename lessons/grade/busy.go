package grade

import (
	"context"
	"sync/atomic"
	"time"
)

// A pulse feels how late this machine does what is due: on one that has too much to do, a good
// program looks like one that hangs.
type pulse struct {
	worst atomic.Int64
	stop  context.CancelFunc
}

// How late a machine may be, and how often and for how long it is waited for to be quicker.
const (
	beat       = 20 * time.Millisecond
	tooLate    = 400 * time.Millisecond
	calmWithin = 20 * time.Second
)

// A heart is asked how late the machine was.
type heart interface {
	since() time.Duration // at worst, since it was asked last
	calm(ctx context.Context)
}

func newPulse(ctx context.Context) *pulse {
	ctx, stop := context.WithCancel(ctx)
	p := &pulse{stop: stop}
	go func() {
		for ctx.Err() == nil {
			before := time.Now()
			time.Sleep(beat)
			late := int64(time.Since(before) - beat)
			for {
				old := p.worst.Load()
				if late <= old || p.worst.CompareAndSwap(old, late) {
					break
				}
			}
		}
	}()
	return p
}

// since returns how late it was at worst since it was asked last.
func (p *pulse) since() time.Duration { return time.Duration(p.worst.Swap(0)) }

// calm waits until the machine is no longer late, but not for ever.
func (p *pulse) calm(ctx context.Context) {
	for end := time.Now().Add(calmWithin); time.Now().Before(end) && ctx.Err() == nil; {
		p.since()
		time.Sleep(10 * beat)
		if p.since() < tooLate/4 {
			return
		}
	}
}
