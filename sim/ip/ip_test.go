package ip

import (
	"strings"
	"testing"
	"time"

	"netlab/sim/wire"
)

func datagram(n int) wire.Packet {
	return wire.Packet{Proto: wire.UDP, Src: wire.Endpoint{Host: "A", Port: 1}, Dst: wire.Endpoint{Host: "B", Port: 2},
		Dgram: wire.Datagram{Data: strings.Repeat("x", n)}}
}

// RFC 791 §3.1 and §3.2: the offset counts in units of eight octets, so every fragment but
// the last is a multiple of eight long, and none is longer than the link's MTU.
func TestFragmentsCountInEights(t *testing.T) {
	for _, mtu := range []int{576, 1006, 1500, 1501, 1507} {
		next := 0
		for _, p := range Split(datagram(4000), mtu, 7) {
			f := p.Dgram.Frag
			switch {
			case f.Offset != next || f.Offset%8 != 0:
				t.Errorf("MTU %d: a fragment begins at %d, want %d, a multiple of eight", mtu, f.Offset, next)
			case f.Len+wire.IPHeaderLen > mtu:
				t.Errorf("MTU %d: a fragment of %d octets", mtu, f.Len+wire.IPHeaderLen)
			}
			next += f.Len
		}
		if next != 4000+wire.UDPHeaderLen {
			t.Errorf("MTU %d: %d octets in all", mtu, next)
		}
	}
}

// RFC 1122 §3.3.2: what is incomplete is thrown away after a while, and what comes later
// does not complete it.
func TestFragmentsDoNotWaitForEver(t *testing.T) {
	parts := Split(datagram(2000), 1500, 7)
	r := Reassembler{Patience: Patience}
	if _, ok := r.Add(0, parts[0]); ok {
		t.Fatal("whole with one of two fragments")
	}
	if lost := r.Expire(Patience - time.Nanosecond); len(lost) != 0 {
		t.Errorf("%d thrown away too early", len(lost))
	}
	if lost := r.Expire(Patience); len(lost) != 1 || lost[0] == nil || !lost[0].Late {
		t.Errorf("%v thrown away after %v, want one, and its sender told: the first fragment had come", lost, Patience)
	}
	if _, ok := r.Add(Patience, parts[1]); ok {
		t.Error("whole although the first fragment was thrown away")
	}
}
