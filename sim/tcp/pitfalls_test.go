package tcp

import (
	"strings"
	"testing"
	"time"

	"netlab/sim/wire"
)

// What simulators of TCP get wrong, one test for each mistake that no figure of the
// standard shows. cmd/internal/mutants makes the mistakes and demands that these fail.

// letter is quiet without any habit that the text of RFC 9293 does not have.
var letter = func() Profile {
	p := quiet
	p.Quirks = 0
	return p
}()

// quietLinux has the habits of Linux, without options and with a small window.
var quietLinux = func() Profile {
	p := Linux
	p.MSS, p.RcvBuf, p.SynWnd = 1460, 1000, 1000
	p.UseTS, p.UseSACK, p.UseWScale = false, false, false
	return p
}()

// RFC 9293 §3.10.7.4, second and fourth, MUST-11: SYN-RECEIVED goes back to where it came
// from.
func TestSynReceivedRemembersItsOrigin(t *testing.T) {
	t.Run("OPEN turned the listener into a caller: that counts", func(t *testing.T) {
		d := newDialogue(t, quiet)
		d.do(OpenPassive())
		d.do(OpenActive(99))
		d.arrives(seg(299, 0, wire.SYN))
		d.wantState("the SYNs cross", wire.StateSynReceived)
		d.arrives(seg(300, 0, wire.RST))
		d.wantState("it did not come from LISTEN in the end", wire.StateClosed)
		d.wantSignal("and somebody waits for the connection", wire.ECONNREFUSED)
	})
	t.Run("a SYN in the window of a passive attempt", func(t *testing.T) {
		d := inState(t, wire.StateSynReceived)
		d.arrives(seg(400, 0, wire.SYN))
		d.wantState("passive: return to LISTEN", wire.StateListen)
		d.wantSends("and say nothing")
	})
	t.Run("a SYN in the window of an active attempt", func(t *testing.T) {
		d := newDialogue(t, quiet)
		d.do(OpenActive(99))
		d.arrives(seg(299, 0, wire.SYN))
		d.sent = nil
		d.arrives(seg(400, 0, wire.SYN))
		d.wantState("active: as in the synchronized states", wire.StateClosed)
		d.wantSends("it is an error", wire.Segment{Seq: 0, Ack: 401, Flags: wire.RST | wire.ACK})
		d.wantSignal("and the program hears of it", wire.ECONNRESET)
	})
	t.Run("nobody finishes a passive attempt", func(t *testing.T) {
		d := inState(t, wire.StateSynReceived)
		d.wait(10 * time.Minute)
		d.wantState("the listener goes on", wire.StateListen)
		d.wantSignal("no program knew of the attempt", wire.OK)
	})
}

// RFC 9293 §3.10.7.4, first: by the letter, the crossing SYN,ACK of a simultaneous open is
// old, is answered with an ACK, and it is that ACK which opens the other end.
func TestSimultaneousOpenByTheLetter(t *testing.T) {
	a, b := newDialogue(t, letter), newDialogue(t, letter)
	a.do(OpenActive(100))
	b.do(OpenActive(300))
	a.arrives(seg(300, 0, wire.SYN))
	b.arrives(seg(100, 0, wire.SYN))
	a.sent, b.sent = nil, nil

	a.arrives(seg(300, 101, wire.SYN|wire.ACK))
	a.wantState("SEG.SEQ lies left of RCV.NXT: not acceptable", wire.StateSynReceived)
	a.wantSends("but answered", wire.Segment{Seq: 101, Ack: 301, Flags: wire.ACK})
	b.arrives(seg(101, 301, wire.ACK))
	b.wantState("the answer acknowledges B's SYN", wire.StateEstablished)
}

// Linux takes the crossing SYN,ACK directly, as Figure 7 draws it, and acknowledges it all
// the same, which Figure 7 does not.
func TestLinuxAcknowledgesTheCrossingSynAck(t *testing.T) {
	d := newDialogue(t, quietLinux)
	d.do(OpenActive(99))
	d.arrives(seg(299, 0, wire.SYN))
	d.sent = nil
	d.arrives(seg(299, 100, wire.SYN|wire.ACK))
	d.wantState("opened directly", wire.StateEstablished)
	d.wantSends("with one ACK", wire.Segment{Seq: 100, Ack: 300, Flags: wire.ACK})
}

