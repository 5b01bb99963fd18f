package follow

import (
	"slices"
	"strconv"
	"strings"

	"netlab/sim/wire"
)

// A Kind is something worth a word in a conversation.
type Kind uint8

// The kinds of finding.
const (
	Retransmission Kind = iota
	FastRetransmission
	Spurious
	OutOfOrder
	SegmentLost
	AckedUnseen
	DuplicateAck
	ZeroWindow
	ZeroWindowProbe
	ZeroWindowProbeAck
	WindowUpdate
	WindowFull
	KeepAlive
	KeepAliveAck
	CaptureDuplicate
	SuperPacket
	SynData
	AnotherSyn
	PortReuse
	ResetRefused
	ResetSynAck
	ResetLateData
	ResetAbort
	ResetGaveUp
	ResetNoConn
	ResetAfterFin
	ResetLate
	ResetOutside
	OutsideWindow
	FinAgain
	SynAgain
	CrossingFins
	TimeWait
	RolesGuessed
	OneDirection
	BeganInMiddle
	Fragmented
	IcmpError
	Unanswered
	kinds
)

// A kindText is a rule and the sentence that a finding fills in: {0} is the frame, {1}
// the frames that prove it, further ones are arguments.
type kindText struct {
	rule *wire.Rule
	say  string
}

var rules wire.Rulebook

