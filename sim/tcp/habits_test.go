package tcp

import (
	"strings"
	"testing"
	"time"

	"netlab/sim/wire"
)

// habit is the quiet profile with one quirk.
func habit(q Quirk) Profile {
	p := quiet
	p.Quirks |= q
	return p
}

// RFC 2883: what came twice is the first block, before what waits out of order.
func TestDuplicateOctetsAreToldBySACK(t *testing.T) {
	p := habit(QuirkDSACK)
	p.UseSACK = true
	d := newDialogue(t, p)
	d.do(OpenActive(99))
	d.arrives(wire.Segment{Seq: 299, Ack: 100, Flags: wire.SYN | wire.ACK, Wnd: 1000, Options: wire.Options{MSS: 1460, SACKPermitted: true}})
	text := func(seq wire.Seq, data string) wire.Options {
		t.Helper()
		s := seg(seq, 100, wire.ACK)
		s.Data = data
		d.arrives(s)
		for _, o := range d.out {
			if o.Effect == EffectSend {
				return o.Seg.Options
			}
		}
		t.Fatal("no ACK")
		return wire.Options{}
	}
	if o := text(300, "hello"); o.NSACK != 0 {
		t.Errorf("nothing came twice and nothing is missing, and yet: %v", o)
	}
	if o := text(300, "hello"); o.NSACK != 1 || o.SACK[0] != (wire.Block{From: 300, To: 305}) {
		t.Errorf("five octets came twice: %v, want the block 300-305", o)
	}
	text(310, "later")
	if o := text(300, "hello"); o.NSACK != 2 || o.SACK[0] != (wire.Block{From: 300, To: 305}) || o.SACK[1] != (wire.Block{From: 310, To: 315}) {
		t.Errorf("the duplicate comes first, then what waits: %v", o)
	}
	if o := text(305, "x"); o.NSACK != 1 || o.SACK[0].From != 310 {
		t.Errorf("a duplicate is told once: %v", o)
	}
}

// A large write goes whole with Minshall's rule; with Nagle's its tail waits.
func TestMinshallLetsTheTailGo(t *testing.T) {
	for _, c := range []struct {
		quirk Quirk
		now   int // octets that go at once
	}{{0, 1460}, {QuirkMinshall, 2000}} {
		p := habit(c.quirk)
		p.Nagle = true
		d := established(t, p)
		d.b.SndWnd = 60000
		d.do(Send(strings.Repeat("x", 2000)))
		if got := d.b.SndNxt.Minus(100); got != c.now {
			t.Errorf("%v: %d octets go at once, want %d", c.quirk, got, c.now)
		}
		d.do(Send("y"))
		if got := d.b.SndNxt.Minus(100); got != c.now {
			t.Errorf("%v: a small segment goes while another is unacknowledged", c.quirk)
		}
	}
}

// The user time-out of the standard counts from SEND, that of Linux from the first
// retransmission.
func TestWhenTheUserTimeoutBegins(t *testing.T) {
	for _, c := range []struct {
		quirk Quirk
		at    time.Duration
	}{{0, 3 * time.Second}, {QuirkLateUserTimeout, 4 * time.Second}} {
		p := habit(c.quirk)
		p.UserTimeout = 3 * time.Second
		d := established(t, p)
		d.do(Send("x"))
		d.wait(c.at - time.Millisecond)
		d.wantState("not yet", wire.StateEstablished)
		d.wait(2 * time.Millisecond)
		d.wantState("nothing was acknowledged for as long as the program would wait", wire.StateClosed)
	}
}