// RFC 9293 §3.10.7.4, fifth, TIME-WAIT: what is acknowledged there restarts the 2*MSL.
func TestTimeWaitBeginsAgainWithWhatItAcknowledges(t *testing.T) {
	d := established(t, letter)
	d.do(Close())
	d.arrives(seg(300, 101, wire.FIN|wire.ACK))
	d.wantState("note 2", wire.StateTimeWait)
	d.sent = nil
	d.wait(letter.TimeWait - time.Second)
	d.arrives(seg(301, 101, wire.ACK))
	d.wantSends("acknowledged", wire.Segment{Seq: 101, Ack: 301, Flags: wire.ACK})
	d.wait(2 * time.Second)
	d.wantState("the wait has begun anew", wire.StateTimeWait)
}

// RFC 9293 §3.10.4: FIN-WAIT-1 begins before the FIN is on the wire. When the peer's FIN
// comes first, what waited leaves in CLOSING, and one segment is enough for all of it.
func TestLateFinCarriesTheAckOfThePeersFin(t *testing.T) {
	d := established(t, quiet)
	d.arrives(wire.Segment{Seq: 300, Ack: 100, Flags: wire.ACK, Wnd: 0})
	d.do(Send("hello"))
	d.do(Close())
	d.wantState("CLOSE counts at once", wire.StateFinWait1)
	d.wantSends("but the window is closed")
	d.arrives(seg(300, 100, wire.ACK|wire.FIN))
	d.wantState("our FIN cannot be acknowledged: it was not sent", wire.StateClosing)
	d.wantSends("text, FIN and the ACK of the peer's FIN go together",
		wire.Segment{Seq: 100, Ack: 301, Flags: wire.FIN | wire.PSH | wire.ACK, Data: "hello"})
}

// RFC 9293 §3.10.5: the RST of ABORT has the number SND.NXT, which lies behind a FIN that
// was sent; any other number lies outside the peer's window.
func TestAbortAfterTheFin(t *testing.T) {
	d := established(t, quiet)
	d.do(Close())
	d.sent = nil
	d.do(Abort())
	d.wantSends("one beyond the FIN", wire.Segment{Seq: 101, Ack: 300, Flags: wire.RST | wire.ACK})
}

// RFC 9293 §3.5.3: "In all states except SYN-SENT, all reset (RST) segments are validated
// by checking their SEQ fields"; in SYN-SENT by the ACK field alone.
func TestWhichNumberMakesAResetValid(t *testing.T) {
	d := established(t, quiet)
	d.arrives(seg(300, 77777, wire.RST|wire.ACK))
	d.wantState("the number is right, the ACK does not matter", wire.StateClosed)

	d = inState(t, wire.StateSynSent)
	d.arrives(seg(77777, 100, wire.RST|wire.ACK))
	d.wantState("the ACK is right, the number does not matter", wire.StateClosed)
	d.wantSignal("nobody listens there", wire.ECONNREFUSED)

	d = inState(t, wire.StateSynSent)
	d.arrives(seg(0, 0, wire.RST))
	d.wantState("without an ACK it might be anybody's", wire.StateSynSent)
}

// RFC 9293 §3.10.7.4, second, without RFC 5961: any number in the window will do.
func TestTextbookBelievesAnInexactReset(t *testing.T) {
	d := established(t, quiet)
	d.arrives(seg(400, 0, wire.RST))
	d.wantState("in the window", wire.StateClosed)
	d.wantSends("and a RST is never answered")
	d.wantSignal("the program is told", wire.ECONNRESET)
}

// closedWindow is established, with RCV.NXT 1300 and RCV.WND 0.
func closedWindow(t *testing.T, p Profile) *dialogue {
	t.Helper()
	d := established(t, p)
	d.arrives(wire.Segment{Seq: 300, Ack: 100, Flags: wire.ACK, Wnd: 1000, Data: strings.Repeat("x", 1000)})
	d.sent = nil
	if d.b.RcvWnd != 0 || d.b.RcvNxt != 1300 {
		t.Fatalf("RCV.NXT %d RCV.WND %d, want 1300 and 0", d.b.RcvNxt, d.b.RcvWnd)
	}
	return d
}

