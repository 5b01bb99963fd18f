package tcp

import (
	"time"

	"netlab/sim/wire"
)

// delayedAckTick is the shortest wait for company of an ACK that may wait: the
// kernel's clock ticks at this rate, and a program that answers at once is faster.
const delayedAckTick = 4 * time.Millisecond

// output sends what may be sent now: queued octets within the peer's window,
// then the FIN (RFC 9293 §3.8.6.2.1 for when a short segment is worth sending).
func (m *machine) output(why *wire.Rule) {
	b := m.b
	switch b.State {
	case wire.StateEstablished, wire.StateCloseWait, wire.StateFinWait1, wire.StateClosing, wire.StateLastAck:
	default: // no data may be sent in the others
		return
	}
	for {
		n, fin, ok := m.sendable()
		if !ok {
			break
		}
		off := b.SndNxt.Minus(b.firstData())
		flags := wire.ACK
		if n > 0 && n == b.Unsent() {
			flags |= wire.PSH // the last octets queued (MUST-61)
		}
		rule := why
		if fin {
			flags |= wire.FIN
			rule = RuleClose
		}
		seq, full := b.SndNxt, n == b.maxText()
		b.SndNxt = b.SndNxt.Add(n)
		if fin {
			b.SndNxt = b.SndNxt.Add(1)
		}
		m.emitSegment(flags, seq, b.snd.Slice(off, n), rule, false)
		m.sent(n, full)
	}
	m.armPersist()
}

// sent keeps the books after a segment with n octets has left; full says that no more would fit.
func (m *machine) sent(n int, full bool) {
	b := m.b
	if n > 0 && m.now-b.heardAt < b.ato {
		b.pingPong = true // data answered data: ACKs may wait for the next answer
	}
	if n > 0 && !full {
		b.smallEnd = b.SndNxt
	}
	m.timeRoundTrip(b.SndNxt)
	if b.deadline[TimerRetransmit] == 0 {
		m.startRetransmit()
	}
}

// sendable returns how many octets the next segment carries, whether the FIN
// goes with it, and whether there is a next segment at all.
func (m *machine) sendable() (n int, fin, ok bool) {
	b := m.b
	if b.finSent() || b.State == wire.StateTimeWait || b.fullOfOne() {
		return 0, false, false
	}
	unsent, most := b.Unsent(), b.maxText()
	room := b.SndUna.Add(b.windowToUse()).Minus(b.SndNxt)
	n = max(0, min(unsent, room, most))
	fin = b.finQueued() && n == unsent && room > n
	switch {
	case fin:
		return n, true, true
	case n == 0:
		return 0, false, false
	case n == most:
		return n, false, true
	case n == unsent && (!b.holdsSmall() || b.finQueued()):
		return n, false, true
	case n < unsent && n >= int(b.MaxSndWnd/2) && b.SndUna == b.SndNxt:
		return n, false, true
	default: // too small to be worth a segment now
		return 0, false, false
	}
}

// fullOfOne reports whether the congestion window is one segment, and one is on its way.
func (b *TCB) fullOfOne() bool {
	return b.Profile.Has(QuirkCountsSegments) && b.Profile.Congestion && b.Cwnd <= uint32(b.SndMSS) && b.SndUna != b.SndNxt
}

// holdsSmall reports whether a segment that is not full must wait: Nagle's algorithm
// (RFC 9293 §3.7.4, SHLD-7).
func (b *TCB) holdsSmall() bool {
	switch {
	case !b.Profile.Nagle:
		return false
	case b.Profile.Has(QuirkMinshall):
		return b.smallEnd.After(b.SndUna)
	default:
		return b.SndUna != b.SndNxt
	}
}

// armPersist starts the persist timer when a closed window is all that stops us.
func (m *machine) armPersist() {
	b := m.b
	waiting := b.Unsent() > 0 || (b.finQueued() && !b.finSent()) || b.probing
	if waiting && (b.SndUna == b.SndNxt || b.probing) && b.deadline[TimerPersist] == 0 && b.deadline[TimerRetransmit] == 0 {
		if b.probeWait == 0 {
			b.probeWait = b.RTO // SHLD-29: the first probe after one RTO
		}
		m.start(TimerPersist, b.probeWait)
	}
}

// announceWindow tells the peer about room that the program has made, once it is
// worth a segment (RFC 9293 §3.8.6.2.2).
func (m *machine) announceWindow() {
	b := m.b
	if !b.State.Synchronized() || b.finReceived() {
		return
	}
	if b.RcvWnd < uint32(b.SndMSS) && b.worthAnnouncing() {
		m.emitAck(RuleWindowUpdate)
	}
}

// worthAnnouncing reports whether the window can grow by enough to be told: less
// would invite the peer to send small segments (RFC 9293 §3.8.6.2.2, MUST-39).
func (b *TCB) worthAnnouncing() bool {
	grown := int(b.freeWindow()) - int(b.RcvWnd)
	return grown >= min(int(b.Profile.RcvBuf/2), int(b.SndMSS))
}

// freeWindow is the window that the receive buffer could offer.
func (b *TCB) freeWindow() uint32 {
	used := uint32(b.rcv.Len())
	if used >= b.Profile.RcvBuf {
		return 0
	}
	return b.Profile.RcvBuf - used
}

// setWindow fills in the window field and remembers what it promises. The right
// edge never moves left (SHLD-14).
func (m *machine) setWindow(seg *wire.Segment) {
	b := m.b
	if seg.Flags.Has(wire.SYN) { // never scaled, RFC 7323 §2.2
		if seg.Wnd = b.Profile.SynWnd; seg.Wnd == 0 {
			seg.Wnd = uint16(min(b.Profile.RcvBuf, 65535))
		}
		if b.State.Synchronized() { // a SYN sent again takes back no promise made since
			b.RcvWnd = max(b.RcvWnd, uint32(seg.Wnd))
			return
		}
		b.RcvWnd = uint32(seg.Wnd)
		return
	}
	wnd := b.RcvWnd
	if free := b.freeWindow(); free > wnd && (b.RcvScale > 0 || b.worthAnnouncing()) {
		wnd = free
	}
	field := min(wnd>>b.RcvScale, 65535)
	if up := field << b.RcvScale; up < b.RcvWnd && field < 65535 {
		field++ // rounding down would move the right edge left
	}
	seg.Wnd = uint16(field)
	b.RcvWnd = field << b.RcvScale
}

// scaledWindow is the window that the peer offers, in octets.
func (m *machine) scaledWindow(seg wire.Segment) uint32 {
	if m.synArrived || seg.Flags.Has(wire.SYN) { // never scaled, RFC 7323 §2.2
		return uint32(seg.Wnd)
	}
	return uint32(seg.Wnd) << m.b.SndScale
}
