package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"netlab/sim/scenario"
	"netlab/sim/trace"
)

// A Packet names a packet that is held on the wire: by its number, and by the host that it
// is for.
type Packet struct {
	N  int    `json:"n"`
	To string `json:"to"`
}

// A Held is a packet that waits to be let through.
type Held struct {
	Packet
	Copy  bool          `json:"copy,omitempty"`     // one more of a packet that was held already
	Since time.Duration `json:"since_ns,omitempty"` // from when on, in the trace's time
}

// moment is what is held after so many events.
type moment struct {
	Events int           `json:"events"`
	Held   []Held        `json:"held,omitempty"`
	Now    time.Duration `json:"now_ns"`
	Over   bool          `json:"over,omitempty"`
}

// A Moment is what a stepped run has shown so far.
type Moment struct {
	Trace *trace.Trace // the record; never changed afterwards
	Held  []Held       // in the order in which the packets would have arrived
	Now   time.Duration
	Over  bool // the run has ended by itself
}

// Sent returns the event with which a held packet was sent.
func (m *Moment) Sent(p Packet) *trace.Event {
	for i := range m.Trace.Events {
		if e := &m.Trace.Events[i]; e.Kind == trace.Send && e.Pkt == p.N {
			return e
		}
	}
	return nil
}

// A Session is a run of the real kernel whose packets are held on the wire, after they have
// travelled as long as the script says, until they are let through one by one. While one is
// held the script's clock stands still; the kernel's goes on, and what it sends meanwhile
// is held as well. Its methods may be called from any goroutine.
type Session struct {
	cancel  context.CancelFunc
	moments chan *Moment
	started chan struct{} // closed with the first moment, or at the end
	done    chan struct{} // closed at the end
	res     *Result       // known at the end
	err     error

	mu      sync.Mutex
	in      io.Writer // to the child
	stopped bool
	once    sync.Once
}

// ErrOver says that the run has ended: nothing is held any more.
var ErrOver = errors.New("the run is over")

// Step begins a run between namespaces, as [RunWire] does, whose packets are let through
// by hand; a w with models or a time to watch is refused. Whoever begins it must end it
// with [Session.Close]; it ends with the context too. A script that cannot be played so
// gives a [*CannotError], a machine that refuses a [*RefusedError].
func Step(ctx context.Context, s *scenario.Script, w Wire) (*Session, error) {
	if err := CanWire(s); err != nil {
		return nil, err
	}
	if len(w.Models) > 0 || w.Watch > 0 {
		return nil, errors.New("lab: only kernels are stepped, and to the end")
	}
	if w.Program != nil {
		if err := CanProgram(s, w.Program.Host); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	h := &Session{cancel: cancel, moments: make(chan *Moment, 1), started: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer cancel()
		h.res, h.err = runPrivate(ctx, s, request{Wire: true, Step: true, Seed: w.Seed, Program: w.Program, session: h})
		h.once.Do(func() { close(h.started) })
		close(h.moments)
		close(h.done)
	}()
	<-h.started // talking to the child has a deadline
	select {
	case <-h.done:
		if h.err != nil {
			return nil, h.err
		}
	default:
	}
	return h, nil
}

// Next waits for the newest moment that was not returned before. At the end of the run it
// returns [io.EOF], or what went wrong.
func (h *Session) Next(ctx context.Context) (*Moment, error) {
	select {
	case m, ok := <-h.moments:
		if ok {
			return m, nil
		}
		<-h.done
		if h.err != nil {
			return nil, h.err
		}
		return nil, io.EOF
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Release lets a held packet through: it reaches its receiver at once. Release, Drop and
// Duplicate return [ErrOver] when the run has ended; what is not held is left alone.
func (h *Session) Release(p Packet) error { return h.command(message{Type: "release", Packet: &p}) }

// Drop loses a held packet.
func (h *Session) Drop(p Packet) error { return h.command(message{Type: "drop", Packet: &p}) }

// Duplicate holds one more copy of a held packet.
func (h *Session) Duplicate(p Packet) error { return h.command(message{Type: "duplicate", Packet: &p}) }

// Stop ends the run where it stands, and returns what it has shown.
func (h *Session) Stop() (*Result, error) {
	h.mu.Lock()
	h.stopped = true
	h.mu.Unlock()
	if h.command(message{Type: "stop"}) != nil {
		h.cancel()
	}
	select {
	case <-h.done:
	case <-time.After(stopsWithin):
		h.cancel()
		<-h.done
	}
	return h.res, h.err
}

// stopsWithin is how long a child may take to report after it was stopped.
const stopsWithin = 2 * time.Second

// Close ends the run at once, with its child; it returns when nothing of it is left.
func (h *Session) Close() {
	h.cancel()
	<-h.done
}

func (h *Session) command(m message) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.in == nil {
		return ErrOver
	}
	select {
	case <-h.done:
		return ErrOver
	default:
	}
	if err := writeMessage(h.in, m); err != nil {
		return ErrOver
	}
	return nil
}

// listen takes the way down to the child; a run that is not stepped has no session.
func (h *Session) listen(in io.Writer) {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.in = in
}

// hasStopped reports whether the run was told to stop.
func (h *Session) hasStopped() bool {
	if h == nil {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.stopped
}

// show passes on a moment; one that nobody has seen gives way to the newer one.
func (h *Session) show(m *Moment) {
	select {
	case <-h.moments:
	default:
	}
	h.moments <- m // there is room: nobody else puts anything in
	h.once.Do(func() { close(h.started) })
}

// place puts the event that was added last where the child says that it belongs: it is new, or
// told anew.
func (m *merger) place(at int) {
	if last := len(m.events) - 1; at < last {
		m.events[at] = m.events[last]
		m.events = m.events[:last]
	}
}

// moment makes a trace of what was told so far.
func (m *merger) moment(now *moment) *Moment {
	m.events = m.events[:min(now.Events, len(m.events))]
	t := m.trace(slices.Clone(m.events), now.Now)
	t.Notes = []string{Describe(LevelWire), steppedNote}
	return &Moment{Trace: t, Held: now.Held, Now: now.Now, Over: now.Over}
}

// steppedNote says in a trace what its times mean.
const steppedNote = "stepped: packets were held until they were let through by hand, so the times are those of a slow person's network"

// String writes the packet for people: #3 to B.
func (p Packet) String() string { return fmt.Sprintf("#%d to %s", p.N, p.To) }
