package conform

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"netlab/sim/scenario"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// observe says what B does from the case's first statement on, for as long as it is watched:
// the segments that it sends, what its calls return, and the states that its connections end
// in.
func (c *Case) observe(t *trace.Trace) string {
	o := observer{iss: map[wire.Endpoint]wire.Seq{}, top: map[wire.Endpoint]wire.Seq{}, states: map[string]wire.State{}}
	until := time.Duration(0)
	for i := range t.Events {
		e := &t.Events[i]
		if e.Stmt == c.first+1 && e.Kind == trace.Call {
			until = e.T + c.watch
		}
		o.counts = until > 0 && (e.Kind != trace.Return || e.Stmt > c.first || e.Call == string(scenario.Connect))
		if until == 0 || e.T <= until || e.Stmt > c.first+1 { // what the script itself does late counts, and nothing else
			o.see(e)
		}
	}
	if until == 0 {
		return "the situation was not reached"
	}
	return o.text()
}

// An observer puts down what B does in words that depend neither on its initial sequence
// numbers nor on the size of its window.
type observer struct {
	counts bool // what is seen now
	irs    []wire.Seq
	probe  wire.Seq                   // the last segment of the puppet
	iss    map[wire.Endpoint]wire.Seq // of B's sockets
	top    map[wire.Endpoint]wire.Seq // the end of what they have sent
	states map[string]wire.State
	names  []string
	did    []deed
}

// A deed is one thing that B does.
type deed struct {
	what  string
	again bool // a segment that repeats an earlier one
}

func (o *observer) see(e *trace.Event) {
	switch {
	case e.Host == "P" && e.Kind == trace.Send:
		if o.probe = e.Seg.Seq; e.Seg.Flags.Has(wire.SYN) {
			o.irs = append(o.irs, e.Seg.Seq)
		}
	case e.Host != "B":
	case e.Kind == trace.Send:
		o.sends(e)
	case e.Kind == trace.State && e.Conn != "s":
		o.states[e.Conn] = e.To
		if !slices.Contains(o.names, e.Conn) {
			o.names = append(o.names, e.Conn)
		}
	case e.Kind == trace.Note && e.Call == "rename":
		if i := slices.Index(o.names, e.Args); i >= 0 {
			o.names[i] = e.Conn
			o.states[e.Conn] = o.states[e.Args]
		}
	case e.Kind == trace.Return && o.counts:
		o.did = append(o.did, deed{what: e.Call + " returns " + e.Result})
	}
}

func (o *observer) sends(e *trace.Event) {
	seg := &e.Seg
	if iss, known := o.iss[e.Src]; seg.Flags.Has(wire.SYN) && (!known || !reopens(seg.Seq.Minus(iss))) {
		o.iss[e.Src], o.top[e.Src] = seg.Seq, seg.Seq
	}
	again := seg.Len() > 0 && seg.End().AtOrBefore(o.top[e.Src])
	if seg.Len() > 0 && !again {
		o.top[e.Src] = seg.End()
	}
	if !o.counts {
		return
	}
	what := "sends " + seg.Flags.String() + " seq=" + o.seq(e)
	if seg.Flags.Has(wire.ACK) {
		what += " ack=" + o.ack(seg.Ack)
	}
	if n := len(seg.Data); n > 0 {
		what += fmt.Sprintf(" len=%d", n)
	}
	o.did = append(o.did, deed{what, again})
}

// reopens reports whether a new connection's first number lies where it does when it opens
// from the TIME-WAIT of the one before; else it is the host's free choice.
func reopens(beyond int) bool { return beyond == 0 || beyond > 1<<16 && beyond < 1<<17 }

// seq writes a number, relative to the first one that B's socket has used.
func (o *observer) seq(e *trace.Event) string {
	iss, known := o.iss[e.Src]
	if !known || e.Seg.Seq == 0 && e.Seg.Flags.Has(wire.RST) {
		return fmt.Sprint(uint32(e.Seg.Seq))
	}
	return fmt.Sprintf("%+d", e.Seg.Seq.Minus(iss))
}

// ack writes a number of the puppet's: what it is of the puppet's last SYN before it, or of
// the segment that it answers if that was at the far edge of the window, whose place is the
// host's own choice.
func (o *observer) ack(n wire.Seq) string {
	const near, far = 100, 10000
	for _, irs := range slices.Backward(o.irs) {
		if d := n.Minus(irs); d >= 0 && d < far {
			return fmt.Sprintf("%+d", d)
		}
	}
	if d := n.Minus(o.probe); d >= 0 && d < near {
		return fmt.Sprintf("SEG%+d", d)
	}
	return fmt.Sprint(uint32(n))
}

// text is what B has done. Whether its timer sends something again just before or just after
// the end is chance.
func (o *observer) text() string {
	for len(o.did) > 0 && o.did[len(o.did)-1].again {
		o.did = o.did[:len(o.did)-1]
	}
	var words []string
	for _, d := range o.did {
		words = append(words, d.what)
	}
	slices.Sort(o.names)
	for _, name := range o.names {
		s := o.states[name]
		if s == wire.StateListen { // a child: RFC 9293 lets it go back, a kernel deletes it
			s = wire.StateClosed
		}
		words = append(words, name+" is "+s.String())
	}
	if len(words) == 0 {
		return "nothing"
	}
	return strings.Join(words, "; ")
}