var texts = [kinds]kindText{
	Retransmission:     {rules.Add("seen-retransmission", "RFC 9293 §3.8.1", "The same sequence numbers are sent again: no acknowledgment came in time."), "frame {0} sends {2} to {3} again{1}{4}"},
	FastRetransmission: {rules.Add("seen-fast-retransmission", "RFC 5681 §3.2", "Duplicate ACKs say which segment is missing, and it is sent again without waiting for the timer."), "frame {0} sends {2} to {3} again at once, after {4} duplicate ACKs{1}"},
	Spurious:           {rules.Add("seen-spurious-retransmission", "RFC 9293 §3.8.1", "What is sent again had been acknowledged already: the acknowledgment was lost or late."), "frame {0} sends {2} to {3} again, which was acknowledged already{1}"},
	OutOfOrder:         {rules.Add("seen-out-of-order", "RFC 9293 §3.10.7.4", "A segment arrives after one that was sent later: the network changed the order."), "frame {0} was sent before the one that it follows{1}: {4}"},
	SegmentLost:        {rules.Add("seen-gap", "RFC 9293 §3.4", "Sequence numbers are skipped: a segment before this one was lost before the capture point, or not captured."), "before frame {0}, {2} to {3} were not captured"},
	AckedUnseen:        {rules.Add("seen-acked-unseen", "RFC 9293 §3.4", "An acknowledgment covers octets that the capture has not seen: they were sent, and not captured."), "frame {0} acknowledges up to {2}; {3} to {4} were not captured"},
	DuplicateAck:       {rules.Add("seen-duplicate-ack", "RFC 5681 §2, RFC 6675 §2", "The same acknowledgment again, without data: something arrived, but not what was expected next."), "frame {0} acknowledges {2} again (number {3})"},
	ZeroWindow:         {rules.Add("seen-zero-window", "RFC 9293 §3.8.6", "The receive buffer is full: the peer must stop sending until the window opens."), "frame {0} closes the window"},
	ZeroWindowProbe:    {rules.Add("seen-window-probe", "RFC 9293 §3.8.6.1", "The window is closed, and the sender asks whether it has opened. Linux asks with an old number and no data, others with one octet."), "frame {0} asks whether the window has opened"},
	ZeroWindowProbeAck: {rules.Add("seen-window-probe-ack", "RFC 9293 §3.8.6.1", "The answer to a window probe: the window is still closed."), "frame {0} answers the probe: the window is still closed"},
	WindowUpdate:       {rules.Add("seen-window-update", "RFC 9293 §3.8.6.2.2", "Nothing new is acknowledged: only the window has changed."), "frame {0} only tells a new window: {2}"},
	WindowFull:         {rules.Add("seen-window-full", "RFC 9293 §3.8.6", "This segment fills the peer's window to its edge: nothing more may be sent until an acknowledgment comes."), "frame {0} fills the window to its edge"},
	KeepAlive:          {rules.Add("seen-keep-alive", "RFC 9293 §3.8.4", "An acknowledged number is sent again, with no data or one octet, only to get an answer: is the peer still there?"), "frame {0} asks whether the peer is still there"},
	KeepAliveAck:       {rules.Add("seen-keep-alive-ack", "RFC 9293 §3.8.4", "The answer to a keep-alive: the peer is there."), "frame {0} answers the keep-alive"},
	CaptureDuplicate:   {rules.Add("seen-capture-duplicate", "RFC 6864 §4", "One packet captured twice: IP identification, numbers and data are the same. Nothing was sent again."), "frame {0} is the same packet as frame {2}, captured twice{3}"},
	SuperPacket:        {rules.Add("seen-super-packet", "Linux: segmentation offload", "A packet larger than the peer's MSS: the network card cuts it into segments after the capture point, or has glued it together before."), "frame {0} holds {2} octets: {3} segments of {4}"},
	SynData:            {rules.Add("seen-syn-data", "RFC 7413", "The SYN carries data: TCP Fast Open, or an old and rare use of RFC 9293 §3.4."), "frame {0}: the SYN carries {2} octets"},
	AnotherSyn:         {rules.Add("seen-another-syn", "RFC 9293 §3.5", "A SYN with another initial number on the same pair of sockets: an old duplicate, or one end has forgotten the connection."), "frame {0}: a SYN with another initial number than frame {2}"},
	PortReuse:          {rules.Add("seen-port-reuse", "RFC 9293 §3.6.1", "The same addresses and ports again, with a new initial number: a new connection."), "frame {0} begins a new connection on the sockets of conversation {2}"},
	ResetRefused:       {rules.Add("seen-refused", "RFC 9293 §3.10.7.1", "A SYN to a port where nobody listens is answered with a reset."), "frame {0} refuses the SYN of frame {2}: nobody listens"},
	ResetSynAck:        {rules.Add("seen-reset-syn-ack", "RFC 9293 §3.10.7.3, first", "The SYN,ACK is answered with a reset: its receiver wants no connection, as after an old SYN or in a port scan."), "frame {0} refuses the SYN,ACK of frame {2}"},
	ResetLateData:      {rules.Add("seen-reset-late-data", "RFC 9293 §3.6.1", "Data came for an end that had closed and will never read: it answers with a reset."), "frame {0} resets: its sender had closed, and data came in frame {2}"},
	ResetAbort:         {rules.Add("seen-abort", "RFC 9293 §3.10.5", "One end gives the connection up at once: it closed with data unread, with SO_LINGER 0, or its program died."), "frame {0} aborts the connection"},
	ResetGaveUp:        {rules.Add("seen-gave-up", "RFC 9293 §3.8.3", "No answer came to several attempts, so the sender gives up and resets."), "frame {0} gives up after {2} attempts without an answer"},
	ResetNoConn:        {rules.Add("seen-reset-no-connection", "RFC 9293 §3.5.2", "The receiver knows of no such connection: it has closed, or has been started anew."), "frame {0}: its sender knows of no such connection"},
	ResetAfterFin:      {rules.Add("seen-reset-after-fin", "RFC 9293 §3.5.2", "A FIN is answered with a reset: this end will not go through the orderly close."), "frame {0} answers the FIN of frame {2} with a reset"},
	ResetLate:          {rules.Add("seen-reset-late", "RFC 9293 §3.5.2", "A reset after both ends had closed: it changes nothing that the programs can see."), "frame {0} resets what both ends have closed already"},
	ResetOutside:       {rules.Add("seen-reset-outside", "RFC 5961 §3.2", "The number of this reset is not the one expected: its receiver ignores it or challenges it."), "frame {0} resets with number {2}, and {3} is expected: it may have no effect"},
	OutsideWindow:      {rules.Add("seen-outside-window", "RFC 9293 §3.10.7.4", "A number far outside the window: the receiver drops the segment and answers with an ACK of what it expects."), "frame {0} has number {2}, far from the next one, {3}"},
	FinAgain:           {rules.Add("seen-fin-again", "RFC 9293 §3.8.1", "The FIN is sent again: its acknowledgment did not come in time."), "frame {0} sends the FIN of frame {2} again"},
	SynAgain:           {rules.Add("seen-syn-again", "RFC 9293 §3.8.1", "The SYN is sent again: no answer came in time."), "frame {0} sends the SYN of frame {2} again, {3} ms later"},
	CrossingFins:       {rules.Add("seen-crossing-fins", "RFC 9293 §3.6, Figure 13", "Each FIN was sent before the other one had arrived: neither acknowledges the other."), "the FINs of frames {0} and {2} crossed: the second does not acknowledge the first"},
	TimeWait:           {rules.Add("seen-time-wait", "RFC 9293 §3.6", "The end that closes first waits 2 MSL, so that old segments die and the last ACK can be repeated."), "{2} closed first and goes to TIME-WAIT"},
	RolesGuessed:       {rules.Add("seen-roles-guessed", "RFC 9293 §3.5", "The SYN was not captured: which end called the other is a guess."), "{2} is taken for the client, because {3}"},
	OneDirection:       {rules.Add("seen-one-direction", "RFC 9293 §3.4", "Only one direction was captured: what the other end did is known only from acknowledgments."), "only what {2} sent was captured"},
	BeganInMiddle:      {rules.Add("seen-began-in-middle", "RFC 9293 §3.5", "The capture began after the connection: numbers count from the first segment seen, and windows are not scaled."), "the capture began in the middle of the connection"},
	Fragmented:         {rules.Add("seen-fragments", "RFC 791 §3.2", "The packet was larger than a link's MTU and travels in fragments."), "the packet of frame {0} came in {2} fragments"},
	IcmpError:          {rules.Add("seen-icmp-error", "RFC 792", "A router or the receiver reports on a packet: most often, that it could not be delivered."), "frame {0}: {2} reports {3} for what {4} sent{1}"},
	Unanswered:         {rules.Add("seen-unanswered", "RFC 768", "No datagram came back within the capture: it was lost, nobody listens, or no answer is meant."), "{2} of {3} datagrams of {4} got no answer, the first in frame {0}"},
}

