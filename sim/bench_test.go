package sim

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"netlab/sim/scenario"
	"netlab/sim/tcp"
)

// The cost of the model. Run with:
//
//	go test -run '^$' -bench . -benchmem ./sim
//
// "conns/s" are whole connections (handshake, 1 KB, close) between two hosts over a link,
// "segs/s" segments of a bulk transfer, both counted in real time on one core.

const oneConnection = `host A iss=100
host B iss=300
link A B delay=10ms
B: s = socket tcp
B: listen s 80
A: c = socket tcp
A: connect c B:80
B: x = accept s
A: send c 1000
B: recv x 1000
A: shutdown c write
B: recv x
B: close x
A: recv c
A: close c
`

// connections is a script with n connections, one after the other.
func connections(b *testing.B, n int) *scenario.Script {
	var text strings.Builder
	text.WriteString("host A iss=100\nhost B iss=300\nlink A B delay=10ms\nB: s = socket tcp\nB: listen s 80\n")
	for i := range n {
		r := strings.NewReplacer("$", string(rune('a'+i/26%26))+string(rune('a'+i%26))+string(rune('a'+i/676)))
		_, _ = r.WriteString(&text, "A: c$ = socket tcp\nA: connect c$ B:80\nB: x$ = accept s\nA: send c$ 1000\nB: recv x$ 1000\nA: shutdown c$ write\nB: recv x$\nB: close x$\nA: recv c$\nA: close c$\n")
	}
	return parse(b, "connections", text.String())
}

// Connections in one world, no trace kept.
func BenchmarkConnections(b *testing.B) {
	const n = 500
	s := connections(b, n)
	b.ReportAllocs()
	for b.Loop() {
		Drive(s, Options{})
	}
	b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "conns/s")
}

// The same with the whole trace.
func BenchmarkConnectionsTraced(b *testing.B) {
	const n = 500
	s := connections(b, n)
	b.ReportAllocs()
	for b.Loop() {
		Run(s, Options{})
	}
	b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "conns/s")
}

// One connection with its trace, as a lesson plays it.
func BenchmarkLesson(b *testing.B) {
	s := parse(b, "bench", oneConnection)
	b.ReportAllocs()
	for b.Loop() {
		Run(s, Options{})
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "conns/s")
}

const bulk = `host A iss=100 mss=1000
host B iss=300 mss=1000
link A B delay=10ms
B: s = socket tcp
B: listen s 80
A: c = socket tcp
A: connect c B:80
B: x = accept s
A: send c 8000000 &
B: recv x 8000000 all within 10m
`

func bulkScript(b *testing.B) *scenario.Script {
	return parse(b, "bulk", bulk)
}

// Bulk transfer through two endpoints and a link, no trace kept.
func BenchmarkBulk(b *testing.B) {
	s := bulkScript(b)
	b.ReportAllocs()
	segs := 0
	for b.Loop() {
		segs += Drive(s, Options{}).Packets
	}
	b.ReportMetric(float64(segs)/b.Elapsed().Seconds(), "segs/s")
}

// The same with the whole trace.
func BenchmarkBulkTraced(b *testing.B) {
	s := bulkScript(b)
	b.ReportAllocs()
	segs := 0
	for b.Loop() {
		t := Run(s, Options{})
		for i := range t.Events {
			if t.Events[i].Kind == "send" {
				segs++
			}
		}
	}
	b.ReportMetric(float64(segs)/b.Elapsed().Seconds(), "segs/s")
}

// The same with the habits of Linux: delayed ACKs, SACK, timestamps, congestion control.
func BenchmarkBulkLinux(b *testing.B) {
	s := bulkScript(b)
	b.ReportAllocs()
	segs := 0
	for b.Loop() {
		segs += Drive(s, Options{Profile: tcp.Linux}).Packets
	}
	b.ReportMetric(float64(segs)/b.Elapsed().Seconds(), "segs/s")
}

// A million events: small segments of a bulk transfer.
func longPlayer(b *testing.B) *Player {
	text := strings.NewReplacer("mss=1000", "mss=100", "8000000", "4000000").Replace(bulk)
	text += ("A: wait c\nA: send c 8000000 &\nB: recv x 8000000 all within 10m\nA: wait c\nA: send c 4000000 &\nB: recv x 4000000 all within 10m\n")
	return NewPlayer(parse(b, "long", text), Options{})
}

// One step forward, with history, on the way to a million events.
func BenchmarkStep(b *testing.B) {
	p := longPlayer(b)
	for b.Loop() {
		if !p.Step() {
			b.StopTimer()
			p = longPlayer(b)
			b.StartTimer()
		}
	}
}

// One step back, and a look at the world there, at the end of a million events. The
// metric is what the player holds beyond the trace.
func BenchmarkBack(b *testing.B) {
	heap := func() float64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	empty := heap()
	t := Run(longPlayer(b).Script(), Options{})
	bare := heap() - empty // the trace alone
	runtime.KeepAlive(t)
	t = nil
	empty = heap()
	p := longPlayer(b)
	p.Trace()
	events := len(p.world.events)
	p.Goto(1 << 30)
	times := []time.Duration{}
	for b.Loop() {
		start := time.Now()
		if !p.Back() {
			p.Goto(1 << 30)
		}
		p.World()
		times = append(times, time.Since(start))
	}
	slices.Sort(times)
	held := heap() - empty
	runtime.KeepAlive(p)
	b.ReportMetric(float64(events), "events")
	b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "ms/back(median)")
	b.ReportMetric((held-bare)/(1<<20), "MiB-beyond-trace")
}

// A jump to a random moment of a million events, and a look at the world there.
func BenchmarkGoto(b *testing.B) {
	p := longPlayer(b)
	p.Trace()
	n := uint64(p.Goto(1 << 30))
	i := uint64(0)
	for b.Loop() {
		i++
		p.Goto(int(mix(1, i) % n))
		p.World()
	}
}
