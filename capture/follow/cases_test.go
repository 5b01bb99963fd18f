package follow_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"netlab/capture"
	"netlab/capture/follow"
	"netlab/sim/wire"
)

// parsePacket reads "A SYN,ACK 300 101 len=5 wnd=0 id=7 ttl=63 ts=5 ws=2 mss=1460 sack at=10": who, which
// flags, seq, ack, and what else matters
// (sack=130-140, sum=5 for another checksum than that of the same octets). Times are in milliseconds.
func parsePacket(t testing.TB, line string, n int) (h capture.Headers, at time.Time) {
	t.Helper()
	w := strings.Fields(line)
	a, b := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
	h = capture.Headers{Src: a, Dst: b, SrcPort: 40000, DstPort: 80, TTL: 64, Wnd: 1000, ID: uint16(n), HasID: true}
	if w[0] == "B" {
		h.Src, h.Dst, h.SrcPort, h.DstPort = b, a, 80, 40000
	}
	flags, ok := wire.ParseFlags(w[1])
	if !ok && w[1] != "none" {
		t.Fatalf("%q: flags", line)
	}
	h.Flags = flags
	num := func(s string) int {
		v, err := strconv.Atoi(s)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		return v
	}
	h.Seq = wire.Seq(uint32(num(w[2])))
	rest := w[3:]
	if flags.Has(wire.ACK) {
		h.Ack, rest = wire.Seq(uint32(num(rest[0]))), rest[1:]
	}
	ms, sum := n*10, -1
	for _, o := range rest {
		k, v, _ := strings.Cut(o, "=")
		switch k {
		case "len":
			h.Len = num(v)
		case "wnd":
			h.Wnd = uint16(num(v))
		case "id":
			h.ID = uint16(num(v))
		case "ttl":
			h.TTL = uint8(num(v))
		case "ts":
			h.Options.HasTimestamps, h.Options.TSVal = true, uint32(num(v))
		case "ws":
			h.Options.HasWScale, h.Options.WScale = true, uint8(num(v))
		case "mss":
			h.Options.MSS = uint16(num(v))
		case "sum":
			sum = num(v)
		case "sack":
			from, to, _ := strings.Cut(v, "-")
			h.Options.SACK[h.Options.NSACK] = wire.Block{From: wire.Seq(uint32(num(from))), To: wire.Seq(uint32(num(to)))}
			h.Options.NSACK++
		case "at":
			ms = num(v)
		default:
			t.Fatalf("%q: %s", line, o)
		}
	}
	h.Sum = uint16(uint32(h.Seq)*31 + uint32(h.Ack)*17 + uint32(h.Len)*7 + uint32(h.Wnd) + uint32(h.Options.TSVal))
	if sum >= 0 {
		h.Sum = uint16(sum)
	}
	return h, time.UnixMilli(1_700_000_000_000 + int64(ms))
}

const open3 = `A SYN 100
B SYN,ACK 300 101
A ACK 101 301
`

const close4 = `A FIN,ACK 101 301
B ACK 301 102
B FIN,ACK 301 102
A ACK 102 302
`

