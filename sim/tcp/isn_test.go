package tcp

import (
	"testing"
	"time"

	"netlab/sim/wire"
)

// RFC 9293 §3.4.1: the number has a part that the clock drives (MUST-8), one that nobody
// can compute without the secret (MUST-9), and a new connection between the same sockets
// begins beyond the old one (SHLD-1).
func TestISN(t *testing.T) {
	a, b := wire.Endpoint{Host: "A", Port: 40000}, wire.Endpoint{Host: "B", Port: 80}
	first := ISN(0, a, b, 1)
	if got := ISN(4*time.Second, a, b, 1).Minus(first); got != 1_000_000 {
		t.Errorf("in four seconds it moves on by %d, want a million: one every four microseconds", got)
	}
	if ISN(0, a, b, 2) == first {
		t.Error("another secret gives the same number")
	}
	if ISN(0, b, a, 1) == first || ISN(0, a, wire.Endpoint{Host: "B", Port: 81}, 1) == first {
		t.Error("other sockets have the same number")
	}
	seen := map[wire.Seq]bool{}
	for secret := range uint64(1000) {
		seen[ISN(0, a, b, secret)>>24] = true
	}
	if len(seen) < 200 {
		t.Errorf("the first octet takes only %d values: who does not know the secret could guess", len(seen))
	}
}

// RFC 6298 §3, Karn's rule (MUST-18): a segment that was sent twice is never timed, for
// nobody knows which of the two the ACK answers.
func TestKarnsRule(t *testing.T) {
	d := established(t, quiet)
	before := d.b.SRTT
	d.do(Send("x"))
	d.wait(1500 * time.Millisecond) // the retransmission timer has gone off once
	d.arrives(seg(300, 101, wire.ACK))
	if d.b.SRTT != before {
		t.Errorf("SRTT %v, want %v as before: the ACK is ambiguous", d.b.SRTT, before)
	}
	if d.b.RTO < 2*time.Second {
		t.Errorf("RTO %v: the back-off stays until a new segment is timed", d.b.RTO)
	}
	d.do(Send("y"))
	d.now += 30 * time.Millisecond
	d.arrives(seg(300, 102, wire.ACK))
	if d.b.SRTT == before {
		t.Error("a segment that was sent once is timed")
	}
}