// RFC 9293 §3.10.7.4, Table 6, the two lines for a closed window.
func TestAcceptabilityAtAClosedWindow(t *testing.T) {
	answer := wire.Segment{Seq: 100, Ack: 1300, Flags: wire.ACK}
	d := closedWindow(t, quiet)
	d.arrives(wire.Segment{Seq: 1300, Ack: 100, Flags: wire.ACK, Wnd: 400})
	d.wantSends("SEG.LEN 0, SEG.SEQ = RCV.NXT: taken")
	if d.b.SndWnd != 400 {
		t.Errorf("SND.WND %d, want 400 from the segment that was taken", d.b.SndWnd)
	}
	for _, seq := range []wire.Seq{1299, 1301} {
		d.arrives(wire.Segment{Seq: seq, Ack: 100, Flags: wire.ACK, Wnd: 500})
		d.wantSends("SEG.LEN 0, any other number: not acceptable", answer)
	}
	d.arrives(wire.Segment{Seq: 1300, Ack: 100, Flags: wire.ACK, Wnd: 400, Data: "x"})
	d.wantSends("SEG.LEN > 0: never acceptable", answer)
	d.arrives(wire.Segment{Seq: 1300, Ack: 100, Flags: wire.FIN | wire.ACK, Wnd: 400})
	d.wantSends("a FIN has a length too", answer)
	d.wantState("so it does not count", wire.StateEstablished)
	d.arrives(wire.Segment{Seq: 1300, Flags: wire.SYN, Wnd: 400})
	d.wantSends("and so has a SYN", answer)
	d.wantState("which is no error outside the window", wire.StateEstablished)
	if d.b.Readable() != 1000 || d.b.SndWnd != 400 {
		t.Errorf("%d octets, SND.WND %d, want 1000 and 400: what is not acceptable changes nothing", d.b.Readable(), d.b.SndWnd)
	}
}

// MUST-66: a RST counts at a closed window, and so does the ACK of text that is refused.
func TestResetAndAckAtAClosedWindow(t *testing.T) {
	d := closedWindow(t, quiet)
	d.do(Send("hello"))
	d.sent = nil
	d.arrives(wire.Segment{Seq: 1300, Ack: 105, Flags: wire.ACK, Wnd: 1000, Data: "x"})
	if d.b.SndUna != 105 {
		t.Errorf("SND.UNA %d, want 105: a valid ACK is taken", d.b.SndUna)
	}
	d.wantSends("the text is not", wire.Segment{Seq: 105, Ack: 1300, Flags: wire.ACK})
	d.arrives(wire.Segment{Seq: 1300, Flags: wire.RST, Data: "bye"})
	d.wantState("a RST with text has a length, and counts", wire.StateClosed)
}

// RFC 9293 §3.8.6.1: a probe must be something that the peer answers. Linux sends no new
// octet but a number that is old, once per interval, further and further apart.
func TestLinuxProbesWithAnOldNumber(t *testing.T) {
	d := established(t, quietLinux)
	d.arrives(wire.Segment{Seq: 300, Ack: 100, Flags: wire.ACK, Wnd: 0})
	d.do(Send("hello"))
	d.wantSends("the window is closed")
	probe := wire.Segment{Seq: 99, Ack: 300, Flags: wire.ACK}
	for _, wait := range []time.Duration{1, 2, 4} {
		d.wait(wait * d.b.RTO)
		d.wantSends("one probe, each after twice the time", probe)
		d.arrives(wire.Segment{Seq: 300, Ack: 100, Flags: wire.ACK, Wnd: 0})
		d.wantSends("the window is still closed")
	}
}

