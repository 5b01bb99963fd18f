package tcp

import (
	"strings"
	"testing"

	"netlab/sim/wire"
)

// lossy is an endpoint that has sent six segments of 100 octets, 100 to 699, and repairs
// losses without a congestion window, so that a test shows the repair only.
func lossy(t *testing.T, sack bool) *dialogue {
	t.Helper()
	p := quiet
	p.MSS, p.UseSACK, p.FastRetransmit = 100, true, true
	d := newDialogue(t, p)
	d.do(OpenActive(99))
	d.arrives(wire.Segment{Seq: 299, Ack: 100, Flags: wire.SYN | wire.ACK, Wnd: 1000, Options: wire.Options{MSS: 100, SACKPermitted: sack}})
	d.do(Send(strings.Repeat("x", 600)))
	d.sent = nil
	return d
}

// acks is an empty segment that acknowledges up to ack, and these blocks.
func acks(ack wire.Seq, blocks ...wire.Block) wire.Segment {
	s := seg(300, ack, wire.ACK)
	s.Options.NSACK = uint8(copy(s.Options.SACK[:], blocks))
	return s
}

// again is n octets that are sent again.
func again(seq wire.Seq, n int) wire.Segment {
	return wire.Segment{Seq: seq, Ack: 300, Flags: wire.PSH | wire.ACK, Data: strings.Repeat("x", n)}
}

// RFC 5681 §2: what a duplicate ACK is, and §3.2: the third means a loss.
func TestThreeDuplicateAcksMeanALoss(t *testing.T) {
	d := lossy(t, false)
	d.arrives(acks(100))
	d.arrives(acks(100))
	d.wantSends("two may come from reordering")
	d.arrives(acks(100))
	d.wantSends("three mean a loss", again(100, 100))
	d.arrives(acks(100))
	d.wantSends("it is repaired once")

	d = lossy(t, false)
	for i := range 4 {
		d.arrives(wire.Segment{Seq: 300 + wire.Seq(i), Ack: 100, Flags: wire.ACK, Wnd: 1000, Data: "x"})
	}
	for _, s := range d.sent {
		if s.Data != "" {
			t.Errorf("segments with text are no duplicate ACKs, and yet it sends %s", s)
		}
	}

	d = lossy(t, false)
	for _, wnd := range []uint16{900, 800, 700, 650} {
		d.arrives(wire.Segment{Seq: 300, Ack: 100, Flags: wire.ACK, Wnd: wnd})
	}
	d.wantSends("a window update is no duplicate ACK")
}

// RFC 2018 §5, RFC 6675: the holes are sent again, what the peer has is not.
func TestSelectivelyAcknowledgedTextIsNotSentAgain(t *testing.T) {
	d := lossy(t, true)
	d.arrives(acks(100, wire.Block{From: 200, To: 300}))
	d.arrives(acks(100, wire.Block{From: 350, To: 500}, wire.Block{From: 200, To: 300}))
	d.wantSends("two may come from reordering")
	d.arrives(acks(100, wire.Block{From: 350, To: 600}, wire.Block{From: 200, To: 300}))
	d.wantSends("the first hole", again(100, 100))
	d.arrives(acks(100, wire.Block{From: 350, To: 700}, wire.Block{From: 200, To: 300}))
	d.wantSends("the second, up to what the peer has", again(300, 50))
	d.arrives(acks(100, wire.Block{From: 350, To: 700}, wire.Block{From: 200, To: 300}))
	d.wantSends("there is no third")
}

// RFC 2018 §8: after a time-out the blocks count no longer, for the peer may have thrown
// away what it had acknowledged.
func TestTimeoutForgetsTheBlocks(t *testing.T) {
	d := lossy(t, true)
	d.arrives(acks(100, wire.Block{From: 200, To: 300}))
	d.sent = nil
	d.wait(d.b.RTO)
	d.wantSends("the oldest", again(100, 100))
	d.arrives(acks(200))
	d.wantSends("and the next, although a block had named it", again(200, 100))
}

// RFC 2018: nobody can have received what was not sent, or promised.
func TestBlocksThatCannotBeAreIgnored(t *testing.T) {
	d := lossy(t, true)
	for range 3 {
		d.arrives(acks(100, wire.Block{From: 900, To: 1000}))
	}
	d.wantSends("three duplicate ACKs", again(100, 100))
	d.arrives(acks(100, wire.Block{From: 900, To: 1000}))
	d.wantSends("nothing shows that more is missing")

	d = lossy(t, false)
	for range 3 {
		d.arrives(acks(100, wire.Block{From: 200, To: 300}))
	}
	d.wantSends("three duplicate ACKs", again(100, 100))
	d.arrives(acks(100, wire.Block{From: 400, To: 500}))
	d.wantSends("without SACK-permitted from both ends a block says nothing")
}

