package tcp

import (
	"strings"
	"testing"
	"time"

	"netlab/sim/wire"
)

// inState leads an endpoint into each of the eleven states.
func inState(t *testing.T, s wire.State) *dialogue {
	t.Helper()
	d := established(t, quiet)
	switch s {
	case wire.StateClosed:
		return newDialogue(t, quiet)
	case wire.StateListen:
		d = newDialogue(t, quiet)
		d.do(OpenPassive())
	case wire.StateSynSent:
		d = newDialogue(t, quiet)
		d.do(OpenActive(99))
	case wire.StateSynReceived:
		d = newDialogue(t, quiet)
		d.do(OpenPassive())
		d.arrives(seg(299, 0, wire.SYN))
	case wire.StateEstablished:
	case wire.StateFinWait1:
		d.do(Close())
	case wire.StateFinWait2:
		d.do(Close())
		d.arrives(seg(300, 101, wire.ACK))
	case wire.StateCloseWait:
		d.arrives(seg(300, 100, wire.FIN|wire.ACK))
	case wire.StateClosing:
		d.do(Close())
		d.arrives(seg(300, 100, wire.FIN|wire.ACK))
	case wire.StateLastAck:
		d.arrives(seg(300, 100, wire.FIN|wire.ACK))
		d.do(Close())
	case wire.StateTimeWait:
		d.do(Close())
		d.arrives(seg(300, 101, wire.FIN|wire.ACK))
	}
	d.sent = nil
	d.wantState("led there", s)
	return d
}

// RFC 9293 §3.10.1 to §3.10.5: what each call does in each state. "ok" means
// accepted; otherwise the standard's words of refusal.
func TestUserCallsInEveryState(t *testing.T) {
	const exists, none, closing, unspecified = "connection already exists", "connection does not exist", "connection closing", "foreign socket unspecified"
	for _, row := range []struct {
		state                             wire.State
		open, send, receive, close, abort string
	}{
		{wire.StateClosed, "ok", none, none, none, none},
		{wire.StateListen, "ok", unspecified, "ok", "ok", "ok"},
		{wire.StateSynSent, exists, "ok", "ok", "ok", "ok"},
		{wire.StateSynReceived, exists, "ok", "ok", "ok", "ok"},
		{wire.StateEstablished, exists, "ok", "ok", "ok", "ok"},
		{wire.StateFinWait1, exists, closing, "ok", closing, "ok"},
		{wire.StateFinWait2, exists, closing, "ok", closing, "ok"},
		{wire.StateCloseWait, exists, "ok", closing, "ok", "ok"},
		{wire.StateClosing, exists, closing, closing, closing, "ok"},
		{wire.StateLastAck, exists, closing, closing, closing, "ok"},
		{wire.StateTimeWait, exists, closing, closing, closing, "ok"},
	} {
		for _, c := range []struct {
			name, want string
			in         Input
		}{
			{"OPEN", row.open, OpenActive(500)}, {"SEND", row.send, Send("x")}, {"RECEIVE", row.receive, Receive(10)},
			{"CLOSE", row.close, Close()}, {"ABORT", row.abort, Abort()},
		} {
			t.Run(c.name+" in "+row.state.String(), func(t *testing.T) {
				d := inState(t, row.state)
				before := d.b
				d.do(c.in)
				if c.want == "ok" {
					for _, o := range d.out {
						if o.Effect == EffectRefuse {
							t.Errorf("refused: %v", o.Err)
						}
					}
					return
				}
				d.wantRefused("the standard says so", c.name+" in "+row.state.String()+": "+c.want)
				if d.b != before {
					t.Error("a refused call has changed the endpoint")
				}
			})
		}
	}
}

// RFC 9293 §3.10.5: ABORT sends a RST only where the peer has something to forget.
func TestAbortSendsResetOnlyWhenThePeerKnows(t *testing.T) {
	for state, resets := range map[wire.State]bool{
		wire.StateListen: false, wire.StateSynSent: false, wire.StateSynReceived: true, wire.StateEstablished: true,
		wire.StateFinWait1: true, wire.StateFinWait2: true, wire.StateCloseWait: true,
		wire.StateClosing: false, wire.StateLastAck: false, wire.StateTimeWait: false,
	} {
		d := inState(t, state)
		d.do(Abort())
		d.wantState("aborted in "+state.String(), wire.StateClosed)
		if got := len(d.sent) == 1 && d.sent[0].Flags.Has(wire.RST); got != resets {
			t.Errorf("ABORT in %s sends %v, want a RST: %v", state, d.sent, resets)
		}
	}
}