// RFC 9293 §3.4: a FIN takes a sequence number, so it needs room in the window.
func TestFinNeedsRoomInTheWindow(t *testing.T) {
	d := established(t, quiet) // SND.WND 1000
	d.do(Send(strings.Repeat("x", 1000)))
	d.do(Close())
	if len(d.sent) != 1 || len(d.sent[0].Data) != 1000 || d.sent[0].Flags.Has(wire.FIN) {
		t.Fatalf("sends %v, want 1000 octets that fill the window, and no FIN", d.sent)
	}
	d.sent = nil
	d.arrives(wire.Segment{Seq: 300, Ack: 1100, Flags: wire.ACK, Wnd: 1})
	d.wantSends("room for one number: the FIN's", wire.Segment{Seq: 1100, Ack: 300, Flags: wire.FIN | wire.ACK})

	d = established(t, quiet) // RCV.WND 1000
	d.arrives(wire.Segment{Seq: 300, Ack: 100, Flags: wire.FIN | wire.ACK, Wnd: 1000, Data: strings.Repeat("x", 1000)})
	d.wantState("text and FIN exceed the window by the FIN: it is cut off", wire.StateEstablished)
	d.wantSends("the text is acknowledged, the FIN is not", wire.Segment{Seq: 100, Ack: 1300, Flags: wire.ACK})
	d.do(Receive(1000))
	d.sent = nil
	d.arrives(seg(1300, 100, wire.FIN|wire.ACK))
	d.wantState("it comes again when there is room", wire.StateCloseWait)
}

// RFC 9293 §3.10.7.4, first: what lies beyond the window is cut off, and not kept.
func TestTextBeyondTheWindowIsCutOff(t *testing.T) {
	d := established(t, quiet) // RCV.WND 1000
	d.arrives(wire.Segment{Seq: 300, Ack: 100, Flags: wire.ACK, Wnd: 1000, Data: strings.Repeat("x", 1200)})
	d.wantSends("no more than was offered", wire.Segment{Seq: 100, Ack: 1300, Flags: wire.ACK})
	if d.b.Readable() != 1000 {
		t.Errorf("%d octets taken, want the 1000 of the window", d.b.Readable())
	}
}

// SHLD-31, MUST-59: a FIN may come with a copy of text that waits behind a hole already. It
// counts like any other once the hole is closed.
func TestFinOnACopyBehindTheHole(t *testing.T) {
	d := established(t, quiet)
	early := wire.Segment{Seq: 305, Ack: 100, Flags: wire.ACK, Wnd: 1000, Data: "world"}
	d.arrives(early)
	early.Flags |= wire.FIN
	d.arrives(early)
	d.arrives(wire.Segment{Seq: 300, Ack: 100, Flags: wire.ACK, Wnd: 1000, Data: "hello"})
	d.wantState("text and FIN are complete", wire.StateCloseWait)
}

// RFC 9293 §3.10.7.3, fourth: what SEND queued in SYN-SENT may ride on the ACK that ends the
// handshake.
func TestTheLastSegmentOfTheHandshakeMayCarryText(t *testing.T) {
	d := newDialogue(t, quiet)
	d.do(OpenActive(99))
	d.do(Send("hello"))
	d.sent = nil
	d.arrives(seg(299, 100, wire.SYN|wire.ACK))
	d.wantSends("one segment for both", wire.Segment{Seq: 100, Ack: 300, Flags: wire.PSH | wire.ACK, Data: "hello"})
}

