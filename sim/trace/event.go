package trace

import (
	"slices"
	"strconv"
	"time"

	"netlab/sim/wire"
)

// A Kind says what sort of thing happened.
type Kind string

// The kinds of event. Their names are a contract with readers of the JSON form.
const (
	Call    Kind = "call"    // a program makes a socket call
	Return  Kind = "return"  // the call returns, with Result
	Send    Kind = "send"    // a segment leaves a host (in a capture: it was seen)
	Recv    Kind = "recv"    // a segment reaches a host
	Drop    Kind = "drop"    // a segment is lost on its way, or ignored by the host it reached
	State   Kind = "state"   // a connection goes From one state To another
	Set     Kind = "set"     // variables of a connection have new values
	Timer   Kind = "timer"   // a timer goes off
	Deliver Kind = "deliver" // octets reach the program
	Note    Kind = "note"    // something worth knowing, in Text
)

// Kinds lists every kind.
func Kinds() []Kind {
	return []Kind{Call, Return, Send, Recv, Drop, State, Set, Timer, Deliver, Note}
}

// A Source says who saw the event.
type Source string

// The sources.
const (
	Model   Source = "model"   // the simulator
	Live    Source = "live"    // the calls of a live run and the states the kernel reported
	Capture Source = "capture" // a packet on the wire
)

// A VarID names a variable of a connection or of a listening socket.
type VarID uint8

// The variables, named on screen as RFC 9293 §3.3.1 names them.
const (
	VarISS VarID = iota
	VarIRS
	VarSndUna
	VarSndNxt
	VarSndWnd
	VarRcvNxt
	VarRcvWnd
	VarRTO         // nanoseconds
	VarRetransmit  // when the timer goes off, in nanoseconds since the start; 0: stopped
	VarDelayedAck  // likewise
	VarPersist     // likewise
	VarTimeWait    // likewise
	VarSynQueue    // children in SYN-RECEIVED
	VarAcceptQueue // established children not yet accepted
	VarBacklog
	VarCwnd      // octets, RFC 5681; 0 without congestion control
	VarSsthresh  // octets
	VarKeepAlive // when the timer goes off
	VarUser      // likewise
	VarFinWait2  // likewise
	VarDatagrams // UDP: datagrams that wait to be read
	VarOctets    // UDP: octets that wait to be read
	// What a kernel tells in TCP_INFO (tcp(7)) and the model has no variable for:
	VarUnacked     // segments sent and not acknowledged
	VarRetransmits // how often the retransmission timer has gone off since the last progress
	VarRTT         // the smoothed round-trip time, in nanoseconds
	Vars           // how many there are
)

var varNames = [Vars]string{
	"ISS", "IRS", "SND.UNA", "SND.NXT", "SND.WND", "RCV.NXT", "RCV.WND", "RTO",
	"retransmission timer", "delayed-ACK timer", "persist timer", "TIME-WAIT timer",
	"SYN queue", "accept queue", "backlog", "cwnd", "ssthresh",
	"keep-alive timer", "user time-out", "FIN-WAIT-2 timer", "datagrams", "octets",
	"unacked", "retransmits", "RTT",
}

// String returns the name on screen and in JSON.
func (v VarID) String() string { return varNames[v] }

// ParseVar finds a variable by its name on screen.
func ParseVar(name string) (VarID, bool) {
	for v, n := range varNames {
		if n == name {
			return VarID(v), true
		}
	}
	return 0, false
}

// IsSeq reports whether the variable is a sequence number.
func (v VarID) IsSeq() bool {
	switch v {
	case VarISS, VarIRS, VarSndUna, VarSndNxt, VarRcvNxt:
		return true
	default: // windows, times and counts
		return false
	}
}

// IsTimer reports whether the variable is the time at which a timer goes off.
func (v VarID) IsTimer() bool {
	switch v {
	case VarRetransmit, VarDelayedAck, VarPersist, VarTimeWait, VarKeepAlive, VarUser, VarFinWait2:
		return true
	default: // numbers and sizes
		return false
	}
}

// A Var is a variable and its new value.
type Var struct {
	ID    VarID
	Value int64
}

// An Event is one thing that happened. Fields that do not apply are zero.
type Event struct {
	N       int           // counts the events of a trace from 1
	T       time.Duration // since the start
	Host    string
	Kind    Kind
	Conn    string // the socket's name in the script; a child not yet accepted is "s.1"
	Stmt    int    // the statement of the script that made the call, counted from 1
	Call    string // "connect"
	Args    string // "c B:80"
	Result  string // "0", "5", "ECONNREFUSED"
	Pkt     int    // which packet was sent, received or lost
	Src     wire.Endpoint
	Dst     wire.Endpoint
	Proto   wire.Proto
	Seg     wire.Segment  // TCP; of a delivery: Data
	Dgram   wire.Datagram // UDP and ICMP
	Again   bool          // a retransmission
	From    wire.State
	To      wire.State
	Vars    []Var
	Rule    *wire.Rule // why
	Cause   int        // the N of the event that led to this one; 0 when unknown
	CauseBy string     // in live traces: what proves the cause
	Text    string     // English
	Source  Source
	Frame   int // captured frame number, counted from 1
}

