package capture

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"netlab/sim/trace"
	"netlab/sim/wire"
)

// Frames makes a real Ethernet frame, with right lengths and checksums, of every
// packet that the trace says was sent, with a comment that says why. Times count from
// epoch.
func Frames(t *trace.Trace, epoch time.Time) ([]Frame, error) {
	hosts := map[string]hostAddr{}
	for i, h := range t.Hosts {
		ip := net.ParseIP(h.IP).To4()
		if ip == nil {
			return nil, fmt.Errorf("capture: host %s has no IPv4 address (%q)", h.Name, h.IP)
		}
		hosts[h.Name] = hostAddr{ip, net.HardwareAddr{0x02, 0, 0, 0, 0, byte(i + 1)}}
	}
	lost := map[int]bool{}
	for i := range t.Events {
		if e := &t.Events[i]; e.Kind == trace.Drop && e.Text != "" {
			lost[e.Pkt] = true
		}
	}
	var frames []Frame
	for i := range t.Events {
		e := &t.Events[i]
		old := e.Kind == trace.Recv && e.Rule != nil && e.Rule.ID == "old-duplicate"
		if e.Kind != trace.Send && !old {
			continue
		}
		dst, ok := hosts[e.Dst.Host]
		if !ok {
			dst = groupAddr(e.Dst.Host)
		}
		data, err := encode(hosts[e.Src.Host], dst, hosts, e, uint16(len(frames)+1))
		if err != nil {
			return nil, fmt.Errorf("capture: event %d: %w", e.N, err)
		}
		f := Frame{Time: epoch.Add(e.T), Data: data, OrigLen: len(data), Comment: why(t, e)}
		if lost[e.Pkt] {
			f.Comment += "; the network loses it"
		}
		frames = append(frames, f)
	}
	return frames, nil
}

// Encode makes an Ethernet frame of one packet, with right lengths and checksums; addr gives
// the addresses of the hosts that it names. The sender's hardware address is made up, and so is
// that of a receiver that is no group. The identification is the packet's ID.
func Encode(p *wire.Packet, addr func(host string) netip.Addr) ([]byte, error) {
	hosts := map[string]hostAddr{}
	know := func(names ...string) {
		for i, name := range names {
			if a := addr(name); a.Is4() {
				hosts[name] = hostAddr{a.AsSlice(), net.HardwareAddr{0x02, 0, 0, 0, 0xff, byte(i + 1)}}
			}
		}
	}
	know(p.Src.Host, p.Dst.Host)
	if c := p.Dgram.Cite; c != nil {
		know(c.Src.Host, c.Dst.Host)
	}
	dst, ok := hosts[p.Dst.Host]
	if !ok {
		dst = groupAddr(p.Dst.Host)
	}
	e := &trace.Event{}
	e.SetPacket(p)
	return encode(hosts[p.Src.Host], dst, hosts, e, uint16(p.ID))
}

// why says in a comment which rule demands a packet and what led to it.
func why(t *trace.Trace, e *trace.Event) string {
	var parts []string
	if e.Rule != nil {
		parts = append(parts, e.Rule.ID+": "+e.Rule.Text+" ["+e.Rule.Ref+"]")
	}
	if c := t.At(e.Cause); c != nil {
		cause := *c
		cause.Rule = nil
		parts = append(parts, "cause: "+cause.Line())
	}
	return strings.Join(parts, "; ")
}

type hostAddr struct {
	ip  net.IP
	mac net.HardwareAddr
}

// groupAddr is where packets to a group go (RFC 1112 §6.4).
func groupAddr(name string) hostAddr {
	ip := net.ParseIP(name).To4()
	if ip == nil {
		ip = net.IPv4bcast.To4()
	}
	if ip.IsMulticast() {
		return hostAddr{ip, net.HardwareAddr{0x01, 0, 0x5e, ip[1] & 0x7f, ip[2], ip[3]}}
	}
	return hostAddr{ip, net.HardwareAddr{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}
}

// serial fills in lengths and checksums.
var serial = gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}