// Conversations of the kinds that public captures hold: how each opened and closed, and all
// that is to be found in it, in order.
func TestCases(t *testing.T) {
	for _, c := range []struct {
		name, packets string
		open          follow.Handshake
		close         follow.Close
		found         string // kinds, in the order of the list
	}{
		{"a plain connection", open3 + close4, follow.ThreeWay, follow.FourSegments, ""},
		{"three segments", open3 + "A FIN,ACK 101 301\nB FIN,ACK 301 102\nA ACK 102 302", follow.ThreeWay, follow.ThreeSegments, ""},
		{"data with the first FIN", open3 + "A FIN,ACK 101 301 len=5\nB FIN,ACK 301 107\nA ACK 107 302", follow.ThreeWay, follow.ThreeSegments, ""},
		{"crossing FINs", open3 + "A FIN,ACK 101 301\nB FIN,ACK 301 101\nA ACK 102 302\nB ACK 302 102", follow.ThreeWay, follow.SimultaneousClose, "crossing-fins 1"},
		{"a half close", open3 + "A FIN,ACK 101 301\nB ACK 301 102\nB PSH,ACK 301 102 len=10\nA ACK 102 311\nB FIN,ACK 311 102\nA ACK 102 312", follow.ThreeWay, follow.HalfClose, ""},
		{"data that was on its way when the FIN came", open3 + "A FIN,ACK 101 301\nB PSH,ACK 301 101 len=10\nB ACK 311 102\nB FIN,ACK 311 102\nA ACK 102 312", follow.ThreeWay, follow.FourSegments, ""},
		{"only one end closes", open3 + "A FIN,ACK 101 301\nB ACK 301 102", follow.ThreeWay, follow.HalfClose, ""},
		{"refused", "A SYN 100\nB RST,ACK 0 101", follow.Refused, follow.NotClosed, "refused 1"},
		{"nobody answers", "A SYN 100\nA SYN 100 at=1010\nA SYN 100 at=3010", follow.UnansweredSyn, follow.NotClosed, "syn-again 2"},
		{"the SYN,ACK is refused, as in a scan", "A SYN 100\nB SYN,ACK 300 101\nA RST 101", follow.HalfOpen, follow.Reset, "reset-syn-ack 1"},
		{"simultaneous open", "A SYN 100\nB SYN 300\nA SYN,ACK 100 301\nB SYN,ACK 300 101\n" + close4, follow.SimultaneousOpen, follow.FourSegments, ""},
		{"split handshake", "A SYN 100\nB ACK 300 101\nB SYN 300\nA SYN,ACK 100 301\nB ACK 301 101\n" + close4, follow.SplitHandshake, follow.FourSegments, ""},
		{"split handshake in four, without the first ACK", "A SYN 100\nB SYN 300\nA SYN,ACK 100 301\nB ACK 301 101\n" + close4, follow.SplitHandshake, follow.FourSegments, ""},
		{"an abort", open3 + "A RST,ACK 101 301", follow.ThreeWay, follow.Reset, "abort 1"},
		{"a reset with data", open3 + "B RST,ACK 301 101 len=10", follow.ThreeWay, follow.Reset, "abort 1"},
		{"data for one that has closed", open3 + "A FIN,ACK 101 301\nB ACK 301 102\nB PSH,ACK 301 102 len=4\nA RST 102", follow.ThreeWay, follow.Reset, "reset-late-data 1"},
		{"data and a FIN for one that has closed", open3 + "A FIN,ACK 101 301\nB PSH,ACK 301 101 len=4\nB FIN,ACK 305 101\nA RST 101\nA RST 101", follow.ThreeWay, follow.Reset, "reset-late-data 1, reset-no-connection 1, crossing-fins 1"},
		{"one that has closed gives up waiting for the other FIN: no data came", open3 + "B PSH,ACK 301 101 len=4\nA FIN,ACK 101 305\nB ACK 305 102\nA RST,ACK 102 305 at=60000", follow.ThreeWay, follow.Reset, "abort 1"},
		{"a reset after all is over", open3 + close4 + "A RST 102", follow.ThreeWay, follow.FourSegments, "reset-late 1"},
		{"a blind reset", open3 + "A RST 900000\nA PSH,ACK 101 301 len=3\nB ACK 301 104", follow.ThreeWay, follow.NotClosed, "reset-outside 1"},
		{"a retransmission by time-out", open3 + "A PSH,ACK 101 301 len=10\nA PSH,ACK 101 301 len=10 at=500\nB ACK 301 111", follow.ThreeWay, follow.NotClosed, "retransmission 1"},
		{"fast retransmission", open3 + "A ACK 101 301 len=10\nA ACK 111 301 len=10\nA ACK 121 301 len=10\nA ACK 131 301 len=10\nB ACK 301 111\nB ACK 301 111\nB ACK 301 111\nB ACK 301 111\nA ACK 111 301 len=10\nB ACK 301 141", follow.ThreeWay, follow.NotClosed, "fast-retransmission 1, duplicate-ack 3"},
		{"a spurious one", open3 + "A PSH,ACK 101 301 len=10\nB ACK 301 111\nA PSH,ACK 101 301 len=10\nB ACK 301 111", follow.ThreeWay, follow.NotClosed, "spurious-retransmission 1, duplicate-ack 1"},
		{"one octet again is no keep-alive", open3 + "A PSH,ACK 101 301 len=1\nA PSH,ACK 101 301 len=1 at=500\nB ACK 301 102", follow.ThreeWay, follow.NotClosed, "retransmission 1"},
		{"order changed: the identification tells", open3 + "A ACK 101 301 len=10 id=50\nA ACK 121 301 len=10 id=52\nA ACK 111 301 len=10 id=51\nB ACK 301 131", follow.ThreeWay, follow.NotClosed, "out-of-order 1, gap 1"},
		{"a gap filled by a later packet: the timestamp tells", open3 + "A ACK 101 301 len=10 ts=5\nA ACK 121 301 len=10 ts=6\nA ACK 111 301 len=10 ts=900\nB ACK 301 131", follow.ThreeWay, follow.NotClosed, "retransmission 1, gap 1"},
		{"keep-alive without data", open3 + "A ACK 100 301 at=7000\nB ACK 301 101 at=7010\nA ACK 100 301 at=14000\nB ACK 301 101 at=14010", follow.ThreeWay, follow.NotClosed, "keep-alive 2, keep-alive-ack 2"},
		{"keep-alive of one octet", open3 + "A PSH,ACK 101 301 len=5\nB ACK 301 106\nA ACK 105 301 len=1\nB ACK 301 106", follow.ThreeWay, follow.NotClosed, "keep-alive 1, keep-alive-ack 1"},
		{"Linux probes a closed window with an old number", open3 + "A ACK 101 301 len=10\nB ACK 301 111 wnd=0\nA ACK 110 301\nB ACK 301 111 wnd=0\nB ACK 301 111 wnd=500\nA ACK 111 301 len=10", follow.ThreeWay, follow.NotClosed, "zero-window 2, window-probe 1, window-probe-ack 1, window-update 1"},
		{"others probe with one octet", open3 + "A ACK 101 301 len=10\nB ACK 301 111 wnd=0\nA ACK 111 301 len=1\nB ACK 301 111 wnd=0", follow.ThreeWay, follow.NotClosed, "zero-window 2, window-probe 1, window-probe-ack 1"},
		{"a window filled to its edge", "A SYN 100 ws=0\nB SYN,ACK 300 101 ws=0 wnd=20\nA ACK 101 301\nA PSH,ACK 101 301 len=20\nB ACK 301 121", follow.ThreeWay, follow.NotClosed, "window-full 1"},
		{"windows are scaled only if both ends offer it", "A SYN 100 ws=2\nB SYN,ACK 300 101 wnd=20\nA ACK 101 301\nB ACK 301 101 wnd=10\nA PSH,ACK 101 301 len=10\nB ACK 301 111", follow.ThreeWay, follow.NotClosed, "window-update 1, window-full 1"},
		{"captured twice on two interfaces", open3 + "A PSH,ACK 101 301 len=10 id=9 at=50\nA PSH,ACK 101 301 len=10 id=9 ttl=63 at=50\nB ACK 301 111", follow.ThreeWay, follow.NotClosed, "capture-duplicate 1"},
		{"the first packet captured twice", "A SYN 100 id=9 at=10\nA SYN 100 id=9 at=10\nB SYN,ACK 300 101 id=0 at=20\nB SYN,ACK 300 101 id=0 at=20\nA ACK 101 301 at=30", follow.ThreeWay, follow.NotClosed, "capture-duplicate 2"},
		{"nothing but a reset", "A RST,ACK 500 700", follow.NoHandshake, follow.Reset, "abort 1, roles-guessed 1"},
		{"a RST answers a FIN", open3 + "A FIN,ACK 101 301\nB RST,ACK 301 102", follow.ThreeWay, follow.Reset, "reset-after-fin 1"},
		{"a client that gives up after its FIN is acknowledged in part", open3 + "A FIN,ACK 101 301\nB FIN,ACK 301 102\nA RST 102", follow.ThreeWay, follow.Reset, "reset-no-connection 1"},
		{"an identification that never changes proves nothing", "A SYN 100 id=1\nB SYN,ACK 300 101 id=1\nA ACK 101 301 id=1\nA PSH,ACK 101 301 len=10 id=1\nA PSH,ACK 101 301 len=10 id=1\nB ACK 301 111 id=1", follow.ThreeWay, follow.NotClosed, "retransmission 1"},
		{"a SYN with data", "A SYN 100 len=5\nB SYN,ACK 300 106\nA ACK 106 301", follow.ThreeWay, follow.NotClosed, "syn-data 1"},
		{"a super-packet", "A SYN 100 mss=1460\nB SYN,ACK 300 101 mss=1460\nA ACK 101 301\nA PSH,ACK 101 301 len=4000\nB ACK 301 4101", follow.ThreeWay, follow.NotClosed, "super-packet 1"},
		{"an acknowledgment of what was not captured", open3 + "B ACK 301 500", follow.ThreeWay, follow.NotClosed, "acked-unseen 1"},
		{"the first packet of the capture has overtaken the one before it", "B PSH,ACK 500 700 len=10 id=9 at=10\nB PSH,ACK 490 700 len=10 id=8 at=11\nA ACK 700 510 at=12", follow.NoHandshake, follow.NotClosed, "out-of-order 1, roles-guessed 1, began-in-middle 1"},
		{"what was sent before the capture began is sent again", "B PSH,ACK 500 700 len=10 id=9 at=10\nB PSH,ACK 490 700 len=10 id=10 at=500\nA ACK 700 510 at=512", follow.NoHandshake, follow.NotClosed, "retransmission 1, roles-guessed 1, began-in-middle 1"},
		{"a segment with a number from nowhere is challenged, and changes nothing", open3 + "A PSH,ACK 1900000000 301 len=5\nB ACK 301 101\nA PSH,ACK 101 301 len=5\nB ACK 301 106", follow.ThreeWay, follow.NotClosed, "outside-window 1"},
		{"a hole of more than the largest window", open3 + "A PSH,ACK 1900000000 301 len=5\nA PSH,ACK 1900000005 301 len=5\nA PSH,ACK 1900000010 301 len=5", follow.ThreeWay, follow.NotClosed, "gap 1, outside-window 1"},
		{"an acknowledgment of a gap, in two steps: nothing was lost but for the capture", open3 + "A ACK 141 301 len=10\nB ACK 301 121\nB ACK 301 151\nB ACK 301 151\nA ACK 161 301 len=10\nB ACK 301 181\n", follow.ThreeWay, follow.NotClosed, "gap 2, acked-unseen 4, duplicate-ack 1"},
		{"sequence numbers wrap, and zero is a number", "A SYN 4294967295\nB SYN,ACK 4294967290 0\nA ACK 0 4294967291\nB PSH,ACK 4294967291 0 len=10\nA ACK 0 5\nA FIN,ACK 0 5\nB ACK 5 1\nB FIN,ACK 5 1\nA ACK 1 6", follow.ThreeWay, follow.FourSegments, ""},
		{"begun in the middle", "B PSH,ACK 500 700 len=10\nA ACK 700 510\nA FIN,ACK 700 510\nB FIN,ACK 510 701\nA ACK 701 511", follow.NoHandshake, follow.ThreeSegments, "roles-guessed 1, began-in-middle 1"},
		{"one direction only", "A SYN 100\nA ACK 101 301\nA PSH,ACK 101 301 len=10\nA FIN,ACK 111 301\nA ACK 112 302", follow.PartlySeen, follow.HalfClose, "one-direction 1"},
		{"a refused SYN is sent again", "A SYN 100\nB RST,ACK 0 101\nA SYN 100 at=510\nB RST,ACK 0 101 at=520", follow.Refused, follow.NotClosed, "refused 2, syn-again 1"},
		{"a scan with a lone FIN", "A FIN 100\nB RST,ACK 0 101", follow.NoHandshake, follow.Reset, "reset-no-connection 1, roles-guessed 1, began-in-middle 1"},
		{"a scan with no flags", "A none 100\nB RST,ACK 0 100", follow.NoHandshake, follow.Reset, "reset-no-connection 1, roles-guessed 1, began-in-middle 1"},
		{"a FIN,ACK to a port that is closed", "A FIN,ACK 100 200\nB RST 200", follow.NoHandshake, follow.Reset, "reset-no-connection 1, roles-guessed 1, began-in-middle 1"},
		{"a reset in the window, but not at its edge, is challenged", open3 + "A RST 500\nB ACK 301 101\nA PSH,ACK 101 301 len=3\nB ACK 301 104", follow.ThreeWay, follow.NotClosed, "reset-outside 1"},
		{"the first SYN of a simultaneous open is lost", "A SYN 100\nB SYN 300\nA SYN 100 at=1000\nB SYN,ACK 300 101 at=1010\nA ACK 101 301 at=1020", follow.SimultaneousOpen, follow.NotClosed, "syn-again 1"},
		{"the server's first words are duplicate ACKs: the first segment is lost", open3 + "A ACK 101 301 len=10\nB ACK 301 101\nB ACK 301 101\nB ACK 301 101", follow.ThreeWay, follow.NotClosed, "duplicate-ack 3"},
		{"the octet of a refused probe is sent with what follows it", open3 + "A ACK 101 301 len=10\nB ACK 301 111 wnd=0\nA ACK 111 301 len=1\nB ACK 301 111 wnd=0\nB ACK 301 111 wnd=500\nA ACK 111 301 len=10", follow.ThreeWay, follow.NotClosed, "zero-window 2, window-probe 1, window-probe-ack 1, window-update 1"},
		{"the octet of a probe is taken", open3 + "A ACK 101 301 len=10\nB ACK 301 111 wnd=0\nA ACK 111 301 len=1\nB ACK 301 112 wnd=0\nB ACK 301 112 wnd=500\nA ACK 112 301 len=10", follow.ThreeWay, follow.NotClosed, "zero-window 2, window-probe 1, window-probe-ack 1, window-update 1"},
		{"keep-alives of a connection whose last octet was not captured", "A ACK 110 301\nB ACK 301 111\nA ACK 110 301 at=7000\nB ACK 301 111 at=7010", follow.NoHandshake, follow.NotClosed, "acked-unseen 1, keep-alive 1, keep-alive-ack 1, roles-guessed 1, began-in-middle 1"},
		{"a segment lost before the capture point is asked for and sent again", open3 + "A ACK 111 301 len=10 at=40\nB ACK 301 101 at=41\nA ACK 121 301 len=10 at=42\nB ACK 301 101 at=43\nA ACK 101 301 len=10 at=62\nB ACK 301 131 at=63", follow.ThreeWay, follow.NotClosed, "fast-retransmission 1, gap 1, duplicate-ack 2"},
		{"four segments are overtaken", open3 + "A ACK 111 301 len=10 id=52\nA ACK 131 301 len=10 id=54\nA ACK 151 301 len=10 id=56\nA ACK 171 301 len=10 id=58\nA ACK 101 301 len=10 id=51\nA ACK 121 301 len=10 id=53\nA ACK 141 301 len=10 id=55\nA ACK 161 301 len=10 id=57\nB ACK 301 181", follow.ThreeWay, follow.NotClosed, "out-of-order 4, gap 4"},
		{"a wide gap is filled from its middle", open3 + "A ACK 151 301 len=10 id=57\nA ACK 121 301 len=10 id=54\nA ACK 131 301 len=10 id=55\nA ACK 101 301 len=10 id=52\nA ACK 141 301 len=10 id=56\nA ACK 111 301 len=10 id=53\nB ACK 301 161", follow.ThreeWay, follow.NotClosed, "out-of-order 5, gap 1"},
		{"sent again at once on a fast network, without identifications", open3 + "A ACK 101 301 len=10 id=0 at=40\nA ACK 111 301 len=10 id=0 at=40\nB ACK 301 101 at=40\nB ACK 301 101 at=40\nA ACK 101 301 len=10 id=0 at=40\nB ACK 301 121 at=41", follow.ThreeWay, follow.NotClosed, "fast-retransmission 1, duplicate-ack 2"},
		{"all is captured twice, without identifications", "A SYN 100 id=0 at=10\nA SYN 100 id=0 at=10\nB SYN,ACK 300 101 id=0 at=20\nB SYN,ACK 300 101 id=0 at=20\nA ACK 101 301 id=0 at=30\nA ACK 101 301 id=0 at=30\nA FIN,ACK 101 301 id=0 at=40\nA FIN,ACK 101 301 id=0 at=40\nB ACK 301 102 id=0 at=50\nB ACK 301 102 id=0 at=50", follow.ThreeWay, follow.HalfClose, "capture-duplicate 5"},
		{"three segments in a row are captured again behind a router", open3 + "A ACK 101 301 len=10 id=50\nA ACK 111 301 len=10 id=51\nA ACK 121 301 len=10 id=52\nA ACK 101 301 len=10 id=50 ttl=63\nA ACK 111 301 len=10 id=51 ttl=63\nA ACK 121 301 len=10 id=52 ttl=63\nB ACK 301 131", follow.ThreeWay, follow.NotClosed, "capture-duplicate 3"},
		{"an old SYN in the middle of a connection is challenged, and changes nothing", open3 + "A SYN 90\nB ACK 301 101\nA PSH,ACK 101 301 len=3\nB ACK 301 104\n", follow.ThreeWay, follow.NotClosed, "another-syn 1"},
		{"captured before and behind a router, with the checksum left to the card before it", open3 + "A PSH,ACK 101 301 len=10 id=9 sum=1\nA PSH,ACK 101 301 len=10 id=9 ttl=63 sum=2\nB ACK 301 111", follow.ThreeWay, follow.NotClosed, "capture-duplicate 1"},
		{"a whole flight is captured before its copies", "A SYN 100 id=1\nA SYN 100 id=1 ttl=63\nB SYN,ACK 300 101\nA ACK 101 301 id=2\n" +
			"A ACK 101 301 len=10 id=3\nA ACK 111 301 len=10 id=4\nA ACK 121 301 len=10 id=5\nA ACK 131 301 len=10 id=6\nA ACK 141 301 len=10 id=7\n" +
			"A ACK 101 301 len=10 id=3 ttl=63\nA ACK 111 301 len=10 id=4 ttl=63\nA ACK 121 301 len=10 id=5 ttl=63\nB ACK 301 151", follow.ThreeWay, follow.NotClosed, "capture-duplicate 4"},
		{"a sender that keeps its packets sends one again with the same identification", open3 + "A PSH,ACK 101 301 len=10 id=9\nA PSH,ACK 101 301 len=10 id=9 at=960\nB ACK 301 111 at=970", follow.ThreeWay, follow.NotClosed, "retransmission 1"},
		{"an identification of 0 that comes twice is none: the others still tell", "A SYN 100\nB SYN,ACK 300 101 id=0\nB SYN,ACK 300 101 id=0 at=1020\nA ACK 101 301 at=1030\nB PSH,ACK 301 101 len=4 id=76 at=1040\nB PSH,ACK 305 101 len=4 id=77 at=1050\nB PSH,ACK 305 101 len=4 id=77 at=1060", follow.ThreeWay, follow.NotClosed, "capture-duplicate 1, syn-again 1"},
		{"what is acknowledged in a gap was not lost", open3 + "A ACK 111 301 len=10\nB ACK 301 121\nB ACK 301 121\nA ACK 121 301 len=10", follow.ThreeWay, follow.NotClosed, "gap 1, acked-unseen 1, duplicate-ack 1"},
		{"a gap that was acknowledged is filled: it is sent for nothing", open3 + "A ACK 111 301 len=10\nB ACK 301 121\nA ACK 101 301 len=10 at=900\nB ACK 301 121 at=910", follow.ThreeWay, follow.NotClosed, "spurious-retransmission 1, gap 1, acked-unseen 1, duplicate-ack 1"},
		{"a gap after an acknowledgment of it is told of once", open3 + "B ACK 301 111\nA ACK 111 301 len=10\nB ACK 301 121", follow.ThreeWay, follow.NotClosed, "gap 1, acked-unseen 1"},
		{"another window with the same blocks is no duplicate ACK (RFC 6675 §2)", open3 + "A ACK 101 301 len=10\nA ACK 121 301 len=10\nB ACK 301 111 wnd=900 sack=121-131\nB ACK 301 111 wnd=950 sack=121-131\nA ACK 131 301 len=10\nB ACK 301 111 wnd=960 sack=121-141", follow.ThreeWay, follow.NotClosed, "gap 1, duplicate-ack 1, window-update 1"},
		{"a box on the way answers first, and the server later: the ACK chooses the first", "A SYN 100\nB SYN,ACK 300 101 mss=1400\nB SYN,ACK 5000 101\nA ACK 101 301\nA PSH,ACK 101 301 len=5\nB ACK 301 106\nB PSH,ACK 301 106 len=7\nA ACK 106 308", follow.ThreeWay, follow.NotClosed, "another-syn 1"},
		{"a second SYN,ACK after the ACK of the first changes nothing", open3 + "A PSH,ACK 101 301 len=5\nB SYN,ACK 5000 101\nA ACK 106 301\nB PSH,ACK 301 106 len=7\nA ACK 106 308", follow.ThreeWay, follow.NotClosed, "another-syn 1"},
		{"on a short way, what nobody asked for was overtaken", "A SYN 100 id=0 at=0\nB SYN,ACK 300 101 id=0 at=0\nA ACK 101 301 id=0 at=0\nA ACK 111 301 len=10 id=0 at=1\nA ACK 101 301 len=10 id=0 at=1\nB ACK 301 121 at=2", follow.ThreeWay, follow.NotClosed, "out-of-order 1, gap 1"},
		{"a caller resets its own SYN when nobody answers", "A SYN 100\nA SYN 100 at=1010\nA SYN 100 at=3010\nA SYN 100 at=7010\nA RST,ACK 100 0 at=127000", follow.UnansweredSyn, follow.Reset, "gave-up 1, syn-again 3"},
		{"a reset that does not acknowledge the FIN is no answer to it", open3 + "A FIN,ACK 101 301\nB RST,ACK 301 101", follow.ThreeWay, follow.Reset, "abort 1"},
		{"the second FIN carries the last data", open3 + "A FIN,ACK 101 301\nB FIN,PSH,ACK 301 102 len=9\nA ACK 102 311", follow.ThreeWay, follow.ThreeSegments, ""},
		{"a FIN is sent again", open3 + "A FIN,ACK 101 301\nA FIN,ACK 101 301 at=500\nB FIN,ACK 301 102\nA ACK 102 302", follow.ThreeWay, follow.ThreeSegments, "fin-again 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := followed(t, c.packets)[0]
			if s.Handshake != c.open || s.Close != c.close {
				t.Errorf("open %s, close %s; want %s, %s", s.Handshake, s.Close, c.open, c.close)
			}
			var found []string
			for _, k := range s.Counts {
				found = append(found, fmt.Sprintf("%s %d", k.Kind, k.N))
			}
			if got := strings.Join(found, ", "); got != c.found {
				t.Errorf("found %q, want %q", got, c.found)
			}
		})
	}
}

