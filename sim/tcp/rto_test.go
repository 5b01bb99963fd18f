package tcp

import (
	"strings"
	"testing"
	"time"

	"netlab/sim/wire"
)

// RFC 6298 §2: SRTT, RTTVAR and RTO after two samples, 100 ms and 260 ms.
func TestRoundTripsMakeTheTimeOut(t *testing.T) {
	p := quiet
	p.MinRTO = time.Millisecond
	d := established(t, p)
	for _, c := range []struct {
		sample, srtt, rttvar, rto time.Duration
	}{
		{100, 100, 50, 300}, // the first: SRTT = R, RTTVAR = R/2, RTO = SRTT + 4*RTTVAR
		{260, 120, 77500 * time.Microsecond / time.Millisecond, 430},
	} {
		d.do(Send("x"))
		d.now += c.sample * time.Millisecond
		d.arrives(seg(300, d.b.SndNxt, wire.ACK))
		if got, want := d.b.SRTT, c.srtt*time.Millisecond; got != want {
			t.Errorf("after a round trip of %d ms SRTT %v, want %v", c.sample, got, want)
		}
		if got, want := d.b.RTTVar.Truncate(time.Millisecond), c.rttvar*time.Millisecond; got != want {
			t.Errorf("after a round trip of %d ms RTTVAR %v, want %v", c.sample, got, want)
		}
		if got, want := d.b.RTO, c.rto*time.Millisecond; got != want {
			t.Errorf("after a round trip of %d ms RTO %v, want %v", c.sample, got, want)
		}
	}
}

// RFC 6298 §5.3: an ACK of new octets restarts the timer for what is left, which counts as
// sent just now.
func TestAckOfAPartRestartsTheTimer(t *testing.T) {
	p := quiet
	p.MSS = 100
	d := established(t, p)
	d.do(Send(strings.Repeat("x", 200)))
	d.now += 600 * time.Millisecond
	d.arrives(seg(300, 200, wire.ACK))
	d.sent = nil
	rto := d.b.RTO
	d.wait(rto - time.Millisecond)
	d.wantSends("a whole RTO begins with the ACK")
	d.wait(2 * time.Millisecond)
	d.wantSends("and then what is left comes again",
		wire.Segment{Seq: 200, Ack: 300, Flags: wire.PSH | wire.ACK, Data: strings.Repeat("x", 100)})
}

// RFC 6298 §5.7: when the SYN had to be repeated, data starts with an RTO of 3 seconds.
func TestRepeatedSynSlowsTheDataDown(t *testing.T) {
	d := newDialogue(t, quiet)
	d.do(OpenActive(99))
	d.wait(time.Second)
	d.arrives(seg(299, 100, wire.SYN|wire.ACK))
	if d.b.RTO != 3*time.Second {
		t.Errorf("RTO %v, want 3s", d.b.RTO)
	}
}

// RFC 9293 §3.8.3 (MUST-21): the user time-out counts from when the data was sent, and no
// retransmission starts it anew.
func TestUserTimeoutCountsFromTheFirstTime(t *testing.T) {
	p := quiet
	p.UserTimeout = 5 * time.Second
	d := established(t, p)
	d.do(Send("hello"))
	d.wait(4900 * time.Millisecond)
	d.wantState("not yet", wire.StateEstablished)
	d.wait(200 * time.Millisecond)
	d.wantState("five seconds without an ACK", wire.StateClosed)
	d.wantSignal("the program is told", wire.ETIMEDOUT)
}

// RFC 9293 §3.8.6.3, MUST-40: an ACK waits for less than half a second.
func TestAckWaitsLessThanHalfASecond(t *testing.T) {
	for _, p := range Profiles() {
		p.MSS, p.UseTS, p.UseSACK, p.UseWScale = 1460, false, false, false
		d := accepted(t, p)
		for seq := wire.Seq(300); seq < 340; seq++ { // more than Linux acknowledges at once
			d.arrives(wire.Segment{Seq: seq, Ack: 100, Flags: wire.ACK, Wnd: 1000, Data: "x"})
			d.wait(499 * time.Millisecond)
			d.wantSends("the ACK, by itself", wire.Segment{Seq: 100, Ack: seq + 1, Flags: wire.ACK})
		}
	}
}

// keptAlive asks after 10 s of silence, then every 2 s, three times.
func keptAlive(t *testing.T) *dialogue {
	t.Helper()
	p := quiet
	p.KeepAlive, p.KeepIdle, p.KeepInterval, p.KeepCount = true, 10*time.Second, 2*time.Second, 3
	return established(t, p)
}

// RFC 9293 §3.8.4, MUST-29: a connection ends only after several keep-alives in a row without
// an answer; each answer begins the count anew.
func TestAnAnswerBeginsTheCountOfKeepAlivesAnew(t *testing.T) {
	d := keptAlive(t)
	for range 2 * d.b.Profile.KeepCount {
		d.wait(10 * time.Second)
		d.wantSends("an old number and no text", wire.Segment{Seq: 99, Ack: 300, Flags: wire.ACK})
		d.arrives(seg(300, 100, wire.ACK))
	}
	d.wantState("the peer has answered each time", wire.StateEstablished)
}

// RFC 9293 §3.8.4, MUST-26: with data outstanding there is nothing to ask.
func TestNoKeepAliveBesideData(t *testing.T) {
	d := keptAlive(t)
	d.do(Send("hello"))
	d.sent = nil
	d.wait(60 * time.Second)
	for _, s := range d.sent {
		if s.Data == "" {
			t.Errorf("sends %s while data asks already", s)
		}
	}
}

// RFC 9293 §3.8.3: R2 counts the time-outs of one segment; a segment that gets through
// begins the count anew.
func TestProgressBeginsTheCountOfTimeoutsAnew(t *testing.T) {
	p := quiet
	p.DataRetries = 3
	d := established(t, p)
	for range 4 {
		d.do(Send("x"))
		d.wait(d.b.RTO)
		d.wait(d.b.RTO)
		d.wantState("two time-outs are not too many", wire.StateEstablished)
		d.arrives(seg(300, d.b.SndNxt, wire.ACK))
	}
	d.do(Send("x"))
	d.wait(time.Hour)
	d.wantState("but nobody tries for ever", wire.StateClosed)
}
