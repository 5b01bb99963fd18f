package lab

import (
	"context"
	"errors"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"netlab/capture"
	"netlab/live"
	"netlab/live/netns"
	"netlab/sim/scenario"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A stage is what an experiment is played on.
type stage struct {
	addr    map[string]netip.Addr
	private bool                        // a namespace of our own: the script's ports are free
	ahead   time.Duration               // how far the script's clock is ahead
	skew    time.Duration               // between calls at the same moment
	cross   bool                        // calls at the same moment must send segments that cross
	seed    uint64                      // of a network whose accidents are by chance
	models  map[string]string           // profiles of the hosts that the model plays
	watch   time.Duration               // how long to look on after the last statement; 0: until all is quiet
	wall    time.Duration               // for the script; 0: as long as its calls may take
	enough  bool                        // the first call that goes wrong ends the run
	hand    *hand                       // lets packets through one by one; nil: they travel by themselves
	program *Program                    // plays a host; nil: the script plays all
	capture bool                        // packets can be recorded
	only    func(p capture.Packet) bool // packets that are ours; nil: all are
}

// A report takes what happens while it happens.
type report struct {
	event func(trace.Event)
	frame func(f capture.Frame, lost bool)
}

// quietFor is how long nothing may be captured before a run counts as over:
// longer than a delayed ACK. quietAtMost bounds the wait.
const (
	quietFor    = 60 * time.Millisecond
	quietAtMost = 2 * time.Second
	lossyAtMost = time.Minute // where chance may lose a segment again and again
)

// play conducts the experiment in this process and returns the player, which
// knows the names of things, and how complete the recording is.
func play(ctx context.Context, s *scenario.Script, st stage, rep report) (*live.Player, capture.Stats, error) {
	runtime.LockOSThread() // the sockets belong to this thread's namespace
	defer runtime.UnlockOSThread()
	back, closeBack, err := newBackend()
	if err != nil {
		return nil, capture.Stats{}, err
	}
	defer closeBack()

	e := &experiment{last: time.Now(), rep: rep, only: st.only}
	opt := live.Options{Ahead: st.ahead, Skew: st.skew, Addr: st.addr, FixedPorts: st.private, Backend: back, Emit: rep.event}
	if st.capture {
		rec, err := capture.Open("lo", e.take)
		if err != nil {
			return nil, capture.Stats{}, err
		}
		e.rec = rec
		opt.Settle = func() { rec.Flush(); e.tell() }
		if st.cross {
			opt.Together = func() time.Duration {
				if e.slow = netns.Slow() == nil; !e.slow {
					return 0
				}
				return slowDelivery
			}
			opt.Crossed = func(since time.Time) bool {
				rec.Flush()
				return e.crossed(since)
			}
		}
	}
	run := newRunning(s, &st)
	run.join(ctx, &opt)
	know := func(p *live.Player) {
		e.know(p)
		run.know(p)
	}
	p, err := live.Play(ctx, s, opt, know)
	if err == nil {
		e.waitQuiet(ctx, p)
		run.await(ctx, time.Now, func() {})
		e.waitQuiet(ctx, p)
		p.Sample()
	}
	var stats capture.Stats
	if e.rec != nil { // before anything is tidied away
		var stopErr error
		stats, stopErr = e.rec.Stop()
		e.tell()
		stats.Captured = e.told
		err = errors.Join(err, stopErr, p.Missed())
	}
	run.end()
	p.Tidy()
	return p, stats, err
}

// An experiment is one run in progress.
type experiment struct {
	rec  *capture.Recorder
	rep  report
	only func(capture.Packet) bool

	mu     sync.Mutex
	p      *live.Player
	last   time.Time
	frames []capture.Frame // taken and not yet told
	told   int
	slow   bool // loopback was slowed down, so that segments can cross
}

// know gives the experiment its player before the first statement.
func (e *experiment) know(p *live.Player) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.p = p
}

// slowDelivery is how long a slowed loopback takes at most to deliver two segments.
const slowDelivery = 40 * time.Millisecond

// crossed reports whether the first segments that two ends of a connection have sent
// since then, with a number of their own, passed each other: neither acknowledges the other.
func (e *experiment) crossed(since time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	first := map[[2]netip.AddrPort]wire.Segment{}
	for _, f := range e.frames {
		pkt, err := capture.Decode(f.Data)
		if way := [2]netip.AddrPort{pkt.Src, pkt.Dst}; err == nil && !f.Time.Before(since) && pkt.Seg.Len() > 0 {
			if _, had := first[way]; !had {
				first[way] = pkt.Seg
			}
		}
	}
	for way, x := range first {
		if y, ok := first[[2]netip.AddrPort{way[1], way[0]}]; ok {
			return !acknowledges(y, x) && !acknowledges(x, y)
		}
	}
	return false
}

// acknowledges reports whether a covers anything of b.
func acknowledges(a, b wire.Segment) bool {
	return a.Flags.Has(wire.ACK) && a.Ack.Minus(b.Seq) > 0
}

// take is called by the recorder, on its goroutine.
func (e *experiment) take(f capture.Frame) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.last = time.Now()
	e.frames = append(e.frames, f)
}

// tell passes on what was taken, on the player's goroutine: so that a filter is
// taken off between two calls and never inside one.
func (e *experiment) tell() {
	e.mu.Lock()
	frames := e.frames
	e.frames = nil
	e.mu.Unlock()
	for _, f := range frames {
		lost := false
		if pkt, err := capture.Decode(f.Data); err == nil {
			if e.only != nil && !e.only(pkt) || e.slow && pkt.Src.Addr().IsLoopback() { // the datagram that slowed lo down
				continue
			}
			lost = e.p.Saw(pkt.Src, pkt.Dst, pkt.Wire())
		}
		e.rep.frame(f, lost)
		e.told++
	}
}

// waitQuiet waits until everything sent is acknowledged and the wire is quiet.
func (e *experiment) waitQuiet(ctx context.Context, p *live.Player) {
	end := time.Now().Add(quietAtMost)
	for time.Now().Before(end) && ctx.Err() == nil {
		if e.rec == nil {
			return
		}
		e.rec.Flush()
		e.tell()
		e.mu.Lock()
		still := time.Since(e.last)
		e.mu.Unlock()
		if still >= quietFor && p.Quiet() {
			return
		}
		time.Sleep(min(quietFor/4, max(time.Millisecond, quietFor-still)))
	}
}

// name translates a frame's addresses to the script's words and names the
// sender's socket.
func (m *message) name(p *live.Player, f capture.Frame) {
	pkt, err := capture.Decode(f.Data)
	if err != nil {
		return
	}
	m.Src, m.Dst, m.Conn = p.Endpoint(pkt.Src).String(), p.Endpoint(pkt.Dst).String(), p.ConnName(pkt.Proto, pkt.Src, pkt.Dst)
	if pkt.Proto == wire.ICMP {
		m.Conn = ""
		m.Cited = []string{p.Endpoint(pkt.Cited[0]).String(), p.Endpoint(pkt.Cited[1]).String()}
	}
}
