package live

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"netlab/sim/scenario"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// ErrNotSimultaneous says that calls at the same moment were not simultaneous enough:
// what one sent reached the other before that had sent its own.
var ErrNotSimultaneous = errors.New("live: the calls were not simultaneous")

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
	// Ahead is how far the script's clock is ahead at the start: so that a second try
	// need not wait as long for a set time as the first.
	Ahead time.Duration
	// Together, if set, is called just before calls at the same moment. It returns
	// how long the player shall then watch the sockets' states, because what was sent
	// takes its time.
	Together func() time.Duration
	// Skew is how much later the first of several calls at the same moment is made
	// than the others, in case one processor is always the quicker one.
	Skew time.Duration
	// Crossed, if set, says after calls at the same moment whether what they sent
	// crossed; if not, Play ends with [ErrNotSimultaneous].
	Crossed func(since time.Time) bool
	// Program is the host that a real program plays; the script's statements of that
	// host are not played. Launch starts the program in the place of statement LaunchAt. It
	// returns when a program that should serve does, with its port and the script's port for
	// which that stands; or 0. Without Wire all hosts then have one address.
	Program  string
	LaunchAt int
	Launch   func() (port, as uint16, err error)
	// Type gives the program a text on its standard input.
	Type func(text string)
	// Enough, if set, ends the run after a call that has returned what the script does not
	// expect: what follows would only tell the same again, slowly.
	Enough bool
	// Settle, if set, returns when every packet sent so far has been recorded.
	Settle func()
	// Wire says that a network of our own carries the packets: it loses what the script
	// loses, and no filter has to.
	Wire bool
	// Turn, if set, is called again and again between two calls, on the goroutine that
	// makes them, at least every 10 ms: what it does is alone with the player.
	Turn func()
	// Stood, if set, is how long the script's clock has stood still so far: set times and
	// the calls' deadlines wait as long.
	Stood func() time.Duration
	// ModelPorts gives sockets that connect the ports that the model gives them: a puppet, or
	// an old segment, names them.
	ModelPorts bool
	// Puppet sends what a statement of a puppet makes up; nil: the script has none.
	Puppet func(st *scenario.Stmt)
	// Remote are the hosts that something else plays than this machine's kernel.
	Remote map[string]Remote
	// Story returns all events so far, calls and packets, in the order in which they became
	// known; it only grows. Then lines are held against it; nil: the script has none.
	Story func() []trace.Event
}

// A Remote plays the statements of a host, and tells of them itself.
type Remote interface {
	Start(stmt int)         // does not wait
	Returned(stmt int) bool // at some time it does, if only because its patience ends
}

// turnEvery is how often a player with a Turn looks up.
const turnEvery = 10 * time.Millisecond

// A Player plays one script once.
type Player struct {
	script *scenario.Script
	opt    Options
	back   Backend
	start  time.Time
	cursor scenario.Cursor
	waits  scenario.Waits
	names  []map[string]*sock // by host: the program's variables
	socks  []*sock
	calls  []*call
	ports  map[netip.AddrPort]wire.Endpoint // real ends to the script's
	loss   *losses

	failed   bool          // a call has returned what the script does not expect
	late     time.Duration // see Late
	starting time.Duration // how long the program that plays a host took to start
	emitting sync.Mutex
	looking  sync.Mutex // a state is asked for and its time noted without anybody in between
}

// A sock is one socket of a program.
type sock struct {
	host        string
	name        string
	h           Handle
	open        bool
	local, peer netip.AddrPort
	state       wire.State
	lived       bool // it was a connection
	over        bool // its ends belong to another one
	lingers     bool // close() waits for the end
	listens     bool
	listener    string // whose child it is, by accept
	proto       wire.Proto
	nonBlock    bool // O_NONBLOCK: a call that would wait returns EAGAIN
	bound       bool // to its host's address, without a port of its own
	group       bool // hears a group: bound to no address of its host
}