// RFC 2018 §4: the receiver names the runs that it holds, first the one that has just grown.
func TestBlocksNameTheLatestFirst(t *testing.T) {
	open := func(sack bool) *dialogue {
		p := quiet
		p.UseSACK = true
		d := newDialogue(t, p)
		d.do(OpenActive(99))
		d.arrives(wire.Segment{Seq: 299, Ack: 100, Flags: wire.SYN | wire.ACK, Wnd: 1000, Options: wire.Options{MSS: 1460, SACKPermitted: sack}})
		for _, seq := range []wire.Seq{310, 330, 320} {
			d.arrives(wire.Segment{Seq: seq, Ack: 100, Flags: wire.ACK, Wnd: 1000, Data: "12345"})
		}
		return d
	}
	got := open(true).out[0].Seg.Options
	want := [4]wire.Block{{From: 320, To: 325}, {From: 310, To: 315}, {From: 330, To: 335}}
	if got.NSACK != 3 || got.SACK != want {
		t.Errorf("blocks %v, want %v", got.SACK[:got.NSACK], want[:3])
	}
	if got := open(false).out[0].Seg.Options; got.NSACK != 0 {
		t.Errorf("%d blocks to a peer that has not permitted them", got.NSACK)
	}
}

// congested is established, with a congestion window of ten segments of 100 octets.
func congested(t *testing.T) *dialogue {
	t.Helper()
	p := quiet
	p.MSS, p.FastRetransmit, p.Congestion = 100, true, true
	d := established(t, p)
	d.b.Cwnd, d.b.Ssthresh = 1000, 1000
	d.do(Send(strings.Repeat("x", 1000)))
	d.sent = nil
	return d
}

// RFC 5681 §3.1: from the threshold on the window grows by about a segment a round trip,
// below it by a segment for each that is acknowledged.
func TestSlowStartEndsAtTheThreshold(t *testing.T) {
	d := congested(t)
	for ack := wire.Seq(200); ack <= 1100; ack += 100 {
		d.arrives(acks(ack))
	}
	if d.b.Cwnd != 1100 {
		t.Errorf("congestion avoidance: cwnd %d, want 1100 after a round trip with 1000", d.b.Cwnd)
	}

	d = congested(t)
	d.b.Ssthresh = 1 << 30
	for ack := wire.Seq(200); ack <= 1100; ack += 100 {
		d.arrives(acks(ack))
	}
	if d.b.Cwnd != 2000 {
		t.Errorf("slow start: cwnd %d, want 2000 after a round trip with 1000", d.b.Cwnd)
	}
}

// RFC 5681 §3.2 and RFC 6582 §3.2: a loss halves the threshold; the window, inflated during
// the repair, is no larger than it afterwards. A partial ACK uncovers the next hole.
func TestFastRecovery(t *testing.T) {
	d := congested(t)
	for range 3 {
		d.arrives(acks(100))
	}
	d.wantSends("the third duplicate ACK", again(100, 100))
	if d.b.Ssthresh != 500 || d.b.Cwnd != 800 {
		t.Errorf("ssthresh %d, cwnd %d, want half of the flight, and three segments more", d.b.Ssthresh, d.b.Cwnd)
	}
	d.arrives(acks(400))
	d.wantSends("a partial ACK: the next one is missing too", again(400, 100))
	d.arrives(acks(1100))
	d.wantSends("all is repaired")
	if d.b.Cwnd != 200 { // min(ssthresh, max(flight, one segment) + one segment)
		t.Errorf("cwnd %d, want 200: the repair is over, and nothing is in flight", d.b.Cwnd)
	}
}

// RFC 5681 §3.1: after a time-out the window is one segment, and slow start begins again up
// to half of what was in flight.
func TestTimeoutBeginsSlowStartAgain(t *testing.T) {
	d := congested(t)
	d.wait(d.b.RTO)
	d.wantSends("one segment, the oldest", again(100, 100))
	if d.b.Cwnd != 100 || d.b.Ssthresh != 500 {
		t.Errorf("cwnd %d, ssthresh %d, want one segment and half of the flight", d.b.Cwnd, d.b.Ssthresh)
	}
}
