package capture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"netlab/sim/wire"
)

// A Frame is one captured frame.
type Frame struct {
	Time    time.Time // the kernel's own, in nanoseconds
	Data    []byte    // beginning with the Ethernet header
	OrigLen int       // how long it was on the wire
	Comment string    // what a file says about it; empty for captured ones
}

// A Packet is a TCP segment, a UDP datagram or a fragment of one, or an ICMP
// message, with its addresses.
type Packet struct {
	Src, Dst netip.AddrPort // without a port where the packet has none
	Proto    wire.Proto
	Seg      wire.Segment
	Dgram    wire.Datagram // its Cite has no names: see Cited
	Cited    [2]netip.AddrPort
}

// Wire returns the packet as the model knows it, without its addresses.
func (p *Packet) Wire() *wire.Packet {
	return &wire.Packet{Proto: p.Proto, Seg: p.Seg, Dgram: p.Dgram}
}

// ErrOther says that a frame is sound but holds nothing that netlab knows.
var ErrOther = errors.New("capture: neither a TCP segment nor a UDP datagram nor an ICMP error")

// Decode reads the packet in an Ethernet frame. It never panics, whatever the
// octets are.
func Decode(frame []byte) (p Packet, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("capture: the frame cannot be decoded: %v", r)
		}
	}()
	var eth layers.Ethernet
	var ip4 layers.IPv4
	var ip6 layers.IPv6
	var tcp layers.TCP
	var udp layers.UDP
	var icmp layers.ICMPv4
	parser := gopacket.NewDecodingLayerParser(layers.LayerTypeEthernet, &eth, &ip4, &ip6, &tcp, &udp, &icmp)
	parser.IgnoreUnsupported = true
	var found []gopacket.LayerType
	if err := parser.DecodeLayers(frame, &found); err != nil {
		return Packet{}, fmt.Errorf("capture: %w", err)
	}
	var src, dst netip.Addr
	for _, layer := range found {
		switch layer {
		case layers.LayerTypeIPv4:
			src, _ = netip.AddrFromSlice(ip4.SrcIP)
			dst, _ = netip.AddrFromSlice(ip4.DstIP)
			if ip4.FragOffset != 0 || ip4.Flags&layers.IPv4MoreFragments != 0 {
				return fragment(&ip4, src, dst)
			}
		case layers.LayerTypeIPv6:
			src, _ = netip.AddrFromSlice(ip6.SrcIP)
			dst, _ = netip.AddrFromSlice(ip6.DstIP)
		case layers.LayerTypeTCP:
			return Packet{
				Src: netip.AddrPortFrom(src, uint16(tcp.SrcPort)),
				Dst: netip.AddrPortFrom(dst, uint16(tcp.DstPort)),
				Seg: segment(&tcp),
			}, nil
		case layers.LayerTypeUDP:
			return Packet{
				Src:   netip.AddrPortFrom(src, uint16(udp.SrcPort)),
				Dst:   netip.AddrPortFrom(dst, uint16(udp.DstPort)),
				Proto: wire.UDP, Dgram: wire.Datagram{Data: string(udp.Payload)},
			}, nil
		case layers.LayerTypeICMPv4:
			return icmpError(&icmp, src, dst)
		}
	}
	return Packet{}, ErrOther
}

// fragment reads a part of a UDP datagram; only the first has the ports.
func fragment(ip *layers.IPv4, src, dst netip.Addr) (Packet, error) {
	if ip.Protocol != layers.IPProtocolUDP {
		return Packet{}, ErrOther
	}
	data := ip.Payload
	offset := int(ip.FragOffset) * 8
	p := Packet{Src: netip.AddrPortFrom(src, 0), Dst: netip.AddrPortFrom(dst, 0), Proto: wire.UDP}
	p.Dgram.Frag = &wire.Fragment{ID: ip.Id, Offset: offset, Len: len(data), More: ip.Flags&layers.IPv4MoreFragments != 0}
	if offset == 0 && len(data) >= wire.UDPHeaderLen {
		p.Src = netip.AddrPortFrom(src, binary.BigEndian.Uint16(data))
		p.Dst = netip.AddrPortFrom(dst, binary.BigEndian.Uint16(data[2:]))
		p.Dgram.Total = int(binary.BigEndian.Uint16(data[4:])) - wire.UDPHeaderLen
		data = data[wire.UDPHeaderLen:]
	}
	p.Dgram.Data = string(data)
	return p, nil
}

