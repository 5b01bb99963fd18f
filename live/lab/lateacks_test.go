package lab

import (
	"net/netip"
	"testing"
	"time"

	"netlab/capture"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A kernel keeps the acknowledgment of a FIN back for 200 ms at most. One that came later tells
// of a machine that stood still, and of nothing else: not what had to be sent again first, not a
// host that answers in time and is sent the FIN once more.
func TestLateAck(t *testing.T) {
	a, b := netip.MustParseAddrPort("10.0.0.1:4000"), netip.MustParseAddrPort("10.0.0.2:80")
	at := func(ms int) time.Time { return time.Unix(0, 0).Add(time.Duration(ms) * time.Millisecond) }
	recv := func(ms int, seq wire.Seq, flags wire.Flags, data string) happening { // from B, at A
		return happening{kind: trace.Recv, at: at(ms), pkt: capture.Packet{Src: b, Dst: a, Proto: wire.TCP, Seg: wire.Segment{Seq: seq, Ack: 1, Flags: flags, Data: data}}}
	}
	acks := func(ms int, ack wire.Seq) happening { // from A
		return happening{kind: trace.Send, at: at(ms), pkt: capture.Packet{Src: a, Dst: b, Proto: wire.TCP, Seg: wire.Segment{Seq: 1, Ack: ack, Flags: wire.ACK}}}
	}
	const fin, puppet = wire.FIN | wire.ACK, 2
	damaged, toPuppet := recv(0, 100, fin, ""), recv(0, 100, fin, "")
	damaged.damaged, toPuppet.to = true, puppet
	for _, c := range []struct {
		name string
		seen []happening
		want time.Duration
	}{
		{"in time", []happening{recv(0, 100, fin, ""), acks(40, 101)}, 0},
		{"as late as a kernel may be", []happening{recv(0, 100, fin, ""), acks(200, 101)}, 0},
		{"too late", []happening{recv(0, 100, fin, ""), acks(260, 101)}, 260 * time.Millisecond},
		{"too late, and the FIN was sent again meanwhile", []happening{recv(0, 100, fin, ""), recv(230, 100, fin, ""), acks(260, 101)}, 260 * time.Millisecond},
		{"data before it was missing", []happening{recv(0, 103, fin, ""), acks(1, 100), recv(900, 100, wire.ACK, "abc"), acks(901, 104)}, 0},
		{"an ACK that does not cover it does not count", []happening{recv(0, 100, fin, ""), acks(10, 100), acks(300, 101)}, 300 * time.Millisecond},
		{"never acknowledged", []happening{recv(0, 100, fin, "")}, 0},
		{"data may wait for as long as its reader likes", []happening{recv(0, 100, wire.ACK, "abc"), acks(900, 103)}, 0},
		{"what was damaged has to be sent again", []happening{damaged, recv(230, 100, fin, ""), acks(231, 101)}, 0},
		{"a puppet answers when the script says so", []happening{toPuppet, acks(300, 101)}, 0},
	} {
		if got := lateAck(c.seen, func(host int) bool { return host == puppet }); got != c.want {
			t.Errorf("%s: late by %v, want %v", c.name, got, c.want)
		}
	}
}