// followed follows packets, one a line, and returns the conversations.
func followed(t testing.TB, packets string) (sums []*follow.Summary) {
	t.Helper()
	f := follow.New(follow.Options{Done: func(s *follow.Summary) bool { sums = append(sums, s); return true }})
	for i, line := range strings.Split(strings.TrimSpace(packets), "\n") {
		h, at := parsePacket(t, line, i+1)
		f.Packet(&h, at, i+1)
	}
	f.Finish()
	return sums
}

// A new SYN on the sockets of a closed connection is a new conversation; the second SYN of a
// split handshake is not.
func TestPortReuse(t *testing.T) {
	sums := followed(t, open3+close4+"A SYN 9000\nB SYN,ACK 8000 9001\nA ACK 9001 8001")
	if len(sums) != 2 || sums[1].Handshake != follow.ThreeWay || sums[1].Count(follow.PortReuse) != 1 {
		t.Errorf("%d conversations, want 2, the second on reused ports", len(sums))
	}
}

// Segments of which neither number fits belong to another connection on the same sockets, of
// which neither SYN was captured.
func TestPortReuseWithoutAnySyn(t *testing.T) {
	sums := followed(t, open3+"A PSH,ACK 101 301 len=3\nB ACK 301 104\nA PSH,ACK 900000000 700000000 len=3\nB ACK 700000000 900000003")
	if len(sums) != 2 || sums[1].Count(follow.PortReuse) != 1 || sums[1].Packets != [2]int{1, 1} {
		t.Fatalf("%d conversations, want 2: %+v", len(sums), sums)
	}
}

