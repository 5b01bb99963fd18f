package capture_test

import (
	"errors"
	"net"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"netlab/capture"
	"netlab/sim/wire"
)

// packet4 is an IPv4 packet with a TCP segment of five octets.
func packet4(t testing.TB) []byte {
	ip := &layers.IPv4{Version: 4, TTL: 60, Id: 77, Protocol: layers.IPProtocolTCP, SrcIP: net.IP{10, 0, 0, 1}, DstIP: net.IP{10, 0, 0, 2}}
	return packed(t, ip, ip)
}

// packet6 is the same over IPv6.
func packet6(t testing.TB) []byte {
	ip := &layers.IPv6{Version: 6, HopLimit: 60, NextHeader: layers.IPProtocolTCP, SrcIP: net.ParseIP("fe80::1"), DstIP: net.ParseIP("fe80::2")}
	return packed(t, ip, ip)
}

func packed(t testing.TB, ip gopacket.SerializableLayer, net gopacket.NetworkLayer) []byte {
	t.Helper()
	tcp := &layers.TCP{SrcPort: 4000, DstPort: 80, Seq: 5, Ack: 9, ACK: true, PSH: true, Window: 100}
	if err := tcp.SetNetworkLayerForChecksum(net); err != nil {
		t.Fatal(err)
	}
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, serialOptions, ip, tcp, gopacket.Payload("hello")); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func with(head []byte, packet []byte) []byte { return append(append([]byte(nil), head...), packet...) }

var macs = make([]byte, 12)

