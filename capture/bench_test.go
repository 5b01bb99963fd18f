package capture_test

import (
	"bufio"
	"context"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"netlab/capture/explain"
	"netlab/capture/follow"
	"netlab/sim/wire"
)

// A traffic is made up: conversations of a fixed shape, several at a time, some of them
// with a segment that is sent twice.
type traffic struct {
	conversations int
	packets       int // of each
	atOnce        int
	again         int // conversations in which a segment is sent again
}

// big is what a whole file is measured with: a million packets, about 400 MB.
var big = traffic{conversations: 20_000, packets: 50, atOnce: 500, again: 8_000}

// A stream is a conversation that is being made.
type stream struct {
	n      int
	seq    [2]uint32
	step   int
	repeat bool
}

// write writes the traffic as a pcap file and returns how many packets it has.
func (tr traffic) write(path string) (packets int, err error) {
	f, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	out := bufio.NewWriterSize(f, 1<<20)
	w := pcapgo.NewWriter(out)
	if err := w.WriteFileHeader(65536, layers.LinkTypeEthernet); err != nil {
		return 0, err
	}
	buf := gopacket.NewSerializeBuffer()
	at := time.Unix(1_700_000_000, 0)
	emit := func(s *stream, from int, flags wire.Flags, seq uint32, n int) error {
		at = at.Add(20 * time.Microsecond)
		packets++
		if err := s.serialise(buf, from, flags, seq, n, uint16(packets)); err != nil {
			return err
		}
		b := buf.Bytes()
		return w.WritePacket(gopacket.CaptureInfo{Timestamp: at, CaptureLength: len(b), Length: len(b)}, b)
	}
	next := 0
	var open []*stream
	for next < tr.conversations || len(open) > 0 {
		for len(open) < tr.atOnce && next < tr.conversations {
			open = append(open, &stream{n: next, seq: [2]uint32{uint32(next) * 7919, uint32(next) * 104729}, repeat: next < tr.again})
			next++
		}
		kept := open[:0]
		for _, s := range open {
			if err := s.advance(tr.packets, emit); err != nil {
				return packets, err
			}
			if s.step < tr.packets {
				kept = append(kept, s)
			}
		}
		open = kept
	}
	return packets, out.Flush()
}

// payload is how many octets a segment of the made traffic carries.
const payload = 650

// advance makes the next packet: handshake, data with acknowledgments, four segments.
func (s *stream) advance(packets int, emit func(*stream, int, wire.Flags, uint32, int) error) error {
	step := s.step
	s.step++
	switch {
	case step == 0:
		return s.send(emit, 0, wire.SYN, 0)
	case step == 1:
		return s.send(emit, 1, wire.SYN|wire.ACK, 0)
	case step == 2:
		return s.send(emit, 0, wire.ACK, 0)
	case step == packets-4:
		return s.send(emit, 0, wire.FIN|wire.ACK, 0)
	case step == packets-3:
		return s.send(emit, 1, wire.ACK, 0)
	case step == packets-2:
		return s.send(emit, 1, wire.FIN|wire.ACK, 0)
	case step == packets-1:
		return s.send(emit, 0, wire.ACK, 0)
	case s.repeat && step == 12: // the segment before, once more, not yet acknowledged
		return emit(s, 0, wire.ACK|wire.PSH, s.seq[0]-payload, payload)
	case step%2 == 1:
		return s.send(emit, 0, wire.ACK|wire.PSH, payload)
	default:
		return s.send(emit, 1, wire.ACK, 0)
	}
}

func (s *stream) send(emit func(*stream, int, wire.Flags, uint32, int) error, from int, flags wire.Flags, n int) error {
	seq := s.seq[from]
	s.seq[from] += uint32(n)
	if flags&(wire.SYN|wire.FIN) != 0 {
		s.seq[from]++
	}
	return emit(s, from, flags, seq, n)
}

var zeros = make([]byte, payload)

func (s *stream) serialise(buf gopacket.SerializeBuffer, from int, flags wire.Flags, seq uint32, n int, id uint16) error {
	a, b := net.IPv4(10, 1, byte(s.n>>8), byte(s.n)).To4(), net.IPv4(10, 2, 0, 1).To4()
	pa, pb := layers.TCPPort(20000+s.n%40000), layers.TCPPort(80)
	if from == 1 {
		a, b, pa, pb = b, a, pb, pa
	}
	eth := &layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, 1}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, 2}, EthernetType: layers.EthernetTypeIPv4}
	ip := &layers.IPv4{Version: 4, TTL: 64, Id: id, Protocol: layers.IPProtocolTCP, SrcIP: a, DstIP: b}
	tcp := &layers.TCP{SrcPort: pa, DstPort: pb, Seq: seq, Window: 65535, SYN: flags.Has(wire.SYN), ACK: flags.Has(wire.ACK), FIN: flags.Has(wire.FIN), PSH: flags.Has(wire.PSH)}
	if tcp.ACK {
		tcp.Ack = s.seq[1-from]
	}
	if err := tcp.SetNetworkLayerForChecksum(ip); err != nil {
		return err
	}
	return gopacket.SerializeLayers(buf, serialOptions, eth, ip, tcp, gopacket.Payload(zeros[:n]))
}

var serialOptions = gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}

// Every retransmission of made-up traffic is found, and nothing else; every connection is
// told right. The same check runs on a million packets in BenchmarkExplain.
func TestMadeTraffic(t *testing.T) {
	tr := traffic{conversations: 200, packets: 50, atOnce: 37, again: 80}
	path := filepath.Join(t.TempDir(), "made.pcap")
	if _, err := tr.write(path); err != nil {
		t.Fatal(err)
	}
	checkMade(t, tr, path)
}

func checkMade(t testing.TB, tr traffic, path string) int {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rep, err := explain.Read(context.Background(), f, explain.Options{})
	if err != nil || rep.Broken != nil {
		t.Fatal(err, rep.Broken)
	}
	again, troubles := 0, 0
	for _, s := range rep.Conversations {
		if s.Handshake != follow.ThreeWay || s.Close != follow.FourSegments || s.Complete() != "complete" {
			t.Fatalf("conversation %d: %s, %s, %s", s.N, s.Handshake, s.Close, s.Complete())
		}
		again += s.Count(follow.Retransmission)
		troubles += s.Troubles()
	}
	if len(rep.Conversations) != tr.conversations || again != tr.again || troubles != tr.again {
		t.Fatalf("%d conversations, %d retransmissions, %d findings; want %d, %d and no other", len(rep.Conversations), again, troubles, tr.conversations, tr.again)
	}
	return rep.Packets
}

// BenchmarkExplain reads a million packets in 20,000 conversations, 8,000 of which have a
// retransmission. NETLAB_BENCH_CAPTURE=FILE keeps the file, for measuring the program:
//
//	NETLAB_BENCH_CAPTURE=/tmp/big.pcap go test -run '^$' -bench Explain -benchtime 5x ./capture
//	/usr/bin/time -v netlab explain /tmp/big.pcap > /dev/null
func BenchmarkExplain(b *testing.B) {
	path := os.Getenv("NETLAB_BENCH_CAPTURE")
	if path == "" {
		path = filepath.Join(b.TempDir(), "big.pcap")
	}
	if _, err := os.Stat(path); err != nil {
		if _, err := big.write(path); err != nil {
			b.Fatal(err)
		}
	}
	st, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(st.Size())
	b.ReportAllocs()
	packets := 0
	for b.Loop() {
		packets += checkMade(b, big, path)
	}
	b.ReportMetric(float64(packets)/b.Elapsed().Seconds(), "packets/s")
}
