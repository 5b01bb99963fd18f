//go:build linux

package live

import (
	"net"
	"net/netip"
	"slices"
	"testing"
)

// Who listens is told, by its own address and port, IPv6 too; who is connected is not; and who
// listens no more is gone.
func TestListeners(t *testing.T) {
	l, err := OpenListeners()
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	has := func(at net.Addr) bool {
		t.Helper()
		all, err := l.All()
		if err != nil {
			t.Fatal(err)
		}
		return slices.Contains(all, netip.MustParseAddrPort(at.String()))
	}
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		ln, err := net.Listen("tcp", address)
		if err != nil {
			t.Logf("%s: %v", address, err)
			continue
		}
		c, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if !has(ln.Addr()) {
			t.Errorf("%v listens, and is not told", ln.Addr())
		}
		if has(c.LocalAddr()) {
			t.Errorf("%v is connected, and is told as a listener", c.LocalAddr())
		}
		ln.Close()
		c.Close()
		if has(ln.Addr()) {
			t.Errorf("%v listens no more, and is told", ln.Addr())
		}
	}
}

// An answer that is cut off or lies about its length ends the reading, not the program.
func FuzzListenersIn(f *testing.F) {
	f.Add(make([]byte, 16), uint32(1))
	f.Add(append([]byte{40, 0, 0, 0, 20, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 10}, make([]byte, 30)...), uint32(1))
	f.Fuzz(func(t *testing.T, msgs []byte, seq uint32) {
		all, _, _ := listenersIn(msgs, seq)
		if len(all) > len(msgs)/40+1 {
			t.Errorf("%d listeners in %d octets", len(all), len(msgs))
		}
	})
}
