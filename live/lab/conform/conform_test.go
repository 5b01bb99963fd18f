//go:build linux

package conform

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"netlab/live/lab"
)

func TestMain(m *testing.M) {
	lab.Main()
	os.Exit(m.Run())
}

// needLive ends the test if a run has failed, or skips it if the machine refuses.
func needLive(t *testing.T, err error) {
	t.Helper()
	var refused *lab.RefusedError
	if errors.As(err, &refused) && os.Getenv("NETLAB_REQUIRE_LIVE") == "" {
		t.Skipf("this machine refuses live runs: %v (%s)", err, refused.Fix)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A model that the kernel takes for a TCP, over a network that loses packets, is a model that
// one can trust: handshake, octets both ways, retransmissions and both ways to close.
func TestPeers(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	rep, err := Peers(ctx, 200, 32, 1, func(int) {})
	needLive(t, err)
	t.Logf("%d connections, %d octets, %d packets, %d lost", rep.Connections, rep.Octets, rep.Packets, rep.Lost)
	if rep.Lost < rep.Packets/50 {
		t.Errorf("only %d of %d packets were lost", rep.Lost, rep.Packets)
	}
	for _, w := range rep.Wrong {
		t.Error(w)
	}
}
