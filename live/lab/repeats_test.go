package lab

import (
	"testing"
	"time"

	"netlab/sim/trace"
	"netlab/sim/wire"
)

// Each way in which a kernel comes to repeat a segment is told apart by what the record
// proves, and a segment that only looks like another is not called a repetition.
func TestFindRepeats(t *testing.T) {
	a, b := wire.Endpoint{Host: "A", Port: 1}, wire.Endpoint{Host: "B", Port: 2}
	at := func(ms int) time.Duration { return time.Duration(ms) * time.Millisecond }
	send := func(ms int, seq wire.Seq, flags wire.Flags, data string) trace.Event {
		return trace.Event{T: at(ms), Host: "A", Kind: trace.Send, Conn: "c", Src: a, Dst: b, Seg: wire.Segment{Seq: seq, Flags: flags, Data: data}}
	}
	ack := func(ms int, n wire.Seq) trace.Event {
		return trace.Event{T: at(ms), Host: "A", Kind: trace.Recv, Src: b, Dst: a, Seg: wire.Segment{Ack: n, Flags: wire.ACK}}
	}
	expired := func(ms int, n int64) trace.Event {
		return trace.Event{T: at(ms), Host: "A", Kind: trace.Set, Conn: "c", Vars: []trace.Var{{ID: trace.VarRetransmits, Value: n}}}
	}
	for _, c := range []struct {
		name   string
		events []trace.Event
		of     int    // the event that the last send repeats; 0: none
		why    string // as CauseBy says
	}{
		{"a SYN has a timer only", []trace.Event{send(0, 100, wire.SYN, ""), send(1000, 100, wire.SYN, "")}, 1, AgainTimer},
		{"the timer of data has gone off", []trace.Event{expired(0, 0), send(1, 101, wire.ACK, "abc"), send(300, 101, wire.ACK, "abc"), expired(301, 1)}, 2, AgainTimer},
		{"ACKs have asked for it", []trace.Event{expired(0, 0), send(1, 101, wire.ACK, "abc"), send(2, 104, wire.ACK, "def"), ack(20, 101), send(21, 101, wire.ACK, "abc")}, 2, AgainAcks},
		{"neither: a probe of the tail", []trace.Event{expired(0, 0), send(1, 101, wire.ACK, "abc"), send(60, 101, wire.ACK, "abc")}, 2, AgainProbe},
		{"nothing is known of the timer", []trace.Event{send(1, 101, wire.ACK, "abc"), send(60, 101, wire.ACK, "abc")}, 1, "the same octets"},
		{"a time-out that came later is no reason", []trace.Event{expired(0, 0), send(1, 101, wire.ACK, "abc"), send(60, 101, wire.ACK, "abc"), expired(900, 1)}, 2, AgainProbe},
		{"the repetition that is repeated", []trace.Event{send(0, 100, wire.SYN, ""), send(1000, 100, wire.SYN, ""), send(3000, 100, wire.SYN, "")}, 2, AgainTimer},
		{"a part of what was sent", []trace.Event{expired(0, 1), send(1, 101, wire.ACK, "abcdef"), send(60, 104, wire.ACK, "def")}, 2, AgainTimer},
		{"more data", []trace.Event{send(1, 101, wire.ACK, "abc"), send(2, 104, wire.ACK, "def")}, 0, ""},
		{"data with the number after the SYN's", []trace.Event{send(1, 100, wire.SYN, ""), send(2, 101, wire.ACK, "abc")}, 0, ""},
		{"a pure ACK takes no number", []trace.Event{send(1, 101, wire.ACK, ""), send(2, 101, wire.ACK, "")}, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			last := -1
			for i := range c.events {
				c.events[i].N = i + 1
				if c.events[i].Kind == trace.Send {
					last = i
				}
			}
			findRepeats(c.events)
			e := c.events[last]
			if e.Again != (c.of > 0) || e.Again && (e.Cause != c.of || e.CauseBy != c.why) {
				t.Errorf("again %v, of event %d (%s); want of %d (%s)", e.Again, e.Cause, e.CauseBy, c.of, c.why)
			}
		})
	}
}