// icmpError reads a message that cites a packet which could not be delivered.
func icmpError(m *layers.ICMPv4, src, dst netip.Addr) (Packet, error) {
	late := m.TypeCode == layers.CreateICMPv4TypeCode(layers.ICMPv4TypeTimeExceeded, layers.ICMPv4CodeFragmentReassemblyTimeExceeded)
	if !late && m.TypeCode != layers.CreateICMPv4TypeCode(layers.ICMPv4TypeDestinationUnreachable, layers.ICMPv4CodePort) {
		return Packet{}, ErrOther
	}
	var ip layers.IPv4
	if err := ip.DecodeFromBytes(m.Payload, gopacket.NilDecodeFeedback); err != nil || len(ip.Payload) < 4 {
		return Packet{}, fmt.Errorf("capture: an ICMP error that cites no packet")
	}
	from, _ := netip.AddrFromSlice(ip.SrcIP)
	to, _ := netip.AddrFromSlice(ip.DstIP)
	p := Packet{Src: netip.AddrPortFrom(src, 0), Dst: netip.AddrPortFrom(dst, 0), Proto: wire.ICMP}
	p.Dgram.Cite = &wire.Cite{Late: late}
	if ip.Protocol == layers.IPProtocolUDP {
		p.Dgram.Cite.Proto = wire.UDP
	}
	p.Cited = [2]netip.AddrPort{
		netip.AddrPortFrom(from, binary.BigEndian.Uint16(ip.Payload)),
		netip.AddrPortFrom(to, binary.BigEndian.Uint16(ip.Payload[2:])),
	}
	return p, nil
}

// segment copies what gopacket has read; its slices point into the frame.
func segment(t *layers.TCP) wire.Segment {
	s := wire.Segment{Seq: wire.Seq(t.Seq), Ack: wire.Seq(t.Ack), Wnd: t.Window, Data: string(t.Payload)}
	for _, f := range []struct {
		on  bool
		bit wire.Flags
	}{{t.FIN, wire.FIN}, {t.SYN, wire.SYN}, {t.RST, wire.RST}, {t.PSH, wire.PSH}, {t.ACK, wire.ACK}, {t.URG, wire.URG}} {
		if f.on {
			s.Flags |= f.bit
		}
	}
	for _, o := range t.Options {
		readOption(&s.Options, o)
	}
	return s
}

// readOption keeps an option that the model knows, if its length is right.
func readOption(o *wire.Options, opt layers.TCPOption) {
	d := opt.OptionData
	switch opt.OptionType {
	case layers.TCPOptionKindMSS:
		if len(d) == 2 {
			o.MSS = uint16(d[0])<<8 | uint16(d[1])
		}
	case layers.TCPOptionKindWindowScale:
		if len(d) == 1 {
			o.HasWScale, o.WScale = true, d[0]
		}
	case layers.TCPOptionKindSACKPermitted:
		o.SACKPermitted = true
	case layers.TCPOptionKindTimestamps:
		if len(d) == 8 {
			o.HasTimestamps, o.TSVal, o.TSEcr = true, be32(d), be32(d[4:])
		}
	case layers.TCPOptionKindSACK:
		for ; len(d) >= 8 && int(o.NSACK) < len(o.SACK); d = d[8:] {
			o.SACK[o.NSACK] = wire.Block{From: wire.Seq(be32(d)), To: wire.Seq(be32(d[4:]))}
			o.NSACK++
		}
	default: // an option that the model does not know is skipped (MUST-6)
	}
}

func be32(b []byte) uint32 {
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}
