package udp

import (
	"fmt"

	"netlab/sim/wire"
)

// DefaultRcvBuf is how many octets of text wait at most to be read, if the program
// does not say.
const DefaultRcvBuf = 212992

// A Message is a datagram that waits to be read.
type Message struct {
	From wire.Endpoint
	Data string
}

// An Endpoint is what UDP knows about one socket.
type Endpoint struct {
	Local  wire.Endpoint
	Peer   wire.Endpoint // only if connected
	RcvBuf int           // octets; a datagram is taken while fewer wait
	queue  []Message
	octets int
}

// New returns an endpoint without a port.
func New(host string) Endpoint {
	return Endpoint{Local: wire.Endpoint{Host: host}, RcvBuf: DefaultRcvBuf}
}

// Clone returns a copy that can go its own way.
func (e *Endpoint) Clone() Endpoint {
	c := *e
	c.queue = append([]Message(nil), e.queue...)
	return c
}

// Connected reports whether the endpoint has a peer.
func (e *Endpoint) Connected() bool { return !e.Peer.IsZero() }

// Waiting returns how many datagrams wait to be read.
func (e *Endpoint) Waiting() int { return len(e.queue) }

// Octets returns how many octets wait to be read.
func (e *Endpoint) Octets() int { return e.octets }

// An Event is what happens to an endpoint.
type Event uint8

// The events.
const (
	EventSend Event = iota
	EventReceive
	EventArrives
	EventUnreachable
)

// An Input is one event. Use the constructors.
type Input struct {
	Event Event
	Addr  wire.Endpoint
	Data  string
	Max   int
}

// Send is sendto(): one datagram to dst, of at most [wire.MaxDatagram] octets.
func Send(dst wire.Endpoint, data string) Input {
	return Input{Event: EventSend, Addr: dst, Data: data}
}

// Receive is recvfrom() with a buffer of n octets.
func Receive(n int) Input { return Input{Event: EventReceive, Max: n} }

// Arrives is a datagram from src.
func Arrives(src wire.Endpoint, data string) Input {
	return Input{Event: EventArrives, Addr: src, Data: data}
}

// Unreachable is an ICMP message about a datagram to dst.
func Unreachable(dst wire.Endpoint) Input { return Input{Event: EventUnreachable, Addr: dst} }

// An Effect is what an endpoint does.
type Effect uint8

// The effects.
const (
	EffectSend    Effect = iota // Data goes to Addr
	EffectQueue                 // the datagram waits to be read
	EffectDeliver               // Data goes to the program; Lost octets of the datagram do not
	EffectIgnore                // the datagram that arrived is dropped
	EffectSignal                // the program is told Errno with its next call
)

// An Output is one effect, with the rule that demands it.
type Output struct {
	Effect Effect
	Addr   wire.Endpoint
	Data   string
	Lost   int
	Errno  wire.Errno
	Rule   *wire.Rule
}

// Step applies one event to the endpoint and appends what it does to out.
func (e *Endpoint) Step(in Input, out []Output) []Output {
	switch in.Event {
	case EventSend:
		return append(out, Output{Effect: EffectSend, Addr: in.Addr, Data: in.Data, Rule: RuleSend})
	case EventReceive:
		return e.receive(in.Max, out)
	case EventArrives:
		return e.arrives(in, out)
	case EventUnreachable:
		if !e.Connected() || e.Peer != in.Addr {
			return append(out, Output{Effect: EffectIgnore, Rule: RuleUnheard})
		}
		return append(out, Output{Effect: EffectSignal, Errno: wire.ECONNREFUSED, Rule: RuleUnreachable})
	default:
		panic(fmt.Sprintf("udp: unknown event %d", in.Event))
	}
}

// arrives queues a datagram, or drops it without a word (RFC 1122 §4.1).
func (e *Endpoint) arrives(in Input, out []Output) []Output {
	switch {
	case e.Connected() && e.Peer != in.Addr:
		return append(out, Output{Effect: EffectIgnore, Rule: RuleNoPort})
	case len(e.queue) > 0 && e.octets+len(in.Data) > e.RcvBuf:
		return append(out, Output{Effect: EffectIgnore, Rule: RuleOverflow})
	}
	e.queue = append(e.queue, Message{in.Addr, in.Data})
	e.octets += len(in.Data)
	return append(out, Output{Effect: EffectQueue})
}

// receive hands over the oldest datagram, cut to n octets.
func (e *Endpoint) receive(n int, out []Output) []Output {
	if len(e.queue) == 0 {
		return out
	}
	m := e.queue[0]
	e.queue = e.queue[1:]
	e.octets -= len(m.Data)
	d := Output{Effect: EffectDeliver, Addr: m.From, Data: m.Data[:min(n, len(m.Data))]}
	if d.Lost = len(m.Data) - len(d.Data); d.Lost > 0 {
		d.Rule = RuleTruncated
	}
	return append(out, d)
}
