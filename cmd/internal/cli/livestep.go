package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"netlab/cmd/internal/tui"
	"netlab/lessons/course"
	"netlab/lessons/text"
	"netlab/live/lab"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
	"netlab/sim/trace"
)

// A stepping is a run of the real kernel whose packets are let through by hand.
type stepping struct {
	wire                   lab.Wire
	format, output, pcapng string

	a     *app
	words *text.Words
	h     *lab.Session
	talk  io.Writer
	now   *lab.Moment
	told  map[happened]bool
	held  []lab.Held // as they were told
	size  int        // events then
	ended bool       // the run, by itself
	do    *command   // that is not done yet
	lines int        // of the input
	fail  error      // of writing
}

// A happened tells events apart, whatever their place and the name of their socket.
type happened struct {
	t    time.Duration
	kind trace.Kind
	host string
	pkt  int
	stmt int
}

// stepLive lets the learner step the real kernel: on the full screen, or with commands by
// lines.
func (a *app) stepLive(ctx context.Context, s *scenario.Script, st *stepping) error {
	screen := a.frontEnd() == frontTUI && st.format == "text"
	if screen {
		if err := a.checkTerminal(); err != nil {
			return err
		}
	}
	h, err := lab.Step(ctx, s, st.wire)
	if err != nil {
		return err
	}
	defer h.Close()
	st.a, st.h, st.words, st.talk, st.told = a, h, text.For(a.language()), a.out, map[happened]bool{}
	st.now = &lab.Moment{Trace: &trace.Trace{}}
	if screen {
		bare, err := course.Bare(s, tcp.Linux, st.wire.Seed, a.language())
		if err != nil {
			return &exitError{exitInternal, err, ""}
		}
		err = tui.RunWire(ctx, bare, s, h, tui.Options{In: a.in, Out: a.out, Unicode: a.unicode(), Color: a.color, Theme: a.theme, Getenv: a.getenv})
		if err != nil || st.output == "" && st.pcapng == "" {
			return err
		}
		return st.save()
	}
	if st.format != "text" && st.format != "json" && st.output == "" { // standard output is for the result
		st.talk = a.err
	}
	if err := st.dialogue(ctx); err != nil {
		return err
	}
	return st.save()
}

// save ends the run and writes what it has shown, where that was asked for.
func (st *stepping) save() error {
	res, err := st.h.Stop()
	if err != nil {
		return err
	}
	if st.size > 0 && st.format == "text" { // what the last moments have brought
		st.now = &lab.Moment{Trace: res.Trace, Now: st.now.Now}
		if st.tell(); st.fail != nil {
			return st.fail
		}
	}
	if st.output != "" || st.format != "text" {
		if err := st.a.writeOut(st.output, func(w writer) error { return st.a.writeTrace(w, res.Trace, st.format, res.Frames) }); err != nil {
			return err
		}
	}
	return st.a.savePackets(st.pcapng, res)
}

// A next is what a run says next.
type next struct {
	m   *lab.Moment
	err error
}