// RFC 9293 §3.10.7.4, Table 6: the window's edges.
func TestAcceptabilityAtTheEdges(t *testing.T) {
	for _, c := range []struct {
		name   string
		seq    wire.Seq
		data   string
		taken  int // octets delivered
		answer bool
	}{
		{"first octet expected", 300, "ab", 2, true},
		{"last octet in the window", 1299, "a", 0, true},
		{"first octet beyond the window", 1300, "a", 0, true},
		{"old octets only", 290, "ab", 0, true},
		{"old and new octets: the old are cut off", 298, "abcd", 2, true},
		{"empty, in the window", 300, "", 0, false},
		{"empty, at the right edge: out", 1300, "", 0, true},
		{"empty, left of the window", 299, "", 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := established(t, quiet)
			d.arrives(wire.Segment{Seq: c.seq, Ack: 100, Flags: wire.ACK, Wnd: 1000, Data: c.data})
			if got := d.b.Readable(); got != c.taken {
				t.Errorf("%d octets taken, want %d", got, c.taken)
			}
			if got := len(d.sent) > 0; got != c.answer {
				t.Errorf("answers: %v, want an answer: %v", d.sent, c.answer)
			}
		})
	}
}

// SHLD-31: what comes early waits, a FIN behind a hole too, and is neither taken
// too soon nor forgotten.
func TestOutOfOrderWithFinBehindTheHole(t *testing.T) {
	d := established(t, quiet)
	d.arrives(wire.Segment{Seq: 305, Ack: 100, Flags: wire.FIN | wire.ACK, Wnd: 1000, Data: "world"})
	d.wantSends("the ACK still names the missing octet", wire.Segment{Seq: 100, Ack: 300, Flags: wire.ACK})
	d.wantState("the FIN does not count yet", wire.StateEstablished)
	d.arrives(wire.Segment{Seq: 300, Ack: 100, Flags: wire.ACK, Wnd: 1000, Data: "hello"})
	d.wantSends("one ACK for all of it and the FIN", wire.Segment{Seq: 100, Ack: 311, Flags: wire.ACK})
	d.wantState("now it counts", wire.StateCloseWait)
	d.do(Receive(100))
	if got := d.out[0].Data; got != "helloworld" {
		t.Errorf("delivered %q", got)
	}
}

// RFC 9293 §3.5.2: how a RST is numbered.
func TestResetNumbers(t *testing.T) {
	for _, c := range []struct {
		name string
		in   wire.Segment
		want []wire.Segment
	}{
		{"with ACK: the RST takes its number from it", seg(5, 77, wire.ACK), []wire.Segment{{Seq: 77, Flags: wire.RST}}},
		{"without: number 0, and it acknowledges everything", wire.Segment{Seq: 5, Flags: wire.SYN | wire.FIN, Data: "ab"},
			[]wire.Segment{{Seq: 0, Ack: 9, Flags: wire.RST | wire.ACK}}},
		{"a RST is never answered", seg(5, 77, wire.RST|wire.ACK), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDialogue(t, quiet)
			d.arrives(c.in)
			d.wantSends(c.name, c.want...)
		})
	}
}

// RFC 9293 §3.10.7.4, second, and RFC 5961 §3.2.
func TestResetInTheWindow(t *testing.T) {
	strict := quiet
	strict.Challenge = true
	d := established(t, strict)
	d.arrives(seg(400, 0, wire.RST))
	d.wantState("an inexact RST might be forged", wire.StateEstablished)
	d.wantSends("so the peer is asked", wire.Segment{Seq: 100, Ack: 300, Flags: wire.ACK})
	d.arrives(seg(300, 0, wire.RST))
	d.wantState("the exact number is believed", wire.StateClosed)
	d.wantSignal("and the program is told", wire.ECONNRESET)

	d = established(t, quiet)
	d.arrives(seg(1300, 0, wire.RST))
	d.wantState("outside the window it is dropped", wire.StateEstablished)
	d.wantSends("and a RST is never answered")
}

