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
	"netlab/sim/scenario"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A stage is what an experiment is played on.
type stage struct {
	addr    map[string]netip.Addr
	private bool                        // a namespace of our own: the script's ports are free
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
	opt := live.Options{Addr: st.addr, FixedPorts: st.private, Backend: back, Emit: rep.event}
	if st.capture {
		rec, err := capture.Open("lo", e.take)
		if err != nil {
			return nil, capture.Stats{}, err
		}
		e.rec = rec
		opt.Settle = func() { rec.Flush(); e.tell() }
	}
	p, err := live.Play(ctx, s, opt, e.know)
	if err == nil {
		e.waitQuiet(ctx, p)
		p.Sample()
	}
	var stats capture.Stats
	if e.rec != nil { // before anything is tidied away
		var stopErr error
		stats, stopErr = e.rec.Stop()
		e.tell()
		err = errors.Join(err, stopErr)
	}
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
}

// know gives the experiment its player before the first statement.
func (e *experiment) know(p *live.Player) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.p = p
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
			if e.only != nil && !e.only(pkt) {
				continue
			}
			lost = e.p.Saw(pkt.Src, pkt.Dst, pkt.Seg)
		}
		e.rep.frame(f, lost)
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

// endpoints translates a frame's addresses to the script's words and names the
// sender's socket.
func endpoints(p *live.Player, f capture.Frame) (src, dst wire.Endpoint, conn string, ok bool) {
	pkt, err := capture.Decode(f.Data)
	if err != nil {
		return src, dst, "", false
	}
	return p.Endpoint(pkt.Src), p.Endpoint(pkt.Dst), p.ConnName(pkt.Src, pkt.Dst), true
}
