package udp

import (
	"fmt"
	"testing"

	"netlab/sim/wire"
)

var (
	peer     = wire.Endpoint{Host: "A", Port: 5000}
	stranger = wire.Endpoint{Host: "C", Port: 6000}
)

// step applies one input and returns its one output.
func step(t *testing.T, e *Endpoint, in Input) Output {
	t.Helper()
	out := e.Step(in, nil)
	if len(out) != 1 {
		t.Fatalf("%d effects, want one: %+v", len(out), out)
	}
	return out[0]
}

// RFC 768: a datagram is read whole and by itself; what the program did not ask for is
// gone; one without octets is a datagram too.
func TestBoundariesAreKept(t *testing.T) {
	e := New("B")
	for _, data := range []string{"hello world", "", "second"} {
		if out := step(t, &e, Arrives(peer, data)); out.Effect != EffectQueue {
			t.Errorf("%q is not queued: %+v", data, out)
		}
	}
	if out := step(t, &e, Receive(5)); out.Data != "hello" || out.Lost != 6 || out.Rule != RuleTruncated || out.Addr != peer {
		t.Errorf("a buffer of five octets gets five, and six are lost: %+v", out)
	}
	if out := step(t, &e, Receive(5)); out.Data != "" || out.Effect != EffectDeliver || out.Lost != 0 {
		t.Errorf("an empty datagram is delivered: %+v", out)
	}
	if out := step(t, &e, Receive(100)); out.Data != "second" {
		t.Errorf("the second is not glued to the first: %+v", out)
	}
	if out := e.Step(Receive(100), nil); len(out) != 0 {
		t.Errorf("nothing is left: %+v", out)
	}
}

// RFC 1122 §4.1: a full queue drops what comes, without a word; one datagram always fits.
func TestTheQueueOverflows(t *testing.T) {
	e := New("B")
	e.RcvBuf = 10
	if out := step(t, &e, Arrives(peer, "more than ten octets")); out.Effect != EffectQueue {
		t.Errorf("the first always fits: %+v", out)
	}
	if out := step(t, &e, Arrives(peer, "x")); out.Effect != EffectIgnore || out.Rule != RuleOverflow {
		t.Errorf("the queue is full: %+v", out)
	}
	if e.Waiting() != 1 || e.Octets() != 20 {
		t.Errorf("%d datagrams, %d octets wait", e.Waiting(), e.Octets())
	}
	step(t, &e, Receive(100))
	if out := step(t, &e, Arrives(peer, "x")); out.Effect != EffectQueue {
		t.Errorf("there is room again: %+v", out)
	}
}

// RFC 1122 §4.1.3.3: an ICMP message reaches the socket that is connected to the port it is
// about, and no other.
func TestWhoHearsThatNobodyIsThere(t *testing.T) {
	e := New("B")
	if out := step(t, &e, Unreachable(peer)); out.Effect != EffectIgnore || out.Rule != RuleUnheard {
		t.Errorf("an unconnected socket never hears of it: %+v", out)
	}
	e.Peer = peer
	if out := step(t, &e, Unreachable(stranger)); out.Effect != EffectIgnore {
		t.Errorf("it is about somebody else: %+v", out)
	}
	if out := step(t, &e, Unreachable(peer)); out.Effect != EffectSignal || out.Errno != wire.ECONNREFUSED {
		t.Errorf("a connected socket is told: %+v", out)
	}
	if out := step(t, &e, Arrives(stranger, "x")); out.Effect != EffectIgnore {
		t.Errorf("a connected socket takes datagrams from its peer only: %+v", out)
	}
}

// A copy goes its own way.
func TestClone(t *testing.T) {
	e := New("B")
	step(t, &e, Arrives(peer, "one"))
	c := e.Clone()
	step(t, &e, Receive(10))
	step(t, &e, Arrives(peer, "two"))
	if out := step(t, &c, Receive(10)); out.Data != "one" {
		t.Errorf("the copy has %q", out.Data)
	}
}

func Example() {
	e := New("B")
	e.Step(Arrives(peer, "hello world"), nil)
	for _, out := range e.Step(Receive(5), nil) {
		fmt.Printf("%q from %s, %d octets lost\n", out.Data, out.Addr, out.Lost)
	}
	// Output: "hello" from A:5000, 6 octets lost
}