// At a closed window Linux takes a FIN and refuses the ACK of a segment with text; the
// standard has it the other way round (RFC 9293 §3.10.7.4, first).
func TestHabitsAtAClosedWindow(t *testing.T) {
	for _, q := range []Quirk{0, QuirkClosedWindow} {
		full := func() *dialogue {
			d := established(t, habit(q))
			d.do(Send("unacknowledged"))
			s := seg(300, 100, wire.ACK)
			s.Data = strings.Repeat("x", 1000)
			d.arrives(s)
			if d.b.RcvWnd != 0 {
				t.Fatalf("the window is %d", d.b.RcvWnd)
			}
			return d
		}
		d := full()
		s := seg(1300, 114, wire.ACK)
		s.Data = "x"
		d.arrives(s)
		if taken := d.b.SndUna == 114; taken != (q == 0) {
			t.Errorf("%v: the ACK of a segment with text at a closed window counts: %v", q, taken)
		}
		d = full()
		d.arrives(seg(1300, 100, wire.FIN|wire.ACK))
		if taken := d.b.State == wire.StateCloseWait; taken != (q != 0) {
			t.Errorf("%v: a FIN at a closed window is taken: %v", q, taken)
		}
	}
}

// Linux calls an ACK too old by what was ever acknowledged, RFC 5961 §5.2 by the largest
// window.
func TestHowFarBackAnAckMayLie(t *testing.T) {
	for _, c := range []struct {
		quirk  Quirk
		answer bool
	}{{0, false}, {QuirkOldAckBound, true}} {
		p := habit(c.quirk)
		p.Challenge = true
		d := established(t, p) // nothing was ever acknowledged but the SYN
		d.arrives(seg(300, 90, wire.ACK))
		if answered := len(d.sent) > 0; answered != c.answer {
			t.Errorf("%v: an ACK ten octets back is answered: %v, want %v", c.quirk, answered, c.answer)
		}
	}
}

// A connection that no program has any more is given up sooner (Linux: tcp_orphan_retries).
func TestOrphansAreGivenUpSooner(t *testing.T) {
	p := quiet
	p.OrphanRetries, p.DataRetries = 2, 6
	for _, orphan := range []bool{false, true} {
		d := established(t, p)
		d.do(Close())
		if orphan {
			d.do(Orphan())
		}
		d.sent = nil
		d.wait(10 * time.Minute)
		want := 6
		if orphan {
			want = 2
		}
		if len(d.sent) != want {
			t.Errorf("orphan %v: the FIN went again %d times, want %d", orphan, len(d.sent), want)
		}
		d.wantState("given up", wire.StateClosed)
	}
}

// RFC 9293 §3.7.1 (MUST-16), RFC 6691 §2: options take their room from the text. What tells the
// peer of holes is not longer than its MSS, when it is sent and when it is sent again.
func TestBlocksTakeRoomFromText(t *testing.T) {
	for _, stamps := range []bool{false, true} {
		p := quiet
		p.UseSACK, p.UseTS, p.RcvBuf = true, stamps, 10_000
		d := newDialogue(t, p)
		d.do(OpenActive(99))
		d.arrives(wire.Segment{Seq: 299, Ack: 100, Flags: wire.SYN | wire.ACK, Wnd: 10_000, Options: wire.Options{MSS: 1460, SACKPermitted: true, HasTimestamps: stamps}})
		for _, seq := range []wire.Seq{310, 330} {
			s := seg(seq, 100, wire.ACK)
			s.Data, s.Wnd, s.Options.HasTimestamps = "later", 10_000, stamps
			d.arrives(s)
		}
		room := 1460 - 4 - 2*8
		if stamps {
			room -= timestampOctets
		}
		d.do(Send(strings.Repeat("x", 2*room)))
		sends := 0
		for range 2 {
			for _, o := range d.out {
				if o.Effect != EffectSend {
					continue
				}
				if sends++; len(o.Seg.Data) != room || o.Seg.Options.NSACK != 2 {
					t.Errorf("time stamps %v: %d octets of text beside %d blocks, want %d beside 2", stamps, len(o.Seg.Data), o.Seg.Options.NSACK, room)
				}
			}
			d.now += d.b.RTO
			d.do(Expire(TimerRetransmit))
		}
		if sends != 3 {
			t.Errorf("time stamps %v: %d segments, want two, and the first once more", stamps, sends)
		}
	}
}
