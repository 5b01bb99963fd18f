package wire

import "strconv"

// A Proto is what an IP packet carries.
type Proto uint8

// The protocols.
const (
	TCP Proto = iota
	UDP
	ICMP
)

var protoNames = [...]string{"tcp", "udp", "icmp"}

// String returns "tcp", "udp" or "icmp", as JSON and scripts write it.
func (p Proto) String() string { return protoNames[p] }

// ParseProto reads the name of a protocol.
func ParseProto(name string) (Proto, bool) {
	for p, n := range protoNames {
		if n == name {
			return Proto(p), true
		}
	}
	return 0, false
}

// Header lengths in octets.
const (
	IPHeaderLen  = 20
	UDPHeaderLen = 8
)

// MaxDatagram is the most octets that a UDP datagram can carry over IPv4:
// 65,535 less the two headers.
const MaxDatagram = 65535 - IPHeaderLen - UDPHeaderLen

// A Fragment says which part of a datagram a packet is (RFC 791 §3.2). Offsets count
// octets of the IP payload, so the UDP header is in the first.
type Fragment struct {
	ID     uint16
	Offset int
	Len    int // octets of IP payload in this packet
	More   bool
}

// A Cite is the packet that an ICMP message is about.
type Cite struct {
	Proto    Proto
	Src, Dst Endpoint
	Late     bool   // time exceeded in reassembly; otherwise port unreachable
	Other    string // a captured message may say something else: "host unreachable"
}

// Says is what the message says.
func (c *Cite) Says() string {
	if c.Other != "" {
		return "ICMP " + c.Other
	}
	if c.Late {
		return "ICMP reassembly time exceeded"
	}
	return "ICMP port unreachable"
}

// A Datagram is what UDP and ICMP put into a packet, as a plain value.
type Datagram struct {
	Data  string    // UDP: the text, or this fragment's share of it
	Total int       // octets of text in the whole datagram; only of a fragment
	Frag  *Fragment // nil: the datagram is whole
	Cite  *Cite     // ICMP: what it is about; nil otherwise
}

// Label writes the datagram in few words, as on an arrow: "UDP len=5".
func (d Datagram) Label() string {
	switch {
	case d.Cite != nil:
		return d.Cite.Says() + " " + d.Cite.Dst.String()
	case d.Frag != nil:
		more := ""
		if d.Frag.More {
			more = "+"
		}
		return "UDP fragment " + strconv.Itoa(d.Frag.Offset) + "-" + strconv.Itoa(d.Frag.Offset+d.Frag.Len-1) + more
	default:
		return "UDP len=" + strconv.Itoa(len(d.Data))
	}
}

// String writes the datagram in the manner of RFC 9293's figures: <UDP><DATA=5>.
func (d Datagram) String() string {
	switch {
	case d.Cite != nil:
		return "<" + d.Cite.Says() + "><" + d.Cite.Src.String() + "->" + d.Cite.Dst.String() + ">"
	case d.Frag != nil:
		return "<UDP><ID=" + strconv.Itoa(int(d.Frag.ID)) + "><FRAGMENT=" + d.Label()[len("UDP fragment "):] + ">"
	default:
		return "<UDP><DATA=" + strconv.Itoa(len(d.Data)) + ">"
	}
}

// A Packet is something on its way: a TCP segment, a UDP datagram or a fragment of
// one, or an ICMP message.
type Packet struct {
	ID       int // counts the packets of one run from 1, in order of sending
	Proto    Proto
	Src, Dst Endpoint
	TTL      uint8 // UDP: links it may still cross; 0 stays in its host
	Damaged  bool  // the network has changed a bit: the checksum is wrong
	Seg      Segment
	Dgram    Datagram
}

// Label writes the packet in few words, as on an arrow.
func (p *Packet) Label() string {
	if p.Proto == TCP {
		return p.Seg.Label()
	}
	return p.Dgram.Label()
}
