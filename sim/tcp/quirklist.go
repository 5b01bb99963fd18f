package tcp

// A Quirk is a named habit of one implementation where it differs from a
// literal reading of RFC 9293.
type Quirk uint64

// The quirks. The first block are the classes in which Linux answers a single
// segment otherwise than the letter of RFC 9293 §3.10.7.
const (
	// QuirkRightEdge takes SEG.SEQ = RCV.NXT+RCV.WND for inside the window when
	// the segment is empty.
	QuirkRightEdge Quirk = 1 << iota
	// QuirkAckFirst looks at the ACK before the sequence number in a passive
	// SYN-RECEIVED: a wrong ACK gets a RST whatever else the segment is.
	QuirkAckFirst
	// QuirkResetBeforeFin lets a RST numbered like the peer's FIN end the connection.
	QuirkResetBeforeFin
	// QuirkStraddle refuses a segment that begins in the window and ends beyond it.
	QuirkStraddle
	// QuirkSecondFin ignores a second FIN beyond the first, without an ACK.
	QuirkSecondFin
	// QuirkSynAckAgain answers a repeated SYN in SYN-RECEIVED with the SYN,ACK
	// again, and a SYN in the window with a RST.
	QuirkSynAckAgain
	// QuirkCrossedAck lets an ACK of the ISS complete a simultaneous open.
	QuirkCrossedAck
	// QuirkFinNeedsAck drops a segment without ACK before looking at its number.
	QuirkFinNeedsAck
	// QuirkQuietTimeWaitRst drops an inexact RST in TIME-WAIT without a challenge.
	QuirkQuietTimeWaitRst
	// QuirkTextBeyondFin resets when text runs past the peer's FIN.
	QuirkTextBeyondFin
	// QuirkOldEnd takes the ACK of a segment that ends at RCV.NXT exactly.
	QuirkOldEnd
	// QuirkTimeWaitNoAck answers a segment without ACK in TIME-WAIT, and restarts
	// the wait for any that has one.
	QuirkTimeWaitNoAck
	// QuirkQuietTimeWaitAck does not answer an empty ACK with the right number in
	// TIME-WAIT.
	QuirkQuietTimeWaitAck
	// QuirkListenSynFin drops SYN,FIN in LISTEN.
	QuirkListenSynFin
	// QuirkSynText ignores the text of a SYN,ACK: only the SYN is acknowledged.
	QuirkSynText
	// QuirkDirectOpen completes a simultaneous open on the crossing SYN,ACK, as
	// RFC 9293 Figure 7 draws it; Table 6 alone would refuse it as old.
	QuirkDirectOpen

	// QuirkFinDelaysAck delays the ACK of a FIN as if the program were about to
	// answer, so that a quick close() merges the two into one segment.
	QuirkFinDelaysAck
	// QuirkProbeOld sends a window probe without data at SND.UNA-1.
	QuirkProbeOld
	// QuirkResetKeepsData leaves what has arrived before a RST to be read; the
	// standard flushes it.
	QuirkResetKeepsData

	// QuirkCrossingAcked acknowledges the crossing SYN,ACK that completes a simultaneous
	// open, which Figure 7 leaves unanswered.
	QuirkCrossingAcked
	// QuirkLateReset tells the program ECONNRESET for a RST in CLOSING and LAST-ACK too,
	// and in an active SYN-RECEIVED, where the standard says "connection refused".
	QuirkLateReset
	// QuirkOldAckBound calls an ACK too old as soon as it lies further back than all that
	// was ever acknowledged; RFC 5961 §5.2 allows the largest window.
	QuirkOldAckBound
	// QuirkOrphanFinWait2 keeps a FIN-WAIT-2 that no program has as little more than three
	// numbers: it checks no ACK, challenges no RST, and resets whatever is not the FIN.
	QuirkOrphanFinWait2
	// QuirkClosedWindow refuses the whole of a segment with text at a closed window, the ACK
	// too; a FIN without text is taken.
	QuirkClosedWindow
	// QuirkMinshall holds a small segment back only while another small one is
	// unacknowledged; Nagle's rule waits for any.
	QuirkMinshall
	// QuirkLateUserTimeout begins the user time-out with the first retransmission.
	QuirkLateUserTimeout
	// QuirkDSACK tells by SACK about octets that came twice (RFC 2883).
	QuirkDSACK
	// QuirkQuickSyn sends the SYN again at once after a wrong ACK in SYN-SENT.
	QuirkQuickSyn
	// QuirkTimeWaitStays lets no close() end TIME-WAIT, not even one that aborts: the wait
	// belongs to the kernel, not to the descriptor. The standard's ABORT deletes it.
	QuirkTimeWaitStays
	// QuirkTTLZeroLeaves lets a datagram to a group with a TTL of 0 leave its host, unless
	// the host has joined the group itself. RFC 1112 §6.1 keeps it inside.
	QuirkTTLZeroLeaves
	// QuirkKeepsWindow does not believe a smaller window in a segment with the numbers of the
	// one before; a closed one it does. RFC 9293 §3.10.7.4 takes either.
	QuirkKeepsWindow
	// QuirkNoWayBack forgets a TIME-WAIT as soon as a new SYN opens from it, also if that SYN
	// turns out to be an old duplicate; MAY-2 wants it back.
	QuirkNoWayBack

	quirksEnd
)

