package grade

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"netlab/lessons/grade/assignment"
	"netlab/lessons/grade/result"
	"netlab/lessons/text"
	"netlab/live/lab"
	"netlab/sim/scenario"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// An evidence is one run of a check, being judged: what netlab's own sockets saw, the packets,
// and the states of the kernel's sockets.
type evidence struct {
	res    *lab.Result
	script *scenario.Script
	spec   *assignment.Check
	host   string // the student's
	server bool
	lang   string

	few   int // octets that came, where a number of them was asked for and only that is said
	event int // N of the event that shows what went wrong; 0: none does
}

// judge writes the verdict into the check, and why.
func (e *evidence) judge(c *result.Check) {
	c.Verdict = result.Fail
	end := e.res.Program
	switch {
	case end != nil && end.Failed != "":
		e.neverServed(c)
	case e.wrongCall(c):
	case e.res.Over:
		c.Rationale = say(e.lang, "over")
	case e.wrongExpect(c):
	case stopped(e.res) != "":
		c.Rationale = say(e.lang, "was-stopped")
	default:
		c.Verdict = result.Pass
		return
	}
	e.causes(c)
	e.show(c)
}

// neverServed explains a program that played no part.
func (e *evidence) neverServed(c *result.Check) {
	end := e.res.Program
	switch {
	case end.Error != "":
		c.Rationale = say(e.lang, "not-started", end.Error)
	case end.Port != 0:
		c.Rationale = say(e.lang, "other-port", strconv.Itoa(int(end.Port)))
	case e.server && end.Running:
		c.Rationale = say(e.lang, "not-serving")
	case e.server:
		c.Rationale = say(e.lang, "ended-before", ending(e.lang, &end.Report))
	default:
		c.Rationale = end.Failed
	}
	c.Output = tail(string(end.Output), 2000)
}

// wrongCall looks for the first call of netlab's own hosts that did not return what the script
// says.
func (e *evidence) wrongCall(c *result.Check) bool {
	events := e.res.Trace.Events
	for i := range events {
		ev := &events[i]
		if ev.Kind == trace.Return && ev.Host != e.host && e.script.Unexpected(ev.Stmt-1, ev.Result) {
			ev = e.short(ev)
			e.event = ev.N
			e.explainCall(c, &e.script.Stmts[ev.Stmt-1], ev)
			return true
		}
	}
	return false
}

// short is the call before a wrong one that read fewer octets than it asked for, because the stream
// ended; it returned no error, but what comes behind it is only its consequence. Without such a
// call it is the wrong one itself.
func (e *evidence) short(wrong *trace.Event) *trace.Event {
	at := &e.script.Stmts[wrong.Stmt-1]
	for i := range e.res.Trace.Events {
		ev := &e.res.Trace.Events[i]
		if ev.N == wrong.N {
			break
		}
		if ev.Kind != trace.Return || ev.Host != wrong.Host || ev.Stmt == 0 {
			continue
		}
		st := &e.script.Stmts[ev.Stmt-1]
		if n, err := strconv.Atoi(ev.Result); err == nil && st.Sock == at.Sock && st.Verb == scenario.Recv && st.All && n < st.N {
			return ev
		}
	}
	return wrong
}

// explainCall says what a call shows.
func (e *evidence) explainCall(c *result.Check, st *scenario.Stmt, ret *trace.Event) {
	got := e.received(st, ret)
	within := st.Deadline().String()
	switch st.Verb {
	case scenario.Recv, scenario.RecvFrom:
		e.explainRecv(c, st, ret, got, within)
	case scenario.Connect:
		key := map[string]string{"ECONNREFUSED": "connect-refused", "ETIMEDOUT": "connect-silent", "ECONNRESET": "connect-reset"}[ret.Result]
		c.Rationale = say(e.lang, either(key, "call-fails"), st.Host, string(st.Verb), ret.Result)
	case scenario.Accept:
		c.Rationale = say(e.lang, "no-client", within)
	default:
		key := map[string]string{"EPIPE": "send-gone", "ECONNRESET": "send-gone"}[ret.Result]
		c.Rationale = say(e.lang, either(key, "call-fails"), st.Host, string(st.Verb), ret.Result)
	}
}

func either(key, other string) string {
	if key == "" {
		return other
	}
	return key
}

