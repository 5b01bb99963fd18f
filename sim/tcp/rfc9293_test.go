package tcp

import (
	"testing"

	"netlab/sim/wire"
)

// The figures of RFC 9293, one test each; where a figure has two ends, both are
// endpoints of ours.

// RFC 9293 §3.5, Figure 6.
func TestFigure6Handshake(t *testing.T) {
	a, b := newDialogue(t, quiet), newDialogue(t, quiet)
	b.do(OpenPassive())
	b.wantState("line 1", wire.StateListen)

	a.do(OpenActive(100))
	a.wantState("line 2", wire.StateSynSent)
	a.wantSends("line 2: the SYN", wire.Segment{Seq: 100, Flags: wire.SYN})

	b.arrives(seg(100, 0, wire.SYN))
	b.wantState("line 2", wire.StateSynReceived)
	b.wantSends("line 3: B expects 101 next", wire.Segment{Seq: 300, Ack: 101, Flags: wire.SYN | wire.ACK})

	a.arrives(seg(300, 101, wire.SYN|wire.ACK))
	a.wantState("line 4", wire.StateEstablished)
	a.wantSends("line 4: the ACK of B's SYN", wire.Segment{Seq: 101, Ack: 301, Flags: wire.ACK})

	b.arrives(seg(101, 301, wire.ACK))
	b.wantState("line 4", wire.StateEstablished)
	b.wantSends("an ACK is never acknowledged")

	a.do(Send("data"))
	a.wantSends("line 5: the same number as the ACK, which used none",
		wire.Segment{Seq: 101, Ack: 301, Flags: wire.PSH | wire.ACK, Data: "data"})
}

// RFC 9293 §3.5, Figure 7.
func TestFigure7SimultaneousOpen(t *testing.T) {
	a, b := newDialogue(t, quiet), newDialogue(t, quiet)
	a.do(OpenActive(100))
	b.do(OpenActive(300))
	a.wantSends("A's SYN", wire.Segment{Seq: 100, Flags: wire.SYN})
	b.wantSends("B's SYN", wire.Segment{Seq: 300, Flags: wire.SYN})

	a.arrives(seg(300, 0, wire.SYN))
	a.wantState("line 3", wire.StateSynReceived)
	a.wantSends("line 5: the same initial number again, now with an ACK", wire.Segment{Seq: 100, Ack: 301, Flags: wire.SYN | wire.ACK})
	b.arrives(seg(100, 0, wire.SYN))
	b.wantState("line 4", wire.StateSynReceived)
	b.wantSends("line 6", wire.Segment{Seq: 300, Ack: 101, Flags: wire.SYN | wire.ACK})

	a.arrives(seg(300, 101, wire.SYN|wire.ACK))
	a.wantState("line 6: the SYN,ACK lies left of the window and counts all the same", wire.StateEstablished)
	b.arrives(seg(100, 301, wire.SYN|wire.ACK))
	b.wantState("line 7", wire.StateEstablished)
}

// RFC 9293 §3.5, Figure 8, from both ends.
func TestFigure8OldDuplicateSyn(t *testing.T) {
	a, b := newDialogue(t, quiet), newDialogue(t, quiet)
	b.do(OpenPassive())
	a.do(OpenActive(100))
	a.sent = nil

	b.arrives(seg(90, 0, wire.SYN))
	b.wantSends("line 4: B cannot tell that the SYN is old", wire.Segment{Seq: 300, Ack: 91, Flags: wire.SYN | wire.ACK})
	a.arrives(seg(300, 91, wire.SYN|wire.ACK))
	a.wantState("line 5: A goes on trying", wire.StateSynSent)
	a.wantSends("line 5: a RST that B will believe", wire.Segment{Seq: 91, Flags: wire.RST})
	b.arrives(seg(91, 0, wire.RST))
	b.wantState("line 5: passively opened, so back to LISTEN", wire.StateListen)

	b.iss = 400
	b.arrives(seg(100, 0, wire.SYN))
	b.wantSends("line 7: a fresh start", wire.Segment{Seq: 400, Ack: 101, Flags: wire.SYN | wire.ACK})
	a.arrives(seg(400, 101, wire.SYN|wire.ACK))
	a.wantState("line 7", wire.StateEstablished)
	a.wantSends("line 8", wire.Segment{Seq: 101, Ack: 401, Flags: wire.ACK})
}

