package capture

import (
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

// A Packet is a TCP segment with its addresses.
type Packet struct {
	Src, Dst netip.AddrPort
	Seg      wire.Segment
}

// ErrNotTCP says that a frame is sound but holds no TCP segment.
var ErrNotTCP = errors.New("capture: not a TCP segment")

// Decode reads the TCP segment in an Ethernet frame. It never panics, whatever
// the octets are.
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
	parser := gopacket.NewDecodingLayerParser(layers.LayerTypeEthernet, &eth, &ip4, &ip6, &tcp)
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
		case layers.LayerTypeIPv6:
			src, _ = netip.AddrFromSlice(ip6.SrcIP)
			dst, _ = netip.AddrFromSlice(ip6.DstIP)
		case layers.LayerTypeTCP:
			return Packet{
				Src: netip.AddrPortFrom(src, uint16(tcp.SrcPort)),
				Dst: netip.AddrPortFrom(dst, uint16(tcp.DstPort)),
				Seg: segment(&tcp),
			}, nil
		}
	}
	return Packet{}, ErrNotTCP
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