// quirkTexts name each quirk and say in one sentence what it is.
var quirkTexts = [...]struct{ name, text string }{
	{"right-edge", "An empty segment numbered RCV.NXT+RCV.WND counts as inside the window."},
	{"ack-first", "In a passive SYN-RECEIVED a wrong ACK gets a RST before the number is looked at."},
	{"reset-before-fin", "After the peer's FIN a RST with the FIN's own number ends the connection too."},
	{"straddle", "A segment that runs beyond the window is refused whole while something is unread."},
	{"second-fin", "A second FIN beyond the first is ignored without an ACK."},
	{"syn-ack-again", "In SYN-RECEIVED the same SYN gets the SYN,ACK again, one in the window a RST."},
	{"crossed-ack", "In a simultaneous open an ACK of the ISS, which covers nothing, opens all the same."},
	{"fin-needs-ack", "A segment without ACK is dropped before its number is looked at."},
	{"quiet-time-wait-rst", "In TIME-WAIT an inexact RST is dropped without a challenge."},
	{"text-beyond-fin", "Text that runs past the peer's FIN gets a RST."},
	{"old-end", "A segment that ends at RCV.NXT is old, but its ACK counts."},
	{"time-wait-no-ack", "In TIME-WAIT a segment without ACK is answered, and any with one restarts the wait."},
	{"quiet-time-wait-ack", "In TIME-WAIT an empty ACK with the right number gets no answer."},
	{"listen-syn-fin", "LISTEN drops SYN,FIN."},
	{"syn-text", "Text on a SYN,ACK is ignored; only the SYN is acknowledged."},
	{"direct-open", "A simultaneous open completes on the crossing SYN,ACK, as Figure 7 draws it."},
	{"fin-delays-ack", "The ACK of a FIN waits for the program, so that a quick close() makes three segments of four."},
	{"probe-old", "A closed window is probed with an old number and no text."},
	{"reset-keeps-data", "What came before a RST can still be read."},
	{"crossing-acked", "The SYN,ACK that completes a simultaneous open is acknowledged."},
	{"late-reset", "A RST in CLOSING, LAST-ACK or an active SYN-RECEIVED is told as ECONNRESET."},
	{"old-ack-bound", "An ACK is too old if it lies further back than all that was ever acknowledged."},
	{"orphan-fin-wait-2", "FIN-WAIT-2 that no program has checks no ACK, and resets whatever is not the FIN."},
	{"closed-window", "At a closed window the ACK of a segment with text does not count, and a bare FIN is taken."},
	{"minshall", "A small segment waits only for another small one (Minshall), not for any (Nagle)."},
	{"late-user-timeout", "The user time-out begins with the first retransmission."},
	{"dsack", "Octets that come twice are told by SACK (RFC 2883)."},
	{"quick-syn", "A wrong ACK in SYN-SENT brings the next SYN at once."},
	{"time-wait-stays", "No close() ends TIME-WAIT, not even one with SO_LINGER 0: the wait is the kernel's."},
	{"ttl-0-leaves", "A datagram to a group with a TTL of 0 leaves a host that has not joined the group."},
	{"keeps-window", "A smaller window in a segment with the same numbers is not believed, unless it is closed."},
	{"no-way-back", "A TIME-WAIT that a new SYN has ended does not come back, even if the SYN was an old duplicate."},
}

// Quirks lists every quirk.
func Quirks() []Quirk {
	var all []Quirk
	for q := Quirk(1); q < quirksEnd; q <<= 1 {
		all = append(all, q)
	}
	return all
}

// String returns the quirk's name, such as "right-edge".
func (q Quirk) String() string {
	for i, k := range quirkTexts {
		if q == 1<<i {
			return k.name
		}
	}
	return "several quirks"
}

// Text says in one sentence what the quirk is.
func (q Quirk) Text() string {
	for i, k := range quirkTexts {
		if q == 1<<i {
			return k.text
		}
	}
	return ""
}