// A SYN in the middle of a connection that is answered with a SYN,ACK has begun a new one: the
// end of the old one was not captured, or one end has forgotten it.
func TestPortReuseInTheMiddle(t *testing.T) {
	sums := followed(t, open3+"A PSH,ACK 101 301 len=3\nB ACK 301 104\nA SYN 900000 ws=3\nB SYN,ACK 8000 900001 ws=2\nA ACK 900001 8001\nA FIN,ACK 900001 8001\nB FIN,ACK 8001 900002\nA ACK 900002 8002")
	if len(sums) != 2 {
		t.Fatalf("%d conversations, want 2", len(sums))
	}
	old, young := sums[0], sums[1]
	if old.Handshake != follow.ThreeWay || old.Close != follow.NotClosed || old.Packets != [2]int{3, 2} {
		t.Errorf("the old one: open %s, close %s, packets %v", old.Handshake, old.Close, old.Packets)
	}
	if young.Handshake != follow.ThreeWay || young.Close != follow.ThreeSegments || young.FirstFrame != 6 || young.Packets != [2]int{4, 2} || young.Count(follow.PortReuse) != 1 {
		t.Errorf("the new one: open %s, close %s, from frame %d, packets %v", young.Handshake, young.Close, young.FirstFrame, young.Packets)
	}
}

