package course

import (
	"fmt"
	"maps"
	"strings"

	"netlab/sim/fault"
	"netlab/sim/scenario"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A place is a moment of a trace at which expressions are evaluated.
type place struct {
	t     *trace.Trace
	n     int    // events up to this one have happened
	this  int    // the event that the step is bound to
	world *place // of the what-if question asked here; nil if there is none

	env map[string]any // made once
}

// An endView is what an expression sees of a socket: A.iss, B.state.
type endView struct {
	State       string   `expr:"state"`
	ISS         wire.Seq `expr:"iss"`
	IRS         wire.Seq `expr:"irs"`
	SndUna      wire.Seq `expr:"una"`
	SndNxt      wire.Seq `expr:"nxt"`
	SndWnd      int      `expr:"wnd"`
	RcvNxt      wire.Seq `expr:"rcv_nxt"`
	RcvWnd      int      `expr:"rcv_wnd"`
	Cwnd        int      `expr:"cwnd"`
	Ssthresh    int      `expr:"ssthresh"`
	RTO         float64  `expr:"rto"` // milliseconds
	Datagrams   int      `expr:"datagrams"`
	Octets      int      `expr:"octets"`
	SynQueue    int      `expr:"syn_queue"`
	AcceptQueue int      `expr:"accept_queue"`
	Backlog     int      `expr:"backlog"`
}

// An eventView is what an expression sees of an event: next('B', 'SYN').ack.
type eventView struct {
	Found   bool     `expr:"found"`
	N       int      `expr:"n"`
	T       float64  `expr:"t"` // milliseconds; without an event, later than any
	Host    string   `expr:"host"`
	Flags   string   `expr:"flags"`
	Seq     wire.Seq `expr:"seq"`
	Ack     wire.Seq `expr:"ack"`
	Len     int      `expr:"len"`
	Wnd     int      `expr:"wnd"`
	Data    string   `expr:"data"`
	From    string   `expr:"from"`
	To      string   `expr:"to"`
	Call    string   `expr:"call"`
	Result  string   `expr:"result"`
	Dst     string   `expr:"dst"`
	SrcPort int      `expr:"src_port"`
	DstPort int      `expr:"dst_port"`
	Proto   string   `expr:"proto"`
	Again   bool     `expr:"again"`
	Rule    string   `expr:"rule"`
}

func viewEnd(v *trace.View) endView {
	n := func(id trace.VarID) int { return int(v.Value[id]) }
	return endView{State: v.State.String(), ISS: v.Seq(trace.VarISS), IRS: v.Seq(trace.VarIRS), SndUna: v.Seq(trace.VarSndUna),
		SndNxt: v.Seq(trace.VarSndNxt), SndWnd: n(trace.VarSndWnd), RcvNxt: v.Seq(trace.VarRcvNxt), RcvWnd: n(trace.VarRcvWnd),
		Cwnd: n(trace.VarCwnd), Ssthresh: n(trace.VarSsthresh), RTO: float64(v.Value[trace.VarRTO]) / 1e6,
		Datagrams: n(trace.VarDatagrams), Octets: n(trace.VarOctets),
		SynQueue: n(trace.VarSynQueue), AcceptQueue: n(trace.VarAcceptQueue), Backlog: n(trace.VarBacklog)}
}

// mainSocket finds the host's connection in views: not its listener, if it has
// anything else.
func mainSocket(views []trace.View, host string) endView {
	var v *trace.View
	for i := range views {
		w := &views[i]
		if w.Host == host && (v == nil || w.State != wire.StateListen) {
			v = w
		}
	}
	if v == nil {
		return endView{State: wire.StateClosed.String()}
	}
	return viewEnd(v)
}

// namedSocket finds a socket by the name that its program gave it.
func namedSocket(views []trace.View, host, name string) (endView, error) {
	for i := range views {
		if v := &views[i]; v.Host == host && v.Conn == name {
			return viewEnd(v), nil
		}
	}
	return endView{State: wire.StateClosed.String()}, nil
}

// never is the time of an event that does not happen, and its number.
const never = 1e12

func viewEvent(e *trace.Event) eventView {
	if e == nil {
		return eventView{N: never, T: never}
	}
	v := eventView{Found: true, N: e.N, T: float64(e.T) / 1e6, Host: e.Host, Flags: e.Seg.Flags.String(), Seq: e.Seg.Seq, Ack: e.Seg.Ack,
		Wnd: int(e.Seg.Wnd), Data: e.Seg.Data, Call: e.Call, Result: e.Result, Dst: e.Dst.Host, SrcPort: int(e.Src.Port),
		DstPort: int(e.Dst.Port), Again: e.Again}
	if e.HasPacket() {
		v.Proto = e.Proto.String()
		if e.Proto != wire.TCP {
			v.Flags, v.Data = strings.ToUpper(v.Proto), e.Dgram.Data
		}
	}
	v.Len = len(v.Data)
	if e.Kind == trace.State {
		v.From, v.To = e.From.String(), e.To.String()
	}
	if e.Rule != nil {
		v.Rule = e.Rule.ID
	}
	return v
}

// is reports whether the event is by the host ("" for any) and of the kind that
// a word names.
func is(e *trace.Event, host, what string) bool {
	switch what {
	case "again":
		return e.Again && happened(e, host, "send", "")
	case "ignored":
		return happened(e, host, "ignores", "")
	case "send", "state", "lost", "timer", "call", "return", "deliver", "recv":
		return happened(e, host, what, "")
	}
	if kind, ok := strings.CutPrefix(what, "recv "); ok {
		return happened(e, host, "recv", kind)
	}
	return happened(e, host, "send", what)
}

func checkWhat(what string) error {
	switch what {
	case "again", "ignored", "send", "state", "lost", "timer", "call", "return", "deliver", "recv":
		return nil
	}
	if _, ok := fault.ParseWhat(strings.TrimPrefix(what, "recv ")); !ok {
		return fmt.Errorf("unknown word %q (send, again, lost, ignored, state, timer, call, return, deliver, a kind of packet, or recv and a kind: %s)",
			what, strings.Join(fault.Whats(), " "))
	}
	return nil
}

// pick returns the nth event after event number from that matches.
func (p *place) pick(from int, host, what string, n int) (eventView, error) {
	if err := checkWhat(what); err != nil {
		return eventView{}, err
	}
	for i := from; i < len(p.t.Events); i++ {
		if is(&p.t.Events[i], host, what) {
			if n--; n == 0 {
				return viewEvent(&p.t.Events[i]), nil
			}
		}
	}
	return viewEvent(nil), nil
}

// last returns the last event up to this place that matches.
func (p *place) last(host, what string) (eventView, error) {
	if err := checkWhat(what); err != nil {
		return eventView{}, err
	}
	for i := p.n - 1; i >= 0; i-- {
		if is(&p.t.Events[i], host, what) {
			return viewEvent(&p.t.Events[i]), nil
		}
	}
	return viewEvent(nil), nil
}

// count counts the events that match, in the whole run.
func (p *place) count(host, what string) (int, error) {
	n := 0
	for i := range p.t.Events {
		if is(&p.t.Events[i], host, what) {
			n++
		}
	}
	return n, checkWhat(what)
}

// returns lists the returns of a call, in order.
func (p *place) returns(host, call string) (all []*trace.Event) {
	for i := range p.t.Events {
		if e := &p.t.Events[i]; happened(e, host, "return", call) {
			all = append(all, e)
		}
	}
	return all
}

func (p *place) passes(host string, names ...string) (bool, error) {
	var states []wire.State
	for _, name := range names {
		s, ok := wire.ParseState(name)
		if !ok {
			return false, fmt.Errorf("unknown state %q", name)
		}
		states = append(states, s)
	}
	return scenario.Passes(p.t, host, states...), nil
}

// names is what expressions can name.
func (p *place) names() map[string]any {
	if p.env != nil {
		return p.env
	}
	now := p.t.Views(p.n, p.n)
	var end []trace.View
	atEnd := func() []trace.View {
		if end == nil {
			end = p.t.Views(len(p.t.Events), len(p.t.Events))
		}
		return end
	}
	p.env = map[string]any{
		"this":   viewEvent(p.t.At(p.this)),
		"next":   func(host, what string) (eventView, error) { return p.pick(p.n, host, what, 1) },
		"first":  func(host, what string) (eventView, error) { return p.pick(0, host, what, 1) },
		"nth":    func(host, what string, n int) (eventView, error) { return p.pick(0, host, what, n) },
		"last":   p.last,
		"count":  p.count,
		"passes": p.passes,
		"sock":   func(host, name string) (endView, error) { return namedSocket(now, host, name) },
		"final": func(host string, name ...string) (endView, error) {
			if len(name) > 0 {
				return namedSocket(atEnd(), host, name[0])
			}
			return mainSocket(atEnd(), host), nil
		},
		"result": func(host, call string) string {
			if all := p.returns(host, call); len(all) > 0 {
				return all[0].Result
			}
			return ""
		},
		"results": func(host, call string) []string {
			all := []string{}
			for _, e := range p.returns(host, call) {
				all = append(all, e.Result)
			}
			return all
		},
		"returned": func(host, call string, n int) eventView {
			if all := p.returns(host, call); n >= 1 && n <= len(all) {
				return viewEvent(all[n-1])
			}
			return viewEvent(nil)
		},
		"shows": func(rule string) int {
			n := 0
			for i := range p.t.Events {
				if r := p.t.Events[i].Rule; r != nil && r.ID == rule {
					n++
				}
			}
			return n
		},
	}
	for _, h := range p.t.Hosts {
		p.env[h.Name] = mainSocket(now, h.Name)
	}
	return p.env
}

// with returns the place with one more name.
func (p *place) with(name string, value any) *place {
	c := *p
	c.env = maps.Clone(p.names())
	c.env[name] = value
	return &c
}
