package wire

import (
	"strconv"
	"strings"
)

// Flags are the control bits of a segment (RFC 9293 §3.1).
type Flags uint8

// The control bits.
const (
	FIN Flags = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
)

// flagOrder is the order in which people name flags: SYN,ACK and FIN,ACK.
var flagOrder = []struct {
	bit  Flags
	name string
}{{SYN, "SYN"}, {FIN, "FIN"}, {RST, "RST"}, {PSH, "PSH"}, {URG, "URG"}, {ACK, "ACK"}}

// Has reports whether all of the given bits are set.
func (f Flags) Has(bits Flags) bool { return f&bits == bits }

// String returns the names joined by commas, such as "SYN,ACK".
func (f Flags) String() string {
	var names []string
	for _, o := range flagOrder {
		if f.Has(o.bit) {
			names = append(names, o.name)
		}
	}
	return strings.Join(names, ",")
}

// ParseFlags reads names joined by commas, plus signs or hyphens: "SYN,ACK", "SYN-ACK".
func ParseFlags(text string) (Flags, bool) {
	var f Flags
	for _, name := range strings.FieldsFunc(strings.ToUpper(text), func(r rune) bool { return strings.ContainsRune(",+-", r) }) {
		bit := Flags(0)
		for _, o := range flagOrder {
			if o.name == name {
				bit = o.bit
			}
		}
		if bit == 0 {
			return 0, false
		}
		f |= bit
	}
	return f, f != 0
}

// A Block is a range of sequence numbers, From =< n < To (RFC 2018).
type Block struct{ From, To Seq }

// Options are the TCP options that the model negotiates and explains. The zero
// value carries none.
type Options struct {
	MSS           uint16 // maximum segment size; 0 when the option is absent (RFC 9293 §3.7.1)
	HasWScale     bool
	WScale        uint8 // window scale shift (RFC 7323 §2)
	SACKPermitted bool  // RFC 2018
	HasTimestamps bool  // RFC 7323 §3
	TSVal, TSEcr  uint32
	NSACK         uint8    // how many of SACK are filled in
	SACK          [4]Block // RFC 2018 §3
}

// String returns the options as a person would list them: "MSS 1460, SACK".
func (o Options) String() string {
	var parts []string
	if o.MSS != 0 {
		parts = append(parts, "MSS "+strconv.Itoa(int(o.MSS)))
	}
	if o.SACKPermitted {
		parts = append(parts, "SACK")
	}
	if o.HasTimestamps {
		parts = append(parts, "TS")
	}
	if o.HasWScale {
		parts = append(parts, "WS "+strconv.Itoa(int(o.WScale)))
	}
	for _, b := range o.SACK[:o.NSACK] {
		parts = append(parts, "sack "+b.From.String()+"-"+b.To.String())
	}
	return strings.Join(parts, ", ")
}

// A Segment is a TCP segment as a plain value: assigning it copies it and ==
// compares it. Data is a string so that sharing it is safe.
type Segment struct {
	Seq     Seq
	Ack     Seq // meaningful only with the ACK flag
	Flags   Flags
	Wnd     uint16 // as on the wire, before scaling
	Options Options
	Data    string
}

// Len is SEG.LEN: the octets of data, plus one for SYN and one for FIN (RFC 9293 §3.4).
func (s Segment) Len() int {
	n := len(s.Data)
	if s.Flags.Has(SYN) {
		n++
	}
	if s.Flags.Has(FIN) {
		n++
	}
	return n
}

// End is the sequence number after the segment, SEG.SEQ + SEG.LEN.
func (s Segment) End() Seq { return s.Seq.Add(s.Len()) }

// IsPureAck reports whether the segment carries an acknowledgment and nothing else.
func (s Segment) IsPureAck() bool { return s.Flags&^PSH == ACK && s.Data == "" }

// String writes the segment as RFC 9293's figures do:
// <SEQ=100><ACK=301><DATA=5><CTL=PSH,ACK>.
func (s Segment) String() string {
	var b strings.Builder
	b.WriteString("<SEQ=" + s.Seq.String() + ">")
	if s.Flags.Has(ACK) {
		b.WriteString("<ACK=" + s.Ack.String() + ">")
	}
	if n := len(s.Data); n > 0 {
		b.WriteString("<DATA=" + strconv.Itoa(n) + ">")
	}
	if s.closesWindow() {
		b.WriteString("<WND=0>")
	}
	b.WriteString("<CTL=" + s.Flags.String() + ">")
	return b.String()
}

// Label writes the segment in few words, as on an arrow: "SYN,ACK seq=300 ack=101".
func (s Segment) Label() string {
	b := s.Flags.String() + " seq=" + s.Seq.String()
	if s.Flags.Has(ACK) {
		b += " ack=" + s.Ack.String()
	}
	if n := len(s.Data); n > 0 {
		b += " len=" + strconv.Itoa(n)
	}
	if s.closesWindow() {
		b += " wnd=0"
	}
	return b
}

// closesWindow reports whether the segment says that nothing more is taken: then the
// window is worth a word.
func (s Segment) closesWindow() bool { return s.Wnd == 0 && s.Flags&(ACK|RST) == ACK }