// HasPacket reports whether the event is about a packet.
func (e *Event) HasPacket() bool {
	return e.Kind == Send || e.Kind == Recv || (e.Kind == Drop && e.Pkt != 0)
}

// HasSegment reports whether the event is about a TCP segment.
func (e *Event) HasSegment() bool { return e.HasPacket() && e.Proto == wire.TCP }

// SetPacket notes which packet the event is about.
func (e *Event) SetPacket(p *wire.Packet) {
	e.Pkt, e.Src, e.Dst, e.Proto, e.Seg, e.Dgram = p.ID, p.Src, p.Dst, p.Proto, p.Seg, p.Dgram
}

// AsPacket returns the packet that the event is about.
func (e *Event) AsPacket() *wire.Packet {
	return &wire.Packet{ID: e.Pkt, Src: e.Src, Dst: e.Dst, Proto: e.Proto, Seg: e.Seg, Dgram: e.Dgram}
}

// Label writes the event's packet in few words, as on an arrow.
func (e *Event) Label() string {
	if e.Proto == wire.TCP {
		return e.Seg.Label()
	}
	label := e.Dgram.Label()
	if e.Dst.IsGroup() {
		label += " to " + e.Dst.String()
	}
	return label
}

// Packet writes the event's packet as RFC 9293's figures do.
func (e *Event) Packet() string {
	if e.Proto == wire.TCP {
		return e.Seg.String()
	}
	if e.Dst.IsGroup() {
		return e.Dgram.String() + "<TO=" + e.Dst.String() + ">"
	}
	return e.Dgram.String()
}

// A Host is a host of the trace.
type Host struct {
	Name string
	IP   string
}

// A Trace is a run: what happened, in order.
type Trace struct {
	Script  string // the script's name
	Hash    string // of the script's text in its one true form
	Profile string // the model's profile; empty for a live run
	Seed    uint64
	Source  Source
	Hosts   []Host
	Events  []Event
	Ended   time.Duration // when the run ended
	Notes   []string      // about the run as a whole, such as the level of a live run
}

// At returns the event with number n, or nil.
func (t *Trace) At(n int) *Event {
	if n < 1 || n > len(t.Events) {
		return nil
	}
	return &t.Events[n-1]
}

// OnePoint reports whether each packet was seen at one point only, as on loopback: nothing
// says how long it was under way, and a picture must not invent it.
func (t *Trace) OnePoint() bool {
	return t.Source != Model && !slices.ContainsFunc(t.Events, func(e Event) bool { return e.Kind == Recv })
}

// Interface names where the packets of a live run were seen: on loopback, or on the wire
// between the hosts.
func (t *Trace) Interface() string {
	if t.OnePoint() {
		return "lo"
	}
	return "wire"
}

// Ms writes a time in milliseconds with at most three decimals: "10", "0.021".
func Ms(d time.Duration) string {
	return strconv.FormatFloat(float64(d.Round(time.Microsecond))/1e6, 'f', -1, 64)
}

// A Flow is one direction of one connection.
type Flow struct{ Src, Dst wire.Endpoint }

// Reverse returns the other direction.
func (f Flow) Reverse() Flow { return Flow{f.Dst, f.Src} }

// Flow returns the direction in which the event's segment travels.
func (e *Event) Flow() Flow { return Flow{e.Src, e.Dst} }

// ISNs returns the initial sequence number of each flow whose SYN is in the
// trace; if there are several SYNs, the last one before or at event n counts
// (n 0: the last of all). Where a trace begins after the SYN, the ISS that it tells counts.
func (t *Trace) ISNs(n int) map[Flow]wire.Seq {
	isns := map[Flow]wire.Seq{}
	for i := range t.Events {
		e := &t.Events[i]
		if n > 0 && e.N > n {
			break
		}
		if e.HasSegment() && e.Seg.Flags.Has(wire.SYN) {
			isns[e.Flow()] = e.Seg.Seq
		}
		for _, v := range e.Vars {
			if _, known := isns[e.Flow()]; v.ID == VarISS && !known && e.Dst.Port != 0 {
				isns[e.Flow()] = wire.Seq(v.Value)
			}
		}
	}
	return isns
}

// Relative returns seq and ack as distances from the two initial sequence
// numbers, and whether each could be told.
func (e *Event) Relative(isns map[Flow]wire.Seq) (seq, ack int, seqOK, ackOK bool) {
	mine, ok1 := isns[e.Flow()]
	peers, ok2 := isns[e.Flow().Reverse()]
	ok2 = ok2 && e.Seg.Flags.Has(wire.ACK)
	return e.Seg.Seq.Minus(mine), e.Seg.Ack.Minus(peers), ok1, ok2
}
