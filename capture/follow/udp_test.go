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