// A call is a call that has not returned.
type call struct {
	stmt     int
	sock     *sock
	remote   Remote     // plays it
	closing  chan error // a close() that lingers
	deadline time.Time
	begun    bool
	sent     int
	got      string
}

// Play plays the script to its end, or until the context is done. Whatever
// happens, Emit has been called for everything that happened before. The player
// is handed to ready before the first statement.
func Play(ctx context.Context, s *scenario.Script, opt Options, ready func(*Player)) (*Player, error) {
	p := &Player{script: s, opt: opt, back: opt.Backend, start: time.Now().Add(-opt.Ahead), cursor: scenario.NewCursor(s), waits: scenario.NewWaits(s), ports: map[netip.AddrPort]wire.Endpoint{}}
	for range s.Hosts {
		p.names = append(p.names, map[string]*sock{})
	}
	if p.loss = newLosses(s.Faults, opt.Addr); opt.Wire {
		p.loss = newLosses(nil, nil)
	}
	ready(p)
	due := time.Duration(-1) // the set time that is waited for
	for !p.cursor.Done() && !(p.opt.Enough && p.failed) {
		if err := ctx.Err(); err != nil {
			return p, fmt.Errorf("live: stopped: %w", err)
		}
		p.turn()
		if i, ok := p.cursor.Next(p.scriptTime()); ok {
			if st := &p.script.Stmts[i]; st.HasAt && st.At == due {
				p.late = max(p.late, p.scriptTime()-st.At)
			}
			if group := p.simultaneous(i); len(group) > 1 {
				if began := p.together(group); p.opt.Crossed != nil && !p.opt.Crossed(began) {
					return p, ErrNotSimultaneous
				}
			} else if err := p.begin(i); err != nil {
				return p, err
			}
			continue
		}
		if p.opt.Settle != nil && p.loss.active() {
			p.opt.Settle()
		}
		wake := p.Now().Add(time.Hour)
		if p.opt.Turn != nil {
			wake = p.Now().Add(turnEvery)
		}
		if at, ok := p.cursor.NextAt(); ok {
			due = at
			wake = earlier(wake, p.start.Add(at))
		}
		handles := make([]Interest, 0, len(p.calls))
		for _, c := range p.calls {
			if c.closing != nil {
				wake = earlier(wake, time.Now().Add(looksEvery))
			}
			if c.remote == nil {
				wake = earlier(wake, c.deadline)
			}
			if want, ok := p.interest(c); ok {
				handles = append(handles, want)
			}
		}
		if p.waits.Any() || len(p.opt.Remote) > 0 {
			wake = earlier(wake, p.Now().Add(looksEvery))
		}
		if err := p.back.Wait(ctx, handles, wake.Sub(p.Now())); err != nil {
			return p, fmt.Errorf("live: wait: %w", err)
		}
		p.retry()
	}
	return p, nil
}

// turn lets others speak between two calls.
func (p *Player) turn() {
	if p.opt.Turn != nil {
		p.opt.Turn()
	}
}

// ErrNotLost says that a packet that the script loses could not be lost: it came before its
// filter was there, or a kernel, which cuts its segments its own way, never sent it.
var ErrNotLost = errors.New("live: a packet to lose never came, or came too close behind the one before it")

// Missed returns [ErrNotLost] if it came to that.
func (p *Player) Missed() error {
	if p.loss.missed || p.loss.never() {
		return ErrNotLost
	}
	return nil
}

