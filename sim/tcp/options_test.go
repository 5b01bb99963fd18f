package tcp

import (
	"testing"

	"netlab/sim/wire"
)

// scaled is quiet with a window scale of 4 and more room.
var scaled = func() Profile {
	p := quiet
	p.UseWScale, p.WScale = true, 4
	p.RcvBuf, p.SynWnd = 10000, 10000
	return p
}()

var scale7 = wire.Options{MSS: 1460, HasWScale: true, WScale: 7}

// RFC 7323 §2.2 and §2.3: windows are scaled once both ends have offered it, and never in a
// segment with a SYN.
func TestWindowScale(t *testing.T) {
	open := func(p Profile) *dialogue {
		d := newDialogue(t, p)
		d.do(OpenActive(99))
		d.arrives(wire.Segment{Seq: 299, Ack: 100, Flags: wire.SYN | wire.ACK, Wnd: 1000, Options: scale7})
		return d
	}
	want := func(d *dialogue, why string, wnd uint32) {
		t.Helper()
		if d.b.SndWnd != wnd {
			t.Errorf("%s: SND.WND %d, want %d", why, d.b.SndWnd, wnd)
		}
	}
	d := open(scaled)
	want(d, "the window of a SYN,ACK", 1000)
	d.arrives(seg(300, 100, wire.ACK))
	want(d, "both ends offered it", 1000<<7)

	d = open(quiet)
	d.arrives(seg(300, 100, wire.ACK))
	want(d, "only the peer offered it", 1000)

	d = newDialogue(t, scaled)
	d.do(OpenActive(99))
	d.arrives(wire.Segment{Seq: 299, Flags: wire.SYN, Wnd: 1000, Options: scale7})
	d.arrives(wire.Segment{Seq: 299, Ack: 100, Flags: wire.SYN | wire.ACK, Wnd: 1000, Options: scale7})
	d.wantState("a simultaneous open", wire.StateEstablished)
	want(d, "the SYN,ACK that completes it is a SYN too", 1000)
}

// SHLD-14: the right edge of the window never moves left, although a scaled window can tell
// multiples of 16 octets only (RFC 7323 §2.4).
func TestTheRightEdgeNeverMovesLeft(t *testing.T) {
	d := newDialogue(t, scaled)
	d.do(OpenActive(99))
	d.arrives(wire.Segment{Seq: 299, Ack: 100, Flags: wire.SYN | wire.ACK, Wnd: 1000, Options: scale7})
	edge := wire.Seq(300 + 10000)
	for range 20 {
		d.sent = nil
		d.arrives(wire.Segment{Seq: d.b.RcvNxt, Ack: 100, Flags: wire.ACK, Wnd: 1000, Data: "12345"})
		s := d.sent[0]
		if now := s.Ack.Add(int(s.Wnd) << 4); now.Before(edge) {
			t.Fatalf("%s with window %d: the right edge %s was %s before", s, s.Wnd, now, edge)
		} else {
			edge = now
		}
	}
}