// Every link type that is promised is read, through every tag, over both versions of IP.
func TestLinkTypes(t *testing.T) {
	v4, v6 := packet4(t), packet6(t)
	insert := func(next byte, header ...byte) []byte { // an IPv6 extension header
		b := append([]byte(nil), v6[:40]...)
		b[6] = next
		b[5] += byte(len(header))
		return append(append(b, header...), v6[40:]...)
	}
	outer := func(proto byte, b []byte) []byte { // an IPv4 packet around it
		n := 20 + len(b)
		return with([]byte{0x45, 0, byte(n >> 8), byte(n), 0, 1, 0, 0, 9, proto, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2}, b)
	}
	udp := func(port uint16, b []byte) []byte {
		n := 8 + len(b)
		return outer(17, with([]byte{0x30, 0x39, byte(port >> 8), byte(port), byte(n >> 8), byte(n), 0, 0}, b))
	}
	for _, c := range []struct {
		name  string
		link  uint16
		frame []byte
	}{
		{"Ethernet", 1, with(append(macs, 0x08, 0x00), v4)},
		{"Ethernet with IPv6", 1, with(append(macs, 0x86, 0xdd), v6)},
		{"with padding", 1, append(with(append(macs, 0x08, 0x00), v4), 0, 0, 0, 0, 0, 0)},
		{"VLAN", 1, with(append(macs, 0x81, 0x00, 0, 5, 0x08, 0x00), v4)},
		{"QinQ", 1, with(append(macs, 0x88, 0xa8, 0, 5, 0x81, 0x00, 0, 6, 0x08, 0x00), v4)},
		{"old QinQ", 1, with(append(macs, 0x91, 0x00, 0, 5, 0x81, 0x00, 0, 6, 0x86, 0xdd), v6)},
		{"PPPoE", 1, with(append(macs, 0x88, 0x64, 0x11, 0, 0, 1, 0, 60, 0x00, 0x21), v4)},
		{"MPLS", 1, with(append(macs, 0x88, 0x47, 0, 0, 0, 64, 0, 0, 1, 64), v4)},
		{"MPLS for a group", 1, with(append(macs, 0x88, 0x48, 0, 0, 1, 64), v4)},
		{"SNAP", 1, with(append(macs, 0, 53, 0xaa, 0xaa, 3, 0, 0, 0, 0x08, 0x00), v4)},
		{"BSD null", 0, with([]byte{2, 0, 0, 0}, v4)},
		{"BSD null, big-endian, IPv6", 0, with([]byte{0, 0, 0, 30}, v6)},
		{"OpenBSD loop", 108, with([]byte{0, 0, 0, 2}, v4)},
		{"raw", 101, v4}, {"raw IPv6", 101, v6}, {"raw by another number", 12, v4}, {"and another", 14, v6},
		{"IPv4", 228, v4}, {"IPv6", 229, v6},
		{"Linux cooked", 113, with([]byte{0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0x08, 0x00}, v4)},
		{"Linux cooked with a VLAN", 113, with([]byte{0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0x81, 0x00, 0, 5, 0x08, 0x00}, v4)},
		{"Linux cooked, version 2", 276, with([]byte{0x86, 0xdd, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0}, v6)},
		{"PPP without HDLC", 9, with([]byte{0x00, 0x57}, v6)},
		{"PPP with a compressed number", 9, with([]byte{0xff, 0x03, 0x21}, v4)},
		{"macOS's own header", 258, with([]byte{16, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 'e', 'n', '0', 0}, with(append(macs, 0x08, 0x00), v4))},
		{"macOS's own header before a tunnel's packets", 258, with([]byte{12, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}, with([]byte{2, 0, 0, 0}, v4))},
		{"Cisco HDLC", 104, with([]byte{0x0f, 0, 0x08, 0x00}, v4)},
		{"IP in IP", 101, outer(4, v4)}, {"IPv6 in IP", 101, outer(41, v6)}, {"twice in IP", 101, outer(4, outer(41, v6))},
		{"GRE", 101, outer(47, with([]byte{0, 0, 0x08, 0x00}, v4))},
		{"GRE with checksum, key and number", 101, outer(47, with([]byte{0xb0, 0, 0x86, 0xdd, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2}, v6))},
		{"GRE with an Ethernet frame", 101, outer(47, with([]byte{0, 0, 0x65, 0x58}, with(append(macs, 0x08, 0x00), v4)))},
		{"PPTP", 101, outer(47, with([]byte{0x30, 0x81, 0x88, 0x0b, 0, 57, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0xff, 0x03, 0x00, 0x21}, v4))},
		{"VXLAN", 101, udp(4789, with([]byte{8, 0, 0, 0, 0, 0, 7, 0}, with(append(macs, 0x08, 0x00), v4)))},
		{"VXLAN on Linux's own port", 101, udp(8472, with([]byte{8, 0, 0, 0, 0, 0, 7, 0}, with(append(macs, 0x86, 0xdd), v6)))},
		{"Geneve with an option", 101, udp(6081, with([]byte{1, 0, 0x65, 0x58, 0, 0, 7, 0, 1, 2, 3, 0}, with(append(macs, 0x08, 0x00), v4)))},
		{"GTP-U", 101, udp(2152, with([]byte{0x30, 0xff, 0, 45, 0, 0, 0, 1}, v4))},
		{"GTP-U with a header that extends it", 101, udp(2152, with([]byte{0x34, 0xff, 0, 53, 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0, 9, 0}, v4))},
		{"an authentication header over IPv4", 101, outer(51, with([]byte{4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, v4))},
		{"Cisco HDLC in a file of PPP", 9, with([]byte{0x8f, 0, 0x08, 0x00}, v4)},
		{"MPLS over PPP", 50, with([]byte{0xff, 0x03, 0x02, 0x81, 0, 0, 0, 64, 0, 0, 1, 64}, v4)},
		{"the Linux firewall's log", 239, with([]byte{2, 0, 0, 0, 8, 0, 1, 0, 8, 0, 2, 0, 5, 0, 10, 0, 'x', 0, 0, 0, byte(len(v4) + 4), 0, 9, 0}, v4)},
		{"the same of a big-endian machine", 239, with([]byte{2, 0, 0, 0, 0, 8, 0, 1, 8, 0, 2, 0, 0, byte(len(v4) + 4), 0, 9}, v4)},
		{"several interfaces of macOS", 258, with([]byte{16, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 'e', 'n', '0', 0}, with(append(macs, 0x08, 0x00), v4))},
		{"PPP", 50, with([]byte{0xff, 0x03, 0x00, 0x21}, v4)},
		{"IPv6 hop-by-hop", 101, insert(0, 6, 0, 5, 2, 0, 0, 1, 0)},
		{"IPv6 destination options", 101, insert(60, 6, 0, 1, 4, 0, 0, 0, 0)},
		{"IPv6 routing", 101, insert(43, 6, 0, 0, 0, 0, 0, 0, 0)},
		{"an IPv6 fragment that is whole", 101, insert(44, 6, 0, 0, 0, 0, 0, 0, 9)},
	} {
		t.Run(c.name, func(t *testing.T) {
			var d capture.Decoder
			var h capture.Headers
			if err := d.Decode(c.link, c.frame, len(c.frame), &h); err != nil {
				t.Fatal(err)
			}
			if h.SrcPort != 4000 || h.DstPort != 80 || h.Seq != 5 || h.Ack != 9 || h.Flags != wire.ACK|wire.PSH || h.Len != 5 || string(h.Data) != "hello" || h.TTL != 60 {
				t.Errorf("%+v", h)
			}
			again := capture.AsEthernet(c.link, capture.Frame{Data: c.frame, OrigLen: len(c.frame)})
			if err := d.Decode(1, again.Data, again.OrigLen, &h); err != nil || string(h.Data) != "hello" {
				t.Errorf("as an Ethernet frame: %v, %q", err, h.Data)
			}
		})
	}
}

// Lengths come from the IP header where the capture was cut, and from the frame where the
// header does not tell.
func TestLengths(t *testing.T) {
	var d capture.Decoder
	var h capture.Headers
	v4 := packet4(t)
	if err := d.Decode(101, v4[:40], len(v4), &h); err != nil || h.Len != 5 || len(h.Data) != 0 || h.Octets() != "     " {
		t.Errorf("cut after the header: %v, %d octets, %q", err, h.Len, h.Octets())
	}
	if err := d.Decode(101, v4[:42], len(v4), &h); err != nil || h.Len != 5 || h.Octets() != "he   " {
		t.Errorf("cut in the data: %v, %d octets, %q", err, h.Len, h.Octets())
	}
	big := append([]byte(nil), v4...)
	big[2], big[3] = 0, 0
	if err := d.Decode(101, big, 70_000, &h); err != nil || h.Len != 70_000-40 {
		t.Errorf("a total length of 0 (segmentation offload): %v, %d octets", err, h.Len)
	}
	jumbo := packet6(t)
	jumbo[4], jumbo[5] = 0, 0
	if err := d.Decode(101, jumbo, 500_000, &h); err != nil || h.Len != 500_000-60 {
		t.Errorf("a payload length of 0: %v, %d octets", err, h.Len)
	}
}

// A datagram to the port of a tunnel that carries no packet which is followed stands for itself.
func TestNoOverlay(t *testing.T) {
	for _, payload := range []string{"hello", "\x08\x00\x00\x00\x00\x00\x07\x00", "\x08\x00\x00\x00\x00\x00\x07\x00............\x08\x06arp", "\x34\xff\x00\x08\x00\x00\x00\x01\x00\x00\x00\x85\x00"} {
		for _, port := range []uint16{4789, 6081, 2152} {
			n := 8 + len(payload)
			b := append([]byte{0x45, 0, 0, byte(20 + n), 0, 1, 0, 0, 9, 17, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 0x30, 0x39, byte(port >> 8), byte(port), 0, byte(n), 0, 0}, payload...)
			var d capture.Decoder
			var h capture.Headers
			if err := d.Decode(101, b, len(b), &h); err != nil || h.Proto != wire.UDP || h.DstPort != port || string(h.Data) != payload {
				t.Errorf("port %d, %q: %v, %+v", port, payload, err, h)
			}
		}
	}
}

// What is not followed is named.
func TestOthersAreNamed(t *testing.T) {
	v4 := packet4(t)
	proto := func(p byte) []byte { b := append([]byte(nil), v4...); b[9] = p; return b }
	for _, c := range []struct {
		link  uint16
		frame []byte
		want  error
	}{
		{101, proto(47), capture.Other("GRE (tunnel)")}, {101, proto(4), capture.Other("IP in IP (tunnel)")}, {101, proto(132), capture.Other("SCTP")},
		{101, proto(41), capture.Other("IPv6 in IP (tunnel)")}, {101, proto(200), capture.Other("IP protocol 200")},
		{1, append(append([]byte(nil), macs...), 0x08, 0x06, 0, 0), capture.Other("ARP")}, {1, append(append([]byte(nil), macs...), 0x12, 0x34), capture.Other("Ethernet type 0x1234")},
		{1, append(append([]byte(nil), macs...), 0, 38, 0x42), capture.Other("802.2 LLC")},
		{105, v4, capture.LinkError(105)}, {1, macs[:8], capture.Other("cut off inside its headers")}, {101, v4[:30], capture.Other("cut off inside its headers")},
		{101, []byte{0x99}, capture.Other("no IP")},
		{258, []byte{12, 0, 0, 0, 1, 0, 0, 0, 2, 1, 0, 0, 1, 2}, capture.LinkError(258)}, // itself inside itself
		{258, []byte{99, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 2}, capture.Other("a broken header")},
	} {
		var d capture.Decoder
		var h capture.Headers
		if err := d.Decode(c.link, c.frame, len(c.frame), &h); !errors.Is(err, c.want) {
			t.Errorf("link type %d: %v, want %v", c.link, err, c.want)
		}
	}
	if got := capture.LinkError(127).Error(); got != "802.11 with radiotap" {
		t.Errorf("link type 127 is called %q", got)
	}
}

// FuzzHeaders: whatever the octets and the link type are, decoding returns, and never finds
// more data than there is. It has found: a field of the Linux firewall's log whose length, rounded
// up, was no longer a length, so that the next field was the same one (nflog-length).
func FuzzHeaders(f *testing.F) {
	f.Add(uint16(239), with([]byte{2, 0, 0, 0, 8, 0, 1, 0, 8, 0, 2, 0, 44, 0, 9, 0}, packet4(f)))
	f.Add(uint16(258), with([]byte{12, 0, 0, 0, 1, 0, 0, 0, 101, 0, 0, 0}, packet4(f)))
	f.Add(uint16(101), with([]byte{0x45, 0, 0, 85, 0, 1, 0, 0, 9, 17, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 0x30, 0x39, 0x08, 0x68, 0, 65, 0, 0, 0x34, 0xff, 0, 53, 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0, 9, 0}, packet4(f)))
	f.Add(uint16(101), with([]byte{0x45, 0, 0, 95, 0, 1, 0, 0, 9, 17, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 0x30, 0x39, 0x12, 0xb5, 0, 75, 0, 0, 8, 0, 0, 0, 0, 0, 7, 0, 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 8, 0}, packet4(f)))
	f.Add(uint16(1), with(append(macs, 0x08, 0x00), packet4(f)))
	f.Add(uint16(276), with(make([]byte, 20), packet6(f)))
	f.Add(uint16(101), packet6(f))
	f.Fuzz(func(t *testing.T, link uint16, frame []byte) {
		var d capture.Decoder
		var h capture.Headers
		if err := d.Decode(link, frame, len(frame), &h); err != nil {
			return
		}
		if len(h.Data) > len(frame) || h.Len < 0 || len(h.Data) > h.Len {
			t.Errorf("%d octets of data, %d captured, in a frame of %d", h.Len, len(h.Data), len(frame))
		}
		if !h.Src.IsValid() || !h.Dst.IsValid() {
			t.Error("no addresses")
		}
		_ = h.Segment()
		_ = capture.AsEthernet(link, capture.Frame{Data: frame, OrigLen: len(frame)})
	})
}