// RFC 6298 §5.5, RFC 9293 §3.8.3: SYNs at 0, 1, 3, 7, …, for at least three minutes
// (MUST-23), and then no more.
func TestSynBackOffAndGivingUp(t *testing.T) {
	d := newDialogue(t, quiet)
	d.do(OpenActive(99))
	var at []time.Duration
	for d.b.State == wire.StateSynSent {
		timer, when := d.b.NextDeadline()
		if when == 0 {
			t.Fatal("no timer runs in SYN-SENT")
		}
		d.now = when
		d.sent = nil
		d.do(Expire(timer))
		if len(d.sent) > 0 {
			at = append(at, when)
		}
	}
	want := []time.Duration{1, 3, 7, 15, 31, 63, 123}
	if len(at) != len(want) {
		t.Fatalf("repeated at %v, want seconds %v", at, want)
	}
	for i := range want {
		if at[i] != want[i]*time.Second {
			t.Errorf("repetition %d at %v, want %d s", i+1, at[i], want[i])
		}
	}
	d.wantSignal("the program learns that nobody answered", wire.ETIMEDOUT)
}

// RFC 9293 §3.8.3: from R1 on IP and the program are warned (MUST-20, SHLD-9), at R2 the
// connection is closed. R1 is three time-outs (SHLD-10), R2 at least 100 s for data
// (SHLD-11) and three minutes for a SYN (MUST-22, MUST-23); the program may set its own.
func TestR1AndR2(t *testing.T) {
	custom := quiet
	custom.UserTimeout = 5 * time.Second
	for _, c := range []struct {
		name      string
		p         Profile
		open      bool
		r2, until time.Duration // it ends in between
	}{
		{"textbook, data", Textbook, true, 100 * time.Second, time.Hour},
		{"textbook, SYN", Textbook, false, 180 * time.Second, time.Hour},
		{"rfc9293, data", RFC9293, true, 100 * time.Second, time.Hour},
		{"rfc9293, SYN", RFC9293, false, 180 * time.Second, time.Hour},
		{"linux, data", Linux, true, 100 * time.Second, time.Hour},
		{"the program's own R2", custom, true, 5 * time.Second, 5 * time.Second},
	} {
		d := newDialogue(t, c.p)
		if c.open {
			d = established(t, c.p)
			d.do(Send("hello"))
		} else {
			d.do(OpenActive(99))
		}
		begun, warned := d.now, 0
		for timeouts := 0; d.b.State != wire.StateClosed; timeouts++ {
			timer, at := d.b.NextDeadline()
			if at == 0 {
				t.Fatalf("%s: no timer runs in %s", c.name, d.b.State)
			}
			if want := c.open && c.p.WarnProgram && d.b.Retries >= 3; d.b.InTrouble() != want {
				t.Errorf("%s: after %d time-outs in trouble is %v", c.name, timeouts, !want)
			}
			d.now = at
			d.do(Expire(timer))
			for _, o := range d.out {
				if o.Effect == EffectAdvise {
					warned++
					if timeouts != 2 {
						t.Errorf("%s: R1 is reached with time-out %d, want the third", c.name, timeouts+1)
					}
				}
			}
		}
		if took := d.now - begun; took < c.r2 || took > c.until {
			t.Errorf("%s: R2 is %v, want %v to %v", c.name, took, c.r2, c.until)
		}
		if warned != 1 && c.r2 != c.until {
			t.Errorf("%s: warned %d times, want once", c.name, warned)
		}
		d.wantSignal(c.name+": the program is told at R2", wire.ETIMEDOUT)
	}
}

// Linux repeats the first SYNs every second (measured: 0, 1, 2, 3, 4, 5, 7, 11, 19 s).
func TestLinuxSynTimes(t *testing.T) {
	d := newDialogue(t, Linux)
	d.do(OpenActive(99))
	for i, want := range []time.Duration{1, 2, 3, 4, 5, 7, 11, 19} {
		timer, when := d.b.NextDeadline()
		if when != want*time.Second {
			t.Errorf("repetition %d at %v, want %d s", i+1, when, want)
		}
		d.now = when
		d.do(Expire(timer))
	}
}

