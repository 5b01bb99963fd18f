package sim

import "testing"

// Connections a second: handshake, 1 KB, close, with the whole trace kept.
//
//	go test -bench=. -benchmem ./sim
func BenchmarkConnection(b *testing.B) {
	s := parse(b, "bench", `host A iss=100
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
`)
	b.ReportAllocs()
	for b.Loop() {
		Run(s, Options{})
	}
}
