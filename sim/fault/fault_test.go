package fault

import (
	"testing"
	"time"

	"netlab/sim/wire"
)

// A segment can be of several kinds; a pure ACK is of no other.
func TestKinds(t *testing.T) {
	for _, c := range []struct {
		seg  wire.Segment
		want []What
	}{
		{wire.Segment{Flags: wire.SYN}, []What{Any, Syn}},
		{wire.Segment{Flags: wire.SYN | wire.ACK}, []What{Any, SynAck}},
		{wire.Segment{Flags: wire.ACK}, []What{Any, Ack}},
		{wire.Segment{Flags: wire.ACK | wire.PSH, Data: "x"}, []What{Any, Data}},
		{wire.Segment{Flags: wire.ACK | wire.FIN, Data: "x"}, []What{Any, Data, Fin}},
		{wire.Segment{Flags: wire.RST | wire.ACK}, []What{Any, Rst}},
	} {
		var n Counts
		n.Count(&wire.Packet{Seg: c.seg})
		var want Counts
		for _, w := range c.want {
			want[w] = 1
		}
		if n != want {
			t.Errorf("%s counts as %v, want %v", c.seg, n, want)
		}
	}
}

// The fate of a packet depends on what it is and on its ordinal, nothing else.
func TestFates(t *testing.T) {
	data := &wire.Packet{Seg: wire.Segment{Flags: wire.ACK, Data: "x"}}
	at := func(n int) Packet { return Packet{From: "A", To: "B", Packet: data, Nth: Counts{Any: n, Data: n}} }
	drop := Fault{Verb: Drop, Sel: Selector{From: "A", To: "B", What: Data, First: 2, Last: 3}}
	for n, lost := range map[int]bool{1: false, 2: true, 3: true, 4: false} {
		if got := Of([]Fault{drop}, at(n)).Lost; got != lost {
			t.Errorf("data segment %d lost: %v, want %v", n, got, lost)
		}
	}
	all := Fault{Verb: Drop, Sel: Selector{From: "A", To: "B", What: Any, First: 1, Last: 0}}
	if !Of([]Fault{all}, at(99)).Lost || Of([]Fault{all}, Packet{From: "B", To: "A", Packet: data, Nth: Counts{Any: 1}}).Lost {
		t.Error("all of one direction, and none of the other")
	}
	f := Of([]Fault{{Verb: Delay, Sel: Selector{From: "A", To: "B", What: Any, First: 1, Last: 0}, By: time.Second}, {Verb: Delay, Sel: Selector{From: "A", To: "B", What: Data, First: 1, Last: 1}, By: time.Second},
		{Verb: Duplicate, Sel: Selector{From: "A", To: "B", What: Data, First: 1, Last: 1}, By: time.Millisecond}}, at(1))
	if f.Later != 2*time.Second || len(f.Copy) != 1 || f.Rule == nil {
		t.Errorf("delays add up, copies are made, and a rule says so: %+v", f)
	}
}

// Chance is a property of the packet: what else was sent before it changes nothing, so that
// a fork of a run leaves the fate of the packets that both have alone.
func TestChanceDoesNotDependOnTheOrder(t *testing.T) {
	faults := []Fault{{Verb: Drop, Sel: Selector{From: "A", To: "B", What: Any, Chance: 50_000}}}
	lost := 0
	for i := range 200 {
		p := Packet{From: "A", To: "B", Packet: &wire.Packet{Seg: wire.Segment{Seq: wire.Seq(i), Flags: wire.ACK}}, Seed: 1}
		p.Nth.Count(p.Packet)
		first := Of(faults, p).Lost
		for range 5 {
			p.Nth.Count(p.Packet)
			if Of(faults, p).Lost != first {
				t.Fatalf("packet %d: its fate depends on how many went before", i)
			}
		}
		if first {
			lost++
		}
	}
	if lost < 70 || lost > 130 {
		t.Errorf("%d of 200 lost with a chance of one half", lost)
	}
}
