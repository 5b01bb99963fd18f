package sim

import (
	"strings"
	"testing"

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