// RFC 9293 §3.5.1, Figure 9: B thinks the connection is open, A has forgotten it.
func TestFigure9HalfOpenDiscovery(t *testing.T) {
	b := newDialogue(t, quiet) // send 300, receive 100
	b.iss = 299
	b.do(OpenPassive())
	b.arrives(seg(99, 0, wire.SYN))
	b.arrives(seg(100, 300, wire.ACK))
	b.sent = nil
	a := newDialogue(t, quiet)
	a.do(OpenActive(4000)) // outside B's window
	a.sent = nil

	b.arrives(seg(4000, 0, wire.SYN))
	b.wantState("line 3: the SYN lies outside the window", wire.StateEstablished)
	b.wantSends("line 4: B says what it expects", wire.Segment{Seq: 300, Ack: 100, Flags: wire.ACK})
	a.arrives(seg(300, 100, wire.ACK))
	a.wantState("line 5", wire.StateSynSent)
	a.wantSends("line 5: that ACK is not for anything A has sent", wire.Segment{Seq: 100, Flags: wire.RST})
	b.arrives(seg(100, 0, wire.RST))
	b.wantState("line 6", wire.StateClosed)
	b.wantSignal("the program hears of it", wire.ECONNRESET)
}

// RFC 9293 §3.5.1, Figure 10: data for a connection that A has forgotten.
func TestFigure10ActiveSideDiscovery(t *testing.T) {
	a := newDialogue(t, quiet)
	a.arrives(wire.Segment{Seq: 300, Ack: 100, Flags: wire.ACK, Data: "0123456789"})
	a.wantSends("line 3: a RST with the number that B expects", wire.Segment{Seq: 100, Flags: wire.RST})
}

// RFC 9293 §3.5.1, Figure 11: an old SYN on two passive ends.
func TestFigure11TwoPassiveEnds(t *testing.T) {
	a, b := newDialogue(t, quiet), newDialogue(t, quiet)
	a.do(OpenPassive())
	b.do(OpenPassive())
	const z = 77
	b.arrives(seg(z, 0, wire.SYN))
	b.wantSends("line 3", wire.Segment{Seq: 300, Ack: z + 1, Flags: wire.SYN | wire.ACK})
	a.arrives(seg(300, z+1, wire.SYN|wire.ACK))
	a.wantState("line 5", wire.StateListen)
	a.wantSends("line 4: LISTEN has sent nothing that could be acknowledged", wire.Segment{Seq: z + 1, Flags: wire.RST})
	b.arrives(seg(z+1, 0, wire.RST))
	b.wantState("line 5: back to LISTEN", wire.StateListen)
}

// RFC 9293 §3.6, Figure 12.
func TestFigure12NormalClose(t *testing.T) {
	a, b := established(t, quiet), newDialogue(t, quiet)
	b.iss = 299
	b.do(OpenPassive())
	b.arrives(seg(99, 0, wire.SYN))
	b.arrives(seg(100, 300, wire.ACK))
	b.sent = nil

	a.do(Close())
	a.wantState("line 2", wire.StateFinWait1)
	a.wantSends("line 2", wire.Segment{Seq: 100, Ack: 300, Flags: wire.FIN | wire.ACK})
	b.arrives(seg(100, 300, wire.FIN|wire.ACK))
	b.wantState("line 3", wire.StateCloseWait)
	b.wantSends("line 3: the FIN used one number", wire.Segment{Seq: 300, Ack: 101, Flags: wire.ACK})
	a.arrives(seg(300, 101, wire.ACK))
	a.wantState("line 3", wire.StateFinWait2)

	b.do(Close())
	b.wantState("line 4", wire.StateLastAck)
	b.wantSends("line 4", wire.Segment{Seq: 300, Ack: 101, Flags: wire.FIN | wire.ACK})
	a.arrives(seg(300, 101, wire.FIN|wire.ACK))
	a.wantState("line 5", wire.StateTimeWait)
	a.wantSends("line 5", wire.Segment{Seq: 101, Ack: 301, Flags: wire.ACK})
	b.arrives(seg(101, 301, wire.ACK))
	b.wantState("line 5", wire.StateClosed)
	a.wait(quiet.TimeWait)
	a.wantState("line 6: after 2*MSL", wire.StateClosed)
}

// RFC 9293 §3.6, Figure 13.
func TestFigure13SimultaneousClose(t *testing.T) {
	d := established(t, quiet)
	d.do(Close())
	d.wantSends("CLOSE sends our FIN", wire.Segment{Seq: 100, Ack: 300, Flags: wire.FIN | wire.ACK})
	d.wantState("our FIN is out, the peer's is not in", wire.StateFinWait1)
	d.arrives(seg(300, 100, wire.FIN|wire.ACK))
	d.wantSends("a FIN is always acknowledged", wire.Segment{Seq: 101, Ack: 301, Flags: wire.ACK})
	d.wantState("the FINs crossed: ours is still unacknowledged", wire.StateClosing)
	d.arrives(seg(301, 101, wire.ACK))
	d.wantSends("an ACK is never acknowledged")
	d.wantState("now both FINs are acknowledged", wire.StateTimeWait)
	d.wait(quiet.TimeWait)
	d.wantState("2*MSL later", wire.StateClosed)
}
