package compare

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"netlab/sim/trace"
	"netlab/sim/wire"
)

// calls compares the result of every call of the script.
func (c *comparison) calls() {
	returns := func(t *trace.Trace) map[int]*trace.Event {
		m := map[int]*trace.Event{}
		for i := range t.Events {
			if e := &t.Events[i]; e.Kind == trace.Return {
				m[e.Stmt] = e
			}
		}
		return m
	}
	m, l := returns(c.model.t), returns(c.live.t)
	for i := range c.model.t.Events {
		call := &c.model.t.Events[i]
		if call.Kind != trace.Call || call.Call == segmentCall || call.Call == datagramCall { // what a puppet sends is compared as a packet
			continue
		}
		c.pair++
		row := Row{What: strings.TrimSpace(call.Host + " " + call.Call + " " + call.Args), Field: "result", Model: noReturn, Live: noReturn, Verdict: Differs, Main: true}
		if e := m[call.Stmt]; e != nil {
			row.Model, row.ModelEvent = e.Result, e.N
		}
		if e := l[call.Stmt]; e != nil {
			row.Live, row.LiveEvent = e.Result, e.N
		}
		switch {
		case row.Model == row.Live:
			row.Verdict = Same
		case call.Call == "recv" && c.sameReads(call, row.Model, row.Live):
			row.Verdict, row.Why = Explained, ExpSplit
		case c.opt.Buffers && transfers(call.Call) && isAmount(row.Model) && isAmount(row.Live):
			row.Verdict, row.Why = Explained, ExpBuffers
		}
		c.add(row)
	}
	c.thens()
}

// The calls of a puppet.
const segmentCall, datagramCall = "segment", "datagram"

// thens compares how the then lines have ended; those that end alike need no row.
func (c *comparison) thens() {
	ends := func(t *trace.Trace) map[int]*trace.Event {
		m := map[int]*trace.Event{}
		for i := range t.Events {
			if e := &t.Events[i]; e.Kind == trace.Note && e.Call == scenarioThen {
				m[e.Stmt] = e
			}
		}
		return m
	}
	m, l := ends(c.model.t), ends(c.live.t)
	for _, stmt := range slices.Sorted(maps.Keys(m)) {
		model, live := m[stmt], l[stmt]
		if live == nil || (model.Result == thenOK) == (live.Result == thenOK) {
			continue
		}
		row := Row{What: "then " + model.Args, Field: "result", Model: model.Result, Live: live.Result, ModelEvent: model.N, LiveEvent: live.N, Verdict: Differs, Main: true}
		if c.opt.Buffers {
			row.Verdict, row.Why = Explained, ExpBuffers
		}
		c.pair++
		c.add(row)
	}
}

// What a player's note about a then line says; see package scenario, which this one may
// not import.
const scenarioThen, thenOK = "then", "ok"

// sameReads reports whether two results of a read differ only in how much was there
// to be read at that moment: the octets that travel to the host are the same, and
// either both reads got some, or all reads of that socket together got as many.
func (c *comparison) sameReads(call *trace.Event, model, live string) bool {
	if !isAmount(model) || !isAmount(live) || model == "0" || live == "0" {
		return false
	}
	for _, dir := range directions(c.model.segs, c.live.segs) {
		if strings.HasSuffix(dir, ">"+call.Host) && !c.sameStream(dir) {
			return false
		}
	}
	_, err1 := strconv.Atoi(model)
	_, err2 := strconv.Atoi(live)
	return err1 == nil && err2 == nil || readsOf(c.model.t, call) == readsOf(c.live.t, call)
}

// readsOf adds up what all reads of a call's socket returned.
func readsOf(t *trace.Trace, call *trace.Event) (sum int) {
	for i := range t.Events {
		if e := &t.Events[i]; e.Kind == trace.Return && e.Call == "recv" && e.Host == call.Host && e.Conn == call.Conn {
			n, _ := strconv.Atoi(e.Result)
			sum += n
		}
	}
	return sum
}

// transfers reports whether a call moves octets.
func transfers(call string) bool {
	return slices.Contains([]string{"send", "recv", "sendto", "recvfrom"}, call)
}

// isAmount reports whether a result says how much was moved, or that nothing could be.
func isAmount(result string) bool {
	if result == string(wire.EAGAIN) || result == string(wire.ETIMEDOUT) {
		return true
	}
	_, err := strconv.Atoi(result)
	return err == nil
}

