package capture

import (
	"fmt"
	"net"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"netlab/sim/trace"
	"netlab/sim/wire"
)

// Frames makes a real Ethernet frame, with right lengths and checksums, of every
// segment that the trace says was sent. Times count from epoch.
func Frames(t *trace.Trace, epoch time.Time) ([]Frame, error) {
	hosts := map[string]hostAddr{}
	for i, h := range t.Hosts {
		ip := net.ParseIP(h.IP).To4()
		if ip == nil {
			return nil, fmt.Errorf("capture: host %s has no IPv4 address (%q)", h.Name, h.IP)
		}
		hosts[h.Name] = hostAddr{ip, net.HardwareAddr{0x02, 0, 0, 0, 0, byte(i + 1)}}
	}
	var frames []Frame
	for i := range t.Events {
		e := &t.Events[i]
		old := e.Kind == trace.Recv && e.Rule != nil && e.Rule.ID == "old-duplicate"
		if e.Kind != trace.Send && !old {
			continue
		}
		data, err := encode(hosts[e.Src.Host], hosts[e.Dst.Host], e, uint16(len(frames)+1))
		if err != nil {
			return nil, fmt.Errorf("capture: event %d: %w", e.N, err)
		}
		frames = append(frames, Frame{Time: epoch.Add(e.T), Data: data, OrigLen: len(data)})
	}
	return frames, nil
}

type hostAddr struct {
	ip  net.IP
	mac net.HardwareAddr
}

func encode(src, dst hostAddr, e *trace.Event, id uint16) ([]byte, error) {
	eth := &layers.Ethernet{SrcMAC: src.mac, DstMAC: dst.mac, EthernetType: layers.EthernetTypeIPv4}
	ip := &layers.IPv4{Version: 4, TTL: 64, Id: id, Flags: layers.IPv4DontFragment, Protocol: layers.IPProtocolTCP, SrcIP: src.ip, DstIP: dst.ip}
	s := e.Seg
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
	if err := tcp.SetNetworkLayerForChecksum(ip); err != nil {
		return nil, err
	}
	buf := gopacket.NewSerializeBuffer()
	opts := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if err := gopacket.SerializeLayers(buf, opts, eth, ip, tcp, gopacket.Payload(s.Data)); err != nil {
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
