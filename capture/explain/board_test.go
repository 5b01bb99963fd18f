package explain_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"netlab/capture"
	"netlab/capture/explain"
	"netlab/capture/filter"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// posted puts frames on a board, packet by packet, and calls look after each.
func posted(t *testing.T, list []capture.Frame, look func(*explain.Board)) *explain.Board {
	t.Helper()
	b := explain.NewBoard()
	s := explain.NewStream(&filter.Filter{}, func(*explain.Told) {})
	s.Keep(b)
	for i := range list {
		s.Packet(1, &list[i])
		look(b)
	}
	return b
}

func lines(t *trace.Trace) (all []string) {
	for i := range t.Events {
		all = append(all, t.Events[i].Line()+"; "+t.Events[i].CauseBy)
	}
	return all
}

// A screen that watches sees at the end what the file tells afterwards; before that each packet
// is there as soon as it has come, and what was handed out is not changed any more.
func TestBoardTellsTheSame(t *testing.T) {
	list := frames(t, "data/lost-and-repeated")
	var before *trace.Trace
	var said string
	n := 0
	b := posted(t, list, func(b *explain.Board) {
		select {
		case <-b.News():
		default:
			t.Error("no news of a packet")
		}
		if before != nil && strings.Join(lines(before), "\n") != said {
			t.Error("a trace that was handed out has changed")
		}
		before = b.Trace(1)
		said = strings.Join(lines(before), "\n")
		if n++; b.List()[0].Packets != n {
			t.Errorf("%d packets listed, want %d", b.List()[0].Packets, n)
		}
	})
	want := lines(detail(t, list).Trace)
	if got := lines(b.Trace(1)); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the screen sees\n%s\nthe file says\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if b.Trace(2) != nil {
		t.Error("there is no second conversation")
	}
}

// long is a connection on which a client sends n times 10 octets, each acknowledged.
func long(t *testing.T, n int) (list []capture.Frame) {
	t.Helper()
	seq, at := wire.Seq(100), time.Unix(1_700_000_000, 0)
	send := func(from, to wire.Endpoint, seg wire.Segment) {
		seg.Wnd = 1000
		data, err := capture.Encode(&wire.Packet{Src: from, Dst: to, Proto: wire.TCP, Seg: seg}, func(host string) netip.Addr {
			return netip.MustParseAddr(map[string]string{"A": "192.0.2.1", "B": "192.0.2.2"}[host])
		})
		if err != nil {
			t.Fatal(err)
		}
		at = at.Add(time.Millisecond)
		list = append(list, capture.Frame{Time: at, Data: data, OrigLen: len(data)})
	}
	a, b := wire.Endpoint{Host: "A", Port: 40000}, wire.Endpoint{Host: "B", Port: 80}
	send(a, b, wire.Segment{Seq: seq, Flags: wire.SYN})
	seq++
	send(b, a, wire.Segment{Seq: 300, Ack: seq, Flags: wire.SYN | wire.ACK})
	send(a, b, wire.Segment{Seq: seq, Ack: 301, Flags: wire.ACK})
	for range n {
		send(a, b, wire.Segment{Seq: seq, Ack: 301, Flags: wire.ACK, Data: "0123456789"})
		seq += 10
		send(b, a, wire.Segment{Seq: 301, Ack: seq, Flags: wire.ACK})
	}
	return list
}

// A long conversation keeps its newest packets. What went before is told by the states and
// variables with which they begin, and every cause is an event that is still there.
func TestBoardForgets(t *testing.T) {
	list := long(t, 1000)
	most := 0
	b := posted(t, list, func(b *explain.Board) {
		if n := len(b.Trace(1).Events); n > most {
			most = n
		}
	})
	tr := b.Trace(1)
	for i := range tr.Events {
		e := &tr.Events[i]
		if e.N != i+1 || e.Cause >= e.N || e.Cause < 0 {
			t.Fatalf("event %d has number %d and cause %d", i+1, e.N, e.Cause)
		}
		if c := tr.At(e.Cause); e.CauseBy == "its ACK field" && (c == nil || c.Seg.End() != e.Seg.Ack) {
			t.Fatalf("event %d acknowledges %d, its cause %+v ends elsewhere", e.N, e.Seg.Ack, c)
		}
	}
	if most > 4*600 || most < 600 {
		t.Errorf("up to %d events are kept of %d packets", most, len(list))
	}
	all := detail(t, list)
	want, got := all.Trace.Views(0, len(all.Trace.Events)), tr.Views(0, len(tr.Events))
	for i := range want {
		if got[i].State != want[i].State || got[i].Value != want[i].Value {
			t.Errorf("%s is in %s with %v, the file says %s with %v", got[i].Host, got[i].State, got[i].Value, want[i].State, want[i].Value)
		}
	}
	if isns := tr.ISNs(0); len(isns) != 2 {
		t.Errorf("numbers count from %v: both SYNs are gone, and their numbers are not", isns)
	}
	if mid := tr.Views(0, 4); len(mid) != 2 || mid[0].State != wire.StateEstablished || !mid[0].Known[trace.VarISS] {
		t.Errorf("the newest packets begin with %+v", mid)
	}
}

// What was possible when it was told, and is excluded by a later frame, is taken back: no end
// leads from CLOSE-WAIT to CLOSING.
func TestBoardRetracts(t *testing.T) {
	b := posted(t, frames(t, "close/simultaneous-close"), func(*explain.Board) {})
	said := strings.Join(lines(b.Trace(1)), "\n")
	for _, want := range []string{"B: " + explain.Retracted, "B c: ESTABLISHED -> FIN-WAIT-1; ", "B c: FIN-WAIT-1 -> CLOSING; "} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is missing in\n%s", want, said)
		}
	}
	if strings.Contains(said, "CLOSE-WAIT") {
		t.Errorf("B was never in CLOSE-WAIT:\n%s", said)
	}
}