// Lost data and a lost FIN come again; an ACK stops the timer.
func TestRetransmission(t *testing.T) {
	d := established(t, quiet)
	d.do(Send("hello"))
	first := wire.Segment{Seq: 100, Ack: 300, Flags: wire.PSH | wire.ACK, Data: "hello"}
	d.wantSends("the data", first)
	d.wait(time.Second)
	d.wantSends("no ACK within the RTO: again", first)
	d.wait(2 * time.Second)
	d.wantSends("and the time-out has doubled", first)
	d.arrives(seg(300, 105, wire.ACK))
	if _, at := d.b.NextDeadline(); at != 0 {
		t.Errorf("a timer runs (%v) although everything is acknowledged", at)
	}
	d.do(Close())
	fin := wire.Segment{Seq: 105, Ack: 300, Flags: wire.FIN | wire.ACK}
	d.wantSends("the FIN", fin)
	d.wait(d.b.RTO)
	d.wantSends("a lost FIN comes again", fin)
}

// RFC 9293 §3.10.4: FIN-WAIT-1 begins at once, even while the FIN must wait for
// data and window; an ACK of data alone must not lead to FIN-WAIT-2.
func TestFinWaitsBehindData(t *testing.T) {
	d := established(t, quiet)
	d.do(Send(strings.Repeat("x", 1500))) // window 1000
	d.do(Close())
	d.wantState("at once", wire.StateFinWait1)
	if len(d.sent) != 1 || len(d.sent[0].Data) != 1000 || d.sent[0].Flags.Has(wire.FIN) {
		t.Fatalf("sends %v, want 1000 octets without FIN", d.sent)
	}
	d.sent = nil
	d.arrives(seg(300, 1100, wire.ACK))
	d.wantState("data is acknowledged, the FIN is not even sent before", wire.StateFinWait1)
	if len(d.sent) != 1 || len(d.sent[0].Data) != 500 || !d.sent[0].Flags.Has(wire.FIN) {
		t.Fatalf("sends %v, want the last 500 octets with the FIN", d.sent)
	}
	d.arrives(seg(300, 1601, wire.ACK))
	d.wantState("now the FIN is acknowledged", wire.StateFinWait2)
}

// RFC 9293 §3.10.7.4, fifth: old ACKs are ignored, future ones answered.
func TestOldAndFutureAcks(t *testing.T) {
	d := established(t, quiet)
	d.do(Send("hello"))
	d.sent = nil
	d.arrives(seg(300, 99, wire.ACK))
	d.wantSends("an old ACK is no error")
	d.arrives(wire.Segment{Seq: 300, Ack: 106, Flags: wire.ACK, Wnd: 1000, Data: "bad"})
	d.wantSends("a future one is answered", wire.Segment{Seq: 105, Ack: 300, Flags: wire.ACK})
	if d.b.Readable() != 0 {
		t.Error("and its data is dropped")
	}
}

// SND.WL1 and SND.WL2: a reordered old segment must not change the window.
func TestOldSegmentDoesNotShrinkTheWindow(t *testing.T) {
	d := established(t, quiet)
	d.arrives(wire.Segment{Seq: 300, Ack: 100, Flags: wire.ACK, Wnd: 900, Data: "ab"})
	d.arrives(wire.Segment{Seq: 300, Ack: 100, Flags: wire.ACK, Wnd: 10, Data: "abcd"})
	if d.b.SndWnd != 10 {
		t.Fatalf("a segment that is as new sets the window: %d, want 10", d.b.SndWnd)
	}
	d.arrives(wire.Segment{Seq: 304, Ack: 100, Flags: wire.ACK, Wnd: 700})
	d.arrives(wire.Segment{Seq: 302, Ack: 100, Flags: wire.ACK, Wnd: 5, Data: "cdef"})
	if d.b.SndWnd != 700 {
		t.Errorf("an older segment has set the window to %d", d.b.SndWnd)
	}
}