// The times of Linux are not those of textbooks: measured on Linux 6.18.
func TestLinuxTimes(t *testing.T) {
	t.Run("data is sent again after 200 ms, not after a second", func(t *testing.T) {
		d := established(t, quietLinux)
		d.do(Send("hello"))
		d.sent = nil
		d.wait(199 * time.Millisecond)
		d.wantSends("too early")
		d.wait(2 * time.Millisecond)
		d.wantSends("TCP_RTO_MIN", wire.Segment{Seq: 100, Ack: 300, Flags: wire.PSH | wire.ACK, Data: "hello"})
	})
	t.Run("the SYN,ACK after 1, 3, 7, 15 and 31 s", func(t *testing.T) {
		d := newDialogue(t, quietLinux)
		d.do(OpenPassive())
		d.arrives(seg(299, 0, wire.SYN))
		d.sent = nil
		for _, gap := range []time.Duration{1, 2, 4, 8, 16} {
			d.wait(gap * time.Second)
			d.wantSends("twice as long each time", wire.Segment{Seq: 300, Ack: 300, Flags: wire.SYN | wire.ACK})
		}
		d.wait(time.Hour)
		d.wantSends("five times are enough: tcp_synack_retries")
		d.wantState("forgotten", wire.StateListen)
	})
	t.Run("TIME-WAIT lasts a minute", func(t *testing.T) {
		d := established(t, quietLinux)
		d.do(Close())
		d.arrives(seg(300, 101, wire.FIN|wire.ACK))
		d.wait(59 * time.Second)
		d.wantState("TCP_TIMEWAIT_LEN", wire.StateTimeWait)
		d.wait(2 * time.Second)
		d.wantState("and no longer", wire.StateClosed)
	})
	t.Run("tcp_fin_timeout is for those whom nobody reads", func(t *testing.T) {
		d := established(t, quietLinux)
		d.do(Close())
		d.arrives(seg(300, 101, wire.ACK))
		d.wait(time.Hour)
		d.wantState("a program may still read: wait for the peer's FIN", wire.StateFinWait2)
		d.do(Orphan())
		d.wait(59 * time.Second)
		d.wantState("close() starts the clock", wire.StateFinWait2)
		d.wait(2 * time.Second)
		d.wantState("FIN-WAIT-2 does not last for ever", wire.StateClosed)
	})
}

// Loopback is not a network: its SYN offers an MSS and a window of nearly 64 KiB.
func TestLinuxSynOnLoopback(t *testing.T) {
	d := newDialogue(t, Linux)
	d.do(OpenActive(99))
	for _, o := range d.out {
		if o.Effect == EffectSend && (o.Seg.Options.MSS != 65495 || o.Seg.Wnd != 65495) {
			t.Errorf("MSS %d, window %d, want 65495 both, as measured", o.Seg.Options.MSS, o.Seg.Wnd)
		}
	}
}

// Linux answers at most one stray segment in half a second (tcp_invalid_ratelimit); segments
// with text are exempt, and answers to them do not count.
func TestLinuxLimitsItsAnswers(t *testing.T) {
	answer := wire.Segment{Seq: 100, Ack: 300, Flags: wire.ACK}
	stray := seg(400, 0, wire.RST)
	text := wire.Segment{Seq: 290, Ack: 100, Flags: wire.ACK, Wnd: 1000, Data: "old"}
	d := established(t, quietLinux)
	d.arrives(text)
	d.wantSends("text is answered", answer)
	d.arrives(stray)
	d.wantSends("which does not count: the first stray segment is answered", answer)
	d.wait(499 * time.Millisecond)
	d.arrives(stray)
	d.wantSends("the next comes too soon")
	d.arrives(text)
	d.wantSends("text is answered all the same", answer)
	d.wait(time.Millisecond)
	d.arrives(stray)
	d.wantSends("half a second after the last answer that counts", answer)
}

// RFC 9293 §3.10.7.4: the RST is looked at before the SYN, so a segment with both is no
// error that needs an answer.
func TestResetIsCheckedBeforeSyn(t *testing.T) {
	d := established(t, quiet)
	d.arrives(seg(300, 0, wire.SYN|wire.RST))
	d.wantState("second check", wire.StateClosed)
	d.wantSends("a RST is never answered")
}

// With an octet out that probes a closed window, SND.NXT lies beyond what the peer takes. An
// ACK with that number would be refused and answered, and two ends that probe each other
// would answer for ever: it stays at the edge (Linux: tcp_acceptable_seq).
func TestAnAckStaysInsideThePeersWindow(t *testing.T) {
	d := established(t, quiet)
	d.arrives(wire.Segment{Seq: 300, Ack: 100, Flags: wire.ACK, Wnd: 0})
	d.do(Send("hello"))
	d.wait(d.b.RTO)
	d.wantSends("the probe", wire.Segment{Seq: 100, Ack: 300, Flags: wire.ACK, Data: "h"})
	d.arrives(wire.Segment{Seq: 300, Ack: 100, Flags: wire.ACK, Wnd: 0, Data: "x"})
	d.wantSends("not 101: the peer has refused that octet", wire.Segment{Seq: 100, Ack: 301, Flags: wire.ACK})
}

