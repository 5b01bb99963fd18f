package live

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"netlab/sim/scenario"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// Options say where and how a script is played.
type Options struct {
	Addr map[string]netip.Addr // the address of each host
	// FixedPorts uses the script's own port numbers, as in a private namespace;
	// otherwise the kernel picks free ones and the trace shows the script's.
	FixedPorts bool
	Backend    Backend
	// Emit takes the events as they happen; N is not filled in and T counts from
	// the time that Start returned.
	Emit func(trace.Event)
	// Settle, if set, returns when every packet sent so far has been recorded.
	Settle func()
}

// A Player plays one script once.
type Player struct {
	script *scenario.Script
	opt    Options
	back   Backend
	start  time.Time
	cursor scenario.Cursor
	names  []map[string]*sock // by host: the program's variables
	socks  []*sock
	calls  []*call
	ports  map[netip.AddrPort]wire.Endpoint // real ends to the script's
	loss   *losses
}

// A sock is one socket of a program.
type sock struct {
	host        string
	name        string
	h           Handle
	open        bool
	local, peer netip.AddrPort
	state       wire.State
	listens     bool
}

// A call is a call that has not returned.
type call struct {
	stmt     int
	sock     *sock
	deadline time.Time
	begun    bool
	sent     int
	got      string
}

// Play plays the script to its end, or until the context is done. Whatever
// happens, Emit has been called for everything that happened before. The player
// is handed to ready before the first statement.
func Play(ctx context.Context, s *scenario.Script, opt Options, ready func(*Player)) (*Player, error) {
	p := &Player{script: s, opt: opt, back: opt.Backend, start: time.Now(), cursor: scenario.NewCursor(s), ports: map[netip.AddrPort]wire.Endpoint{}}
	for range s.Hosts {
		p.names = append(p.names, map[string]*sock{})
	}
	p.loss = newLosses(s.Faults)
	ready(p)
	for !p.cursor.Done() {
		if err := ctx.Err(); err != nil {
			return p, fmt.Errorf("live: stopped: %w", err)
		}
		now := time.Since(p.start)
		if i, ok := p.cursor.Next(now); ok {
			p.begin(i)
			continue
		}
		if p.opt.Settle != nil && p.loss.active() {
			p.opt.Settle()
		}
		wake := time.Now().Add(time.Hour)
		if at, ok := p.cursor.NextAt(); ok {
			wake = p.start.Add(at)
		}
		handles := make([]Interest, 0, len(p.calls))
		for _, c := range p.calls {
			if c.deadline.Before(wake) {
				wake = c.deadline
			}
			if want, ok := p.interest(c); ok {
				handles = append(handles, want)
			}
		}
		if err := p.back.Wait(ctx, handles, time.Until(wake)); err != nil {
			return p, fmt.Errorf("live: wait: %w", err)
		}
		p.retry()
	}
	return p, nil
}

// Start is the moment from which the times of the events count.
func (p *Player) Start() time.Time { return p.start }

func (p *Player) emit(e trace.Event) {
	e.T = time.Since(p.start)
	e.Source = trace.Live
	p.opt.Emit(e)
}

func (p *Player) hostIndex(name string) int {
	for i, h := range p.script.Hosts {
		if h.Name == name {
			return i
		}
	}
	return -1
}

// begin starts statement i.
func (p *Player) begin(i int) {
	st := &p.script.Stmts[i]
	p.cursor.Start(i)
	if p.opt.Settle != nil && p.loss.active() {
		p.opt.Settle() // a loss that is over must be over before the next call
	}
	if st.HasAt && time.Since(p.start) > st.At+lateAfter {
		p.emit(trace.Event{Host: st.Host, Kind: trace.Note, Stmt: i + 1,
			Text: "late: due at " + trace.Ms(st.At) + "ms, but the call before it had not returned"})
	}
	c := &call{stmt: i, deadline: time.Now().Add(st.Deadline())}
	if st.Verb == scenario.Wait {
		p.calls = append(p.calls, c)
		p.retry()
		return
	}
	conn := st.Sock
	args := st.ShortArgs()
	if st.Result != "" {
		args = strings.TrimSpace(args + " as " + st.Result)
	}
	if conn == "" {
		conn = st.Result
	}
	p.sample()
	p.emit(trace.Event{Host: st.Host, Kind: trace.Call, Stmt: i + 1, Call: string(st.Verb), Args: args, Conn: conn})
	if st.Sock != "" {
		if c.sock = p.names[p.hostIndex(st.Host)][st.Sock]; c.sock == nil {
			p.finish(c, string(wire.EBADF))
			return
		}
	}
	if result, done := p.try(c); done {
		p.finish(c, result)
	} else {
		p.calls = append(p.calls, c)
	}
	p.retry()
}

