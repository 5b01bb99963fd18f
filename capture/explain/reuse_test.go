package explain_test

import (
	"bytes"
	"context"
	"net/netip"
	"testing"
	"time"

	"netlab/capture"
	"netlab/capture/explain"
	"netlab/capture/follow"
	"netlab/sim/wire"
)

// A SYN in the middle of a connection turns out only at its answer to have begun another one.
// The second reading tells that one from its SYN on, and takes no other conversation for it,
// although one began between the SYN and its answer.
func TestDetailOfReusedPorts(t *testing.T) {
	a, b, c := wire.Endpoint{Host: "A", Port: 4000}, wire.Endpoint{Host: "B", Port: 80}, wire.Endpoint{Host: "A", Port: 5000}
	addr := map[string]netip.Addr{"A": netip.MustParseAddr("10.0.0.1"), "B": netip.MustParseAddr("10.0.0.2")}
	var list []capture.Frame
	for i, p := range []wire.Packet{
		{Src: a, Dst: b, Seg: wire.Segment{Seq: 100, Flags: wire.SYN}},
		{Src: b, Dst: a, Seg: wire.Segment{Seq: 300, Ack: 101, Flags: wire.SYN | wire.ACK}},
		{Src: a, Dst: b, Seg: wire.Segment{Seq: 101, Ack: 301, Flags: wire.ACK}},
		{Src: a, Dst: b, Seg: wire.Segment{Seq: 9000, Flags: wire.SYN}},
		{Src: c, Dst: b, Seg: wire.Segment{Seq: 50, Flags: wire.SYN}},
		{Src: b, Dst: a, Seg: wire.Segment{Seq: 7000, Ack: 9001, Flags: wire.SYN | wire.ACK}},
		{Src: a, Dst: b, Seg: wire.Segment{Seq: 9001, Ack: 7001, Flags: wire.ACK}},
	} {
		p.ID, p.Proto = i+1, wire.TCP
		data, err := capture.Encode(&p, func(h string) netip.Addr { return addr[h] })
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, capture.Frame{Time: time.Unix(1_700_000_000, int64(i)*1e6), Data: data, OrigLen: len(data)})
	}
	var file bytes.Buffer
	if err := capture.WritePcapng(&file, "test", list); err != nil {
		t.Fatal(err)
	}
	rep, err := explain.Read(context.Background(), bytes.NewReader(file.Bytes()), explain.Options{})
	if err != nil || len(rep.Conversations) != 3 {
		t.Fatalf("%d conversations, want 3 (%v)", len(rep.Conversations), err)
	}
	for _, s := range rep.Conversations {
		port, first, rows, open := s.Ends[0].Port(), 1, 4, follow.ThreeWay // the old one shows the SYN, too
		if s.FirstFrame == 4 {
			first, rows = 4, 3
		} else if port == c.Port {
			first, rows, open = 5, 1, follow.UnansweredSyn
		}
		d, err := explain.Detail(context.Background(), bytes.NewReader(file.Bytes()), s, explain.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if d.N != s.N || d.Handshake != open || len(d.Rows) != rows || d.Rows[0].Frame != first || d.Ends != s.Ends {
			t.Errorf("conversation %d is told as %d: open %s, %d rows from frame %d; want %s, %d from %d", s.N, d.N, d.Handshake, len(d.Rows), d.Rows[0].Frame, open, rows, first)
		}
	}
}