// explainRecv says what a call that reads shows.
func (e *evidence) explainRecv(c *result.Check, st *scenario.Stmt, ret *trace.Event, got, within string) {
	c.Expected, c.Actual = st.Text, got
	if st.HasText {
		c.Rationale = say(e.lang, e.readProblem(st, ret, got), st.Host, within, strconv.Itoa(len(got)), strconv.Itoa(len(st.Text)))
		return
	}
	if st.N > 0 { // what octets they are does not matter, only how many
		e.few = len(got)
		c.Expected, c.Actual = "", ""
		c.Rationale = say(e.lang, e.countProblem(st, ret, got), st.Host, within, strconv.Itoa(len(got)), strconv.Itoa(st.N))
		return
	}
	c.Expected = say(e.lang, "the-end")
	switch {
	case !st.End:
		c.Expected = ""
		c.Rationale = say(e.lang, "call-fails", st.Host, string(st.Verb), ret.Result)
	case ret.Result == string(wire.ETIMEDOUT):
		c.Rationale = say(e.lang, "not-closed", st.Host, within)
	case ret.Result == string(wire.ECONNRESET):
		c.Rationale = say(e.lang, "reset-for-end", st.Host)
	default:
		c.Rationale = say(e.lang, "more", st.Host)
	}
}

// readProblem is the key of the words for what came in the place of a text.
func (e *evidence) readProblem(st *scenario.Stmt, ret *trace.Event, got string) string {
	switch {
	case ret.Result == string(wire.ECONNRESET):
		return "reset"
	case ret.Result == string(wire.ECONNREFUSED):
		return "icmp"
	case ret.Result == string(wire.ETIMEDOUT) && got == "":
		return "silent"
	case strings.HasPrefix(ret.Result, "0") && got == "" && st.Verb == scenario.Recv:
		return "closed"
	case got != "" && len(got) < len(st.Text) && strings.HasPrefix(st.Text, got):
		return "part"
	default:
		return "other-text"
	}
}

// countProblem is the key of the words for too few octets.
func (e *evidence) countProblem(st *scenario.Stmt, ret *trace.Event, got string) string {
	problem := e.readProblem(st, ret, got)
	if got == "" && problem != "other-text" {
		return problem
	}
	switch ret.Result {
	case string(wire.ETIMEDOUT):
		return "few-silent"
	case string(wire.ECONNRESET):
		return "few-reset"
	default:
		return "few-closed"
	}
}

// received is what a call that reads has got, from what its socket gave the program.
func (e *evidence) received(st *scenario.Stmt, ret *trace.Event) string {
	var b strings.Builder
	begun := false
	for i := range e.res.Trace.Events {
		ev := &e.res.Trace.Events[i]
		switch {
		case ev.N == ret.N:
			return b.String()
		case ev.Kind == trace.Call && ev.Stmt == ret.Stmt:
			begun = true
		case begun && ev.Kind == trace.Deliver && ev.Host == st.Host && ev.Conn == st.Sock:
			b.WriteString(ev.Seg.Data)
		}
	}
	return b.String()
}

// wrongExpect looks for the first line of what is expected that does not hold.
func (e *evidence) wrongExpect(c *result.Check) bool {
	for _, v := range scenario.Judge(e.script, e.res.Trace) {
		if v.OK {
			continue
		}
		x := v.Expect
		switch {
		case x.Never && x.Kind == scenario.ExpectIs:
			c.Rationale = say(e.lang, "left-in", x.States[0].String())
			c.Evidence = &result.Evidence{Sockets: e.sockets()}
		case x.Never && x.Kind == scenario.ExpectSends:
			c.Rationale = say(e.lang, "never-sends", x.Flags.String())
			e.event = e.sent(x)
		case x.Never && x.Kind == scenario.ExpectReturns && x.Call == scenario.Poll && strings.Contains(x.Result, "POLLIN"):
			c.Rationale = say(e.lang, "early", x.Host)
		case x.Never && x.Kind == scenario.ExpectReturns:
			c.Rationale = say(e.lang, "returns-yet", x.Host, string(x.Call), x.Result)
		default:
			words := text.For(e.lang)
			c.Rationale = say(e.lang, "expect", words.Expect(x), words.Instead(v.Got))
		}
		return true
	}
	return false
}

// sent finds the event in which the student's host sent what it never should.
func (e *evidence) sent(x *scenario.Expect) int {
	for i := range e.res.Trace.Events {
		ev := &e.res.Trace.Events[i]
		if ev.Kind == trace.Send && ev.Host == x.Host && ev.Proto == x.Proto && ev.Seg.Flags.Has(x.Flags) {
			return ev.N
		}
	}
	return 0
}