// listen passes on what the run says, until it has ended.
func (st *stepping) listen(ctx context.Context) <-chan next {
	all := make(chan next)
	go func() {
		for {
			m, err := st.h.Next(ctx)
			select {
			case all <- next{m, err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return all
}

// dialogue obeys commands, one after the other, until quit, the end of the run, or the end of
// the input with a packet held that nobody will let through.
func (st *stepping) dialogue(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	news, input := st.listen(ctx), st.a.readLines()
	if st.interactive() {
		st.say(st.words.T("wire_commands"))
	}
	for st.fail == nil {
		if st.do != nil {
			if done, err := st.obey(); err != nil || done && st.do.verb == "quit" {
				return err
			} else if done {
				st.do = nil
				continue
			}
		}
		if st.ended || input == nil && st.do == nil && len(st.now.Held) > 0 {
			return nil
		}
		lines := input
		if st.do != nil { // one after the other
			lines = nil
		}
		select {
		case n := <-news:
			if err := st.hear(n); err != nil {
				return err
			}
		case line, ok := <-lines:
			if !ok {
				input = nil
			} else if err := st.read(line); err != nil {
				return err
			}
		case <-st.do.clock():
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return st.fail
}

// interactive reports whether somebody types the commands: a mistake is told and forgiven.
func (st *stepping) interactive() bool {
	f, ok := st.a.in.(*os.File)
	return ok && isTerminal(f)
}

// hear takes what the run says, and tells what is new.
func (st *stepping) hear(n next) error {
	switch {
	case errors.Is(n.err, io.EOF):
		st.ended = true
	case n.err != nil:
		return n.err
	default:
		st.now = n.m
		st.tell()
	}
	return nil
}

// tell says what has happened since it last spoke, and what is held now.
func (st *stepping) tell() {
	t := st.now.Trace
	changed := !slices.EqualFunc(st.held, st.now.Held, func(a, b lab.Held) bool { return a.Packet == b.Packet && a.Copy == b.Copy })
	if st.format == "json" {
		if changed || len(t.Events) != st.size {
			st.tellJSON()
		}
		st.held, st.size = st.now.Held, len(t.Events)
		return
	}
	for i := range t.Events {
		e := &t.Events[i]
		key := happened{e.T, e.Kind, e.Host, e.Pkt, e.Stmt}
		if e.Kind == trace.Set || st.told[key] {
			continue
		}
		st.told[key] = true
		s := fmt.Sprintf("%10sms  %s", trace.Ms(e.T), st.words.Event(e))
		if again := tui.AgainText(st.words, t, e); again != "" {
			s += "  - " + again
		}
		st.say(s)
	}
	if changed && len(st.now.Held) > 0 {
		for _, h := range st.now.Held {
			st.say(st.words.T("wire_holds") + "  " + tui.HeldText(st.words, st.now, h, (*trace.Event).Label))
		}
		for _, v := range t.Views(0, len(t.Events)) {
			st.say(strings.TrimRight(fmt.Sprintf("%s  %s %s  %s  %s", st.words.T("wire_kernel"), v.Host, v.Conn, v.State, tui.KernelText(st.words, &v, st.now.Now)), " "))
		}
	}
	st.held, st.size = st.now.Held, len(t.Events)
}

// The form of a moment as JSON, a contract as that of events is: add, do not rename.
type (
	momentJSON struct {
		Type    string        `json:"type"` // moment
		Now     time.Duration `json:"t_ns"`
		Events  int           `json:"events"` // of the trace, until now
		Held    []heldJSON    `json:"held"`   // in the order in which they would have arrived
		Sockets []socketJSON  `json:"sockets"`
	}
	heldJSON struct {
		N       int           `json:"n"`
		From    string        `json:"from"`
		To      string        `json:"to"`
		Packet  string        `json:"packet"`
		Since   time.Duration `json:"since_ns"`
		Copy    bool          `json:"copy,omitempty"`
		Again   bool          `json:"again,omitempty"`
		AgainOf int           `json:"again_of,omitempty"` // the packet that it repeats
		Because string        `json:"because,omitempty"`
	}
	socketJSON struct {
		Host  string           `json:"host"`
		Conn  string           `json:"conn"`
		State string           `json:"state"`
		Vars  map[string]int64 `json:"vars"` // as in events
	}
)

// tellJSON writes the moment as one object: what is held, and what the kernel says of its
// sockets.
func (st *stepping) tellJSON() {
	t := st.now.Trace
	m := momentJSON{Type: "moment", Now: st.now.Now, Events: len(t.Events), Held: []heldJSON{}, Sockets: []socketJSON{}}
	for _, h := range st.now.Held {
		row := heldJSON{N: h.N, To: h.To, Since: h.Since, Copy: h.Copy}
		if e := st.now.Sent(h.Packet); e != nil {
			row.From, row.Packet = e.Src.Host, e.Packet()
			if first := t.At(e.Cause); e.Again && first != nil {
				row.Again, row.AgainOf, row.Because = true, first.Pkt, e.CauseBy
			}
		}
		m.Held = append(m.Held, row)
	}
	for _, v := range t.Views(0, len(t.Events)) {
		row := socketJSON{Host: v.Host, Conn: v.Conn, State: v.State.String(), Vars: map[string]int64{}}
		for id := range trace.Vars {
			if v.Known[id] {
				row.Vars[id.String()] = v.Value[id]
			}
		}
		m.Sockets = append(m.Sockets, row)
	}
	enc := json.NewEncoder(st.talk)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m); err != nil && st.fail == nil {
		st.fail = err
	}
}

func (st *stepping) say(s string) {
	if _, err := fmt.Fprintln(st.talk, s); err != nil && st.fail == nil {
		st.fail = err
	}
}