// A path is the states that one socket went through.
type path struct {
	host, conn string
	states     []wire.State
	last       int // event
}

// paths reads the states of every socket; a child counts under the name that
// accept gave it.
func paths(t *trace.Trace) []path {
	var all []path
	find := func(host, conn string) int {
		return slices.IndexFunc(all, func(p path) bool { return p.host == host && p.conn == conn })
	}
	for i := range t.Events {
		e := &t.Events[i]
		switch {
		case e.Kind == trace.State:
			k := find(e.Host, e.Conn)
			if k < 0 {
				all = append(all, path{host: e.Host, conn: e.Conn, states: []wire.State{e.From}})
				k = len(all) - 1
			}
			all[k].states = append(all[k].states, e.To)
			all[k].last = e.N
		case e.Kind == trace.Note && e.Call == "rename":
			if k := find(e.Host, e.Args); k >= 0 {
				all[k].conn = e.Conn
			}
		}
	}
	return all
}

// states compares, for each socket that the program can name, the states that
// were seen. What the kernel shows is a sample: states that it passed between
// two looks are not comparable; a state that the model does not pass differs.
func (c *comparison) states() {
	if c.opt.NoStates {
		c.pair++
		c.add(Row{What: "states", Field: "states", Model: "-", Live: "?", Verdict: NotComparable, Why: ExpNoStates, Main: true})
		return
	}
	live := paths(c.live.t)
	seen := make([]bool, len(live))
	for _, m := range paths(c.model.t) {
		k := slices.IndexFunc(live, func(p path) bool { return p.host == m.host && p.conn == m.conn })
		if k < 0 {
			if strings.Contains(m.conn, ".") { // a child that no program ever held
				continue
			}
			c.pair++
			c.add(Row{What: m.host + " " + m.conn, Field: "states", Model: join(m.states), Live: neverSeen, Verdict: NotComparable, Why: ExpPassed, Main: true, ModelEvent: m.last})
			continue
		}
		seen[k] = true
		c.comparePaths(m, live[k])
	}
	for k, l := range live {
		if !seen[k] { // a socket that the model does not have
			c.pair++
			c.add(Row{What: l.host + " " + l.conn, Field: "states", Model: none, Live: join(l.states[1:]), Verdict: Differs, Main: true, LiveEvent: l.last})
		}
	}
}

func (c *comparison) comparePaths(m, l path) {
	c.pair++
	seen := l.states[1:] // the first is what a socket is before anybody looks
	row := Row{What: m.host + " " + m.conn, Field: "states", Model: join(m.states[1:]), Live: join(seen), Verdict: Same, Main: true, ModelEvent: m.last, LiveEvent: l.last}
	rest := slices.Clone(m.states[1:])
	if n := len(rest); n > 1 && rest[n-1] == wire.StateListen { // what RFC 9293 calls going back to LISTEN is the end of a child
		rest[n-1] = wire.StateClosed
	}
	var passed []wire.State
	for _, s := range seen {
		k := slices.Index(rest, s)
		if k < 0 {
			row.Verdict = Differs
			break
		}
		passed = append(passed, rest[:k]...)
		rest = rest[k+1:]
	}
	if row.Verdict == Same && len(rest) > 0 {
		row.Verdict, row.Why = c.unfinished(rest, m)
	}
	c.add(row)
	if row.Verdict != Differs && len(passed) > 0 {
		c.add(Row{What: row.What, Field: "passed", Model: join(passed), Live: notSampled, Verdict: NotComparable, Why: ExpPassed, Main: true, ModelEvent: m.last})
	}
}

// unfinished judges a path that the samples do not follow to its end: the model
// may run on through TIME-WAIT, which a live run does not wait for.
func (c *comparison) unfinished(rest []wire.State, m path) (Verdict, *Explanation) {
	over := c.model.t.At(m.last)
	if len(rest) == 1 && over.T > c.live.t.Ended && c.live.t.Ended > 0 {
		return Explained, ExpOver
	}
	if len(rest) != 1 || rest[0] != wire.StateClosed || over.Rule == nil {
		return Differs, nil
	}
	switch over.Rule.ID {
	case "time-wait-over":
		return Same, nil
	case "give-up", "fin-wait-2-over": // minutes after the last call
		return Explained, ExpTimer
	default:
		return Differs, nil
	}
}

func join(states []wire.State) string {
	var names []string
	for _, s := range states {
		names = append(names, s.String())
	}
	return strings.Join(names, " ")
}
