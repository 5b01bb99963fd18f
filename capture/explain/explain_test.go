package explain_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"netlab/capture"
	"netlab/capture/explain"
	"netlab/capture/filter"
	"netlab/capture/read"
	"netlab/sim"
	"netlab/sim/library"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// frames plays a scenario of the library and returns what a capture of it holds.
func frames(t testing.TB, name string) []capture.Frame {
	t.Helper()
	text, file, ok := library.Text(name)
	if !ok {
		t.Fatalf("no scenario %s", name)
	}
	s, err := scenario.Parse(file, text)
	if err != nil {
		t.Fatal(err)
	}
	list, err := capture.Frames(sim.Run(s, sim.Options{Profile: tcp.Linux}), time.Unix(1_700_000_000, 0))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func detail(t testing.TB, list []capture.Frame) *explain.Conversation {
	t.Helper()
	var file bytes.Buffer
	if err := capture.WritePcapng(&file, "test", list); err != nil {
		t.Fatal(err)
	}
	rep, err := explain.Read(context.Background(), bytes.NewReader(file.Bytes()), explain.Options{})
	if err != nil || len(rep.Conversations) != 1 || rep.Packets != len(list) {
		t.Fatalf("%d packets, %v, %+v", len(list), err, rep)
	}
	c, err := explain.Detail(context.Background(), bytes.NewReader(file.Bytes()), rep.Conversations[0], explain.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The trace of a capture says with which frame a state is entered at the earliest, and which
// frame proves it; a segment's cause is what it acknowledges.
func TestTraceSaysWhatProvesIt(t *testing.T) {
	c := detail(t, frames(t, "close/simultaneous-close"))
	var states []string
	for i := range c.Trace.Events {
		e := &c.Trace.Events[i]
		if e.Source != trace.Capture || e.N != i+1 {
			t.Fatalf("event %d has number %d and source %s", i+1, e.N, e.Source)
		}
		if e.Kind == trace.State {
			states = append(states, fmt.Sprintf("%d %s %s (%s)", e.Frame, e.Host, e.To, e.CauseBy))
		}
	}
	want := `1 A SYN-SENT (proven by this frame)
1 B LISTEN (proven by this frame)
2 A ESTABLISHED (proven by frame 3)
2 B SYN-RECEIVED (proven by this frame)
3 B ESTABLISHED (proven by frame 5)
4 A FIN-WAIT-1 (proven by this frame)
5 A CLOSING (proven by frame 7)
5 B FIN-WAIT-1 (proven by this frame)
5 B CLOSING (proven by frame 6)
6 A TIME-WAIT (at the earliest)
7 B TIME-WAIT (at the earliest)`
	if got := strings.Join(states, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if cause := c.Trace.At(c.Rows[1].Event).Cause; c.Trace.At(cause).Seg.Flags != wire.SYN {
		t.Error("the SYN,ACK is not caused by the SYN")
	}
}

// A capture's trace is written as JSON and read back as the same.
func TestTraceIsReadBack(t *testing.T) {
	c := detail(t, frames(t, "congestion/newreno"))
	var b bytes.Buffer
	if err := c.Trace.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	again, err := trace.ReadJSON(&b)
	if err != nil || len(again.Events) != len(c.Trace.Events) || again.Source != trace.Capture {
		t.Fatalf("%v, %d events of %d", err, len(again.Events), len(c.Trace.Events))
	}
}

// What is told as packets come is what is told of the file afterwards.
func TestStreamTellsTheSame(t *testing.T) {
	list := frames(t, "data/lost-and-repeated")
	c := detail(t, list)
	all, err := filter.Parse("tcp port 80")
	if err != nil {
		t.Fatal(err)
	}
	var labels, found []string
	s := explain.NewStream(all, func(told *explain.Told) {
		labels = append(labels, told.Row.Label)
		for i := range told.Row.Findings {
			found = append(found, told.Row.Findings[i].Text())
		}
	})
	for i := range list {
		if !s.Packet(1, &list[i]) {
			t.Errorf("frame %d is not picked", i+1)
		}
	}
	for i := range c.Rows {
		if i >= len(labels) || labels[i] != c.Rows[i].Label {
			t.Fatalf("row %d: %q, the file says %q", i, labels, c.Rows[i].Label)
		}
	}
	if rep := s.Finish(); len(rep.Conversations) != 1 || len(found) == 0 || !strings.Contains(found[0], "again") {
		t.Errorf("%d conversations, found %q", len(rep.Conversations), found)
	}
	none, err := filter.Parse("udp")
	if err != nil {
		t.Fatal(err)
	}
	if explain.NewStream(none, func(*explain.Told) { t.Error("told") }).Packet(1, &list[0]) {
		t.Error("a TCP segment is picked by: udp")
	}
}

// A cut file tells what it held before the cut; a file that is none is refused.
func TestCutFile(t *testing.T) {
	var file bytes.Buffer
	list := frames(t, "close/simultaneous-close")
	if err := capture.WritePcapng(&file, "test", list); err != nil {
		t.Fatal(err)
	}
	rep, err := explain.Read(context.Background(), bytes.NewReader(file.Bytes()[:file.Len()-10]), explain.Options{})
	var cut *read.Error
	if err != nil || rep.Packets != len(list)-1 || !errors.As(rep.Broken, &cut) || cut.Offset == 0 {
		t.Errorf("%v: %d packets, %v", err, rep.Packets, rep.Broken)
	}
	if _, err := explain.Read(context.Background(), strings.NewReader("no capture at all, only words"), explain.Options{}); err == nil {
		t.Error("words are read as a capture")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	many := bytes.Repeat(packet(), 1<<15)
	if _, err := explain.Read(ctx, bytes.NewReader(append(header(), many...)), explain.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Ctrl-C is not heard: %v", err)
	}
}

// header and packet make a classic file of raw IP with records of no octets.
func header() []byte {
	return []byte{0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 101, 0, 0, 0}
}
func packet() []byte { return make([]byte, 16) }