// lateAfter is how late a statement may start before the trace says so: a busy
// machine is always a little late.
const lateAfter = 50 * time.Millisecond

// finish ends a call.
func (p *Player) finish(c *call, result string) {
	st := &p.script.Stmts[c.stmt]
	p.cursor.Return(c.stmt)
	if st.Verb == scenario.Wait {
		return
	}
	conn := st.Sock
	if conn == "" {
		conn = st.Result
	}
	p.emit(trace.Event{Host: st.Host, Kind: trace.Return, Stmt: c.stmt + 1, Call: string(st.Verb), Conn: conn,
		Result: result, Text: wire.Errno(result).Text()})
	p.sample()
}

// retry gives every call that waits another try.
func (p *Player) retry() {
	for k := 0; k < len(p.calls); {
		c := p.calls[k]
		result, done := p.try(c)
		if !done && time.Now().After(c.deadline) {
			result, done = string(wire.ETIMEDOUT), true
			if c.sock != nil {
				p.back.Cancel(c.sock.h)
			}
		}
		if !done {
			k++
			continue
		}
		p.calls = append(p.calls[:k], p.calls[k+1:]...)
		p.finish(c, result)
		k = 0
	}
}

// interest says what a call waits for.
func (p *Player) interest(c *call) (Interest, bool) {
	if c.sock == nil {
		return Interest{}, false
	}
	switch p.script.Stmts[c.stmt].Verb {
	case scenario.Accept, scenario.Recv:
		return Interest{c.sock.h, false}, true
	case scenario.Connect, scenario.SendCall:
		return Interest{c.sock.h, true}, true
	default:
		return Interest{}, false
	}
}

// result is what a call returns in a trace: 0 or the errno's name.
func result(err error) string {
	if err == nil {
		return "0"
	}
	return string(errnoOf(err))
}

// try makes a call, or makes it again; done is false while it would block.
func (p *Player) try(c *call) (string, bool) {
	st := &p.script.Stmts[c.stmt]
	hi := p.hostIndex(st.Host)
	var err error
	switch st.Verb {
	case scenario.Socket:
		s := &sock{host: st.Host, name: st.Result, open: true}
		if s.h, err = p.back.Socket(); err == nil {
			p.names[hi][st.Result] = s
			p.socks = append(p.socks, s)
			err = p.loss.attach(p.back, s)
		}
	case scenario.Bind:
		err = p.bind(c.sock, st.Port)
	case scenario.Listen:
		err = p.listen(c.sock, st)
	case scenario.Accept:
		return p.accept(hi, c, st)
	case scenario.Connect:
		return p.connect(c, st)
	case scenario.SendCall:
		return p.send(c, st)
	case scenario.Recv:
		return p.recv(c, st)
	case scenario.Shutdown:
		err = p.back.Shutdown(c.sock.h, st.How)
	case scenario.Close:
		err = p.back.Close(c.sock.h)
		c.sock.open = false
	case scenario.Wait:
		return "0", p.cursor.HasReturned(p.cursor.Awaited(c.stmt))
	default:
		panic("live: unknown call " + string(st.Verb))
	}
	return result(err), true
}

// bind gives the socket its host's address and the script's port, or a free one
// that stands for it.
func (p *Player) bind(s *sock, port uint16) error {
	real := port
	if !p.opt.FixedPorts {
		real = 0
	}
	if err := p.back.Bind(s.h, netip.AddrPortFrom(p.opt.Addr[s.host], real)); err != nil {
		return err
	}
	s.local = p.back.Local(s.h)
	if port != 0 {
		p.ports[s.local] = wire.Endpoint{Host: s.host, Port: port}
	}
	return nil
}

func (p *Player) listen(s *sock, st *scenario.Stmt) error {
	if !s.local.IsValid() {
		if err := p.bind(s, st.Port); err != nil {
			return err
		}
	}
	backlog := st.Backlog
	if backlog < 0 {
		backlog = 128
	}
	s.listens = true
	err := p.back.Listen(s.h, backlog)
	if err == nil && !s.local.IsValid() {
		s.local = p.back.Local(s.h)
	}
	if local := p.back.Local(s.h); local.IsValid() && local != s.local {
		p.ports[local] = p.ports[s.local]
		s.local = local
	}
	return err
}

func (p *Player) accept(hi int, c *call, st *scenario.Stmt) (string, bool) {
	h, done, err := p.back.Accept(c.sock.h)
	if !done || err != nil {
		return result(err), done
	}
	s := &sock{host: st.Host, name: st.Result, h: h, open: true, local: p.back.Local(h), peer: p.back.Peer(h)}
	p.names[hi][st.Result] = s
	p.socks = append(p.socks, s)
	p.loss.inherited(p.back, s)
	return "0", true
}