// A SYN,ACK with numbers of its own after the close is the answer to a SYN that was not captured.
func TestPortReuseWithoutTheSyn(t *testing.T) {
	sums := followed(t, open3+close4+"B SYN,ACK 8000 9001\nA ACK 9001 8001\nA PSH,ACK 9001 8001 len=3\nB ACK 8001 9004")
	if len(sums) != 2 || sums[0].Close != follow.FourSegments || sums[1].Handshake != follow.PartlySeen || sums[1].Count(follow.PortReuse) != 1 || sums[1].Count(follow.Retransmission) != 0 {
		t.Errorf("%d conversations, want 2, the second on reused ports", len(sums))
	}
	if again := followed(t, "A SYN 100\nB SYN,ACK 300 101\nA ACK 101 301\n"+close4+"B SYN,ACK 300 101"); len(again) != 1 {
		t.Errorf("a SYN,ACK that is captured late makes %d conversations, want 1", len(again))
	}
}

// Files that were merged hold copies after all the rest, and of a copy nothing was sent again.
func TestCopiesBehindTheClose(t *testing.T) {
	const once = "A SYN 100 id=1 at=1\nB SYN,ACK 300 101 id=2 at=2\nA PSH,ACK 101 301 len=10 id=4 at=4\nB ACK 301 111 id=5 at=5\nA FIN,ACK 111 301 id=6 at=6\nB FIN,ACK 301 112 id=7 at=7\nA ACK 112 302 id=8 at=8\n"
	sums := followed(t, once+once)
	if s := sums[0]; len(sums) != 1 || s.Count(follow.CaptureDuplicate) < 6 || s.Octets != [2]int64{10, 0} || s.Close != follow.ThreeSegments {
		t.Errorf("%d conversations, the first with %d copies, octets %v, close %s; want 1 with 6 or more, 10 octets from A and three segments", len(sums), s.Count(follow.CaptureDuplicate), s.Octets, s.Close)
	}
}

