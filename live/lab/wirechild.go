package lab

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/netip"
	"runtime"
	"slices"
	"sync"
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
	for ; p != nil && st.again(s, rec, err, try, began); try++ {
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
		WireTries: try, Late: int64(rec.tooLate(s))}
	return rec.sendAll(out, end, err)
}

// merge puts what the calls and the wire have shown so far into one order.
func (n *network) merge(p *live.Player, rec *recording) []trace.Event {
	all := append(slices.Clone(rec.events), n.events(p)...)
	slices.SortStableFunc(all, func(a, b trace.Event) int { return cmp.Compare(a.T, b.T) })
	return dropRepeated(all)
}

// spacesOf makes a namespace for each host that has a kernel; a puppet, and
// a host that the model plays, has an address and nothing more.
func spacesOf(s *scenario.Script, st stage) ([]netns.Space, error) {
	var addrs []netip.Addr
	for _, h := range s.Hosts {
		if st.hasKernel(h) {
			addrs = append(addrs, st.addr[h.Name])
		}
	}
	kernels, err := netns.Spaces(addrs, smallestMTU(s))
	if err != nil {
		return nil, err
	}
	var all []netns.Space
	for _, h := range s.Hosts {
		if !st.hasKernel(h) {
			all = append(all, netns.Space{Addr: st.addr[h.Name], MAC: noCard})
			continue
		}
		all, kernels = append(all, kernels[0]), kernels[1:]
	}
	return all, nil
}

// playWire conducts the experiment between namespaces, and returns what it has shown.
func playWire(ctx context.Context, s *scenario.Script, st stage) (*live.Player, *recording, error) {
	spaces, err := spacesOf(s, st)
	if err != nil {
		return nil, nil, err
	}
	back, closeBack, err := newWireBackend(spaces)
	if err != nil {
		return nil, nil, err
	}
	defer closeBack()
	return conduct(ctx, s, st, spaces, back)
}

// conduct plays the script between namespaces that are there.
func conduct(ctx context.Context, s *scenario.Script, st stage, spaces []netns.Space, back live.Backend) (*live.Player, *recording, error) {
	n, err := openNetwork(s, spaces, st)
	if err != nil {
		return nil, nil, err
	}
	rec := &recording{}
	var emitting sync.Mutex
	emit := func(e trace.Event) {
		emitting.Lock()
		defer emitting.Unlock()
		rec.event(e)
		n.tell(e)
	}
	opt := live.Options{Addr: st.addr, FixedPorts: true, Wire: true, Backend: back, Emit: emit, Remote: n.addModels(st)}
	opt.ModelPorts = slices.Contains(s.Needs(), scenario.NeedRaw)
	if s.Puppets() {
		opt.Puppet = n.puppetSends
	}
	if slices.Contains(s.Needs(), scenario.NeedWatch) {
		opt.Story = n.story
	}
	if st.hand != nil {
		opt.Turn, opt.Stood = st.hand.turn, st.hand.stood
	}
	done := make(chan struct{})
	p, err := live.Play(ctx, s, opt, func(p *live.Player) {
		n.know(p)
		n.startModels(p, emit, done)
		n.oldSegments(p, done)
		if st.hand != nil {
			st.hand.join(n, p, rec)
		}
	})
	if err == nil {
		switch {
		case st.hand != nil:
			st.hand.waitOver(ctx)
		case st.watch > 0:
			n.lookOn(ctx, st.watch)
		default:
			n.waitQuiet(ctx, p)
		}
		p.Sample()
	}
	close(done)
	err = errors.Join(err, n.wire.Close()) // before anything is tidied away
	rec.events = n.merge(p, rec)
	rec.late = max(n.late, p.Late())
	for i := range n.seen {
		if h := &n.seen[i]; h.kind == trace.Send {
			rec.frames = append(rec.frames, message{Type: "packet", TimeNs: h.frame.Time.UnixNano(), Data: h.frame.Data, Orig: h.frame.OrigLen})
		}
	}
	p.Tidy()
	return p, rec, err
}
