package lab

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"sync"
	"time"

	"netlab/live"
	"netlab/live/netns"
	"netlab/sim/scenario"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

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
	defer netns.Close(spaces) // a run may be played many times
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
	opt := live.Options{Addr: st.addr, FixedPorts: true, Wire: true, Enough: st.enough, Backend: back, Emit: emit, Remote: n.addModels(st)}
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
	run := n.program(&st)
	run.join(ctx, &opt)
	done := make(chan struct{})
	playing, cancel := ctx, context.CancelFunc(func() {})
	if st.wall > 0 {
		playing, cancel = context.WithTimeout(ctx, st.wall)
	}
	defer cancel()
	p, err := live.Play(playing, s, opt, func(p *live.Player) {
		n.know(p)
		run.know(p)
		n.startModels(p, emit, done)
		n.oldSegments(p, done)
		if st.hand != nil {
			st.hand.join(n, p, rec)
		}
	})
	if rec.over = playing.Err() != nil && ctx.Err() == nil; rec.over {
		err = nil
	}
	if err == nil {
		n.seeOff(ctx, &st, run)
		if st.enough && p.Failed() {
			run.linger()
		}
	}
	close(done)
	n.clocks.Wait()
	run.hush()
	err = errors.Join(err, n.wire.Close()) // before anything is tidied away
	rec.events = n.merge(p, rec)
	rec.late = max(n.late, p.Late(), lateAck(n.seen, func(host int) bool { return s.Hosts[host].Puppet }))
	for i := range n.seen {
		if h := &n.seen[i]; h.kind == trace.Send {
			rec.frames = append(rec.frames, message{Type: "packet", TimeNs: h.frame.Time.UnixNano(), Data: h.frame.Data, Orig: h.frame.OrigLen})
		}
	}
	rec.end = run.result(run.end())
	p.Tidy()
	return p, rec, err
}

// program prepares the program that plays a host in the host's namespace; nil if none does.
func (n *network) program(st *stage) *running {
	run := newRunning(n.script, st)
	if run != nil {
		n.played = run.addr
		if run.prog.Cell != nil {
			n.most, n.tooMany = mostHappenings, run.stormy
		}
		run.wire, run.other = true, n.script.Puppets() || len(n.models) > 0 || run.prog.Cell != nil
		i := slices.IndexFunc(n.spaces, func(s netns.Space) bool { return s.Addr == run.addr })
		run.space = n.spaces[i].FD
	}
	return run
}

// mostHappenings bounds what is written down of a run with a program that nobody trusts: it may
// send as fast as it can. Each packet is two or three of them.
const mostHappenings = 30000

// seeOff waits for the end of a run whose last statement has returned.
func (n *network) seeOff(ctx context.Context, st *stage, run *running) {
	quiet, now, turn := func() { n.waitQuiet(ctx, n.player) }, time.Now, func() {}
	switch {
	case st.hand != nil:
		quiet, now, turn = func() { st.hand.waitOver(ctx) }, n.player.Now, st.hand.turn
	case st.watch > 0:
		quiet = func() { n.lookOn(ctx, st.watch) }
	}
	quiet()
	if run != nil {
		run.await(ctx, now, turn)
		quiet()
	}
	n.player.Sample()
}

// programQuiet reports whether the kernel has nothing left to do for the program: what its
// connections have sent is acknowledged, and none is being opened or closed.
func (n *network) programQuiet() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	for end := range n.states {
		if end[0].Addr() != n.played {
			continue
		}
		n.sight(end[0], end[1])
		switch n.states[end] {
		case wire.StateSynSent, wire.StateSynReceived, wire.StateFinWait1, wire.StateClosing, wire.StateLastAck:
			return false
		case wire.StateEstablished, wire.StateCloseWait:
			vars, _ := n.player.Info(end[0], end[1])
			if slices.ContainsFunc(vars, func(v trace.Var) bool { return v.ID == trace.VarUnacked && v.Value > 0 }) {
				return false
			}
		default: // nothing of its own is under way
		}
	}
	return true
}