// RFC 9293 §3.10.7.4, fifth, CLOSE-WAIT: "the same processing as for the ESTABLISHED state".
func TestCloseWaitTakesAcks(t *testing.T) {
	d := inState(t, wire.StateCloseWait)
	d.do(Send("late"))
	d.wantSends("the other half is still open", wire.Segment{Seq: 100, Ack: 301, Flags: wire.PSH | wire.ACK, Data: "late"})
	d.arrives(seg(301, 104, wire.ACK))
	d.wait(time.Hour)
	d.wantSends("acknowledged, so it does not come again")
}

// RFC 9293 §3.10.7.4, Table 6, the lines for an open window: what is in it is kept, and of
// what is not even the ACK and the window count.
func TestTheLastNumberOfTheWindow(t *testing.T) {
	d := established(t, quiet) // 300 to 1299
	d.arrives(wire.Segment{Seq: 1300, Ack: 100, Flags: wire.ACK, Wnd: 500, Data: "a"})
	d.wantSends("text at RCV.NXT+RCV.WND is out", wire.Segment{Seq: 100, Ack: 300, Flags: wire.ACK})
	if d.b.SndWnd != 1000 {
		t.Errorf("SND.WND %d, want 1000: what is not acceptable changes nothing", d.b.SndWnd)
	}
	d.arrives(wire.Segment{Seq: 1299, Ack: 100, Flags: wire.ACK, Wnd: 600})
	d.wantSends("an empty segment at RCV.NXT+RCV.WND-1 is in")
	if d.b.SndWnd != 600 {
		t.Errorf("SND.WND %d, want 600 from the segment that was taken", d.b.SndWnd)
	}
	d.arrives(wire.Segment{Seq: 1299, Ack: 100, Flags: wire.ACK, Wnd: 600, Data: "zz"}) // the second is cut off
	d.arrives(wire.Segment{Seq: 300, Ack: 100, Flags: wire.ACK, Wnd: 600, Data: strings.Repeat("x", 999)})
	if d.b.Readable() != 1000 {
		t.Errorf("%d octets, want 1000: text at RCV.NXT+RCV.WND-1 is in, and waits", d.b.Readable())
	}
}

// Linux takes a FIN without text at a closed window, which Table 6 refuses: there is nothing
// to store.
func TestLinuxTakesAFinAtAClosedWindow(t *testing.T) {
	d := closedWindow(t, quietLinux)
	d.arrives(wire.Segment{Seq: 1300, Ack: 100, Flags: wire.FIN | wire.ACK, Wnd: 1000})
	d.wantState("the standard would wait for the window to open", wire.StateCloseWait)
}

// RFC 9293 §3.8.6.2.2, MUST-39: room is announced only when it is half of the buffer or a
// full segment; less would invite silly segments.
func TestNoSillyWindowIsAnnounced(t *testing.T) {
	d := closedWindow(t, quiet) // the buffer holds 1000 octets
	d.do(Receive(499))
	d.wantSends("too little to be worth a segment")
	d.do(Receive(1))
	d.wantSends("half of the buffer", wire.Segment{Seq: 100, Ack: 1300, Flags: wire.ACK, Wnd: 500})
}

// RFC 9293 §3.8.6.1, MUST-37: as long as the peer answers, a connection whose window has
// shrunk to nothing lives, however often what is out is refused.
func TestShrunkWindowDoesNotEndTheConnection(t *testing.T) {
	p := quiet
	p.DataRetries = 3
	d := established(t, p)
	d.do(Send("hello"))
	for range 3 * p.DataRetries {
		d.sent = nil
		d.wait(d.b.RTO)
		if len(d.sent) == 0 {
			t.Fatalf("%v: nothing asks the peer any more", d.now)
		}
		d.arrives(wire.Segment{Seq: 300, Ack: 100, Flags: wire.ACK, Wnd: 0})
	}
	d.wantState("three times as many time-outs as without an answer", wire.StateEstablished)
}
