package capture

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"netlab/sim/wire"
)

// A Decoder reads the headers of packets, one after another, without allocating.
// Link types are told apart here, because gopacket keeps them in eight bits; only the
// network and transport layers are decoded, because its decoders above them panic on
// hostile input.
type Decoder struct {
	ip4 layers.IPv4
	ip6 layers.IPv6
	tcp layers.TCP
	udp layers.UDP

	truncated bool // the last packet was cut when it was captured
	tunnels   int  // around the packet that is being decoded
}

// SetTruncated notes that a packet was cut when it was captured (gopacket.DecodeFeedback).
func (d *Decoder) SetTruncated() { d.truncated = true }

// Errors of packets that cannot be read.
const (
	errShort  = Other("cut off inside its headers")
	errBroken = Other("a broken header")
	errNoIP   = Other("no IP")
)

// Decode reads the headers of a frame of the link type; orig is how long the frame was on
// the wire. The error is an [Other] if the packet is none that netlab follows, and a
// [LinkError] if its link type is unknown. It never panics, whatever the octets are.
func (d *Decoder) Decode(link uint16, frame []byte, orig int, h *Headers) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = Other(fmt.Sprintf("a packet that cannot be decoded (%v)", r))
		}
	}()
	*h = Headers{}
	d.tunnels = 0
	at, err := network(link, frame)
	if err != nil {
		return err
	}
	return d.network(frame[at:], orig-at, h)
}

// network reads the IP header; its first four bits say which version it is.
func (d *Decoder) network(b []byte, orig int, h *Headers) error {
	if len(b) == 0 {
		return errShort
	}
	switch b[0] >> 4 {
	case 4:
		return d.ipv4(b, orig, h)
	case 6:
		return d.ipv6(b, orig, h)
	default:
		return errNoIP
	}
}

func (d *Decoder) ipv4(b []byte, orig int, h *Headers) error {
	if len(b) < 20 {
		return errShort
	}
	d.ip4.Options = d.ip4.Options[:0]
	if err := d.ip4.DecodeFromBytes(b, d); err != nil {
		return errBroken
	}
	ip := &d.ip4
	head := int(ip.IHL) * 4
	total := int(binary.BigEndian.Uint16(b[2:]))
	payload := ip.Payload
	if total == 0 { // the segmentation is left to the network card: the frame tells
		total, payload = orig, b[min(head, len(b)):]
	}
	h.Src, h.Dst = netip.AddrFrom4([4]byte(ip.SrcIP)), netip.AddrFrom4([4]byte(ip.DstIP))
	h.TTL, h.ID, h.HasID = ip.TTL, ip.Id, true
	length := max(0, total-head)
	if ip.FragOffset != 0 || ip.Flags&layers.IPv4MoreFragments != 0 {
		h.Frag = Frag{ID: uint32(ip.Id), Offset: int(ip.FragOffset) * 8, Len: length, More: ip.Flags&layers.IPv4MoreFragments != 0}
	}
	if ip.Protocol == layers.IPProtocolAH {
		return d.extensions(ip.Protocol, payload, length, h)
	}
	return d.transport(ip.Protocol, payload, length, h)
}

func (d *Decoder) ipv6(b []byte, orig int, h *Headers) error {
	if len(b) < 40 {
		return errShort
	}
	length := int(binary.BigEndian.Uint16(b[4:]))
	if length == 0 { // a jumbogram, or a segment larger than the field can tell
		length = max(0, orig-40)
	} else if err := d.ip6.DecodeFromBytes(b, d); err != nil {
		return errBroken
	}
	src, dst := netip.AddrFrom16([16]byte(b[8:24])), netip.AddrFrom16([16]byte(b[24:40]))
	h.Src, h.Dst, h.TTL = src, dst, b[7]
	payload := b[40:min(len(b), 40+length)]
	return d.extensions(layers.IPProtocol(b[6]), payload, length, h)
}

