package capture

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

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

// Decode reads the packet in an Ethernet frame. It never panics, whatever the
// octets are.
func Decode(frame []byte) (Packet, error) {
	var d Decoder
	var h Headers
	if err := d.Decode(linkEthernet, frame, len(frame), &h); err != nil {
		return Packet{}, fmt.Errorf("capture: %w", err)
	}
	p := Packet{Src: netip.AddrPortFrom(h.Src, h.SrcPort), Dst: netip.AddrPortFrom(h.Dst, h.DstPort), Proto: h.Proto}
	switch h.Proto {
	case wire.TCP:
		if h.Frag.IsPart() {
			return Packet{}, errors.New("capture: a fragment of a TCP segment")
		}
		p.Seg = h.segment(string(h.Data))
	case wire.UDP:
		p.Dgram.Data = string(h.Data)
		if h.Frag.IsPart() {
			p.Dgram.Frag = &wire.Fragment{ID: uint16(h.Frag.ID), Offset: h.Frag.Offset, Len: h.Frag.Len, More: h.Frag.More}
			if h.Frag.Offset == 0 {
				p.Dgram.Total = d.DatagramLen()
			}
		}
	case wire.ICMP:
		r := &h.ICMP
		if !r.Late() && r.Says != portUnreachable {
			return Packet{}, errors.New("capture: ICMP says " + r.Says)
		}
		p.Dgram.Cite = &wire.Cite{Proto: r.Proto, Late: r.Late()}
		p.Cited = [2]netip.AddrPort{netip.AddrPortFrom(r.Src, r.SrcPort), netip.AddrPortFrom(r.Dst, r.DstPort)}
	}
	return p, nil
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