// The round trip is that of the SYN that was answered, a lost one apart; and a file that is not
// in the order of time has no duration below zero.
func TestTimes(t *testing.T) {
	s := followed(t, "A SYN 100 at=10\nA SYN 100 at=3010\nB SYN,ACK 300 101 at=3030\nA ACK 101 301 at=3040")[0]
	if s.RTT != 30*time.Millisecond {
		t.Errorf("round trip %s, want 30ms", s.RTT)
	}
	s = followed(t, "A SYN 100 at=50\nB SYN,ACK 300 101 at=40\nA ACK 101 301 at=30")[0]
	if s.Lasted != 0 || s.RTT != 0 {
		t.Errorf("the file runs backwards: lasted %s, round trip %s, want 0 and 0", s.Lasted, s.RTT)
	}
}

// Where only what the caller sent was captured, its ACK proves the SYN,ACK of the other end.
func TestStatesOfTheEndNotCaptured(t *testing.T) {
	s := followed(t, "A SYN 100\nA ACK 101 301\nA PSH,ACK 101 301 len=10")[0]
	if got := s.Final[1].Words(); got != "SYN-RECEIVED..ESTABLISHED" {
		t.Errorf("B is in %s, want SYN-RECEIVED..ESTABLISHED", got)
	}
	s = followed(t, "A SYN 100\nA ACK 101 301\nA FIN,ACK 101 301")[0]
	if got := s.Final[1].Words(); got != "SYN-RECEIVED..CLOSE-WAIT" {
		t.Errorf("B is in %s after the FIN, want SYN-RECEIVED..CLOSE-WAIT", got)
	}
}

