package follow

import (
	"net/netip"
	"runtime"
	"testing"
	"time"

	"netlab/capture"
	"netlab/sim/wire"
)

// segmentOf makes the segment of one of many callers to the same server.
func segmentOf(n int, back bool, flags wire.Flags, seq, ack wire.Seq, length int) *capture.Headers {
	h := &capture.Headers{Proto: wire.TCP, SrcPort: 40_000, DstPort: 80, Flags: flags, Seq: seq, Ack: ack, Wnd: 1000, Len: length, ID: uint16(n), HasID: true, TTL: 64,
		Src: netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)}), Dst: netip.MustParseAddr("192.0.2.1")}
	if back {
		h.Src, h.Dst, h.SrcPort, h.DstPort = h.Dst, h.Src, h.DstPort, h.SrcPort
	}
	return h
}

// Twenty thousand connections that are open at the same time are followed from their SYNs to
// their FINs, though at first only one end of each has spoken.
func TestManyAtOnce(t *testing.T) {
	const many = 20_000
	closes := map[Close]int{}
	f := New(Options{Done: func(s *Summary) bool { closes[s.Close]++; return true }})
	frame := 0
	for _, step := range []struct {
		back     bool
		flags    wire.Flags
		seq, ack wire.Seq
		length   int
	}{
		{false, wire.SYN, 100, 0, 0},
		{true, wire.SYN | wire.ACK, 300, 101, 0},
		{false, wire.ACK, 101, 301, 0},
		{false, wire.ACK, 101, 301, 50},
		{true, wire.ACK, 301, 151, 0},
		{false, wire.FIN | wire.ACK, 151, 301, 0},
		{true, wire.ACK, 301, 152, 0},
		{true, wire.FIN | wire.ACK, 301, 152, 0},
		{false, wire.ACK, 152, 302, 0},
	} {
		for n := range many {
			frame++
			f.Packet(segmentOf(n, step.back, step.flags, step.seq, step.ack, step.length), time.Unix(1_700_000_000, int64(frame)*1000), frame)
		}
	}
	f.Finish()
	if f.Evicted != 0 || closes[FourSegments] != many {
		t.Errorf("%d were put away too early; closes %v, want %d of four segments", f.Evicted, closes, many)
	}
}

// A flood does not take more than the room there is, whatever it consists of: conversations
// with as many gaps as are remembered, packets that were captured twice, calls only.
func TestFlood(t *testing.T) {
	const many, rounds, allowed = 50_000, 8, 32 << 20
	for name, packet := range map[string]func(n, round int) *capture.Headers{
		"calls": func(n, round int) *capture.Headers { return segmentOf(n+round*many, false, wire.SYN, 1, 0, 0) },
		"gaps": func(n, round int) *capture.Headers {
			return segmentOf(n, round%2 == 1, wire.ACK, wire.Seq(1+round*3000), 1, 10)
		},
		"twins": func(n, round int) *capture.Headers {
			return segmentOf(n, round%4 > 1, wire.ACK, wire.Seq(1+round/2*10), 1, 10)
		},
	} {
		var kept []*Summary
		f := New(Options{Done: func(s *Summary) bool {
			if len(kept) < MostKept {
				kept = append(kept, s)
				return true
			}
			return false
		}})
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		frame := 0
		for round := range rounds {
			for n := range many {
				frame++
				f.Packet(packet(n, round), time.Unix(1_700_000_000, int64(frame)*1000), frame)
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if took := int64(after.HeapAlloc) - int64(before.HeapAlloc); took > allowed {
			t.Errorf("%s: %d octets are held, more than %d", name, took, allowed)
		}
		if f.Evicted == 0 {
			t.Errorf("%s: nothing was put away: this is no flood", name)
		}
		runtime.KeepAlive(kept)
	}
}