// Rules lists the package's rules.
func Rules() []*wire.Rule { return slices.Clone(rules) }

// Phrases lists the English phrases that findings have as arguments, for catalogues of
// other languages.
func Phrases() []string {
	return []string{guessSynAck, guessWellKnown, guessHigher, guessFirst, otherHop, otherSum, olderStamp, lowerID, tooSoon, newerStamp, higherID, tooLate}
}

// Kinds lists the kinds of finding.
func Kinds() []Kind {
	all := make([]Kind, kinds)
	for i := range all {
		all[i] = Kind(i)
	}
	return all
}

// Rule returns the rule of a kind.
func (k Kind) Rule() *wire.Rule { return texts[k].rule }

// String returns the name of a kind, as filters and JSON write it: "retransmission".
func (k Kind) String() string { return strings.TrimPrefix(texts[k].rule.ID, "seen-") }

// Sentence returns the English sentence with its places for arguments.
func (k Kind) Sentence() string { return texts[k].say }

// ParseKind finds a kind by its name.
func ParseKind(name string) (Kind, bool) {
	for k := range kinds {
		if k.String() == name {
			return k, true
		}
	}
	return 0, false
}

// Quiet reports whether a kind belongs to the ordinary course of a connection.
func (k Kind) Quiet() bool {
	switch k {
	case WindowUpdate, SuperPacket, TimeWait, CrossingFins, KeepAlive, KeepAliveAck, SynData, Fragmented, RolesGuessed:
		return true
	default: // the others are worth the attention of somebody who looks for trouble
		return false
	}
}

// A Finding is something worth a word, with what proves it.
type Finding struct {
	Kind  Kind
	Frame int
	Refs  []int    // frames that prove it
	Args  []string // what the sentence says from {2} on
}

// Text returns the English sentence.
func (f *Finding) Text() string { return f.Fill(f.Kind.Sentence(), " (see frame {0})") }

// Fill fills a sentence in; see says where frames that prove it are named.
func (f *Finding) Fill(sentence, see string) string {
	refs := ""
	if len(f.Refs) > 0 {
		var list []string
		for _, n := range f.Refs {
			list = append(list, strconv.Itoa(n))
		}
		refs = strings.ReplaceAll(see, "{0}", strings.Join(list, ", "))
	}
	pairs := []string{"{0}", strconv.Itoa(f.Frame), "{1}", refs}
	for i, a := range f.Args {
		pairs = append(pairs, "{"+strconv.Itoa(i+2)+"}", a)
	}
	return strings.NewReplacer(pairs...).Replace(sentence)
}