// extensions walks along the extension headers (RFC 8200 §4).
func (d *Decoder) extensions(next layers.IPProtocol, b []byte, length int, h *Headers) error {
	for range maxTags {
		size := 0
		switch next {
		case layers.IPProtocolIPv6HopByHop, layers.IPProtocolIPv6Routing, layers.IPProtocolIPv6Destination, 135, 139, 140:
			if len(b) < 2 {
				return errShort
			}
			size = 8 * (int(b[1]) + 1)
		case layers.IPProtocolAH:
			if len(b) < 2 {
				return errShort
			}
			size = 4 * (int(b[1]) + 2)
		case layers.IPProtocolIPv6Fragment:
			if len(b) < 8 {
				return errShort
			}
			size = 8
			v := binary.BigEndian.Uint16(b[2:])
			h.Frag = Frag{ID: binary.BigEndian.Uint32(b[4:]), Offset: int(v &^ 7), Len: length - size, More: v&1 != 0}
		default:
			return d.transport(next, b, length, h)
		}
		if len(b) < size || length < size {
			return errShort
		}
		next, b, length = layers.IPProtocol(b[0]), b[size:], length-size
	}
	return Other("too many IPv6 extension headers")
}

// transport reads the header of TCP, UDP or ICMP. length is how many octets IP carried.
func (d *Decoder) transport(p layers.IPProtocol, b []byte, length int, h *Headers) error {
	switch p {
	case layers.IPProtocolTCP:
		h.Proto = wire.TCP
		if h.Frag.Offset > 0 {
			return nil
		}
		return d.segment(b, length, h)
	case layers.IPProtocolUDP:
		h.Proto = wire.UDP
		if h.Frag.Offset > 0 {
			h.Len, h.Data = length, b
			return nil
		}
		return d.datagram(b, length, h)
	case layers.IPProtocolICMPv4, layers.IPProtocolICMPv6:
		h.Proto = wire.ICMP
		return d.report(b, p == layers.IPProtocolICMPv6, h)
	case layers.IPProtocolIPv4, layers.IPProtocolIPv6, layers.IPProtocolGRE:
		return d.tunnel(p, b, length, h)
	default:
		return otherProto(p)
	}
}

// segment reads a TCP header. Bad options cost only themselves.
func (d *Decoder) segment(b []byte, length int, h *Headers) error {
	if len(b) < 20 {
		return errShort
	}
	err := d.tcp.DecodeFromBytes(b, d)
	t := &d.tcp
	head := int(t.DataOffset) * 4
	if head < 20 || err != nil && head > length {
		return errBroken
	}
	h.SrcPort, h.DstPort = uint16(t.SrcPort), uint16(t.DstPort)
	h.Seq, h.Ack, h.Wnd, h.Sum = wire.Seq(t.Seq), wire.Seq(t.Ack), t.Window, t.Checksum
	h.Flags = wire.Flags(b[13] & 0x3f)
	for _, o := range t.Options {
		readOption(&h.Options, o)
	}
	h.Len = max(0, length-head)
	if head < len(b) {
		h.Data = b[head:min(len(b), head+h.Len)]
	}
	return nil
}

// datagram reads a UDP header. The length in it counts for the whole datagram, of which a
// fragment carries only a part.
func (d *Decoder) datagram(b []byte, length int, h *Headers) error {
	if len(b) < wire.UDPHeaderLen {
		return errShort
	}
	if err := d.udp.DecodeFromBytes(b, d); err != nil {
		return errBroken
	}
	h.SrcPort, h.DstPort, h.Sum = uint16(d.udp.SrcPort), uint16(d.udp.DstPort), d.udp.Checksum
	h.Len = max(0, int(d.udp.Length)-wire.UDPHeaderLen)
	if d.udp.Length == 0 || h.Frag.IsPart() || h.Len > length {
		h.Len = max(0, length-wire.UDPHeaderLen)
	}
	h.Data = b[wire.UDPHeaderLen:min(len(b), wire.UDPHeaderLen+h.Len)]
	d.overlay(h)
	return nil
}