// Sequence numbers wrap round: the handshake and data work across 2^32 and 2^31.
func TestSequenceNumbersWrap(t *testing.T) {
	for _, iss := range []wire.Seq{1<<32 - 1, 1<<32 - 3, 1<<31 - 2, 1 << 31} {
		d := newDialogue(t, quiet)
		d.do(OpenActive(iss))
		d.arrives(wire.Segment{Seq: iss, Ack: iss.Add(1), Flags: wire.SYN | wire.ACK, Wnd: 1000})
		d.sent = nil
		d.wantState("opened", wire.StateEstablished)
		d.do(Send("hello"))
		d.wantSends("numbers go on after 2^32-1 with 0", wire.Segment{Seq: iss.Add(1), Ack: iss.Add(1), Flags: wire.PSH | wire.ACK, Data: "hello"})
		d.arrives(wire.Segment{Seq: iss.Add(1), Ack: iss.Add(6), Flags: wire.ACK, Wnd: 1000, Data: "world"})
		d.do(Receive(10))
		if d.b.SndUna != iss.Add(6) || d.b.RcvNxt != iss.Add(6) {
			t.Errorf("ISS %d: SND.UNA %d RCV.NXT %d", iss, d.b.SndUna, d.b.RcvNxt)
		}
	}
}

// TIME-WAIT: a repeated FIN is acknowledged again and restarts the wait; entering
// from CLOSING sends nothing.
func TestTimeWait(t *testing.T) {
	d := inState(t, wire.StateTimeWait)
	d.wait(quiet.TimeWait - time.Second)
	d.arrives(seg(300, 101, wire.FIN|wire.ACK))
	d.wantSends("our last ACK was lost", wire.Segment{Seq: 101, Ack: 301, Flags: wire.ACK})
	d.wait(2 * time.Second)
	d.wantState("the wait has begun anew", wire.StateTimeWait)
	d.wait(quiet.TimeWait)
	d.wantState("and ends", wire.StateClosed)

	d = inState(t, wire.StateClosing)
	d.arrives(seg(301, 101, wire.ACK))
	d.wantState("the awaited ACK", wire.StateTimeWait)
	d.wantSends("which is not answered")
}

// RFC 9293 §3.8.6.1: a closed window is probed, and the data goes on when it opens.
func TestClosedWindowIsProbed(t *testing.T) {
	d := established(t, quiet)
	d.arrives(wire.Segment{Seq: 300, Ack: 100, Flags: wire.ACK, Wnd: 0})
	d.do(Send("hello"))
	d.wantSends("nothing may be sent")
	d.wait(time.Second)
	d.wantSends("after one RTO, one octet", wire.Segment{Seq: 100, Ack: 300, Flags: wire.ACK, Data: "h"})
	d.arrives(wire.Segment{Seq: 300, Ack: 101, Flags: wire.ACK, Wnd: 1000})
	d.wantSends("the rest, as soon as it may", wire.Segment{Seq: 101, Ack: 300, Flags: wire.PSH | wire.ACK, Data: "ello"})
}

// Linux lets the ACK of a FIN wait once data has flowed, so that a quick close
// merges the two.
func TestLinuxFinAckMerges(t *testing.T) {
	d := accepted(t, Linux)
	d.arrives(wire.Segment{Seq: 300, Ack: 100, Flags: wire.PSH | wire.ACK, Wnd: 1000, Data: "hello"})
	d.wantSends("the first ACKs go at once", wire.Segment{Seq: 100, Ack: 305, Flags: wire.ACK})
	d.arrives(seg(305, 100, wire.FIN|wire.ACK))
	d.wantSends("the FIN's ACK waits")
	d.do(Close())
	d.wantSends("and goes with our FIN", wire.Segment{Seq: 100, Ack: 306, Flags: wire.FIN | wire.ACK})

	d = accepted(t, Linux)
	d.arrives(wire.Segment{Seq: 300, Ack: 100, Flags: wire.PSH | wire.ACK, Wnd: 1000, Data: "hello"})
	d.arrives(seg(305, 100, wire.FIN|wire.ACK))
	d.sent = nil
	d.wait(40 * time.Millisecond)
	d.wantSends("or alone after 40 ms", wire.Segment{Seq: 100, Ack: 306, Flags: wire.ACK})
}

// Every rule has an id of its own, a reference and a sentence.
func TestRulesAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules() {
		if r.ID == "" || r.Ref == "" || r.Text == "" || seen[r.ID] {
			t.Errorf("rule %+v is incomplete or doubled", r)
		}
		seen[r.ID] = true
	}
}