func (p *Player) connect(c *call, st *scenario.Stmt) (string, bool) {
	if !c.begun {
		c.begun = true
		if !c.sock.local.IsValid() {
			if err := p.back.BindAddress(c.sock.h, p.opt.Addr[c.sock.host]); err != nil {
				return result(err), true
			}
		}
		c.sock.peer = p.realPeer(st.Peer)
		if err := p.back.Connect(c.sock.h, c.sock.peer); err != nil {
			return result(err), true
		}
		c.sock.local = p.back.Local(c.sock.h)
	}
	done, err := p.back.Connected(c.sock.h)
	if done {
		if local := p.back.Local(c.sock.h); local.IsValid() {
			c.sock.local = local
		}
	}
	return result(err), done
}

// realPeer finds the address behind the script's HOST:PORT. Where nobody
// listens, it is a port that refuses.
func (p *Player) realPeer(peer wire.Endpoint) netip.AddrPort {
	addr := p.opt.Addr[peer.Host]
	for real, end := range p.ports {
		if end == peer {
			return real
		}
	}
	if p.opt.FixedPorts {
		return netip.AddrPortFrom(addr, peer.Port)
	}
	closed := netip.AddrPortFrom(addr, 1) // tcpmux: nobody has listened there for decades
	p.ports[closed] = peer
	return closed
}

func (p *Player) send(c *call, st *scenario.Stmt) (string, bool) {
	data := st.Octets()
	for c.sent < len(data) {
		n, done, err := p.back.Send(c.sock.h, data[c.sent:])
		if err != nil {
			return result(err), true
		}
		if !done {
			return "", false
		}
		c.sent += n
	}
	return strconv.Itoa(c.sent), true
}

func (p *Player) recv(c *call, st *scenario.Stmt) (string, bool) {
	want := st.N
	if want == 0 {
		want = 65536
	}
	for {
		if st.HasText {
			want = len(st.Text) - len(c.got)
		}
		data, done, err := p.back.Recv(c.sock.h, want)
		if err != nil {
			return result(err), true
		}
		if !done {
			return "", false
		}
		if data != "" {
			p.emit(trace.Event{Host: c.sock.host, Kind: trace.Deliver, Conn: c.sock.name, Seg: wire.Segment{Data: data}})
		}
		c.got += data
		if !st.HasText || data == "" || len(c.got) == len(st.Text) {
			return st.RecvResult(c.got), true
		}
	}
}

// sample asks the kernel for the state of every socket and records what has
// changed since the last time.
func (p *Player) sample() {
	for _, s := range p.socks {
		state, ok := p.back.State(s.h, s.open, s.local, s.peer)
		if !ok || state == s.state {
			continue
		}
		p.emit(trace.Event{Host: s.host, Kind: trace.State, Conn: s.name, From: s.state, To: state,
			Src: p.Endpoint(s.local), Dst: p.Endpoint(s.peer), Text: "sampled"})
		s.state = state
	}
}

// Endpoint translates a real address to the script's words.
func (p *Player) Endpoint(a netip.AddrPort) wire.Endpoint {
	if !a.IsValid() {
		return wire.Endpoint{}
	}
	e := wire.Endpoint{Host: a.Addr().String(), Port: a.Port()}
	for name, addr := range p.opt.Addr {
		if addr == a.Addr() {
			e.Host = name
		}
	}
	if end, ok := p.ports[a]; ok {
		return end
	}
	return e
}

// ConnName returns the name in the script of the socket with these two ends.
func (p *Player) ConnName(local, peer netip.AddrPort) string {
	listener := ""
	for _, s := range p.socks {
		if s.local == local && s.peer == peer {
			return s.name
		}
		if s.listens && s.local == local {
			listener = s.name
		}
	}
	return listener
}

// Saw tells the player about a packet that has been recorded, so that a loss
// that the script wants once happens only once. It returns whether the packet
// was kept from its receiver.
func (p *Player) Saw(src, dst netip.AddrPort, seg wire.Segment) bool {
	return p.loss.saw(p.back, p.Endpoint(src).Host, p.Endpoint(dst).Host, seg)
}

// Quiet reports whether everything sent has been acknowledged.
func (p *Player) Quiet() bool {
	for _, s := range p.socks {
		if s.open && !s.listens && !p.back.Quiet(s.h) {
			return false
		}
	}
	return true
}

// Sample records the states once more, at the end of a run.
func (p *Player) Sample() { p.sample() }

// Tidy closes what the script has left open.
func (p *Player) Tidy() {
	for _, s := range p.socks {
		if s.open {
			_ = p.back.Close(s.h)
			s.open = false
		}
	}
}

// errnoOf turns an error of a call into the errno's name.
func errnoOf(err error) wire.Errno {
	if errors.Is(err, context.DeadlineExceeded) {
		return wire.ETIMEDOUT
	}
	return systemErrno(err)
}