// A caller that resets its own SYN has given up; one that refuses another's segment goes on.
func TestStateOfACallerThatGivesUp(t *testing.T) {
	if got := followed(t, "A SYN 100\nA RST,ACK 100 0")[0].Final[0].Words(); got != "CLOSED" {
		t.Errorf("A is in %s, want CLOSED", got)
	}
}

// An ICMP error is about the packet that it cites, which need not be the last one.
func TestIcmpErrorNamesItsPacket(t *testing.T) {
	var seen refs
	f := follow.New(follow.Options{Watch: func(*follow.Summary) follow.Watcher { return &seen }})
	var h capture.Headers
	for i, line := range []string{"A ACK 101 301 len=10 id=7", "A ACK 111 301 len=10 id=8", "A ACK 121 301 len=10 id=9"} {
		p, at := parsePacket(t, line, i+1)
		f.Packet(&p, at, i+1)
		h = p
	}
	for i, r := range []capture.Report{{ID: 8}, {Seq: 101, HasSeq: true}} {
		r.Proto, r.Src, r.Dst, r.SrcPort, r.DstPort, r.Says = wire.TCP, h.Src, h.Dst, h.SrcPort, h.DstPort, "packet too big"
		f.Packet(&capture.Headers{Src: h.Dst, Dst: h.Src, Proto: wire.ICMP, ICMP: r}, time.Unix(1_700_000_000, 0), 4+i)
	}
	if !slices.Equal(seen, []int{2, 1}) {
		t.Errorf("the errors are about frames %v, want 2 by its identification and 1 by its number", seen)
	}
}

// refs are the frames that ICMP errors are about.
type refs []int

func (r *refs) Packet(_ *follow.Summary, _ [2]follow.EndView, p *follow.Packet) {
	for i := range p.Findings {
		if p.Findings[i].Kind == follow.IcmpError {
			*r = append(*r, p.Findings[i].Refs...)
		}
	}
}

func (*refs) Done(*follow.Summary, []follow.Finding) {}

// Fragments whose packet is not complete are counted, so that they do not vanish.
func TestFragmentsOfIncompletePackets(t *testing.T) {
	f := follow.New(follow.Options{})
	h, at := parsePacket(t, "A ACK 1 1", 1)
	h.Frag = capture.Frag{ID: 7, Len: 100, More: true}
	f.Packet(&h, at, 1)
	f.Finish()
	if f.Fragments != 1 || f.Count() != 0 {
		t.Errorf("%d fragments and %d conversations, want 1 and 0", f.Fragments, f.Count())
	}
}

// Of more packets with missing fragments than are remembered, those that have waited longest are
// given up, in every reading of the file.
func TestManyIncompletePackets(t *testing.T) {
	const many, kept = 3000, 1024
	f := follow.New(follow.Options{})
	part := func(id, offset int) {
		h, at := parsePacket(t, "A ACK 1 1", 1)
		h.SrcPort, h.Frag = uint16(id), capture.Frag{ID: uint32(id), Offset: offset, Len: 100, More: offset == 0}
		f.Packet(&h, at, 1)
	}
	for id := range many {
		part(id+1, 0)
	}
	for id := many - kept; id < many; id++ {
		part(id+1, 100)
	}
	if f.Fragments != many-kept || f.Count() != kept {
		t.Errorf("%d packets are whole and %d fragments are lost, want %d and %d", f.Count(), f.Fragments, kept, many-kept)
	}
}

// A reset after which its sender goes on has ended nothing: who resets later has.
func TestWhoReset(t *testing.T) {
	sums := followed(t, open3+"A RST 101\nA PSH,ACK 101 301 len=3\nB ACK 301 104\nB RST,ACK 301 104")
	if len(sums) != 1 || sums[0].Close != follow.Reset || sums[0].First != 1 {
		t.Errorf("%d conversations, the first %s by %s; want one, reset by B", len(sums), sums[0].Close, follow.Name(sums[0].First))
	}
}

