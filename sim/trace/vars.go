package trace

import (
	"slices"
	"strconv"
	"time"

	"netlab/sim/wire"
)

// String writes the variable as NAME=value; times are in milliseconds.
func (v Var) String() string { return v.ID.String() + "=" + v.Text() }

// Text writes the value; times are in milliseconds.
func (v Var) Text() string {
	switch v.ID {
	case VarRTO, VarRTT:
		return Ms(time.Duration(v.Value)) + "ms"
	case VarRetransmit, VarDelayedAck, VarPersist, VarTimeWait, VarKeepAlive, VarUser, VarFinWait2:
		if v.Value == 0 {
			return "off"
		}
		return Ms(time.Duration(v.Value)) + "ms"
	case VarSsthresh:
		if v.Value >= noThreshold {
			return "-"
		}
		return strconv.FormatInt(v.Value, 10)
	default: // numbers
		return strconv.FormatInt(v.Value, 10)
	}
}

// noThreshold is how a sender's ssthresh begins: no limit yet (RFC 5681 §3.1).
const noThreshold = 1 << 30

// A View is what a trace says about one socket at one moment: the fold of its
// state and set events. It is read from the trace and never computed otherwise.
type View struct {
	Host, Conn  string
	Local, Peer wire.Endpoint
	State       wire.State
	Known       [Vars]bool
	Value       [Vars]int64
	Changed     [Vars]bool // by the moment asked about
	Was         [Vars]int64
	StateWas    wire.State
	StateNew    bool // the state changed at the moment asked about
	Parent      string
}

// Seq returns a sequence number variable.
func (v *View) Seq(id VarID) wire.Seq { return wire.Seq(uint32(v.Value[id])) }

// Views returns every socket that has appeared up to event n, in order of
// appearance. Changes between the event after since and n count as changed.
func (t *Trace) Views(since, n int) []View {
	var views []View
	find := func(e *Event) *View {
		for i := range views {
			if views[i].Host == e.Host && views[i].Conn == e.Conn {
				return &views[i]
			}
		}
		views = append(views, View{Host: e.Host, Conn: e.Conn})
		return &views[len(views)-1]
	}
	for i := range t.Events {
		e := &t.Events[i]
		if e.N > n {
			break
		}
		if e.Conn == "" {
			continue
		}
		switch e.Kind {
		case State:
			v := find(e)
			if e.N > since && !v.StateNew {
				v.StateNew, v.StateWas = true, e.From
			}
			v.State = e.To
			if !e.Src.IsZero() {
				v.Local, v.Peer = e.Src, e.Dst
			}
		case Set:
			v := find(e)
			if !e.Src.IsZero() {
				v.Local, v.Peer = e.Src, e.Dst
			}
			v.apply(e.Vars, e.N > since)
		case Note:
			if e.Call == "rename" { // an accepted child takes the name the program gives it
				views = slices.DeleteFunc(views, func(v View) bool { return v.Host == e.Host && v.Conn == e.Conn })
				for j := range views {
					if views[j].Host == e.Host && views[j].Conn == e.Args {
						views[j].Conn, views[j].Parent = e.Conn, e.Result
					}
				}
			}
		case Call, Return, Send, Recv, Drop, Timer, Deliver: // these change no variable themselves
		}
	}
	return views
}

func (v *View) apply(vars []Var, changed bool) {
	for _, x := range vars {
		if changed && !v.Changed[x.ID] {
			v.Changed[x.ID], v.Was[x.ID] = true, v.Value[x.ID]
		}
		v.Known[x.ID], v.Value[x.ID] = true, x.Value
	}
}
