package follow_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"netlab/capture"
	"netlab/capture/follow"
	"netlab/sim/wire"
)

// Two questions of one length look alike where the network card has not computed the checksum
// yet and IPv6 has no identification, as those for a name's two kinds of address; a datagram
// that was captured twice is the same in its octets, too.
func TestDatagramsThatWereCapturedTwice(t *testing.T) {
	a, b := netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")
	for _, c := range []struct{ name, data, want string }{
		{"two questions and their answers", "A one, A two, B eins, B zwei", ""},
		{"a question captured twice, and its answer", "A one, A one, B eins, B eins", "capture-duplicate 2"},
		{"one of two questions is not answered", "A one, A two, B eins", "unanswered 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			f := follow.New(follow.Options{Done: func(s *follow.Summary) bool {
				for _, k := range s.Counts {
					got = append(got, fmt.Sprintf("%s %d", k.Kind, k.N))
				}
				return true
			}})
			for i, p := range strings.Split(c.data, ", ") {
				who, data, _ := strings.Cut(p, " ")
				h := capture.Headers{Proto: wire.UDP, Src: a, Dst: b, SrcPort: 40000, DstPort: 53, TTL: 64, Sum: 0x1234, Len: len(data), Data: []byte(data)}
				if who == "B" {
					h.Src, h.Dst, h.SrcPort, h.DstPort = b, a, 53, 40000
				}
				f.Packet(&h, time.Unix(1_700_000_000, int64(i)*1000), i+1)
			}
			f.Finish()
			if strings.Join(got, ", ") != c.want {
				t.Errorf("found %q, want %q", strings.Join(got, ", "), c.want)
			}
		})
	}
}

// An ICMP message names the packet that it cites, not the last one.
func TestWhatIcmpCites(t *testing.T) {
	a, b := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
	for _, c := range []struct {
		name  string
		proto wire.Proto
		cited capture.Report
		want  string
	}{
		{"a datagram by its identification", wire.UDP, capture.Report{ID: 7, Type: 3, Code: 3, Says: "port unreachable"}, "B reports port unreachable for what A sent (see frame 1)"},
		{"a segment by its number, where a gateway has changed the identification", wire.TCP, capture.Report{Seq: 101, HasSeq: true, Type: 3, Code: 4, Says: "fragmentation needed"}, "B reports fragmentation needed for what A sent (see frame 1)"},
		{"what was not captured", wire.TCP, capture.Report{ID: 70, Seq: 90, HasSeq: true, Type: 3, Code: 4, Says: "fragmentation needed"}, "B reports fragmentation needed for what A sent"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := &texts{}
			f := follow.New(follow.Options{Watch: func(*follow.Summary) follow.Watcher { return w }})
			at := time.Unix(1_700_000_000, 0)
			for i := range 2 {
				f.Packet(&capture.Headers{Proto: c.proto, Src: a, Dst: b, SrcPort: 40000, DstPort: 80, TTL: 64, ID: uint16(7 + i), HasID: true, Seq: wire.Seq(101 + 5*i), Flags: wire.ACK, Len: 5}, at, i+1)
			}
			c.cited.Proto, c.cited.Src, c.cited.Dst, c.cited.SrcPort, c.cited.DstPort = c.proto, a, b, 40000, 80
			f.Packet(&capture.Headers{Proto: wire.ICMP, Src: b, Dst: a, ICMP: c.cited}, at, 3)
			if got := strings.TrimPrefix(w.last, "frame 3: "); got != c.want {
				t.Errorf("says %q, want %q", got, c.want)
			}
		})
	}
}

// texts keeps the text of the last finding.
type texts struct{ last string }

func (w *texts) Packet(_ *follow.Summary, _ [2]follow.EndView, p *follow.Packet) {
	for i := range p.Findings {
		w.last = p.Findings[i].Text()
	}
}
func (w *texts) Done(*follow.Summary, []follow.Finding) {}
