package live

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"netlab/sim/scenario"
	"netlab/sim/trace"
)

// Package net's way to play a script, which macOS and Windows use, gives the
// results that a C program would see. It is tested where netlab is developed.
func TestPortable(t *testing.T) {
	for _, c := range []struct {
		name, script string
		want         map[string]string
	}{
		{"data and close", `host A
host B
link A B
B: s = socket tcp
B: listen s 80
A: c = socket tcp
A: connect c B:80
B: x = accept s
A: send c "ping"
B: recv x "ping"
A: shutdown c write
B: recv x
B: close x
A: recv c
A: close c
`, map[string]string{"A connect": "0", "B accept": "0", "A send": "4", "B recv": "0", "A recv": "0", "A close": "0"}},
		{"refused", "host A\nhost B\nlink A B\nA: c = socket tcp\nA: connect c B:80\n", map[string]string{"A connect": "ECONNREFUSED"}},
		{"no patience", "host A\nhost B\nlink A B\nB: s = socket tcp\nB: listen s 80\nB: x = accept s within 200ms\nA: c = socket tcp\nA: connect c B:80\n",
			map[string]string{"B accept": "ETIMEDOUT", "A connect": "0"}},
		{"not connected", "host A\nA: c = socket tcp\nA: send c 5\nA: recv c 5\nA: shutdown c write\n",
			map[string]string{"A send": "EPIPE", "A recv": "ENOTCONN", "A shutdown": "ENOTCONN"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := scenario.Parse(c.name, c.script)
			if err != nil {
				t.Fatal(err)
			}
			loopback := netip.MustParseAddr("127.0.0.1")
			results := map[string]string{}
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			p, err := Play(ctx, s, Options{
				Addr: map[string]netip.Addr{"A": loopback, "B": loopback}, Backend: NewPortable(),
				Emit: func(e trace.Event) {
					if e.Kind == trace.Return {
						results[e.Host+" "+e.Call] = e.Result
					}
				},
			}, func(*Player) {})
			if err != nil {
				t.Fatal(err)
			}
			p.Tidy()
			for call, want := range c.want {
				if got := results[call]; got != want {
					t.Errorf("%s returns %q, want %q", call, got, want)
				}
			}
		})
	}
}