func (p *Player) emit(e trace.Event) {
	p.emitting.Lock() // a program that plays a host speaks whenever it likes
	defer p.emitting.Unlock()
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
func (p *Player) begin(i int) error {
	st := &p.script.Stmts[i]
	p.cursor.Start(i)
	if p.opt.Program != "" && st.Host == p.opt.Program {
		p.cursor.Return(i)
		if st.Verb == scenario.Type && p.opt.Type != nil {
			p.Say(st.Host, "is typed "+strconv.Quote(st.Text))
			p.opt.Type(st.Text)
		}
		return p.launch(i)
	}
	if st.Verb == scenario.Then {
		p.beginThen(i)
		p.retry()
		return nil
	}
	p.waits.Mark(len(p.story()))
	p.renewLosses()
	if st.HasAt && p.scriptTime() > st.At+lateAfter {
		p.emit(trace.Event{Host: st.Host, Kind: trace.Note, Stmt: i + 1,
			Text: "late: due at " + trace.Ms(st.At) + "ms, but the call before it had not returned"})
	}
	if p.script.Host(st.Host).Puppet {
		p.puppetSends(i)
		p.retry()
		return nil
	}
	c := &call{stmt: i, deadline: p.Now().Add(st.Deadline()), remote: p.opt.Remote[st.Host]}
	if c.remote != nil {
		c.remote.Start(i)
		p.calls = append(p.calls, c)
		p.retry()
		return nil
	}
	if st.Verb == scenario.Wait {
		p.calls = append(p.calls, c)
		p.retry()
		return nil
	}
	p.sample()
	p.emitCall(i)
	if st.Sock != "" {
		if c.sock = p.names[p.hostIndex(st.Host)][st.Sock]; c.sock == nil {
			p.finish(c, string(wire.EBADF))
			return nil
		}
	}
	if result, done := p.try(c); done {
		p.finish(c, result)
	} else {
		p.calls = append(p.calls, c)
	}
	p.retry()
	return nil
}

// renewLosses sets the filters anew before a call: a loss that is over must be over, and
// one that is still due must not end too soon.
func (p *Player) renewLosses() {
	if p.opt.Settle != nil && p.loss.active() {
		p.opt.Settle()
		p.loss.refresh(p.back)
	}
}

// launch starts the program that plays a host, in the place of the statement that was chosen
// for that: one that serves has a port from then on, which stands for the script's.
func (p *Player) launch(i int) error {
	if i != p.opt.LaunchAt {
		return nil
	}
	before := time.Now()
	port, as, err := p.opt.Launch()
	p.starting = time.Since(before) // the script's clock has stood still
	if err == nil && port != 0 {
		p.ports[netip.AddrPortFrom(p.opt.Addr[p.opt.Program], port)] = wire.Endpoint{Host: p.opt.Program, Port: as}
	}
	return err
}

// Say records what a program that plays a host has said or done.
func (p *Player) Say(host, text string) {
	p.emit(trace.Event{Host: host, Kind: trace.Note, Text: text})
}

// emitCall records that statement i is called.
func (p *Player) emitCall(i int) {
	st := &p.script.Stmts[i]
	conn := st.Sock
	args := st.ShortArgs()
	if st.Result != "" {
		args = strings.TrimSpace(args + " as " + st.Result)
	}
	if conn == "" {
		conn = st.Result
	}
	p.emit(trace.Event{Host: st.Host, Kind: trace.Call, Stmt: i + 1, Call: string(st.Verb), Args: args, Conn: conn})
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
	p.failed = p.failed || p.script.Unexpected(c.stmt, result)
	p.emit(trace.Event{Host: st.Host, Kind: trace.Return, Stmt: c.stmt + 1, Call: string(st.Verb), Conn: conn,
		Result: result, Text: wire.Errno(result).Text()})
	p.sample()
}

// retry gives every call that waits another try.
func (p *Player) retry() {
	defer p.checkThens()
	for k := 0; k < len(p.calls); {
		c := p.calls[k]
		if p.script.Stmts[c.stmt].Verb == scenario.Then || c.remote != nil && !c.remote.Returned(c.stmt) {
			k++
			continue
		}
		if c.remote != nil {
			p.cursor.Return(c.stmt)
			p.calls = append(p.calls[:k], p.calls[k+1:]...)
			k = 0
			continue
		}
		result, done := p.try(c)
		if !done && p.Now().After(c.deadline) {
			result, done = string(wire.ETIMEDOUT), true
			if p.script.Stmts[c.stmt].Verb == scenario.Poll { // poll() tells nothing
				result = "0"
			}
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