// DatagramLen is the length that the UDP header of a datagram's first fragment announces.
func (d *Decoder) DatagramLen() int { return max(0, int(d.udp.Length)-wire.UDPHeaderLen) }

// report reads an ICMP error and the packet that it cites.
func (d *Decoder) report(b []byte, v6 bool, h *Headers) error {
	if len(b) < 8 {
		return errShort
	}
	r := Report{Type: b[0], Code: b[1], V6: v6}
	if r.Says = icmpText(v6, b[0], b[1]); r.Says == "" {
		if v6 {
			return protoNames[58]
		}
		return protoNames[1]
	}
	cited := b[8:]
	var p layers.IPProtocol
	switch {
	case len(cited) >= 20 && cited[0]>>4 == 4:
		head := int(cited[0]&15) * 4
		r.Src, r.Dst = netip.AddrFrom4([4]byte(cited[12:16])), netip.AddrFrom4([4]byte(cited[16:20]))
		r.ID = binary.BigEndian.Uint16(cited[4:])
		p, cited = layers.IPProtocol(cited[9]), cited[min(head, len(cited)):]
	case len(cited) >= 40 && cited[0]>>4 == 6:
		r.Src, r.Dst = netip.AddrFrom16([16]byte(cited[8:24])), netip.AddrFrom16([16]byte(cited[24:40]))
		p, cited = layers.IPProtocol(cited[6]), cited[40:]
	default:
		return errBroken
	}
	switch p {
	case layers.IPProtocolTCP:
		r.Proto = wire.TCP
	case layers.IPProtocolUDP:
		r.Proto = wire.UDP
	default:
		return Other("ICMP about " + string(otherProto(p)))
	}
	if len(cited) < 4 {
		return errShort
	}
	r.SrcPort, r.DstPort = binary.BigEndian.Uint16(cited), binary.BigEndian.Uint16(cited[2:])
	if p == layers.IPProtocolTCP && len(cited) >= 8 {
		r.Seq, r.HasSeq = wire.Seq(binary.BigEndian.Uint32(cited[4:])), true
	}
	h.ICMP = r
	return nil
}

// icmpText words the ICMP errors (RFC 792, RFC 1122 §3.2.2, RFC 4443); an empty text
// means that the message reports no packet.
func icmpText(v6 bool, kind, code uint8) string {
	names := icmp4
	if v6 {
		names = icmp6
	}
	if s, ok := names[[2]uint8{kind, code}]; ok {
		return s
	}
	return names[[2]uint8{kind, anyCode}]
}

const anyCode = 255

const portUnreachable = "port unreachable"

// IcmpTexts lists what ICMP errors are called, for catalogues of other languages.
func IcmpTexts() (all []string) {
	for _, names := range []map[[2]uint8]string{icmp4, icmp6} {
		for _, s := range names {
			all = append(all, s)
		}
	}
	return all
}

var icmp4 = map[[2]uint8]string{
	{3, 0}: "network unreachable", {3, 1}: "host unreachable", {3, 2}: "protocol unreachable", {3, 3}: portUnreachable,
	{3, 4}: "fragmentation needed", {3, 5}: "source route failed", {3, 9}: "network prohibited", {3, 10}: "host prohibited",
	{3, 13}: "communication prohibited", {3, anyCode}: "destination unreachable", {4, anyCode}: "source quench",
	{5, anyCode}: "redirect", {11, 0}: "time exceeded", {11, 1}: "reassembly time exceeded", {12, anyCode}: "parameter problem",
}

var icmp6 = map[[2]uint8]string{
	{1, 0}: "no route", {1, 1}: "communication prohibited", {1, 3}: "address unreachable", {1, 4}: portUnreachable,
	{1, anyCode}: "destination unreachable", {2, anyCode}: "packet too big", {3, 0}: "time exceeded", {3, 1}: "reassembly time exceeded",
	{4, anyCode}: "parameter problem",
}

var _ gopacket.DecodeFeedback = (*Decoder)(nil)