// The text of a SYN that begins a new conversation belongs to that one alone, whether the SYN,ACK
// takes it or not.
func TestPortReuseWithText(t *testing.T) {
	for _, ack := range []string{"900001", "900008"} {
		sums := followed(t, open3+"A PSH,ACK 101 301 len=3\nB ACK 301 104\nA SYN 900000 len=7\nB SYN,ACK 8000 "+ack+"\nA ACK "+ack+" 8001")
		if len(sums) != 2 || sums[0].Octets != [2]int64{3, 0} || sums[1].Octets != [2]int64{7, 0} {
			t.Errorf("ACK %s: %d conversations, the first of %v octets; want two, of 3 and 7", ack, len(sums), sums[0].Octets)
		}
	}
}

// Once packets were captured twice, more of them are remembered, but not those before: the first
// of all is gone, and what comes before it cannot be told to have been overtaken by it. The file
// has no times.
func TestNothingBeforeWhatIsForgotten(t *testing.T) {
	var sums []*follow.Summary
	f := follow.New(follow.Options{Done: func(s *follow.Summary) bool { sums = append(sums, s); return true }})
	for i, line := range strings.Split("A ACK 3000000010 1 len=10\nA ACK 3000000020 1 len=10\nA ACK 3000000030 1 len=10\nA ACK 3000000040 1 len=10\nA ACK 3000000050 1 len=10\n"+
		"A ACK 3000000060 1 len=10 id=50\nA ACK 3000000060 1 len=10 id=50\nA ACK 3000000000 1 len=10", "\n") {
		h, _ := parsePacket(t, line, i+1)
		f.Packet(&h, time.Time{}, i+1)
	}
	f.Finish()
	if s := sums[0]; s.Count(follow.CaptureDuplicate) != 1 || s.Count(follow.OutOfOrder) != 0 || s.Count(follow.Retransmission) != 1 {
		t.Errorf("found %+v, want one copy and one retransmission", s.Counts)
	}
}

// Where the capture begins in the middle, numbers count from what the first ACK tells, so that
// those before the end's own first segment are not huge.
func TestNumbersBeforeTheFirstSegment(t *testing.T) {
	w := &bases{}
	f := follow.New(follow.Options{Watch: func(*follow.Summary) follow.Watcher { return w }})
	for i, line := range []string{"B FIN,ACK 500 700", "A ACK 920 501", "B FIN,ACK 500 700 at=500"} {
		h, at := parsePacket(t, line, i+1)
		f.Packet(&h, at, i+1)
	}
	if w.base != 699 {
		t.Errorf("A's numbers count from %d, want 699", w.base)
	}
}

// bases keeps from which number A's are counted.
type bases struct{ base wire.Seq }

func (w *bases) Packet(_ *follow.Summary, ends [2]follow.EndView, _ *follow.Packet) {
	w.base = ends[0].Base
}
func (w *bases) Done(*follow.Summary, []follow.Finding) {}

// FuzzFollow: whatever packets come, the follower returns, the proven and the earliest
// state are possible, and counts are sane.
func FuzzFollow(f *testing.F) {
	f.Add([]byte("\x02\x00\x10\x00\x12\x01\x10\x10\x11\x05\x20\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		w := &sane{t: t}
		packets := 0
		fl := follow.New(follow.Options{Watch: func(*follow.Summary) follow.Watcher { return w }, Done: func(s *follow.Summary) bool {
			packets -= s.Packets[0] + s.Packets[1]
			return false
		}})
		for i := 0; i+3 < len(data); i += 4 {
			who := "AB"[data[i]>>7]
			flags := wire.Flags(data[i] & 0x3f)
			h, at := parsePacket(t, string(who)+" ACK 0 0", i)
			h.Flags, h.Seq, h.Ack = flags, wire.Seq(data[i+1])-100, wire.Seq(data[i+2])-100
			h.Len, h.Wnd = int(data[i+3]&15), uint16(data[i+3]>>4)
			packets++
			fl.Packet(&h, at, i/4+1)
		}
		fl.Finish()
		if packets != 0 {
			t.Errorf("%d packets are in no conversation", packets)
		}
	})
}

type sane struct{ t *testing.T }

func (s *sane) Packet(_ *follow.Summary, _ [2]follow.EndView, p *follow.Packet) {
	for x, in := range p.States {
		if !in.Possible.Has(in.Earliest) || !in.Possible.Has(in.Proven) {
			s.t.Errorf("frame %d, end %d: earliest %s and proven %s, but possible %s", p.Frame, x, in.Earliest, in.Proven, in.Possible)
		}
	}
	for i := range p.Findings {
		if text := p.Findings[i].Text(); strings.ContainsAny(text, "{}") {
			s.t.Errorf("a place is left open: %s", text)
		}
	}
}
func (s *sane) Done(_ *follow.Summary, found []follow.Finding) {
	for i := range found {
		if text := found[i].Text(); strings.ContainsAny(text, "{}") {
			s.t.Errorf("a place is left open: %s", text)
		}
	}
}

// A client that answers the SYN,ACK of its own SYN with a reset has gone: a scanner, or the
// kernel below one. One that refuses another SYN,ACK still waits for its own.
func TestResetOfTheSynAck(t *testing.T) {
	for packets, want := range map[string]wire.State{
		"A SYN 100\nB SYN,ACK 300 101\nA RST 101":                  wire.StateClosed,
		"A SYN 100\nB SYN,ACK 300 91\nA RST 91":                    wire.StateSynSent,
		"A SYN 100\nA SYN 100 at=1010\nA RST,ACK 100 101 at=64000": wire.StateClosed, // nobody has answered: it has given up
	} {
		if got := followed(t, packets)[0].Final[0].Earliest; got != want {
			t.Errorf("%q: A is in %s, want %s", packets, got, want)
		}
	}
}
