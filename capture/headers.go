package capture

import (
	"net/netip"
	"strconv"

	"github.com/google/gopacket/layers"

	"netlab/sim/wire"
)

// Headers are what the headers of one packet say, without copying its data. A
// [Decoder] fills them in.
type Headers struct {
	Src, Dst         netip.Addr
	SrcPort, DstPort uint16
	Proto            wire.Proto
	TTL              uint8 // IPv6: hop limit
	ID               uint16
	HasID            bool // IPv4 only
	Frag             Frag // of a fragment of a datagram or segment

	// TCP.
	Seq, Ack wire.Seq
	Flags    wire.Flags
	Wnd      uint16
	Sum      uint16 // checksum
	Options  wire.Options

	Len  int    // octets of data on the wire
	Data []byte // as many of them as were captured; points into the frame

	ICMP Report // ICMP: what it reports
}

// A Frag says which part of an IP packet a fragment is.
type Frag struct {
	ID     uint32
	Offset int
	Len    int // octets of IP payload
	More   bool
}

// IsPart reports whether there are other fragments.
func (f Frag) IsPart() bool { return f.More || f.Offset > 0 }

// A Report is what an ICMP message says about a packet that it cites.
type Report struct {
	Type, Code       uint8
	V6               bool
	Says             string // "port unreachable"
	Proto            wire.Proto
	Src, Dst         netip.Addr
	SrcPort, DstPort uint16
	ID               uint16 // its IP identification; 0: none
	Seq              wire.Seq
	HasSeq           bool // TCP: enough of the segment is cited
}

// Late reports whether the message says that a fragment never came (RFC 792).
func (r *Report) Late() bool { return !r.V6 && r.Type == 11 && r.Code == 1 }

// Segment returns the TCP segment with a copy of its data, as the model knows it. Octets
// that were sent but not captured are blanks.
func (h *Headers) Segment() wire.Segment {
	return h.segment(h.Octets())
}

func (h *Headers) segment(data string) wire.Segment {
	return wire.Segment{Seq: h.Seq, Ack: h.Ack, Flags: h.Flags, Wnd: h.Wnd, Options: h.Options, Data: data}
}

// Octets returns a copy of the data; those that were not captured are blanks.
func (h *Headers) Octets() string {
	missing := h.Len - len(h.Data)
	if missing <= 0 {
		return string(h.Data[:h.Len])
	}
	b := make([]byte, h.Len)
	for i := copy(b, h.Data); i < len(b); i++ {
		b[i] = ' '
	}
	return string(b)
}

// An Other is what a sound packet is that netlab does not follow: "ARP", "GRE". It is
// an error of [Decoder.Decode].
type Other string

// Error names it.
func (o Other) Error() string { return string(o) }

// A LinkError says that a link type is unknown.
type LinkError uint16

// Error names the link type.
func (l LinkError) Error() string {
	name, ok := linkNames[uint16(l)]
	if !ok {
		name = "link type " + strconv.Itoa(int(l))
	}
	return name
}

// The link types that are read (LINKTYPE_… of tcpdump.org), and some that are only known
// by name.
const (
	linkNull      = 0
	linkEthernet  = 1
	linkRawBSD    = 12
	linkRawBSD2   = 14
	linkPPP       = 9
	linkPPPHDLC   = 50
	linkRaw       = 101
	linkCiscoHDLC = 104
	linkLoop      = 108
	linkSLL       = 113
	linkIPv4      = 228
	linkIPv6      = 229
	linkPktap     = 258
	linkSLL2      = 276
)

var linkNames = map[uint16]string{
	105: "802.11", 119: "802.11 with a Prism header", 127: "802.11 with radiotap", 163: "802.11 with an AVS header",
	187: "Bluetooth HCI", 189: "USB", 195: "802.15.4", 197: "ERF", 201: "Bluetooth HCI", 220: "USB", 249: "USB", 253: "netlink", 10: "FDDI", 6: "Token Ring", 7: "ARCNET", 100: "ATM", 117: "pflog",
}

// names of IP protocols that are not followed.
var protoNames = map[layers.IPProtocol]Other{
	1: "ICMP", 2: "IGMP", 4: "IP in IP (tunnel)", 41: "IPv6 in IP (tunnel)", 47: "GRE (tunnel)", 50: "ESP", 51: "AH", 58: "ICMPv6",
	33: "DCCP", 89: "OSPF", 103: "PIM", 112: "VRRP", 132: "SCTP", 136: "UDP-Lite",
}

func otherProto(p layers.IPProtocol) Other {
	if o, ok := protoNames[p]; ok {
		return o
	}
	return Other("IP protocol " + strconv.Itoa(int(p)))
}

// names of Ethernet types that are not followed.
var etherNames = map[uint16]Other{
	0x0806: "ARP", 0x8035: "RARP", 0x88cc: "LLDP", 0x888e: "EAPOL", 0x8863: "PPPoE discovery", 0x809b: "AppleTalk", 0x8137: "IPX", 0x9000: "loopback test", 0x88f7: "PTP", 0x893a: "IEEE 1905",
}

func otherEther(t uint16) Other {
	if o, ok := etherNames[t]; ok {
		return o
	}
	if t < 0x600 {
		return "802.2 LLC"
	}
	return Other("Ethernet type 0x" + strconv.FormatUint(uint64(t), 16))
}