func encode(src, dst hostAddr, hosts map[string]hostAddr, e *trace.Event, id uint16) ([]byte, error) {
	eth := &layers.Ethernet{SrcMAC: src.mac, DstMAC: dst.mac, EthernetType: layers.EthernetTypeIPv4}
	ip := &layers.IPv4{Version: 4, TTL: 64, Id: id, Flags: layers.IPv4DontFragment, SrcIP: src.ip, DstIP: dst.ip}
	var body []byte
	var err error
	switch e.Proto {
	case wire.UDP:
		ip.Protocol = layers.IPProtocolUDP
		if f := e.Dgram.Frag; f != nil {
			ip.Id, ip.Flags, ip.FragOffset = f.ID, 0, uint16(f.Offset/8)
			if f.More {
				ip.Flags = layers.IPv4MoreFragments
			}
		}
		body, err = udpBody(ip, e.Src, e.Dst, e.Dgram)
	case wire.ICMP:
		ip.Protocol = layers.IPProtocolICMPv4
		body, err = icmpBody(hosts, e.Dgram.Cite)
	default:
		ip.Protocol = layers.IPProtocolTCP
		body, err = tcpBody(ip, e)
	}
	if err != nil {
		return nil, err
	}
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, serial, eth, ip, gopacket.Payload(body)); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// tcpBody is a TCP segment.
func tcpBody(ip *layers.IPv4, e *trace.Event) ([]byte, error) {
	s := &e.Seg
	tcp := &layers.TCP{
		SrcPort: layers.TCPPort(e.Src.Port), DstPort: layers.TCPPort(e.Dst.Port),
		Seq: uint32(s.Seq), Window: s.Wnd,
		FIN: s.Flags.Has(wire.FIN), SYN: s.Flags.Has(wire.SYN), RST: s.Flags.Has(wire.RST),
		PSH: s.Flags.Has(wire.PSH), ACK: s.Flags.Has(wire.ACK), URG: s.Flags.Has(wire.URG),
		Options: options(s.Options),
	}
	if tcp.ACK {
		tcp.Ack = uint32(s.Ack)
	}
	return serialise(ip, tcp, s.Data)
}

// serialise writes a transport header with its checksum, which covers the pseudo-header.
func serialise(ip *layers.IPv4, header interface {
	gopacket.SerializableLayer
	SetNetworkLayerForChecksum(gopacket.NetworkLayer) error
}, data string) ([]byte, error) {
	if err := header.SetNetworkLayerForChecksum(ip); err != nil {
		return nil, err
	}
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, serial, header, gopacket.Payload(data)); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// udpBody is a datagram, or a fragment's share of one. The first fragment carries the
// header; its checksum would cover the others too, so it is left out, as RFC 768 allows.
func udpBody(ip *layers.IPv4, src, dst wire.Endpoint, d wire.Datagram) ([]byte, error) {
	udp := &layers.UDP{SrcPort: layers.UDPPort(src.Port), DstPort: layers.UDPPort(dst.Port)}
	if d.Frag == nil {
		return serialise(ip, udp, d.Data)
	}
	if d.Frag.Offset > 0 {
		return []byte(d.Data), nil
	}
	length := d.Total + wire.UDPHeaderLen
	header := []byte{byte(src.Port >> 8), byte(src.Port), byte(dst.Port >> 8), byte(dst.Port), byte(length >> 8), byte(length), 0, 0}
	return append(header, d.Data...), nil
}

// icmpBody is "port unreachable" or "reassembly time exceeded" with the head of the packet
// that it is about (RFC 792).
func icmpBody(hosts map[string]hostAddr, c *wire.Cite) ([]byte, error) {
	src, dst := hosts[c.Src.Host], hosts[c.Dst.Host]
	ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolUDP, SrcIP: src.ip, DstIP: dst.ip}
	body, err := udpBody(ip, c.Src, c.Dst, wire.Datagram{})
	if err != nil {
		return nil, err
	}
	quoted := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(quoted, serial, ip, gopacket.Payload(body)); err != nil {
		return nil, err
	}
	icmp := &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(layers.ICMPv4TypeDestinationUnreachable, layers.ICMPv4CodePort)}
	if c.Late {
		icmp.TypeCode = layers.CreateICMPv4TypeCode(layers.ICMPv4TypeTimeExceeded, layers.ICMPv4CodeFragmentReassemblyTimeExceeded)
	}
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, serial, icmp, gopacket.Payload(quoted.Bytes())); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// options lists the options in the order in which Linux sends them.
func options(o wire.Options) (list []layers.TCPOption) {
	add := func(kind layers.TCPOptionKind, data ...byte) {
		length := uint8(len(data) + 2)
		if kind == layers.TCPOptionKindNop {
			length = 1
		}
		list = append(list, layers.TCPOption{OptionType: kind, OptionLength: length, OptionData: data})
	}
	if o.MSS != 0 {
		add(layers.TCPOptionKindMSS, byte(o.MSS>>8), byte(o.MSS))
	}
	switch {
	case o.SACKPermitted:
		add(layers.TCPOptionKindSACKPermitted)
	case o.HasTimestamps:
		add(layers.TCPOptionKindNop)
		add(layers.TCPOptionKindNop)
	}
	if o.HasTimestamps {
		add(layers.TCPOptionKindTimestamps, append(put32(o.TSVal), put32(o.TSEcr)...)...)
	}
	if o.HasWScale {
		add(layers.TCPOptionKindNop)
		add(layers.TCPOptionKindWindowScale, o.WScale)
	}
	if o.NSACK > 0 {
		var data []byte
		for _, b := range o.SACK[:o.NSACK] {
			data = append(append(data, put32(uint32(b.From))...), put32(uint32(b.To))...)
		}
		add(layers.TCPOptionKindNop)
		add(layers.TCPOptionKindNop)
		add(layers.TCPOptionKindSACK, data...)
	}
	return list
}

func put32(n uint32) []byte { return []byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)} }