// causes looks for what may have brought it about, in terms of the socket API.
func (e *evidence) causes(c *result.Check) {
	end := e.res.Program
	gone := end != nil && !end.Running && e.server // why nothing came is known, then
	for _, h := range e.spec.Hints {
		if e.event == 0 || e.few > 0 || gone && c.Actual == "" { // no call has shown a text: there is nothing to hold a pattern against
			break
		}
		if re, err := regexp.Compile(h.If); err == nil && re.MatchString(c.Actual) {
			c.Cause = h.Say.In(e.lang)
			break
		}
	}
	switch {
	case c.Cause != "":
	case stopped(e.res) != "":
		c.Cause = say(e.lang, "stopped-"+stopped(e.res))
	case end != nil && end.Failed != "" && !end.Running && strings.Contains(string(end.Output), "Address already in use"):
		c.Cause = say(e.lang, "cause-in-use")
	case end != nil && !end.Running && e.server && end.Failed != "" && end.Exit != 0 && c.Output != "":
		c.Cause = say(e.lang, "cause-output")
	case end != nil && !end.Running && e.server && end.Failed != "":
		c.Cause = say(e.lang, "cause-serves")
	case end != nil && !end.Running && e.server:
		c.Cause = say(e.lang, "cause-ended", ending(e.lang, &end.Report))
	case e.elsewhere() != "":
		c.Cause = say(e.lang, "cause-elsewhere", e.elsewhere())
	case slices.Contains(slices.Collect(maps.Values(e.states())), wire.StateCloseWait):
		c.Cause = say(e.lang, "cause-close-wait")
	case c.Expected != "" && strings.TrimRight(c.Actual, "\r\n") == c.Expected || strings.HasPrefix(c.Actual, "\n"):
		c.Cause = say(e.lang, "cause-newline")
	case e.resets():
		c.Cause = say(e.lang, "cause-reset")
	case c.Expected != "" && c.Actual == "" && e.others() > 1:
		c.Cause = say(e.lang, "cause-one-client")
	}
	c.Belief = e.spec.Belief
	if help := e.spec.Helper.In(e.lang); help != "" && c.Cause == "" {
		c.Cause = help
	}
}

// elsewhere is where the program listens if nobody reaches it there.
func (e *evidence) elsewhere() string {
	for i := range e.res.Trace.Events {
		ev := &e.res.Trace.Events[i]
		if at, rest, ok := strings.Cut(strings.TrimPrefix(ev.Text, lab.ListensOn), lab.NobodyReaches); ok && ev.Kind == trace.Note && rest != "" {
			return at
		}
	}
	return ""
}

// states are those in which the connections of the student's host ended the run.
func (e *evidence) states() map[string]wire.State {
	last := map[string]wire.State{}
	for i := range e.res.Trace.Events {
		if ev := &e.res.Trace.Events[i]; ev.Kind == trace.State && ev.Host == e.host {
			last[ev.Conn] = ev.To
		}
	}
	return last
}

// sockets lists them for people.
func (e *evidence) sockets() (all []string) {
	last := e.states()
	for _, conn := range slices.Sorted(maps.Keys(last)) {
		all = append(all, conn+" "+last[conn].String())
	}
	return all
}

// resets reports whether the student's host reset a connection.
func (e *evidence) resets() bool {
	return e.sent(&scenario.Expect{Host: e.host, Flags: wire.RST}) > 0
}

// others counts the connections that the student's host had established.
func (e *evidence) others() int {
	n := 0
	for i := range e.res.Trace.Events {
		if ev := &e.res.Trace.Events[i]; ev.Kind == trace.State && ev.Host == e.host && ev.To == wire.StateEstablished {
			n++
		}
	}
	return n
}

// mostSteps bounds what is shown of a run's calls: the end of it, where it went wrong.
const mostSteps = 12

// show adds what was done, and the picture of it.
func (e *evidence) show(c *result.Check) {
	var steps []string
	for i := range e.res.Trace.Events {
		ev := &e.res.Trace.Events[i]
		if ev.Kind != trace.Return || ev.Host == e.host || ev.Stmt == 0 {
			continue
		}
		st := &e.script.Stmts[ev.Stmt-1]
		result, _, wrong := scenario.Complaint(ev.Result)
		if wrong { // both texts stand above the steps
			result = say(e.lang, "not-so", result)
		}
		steps = append(steps, fmt.Sprintf("%s: %s %s → %s", st.Host, st.Verb, st.ShortArgs(), result))
	}
	c.StepsBefore = max(0, len(steps)-mostSteps)
	c.Steps = steps[c.StepsBefore:]
	if c.Evidence == nil {
		c.Evidence = &result.Evidence{}
	}
	c.Evidence.Ladder = e.picture(e.guilty())
}

// frames are the guilty ones in a capture of a run that failed.
func (e *evidence) frames() []int {
	if guilty := e.guilty(); guilty > 0 {
		return []int{e.res.Trace.At(guilty).Pkt}
	}
	return nil
}
