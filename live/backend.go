package live

import (
	"context"
	"net/netip"
	"time"

	"netlab/sim/wire"
)

// A Handle names a socket of a backend.
type Handle int

// An Interest is a socket that a call waits for.
type Interest struct {
	H     Handle
	Write bool // until it can be written to; otherwise until it can be read
}

// A Backend makes the calls. No call blocks but Wait, which has a limit; done is
// false where a blocking call would still wait.
type Backend interface {
	Socket() (Handle, error)
	Bind(h Handle, local netip.AddrPort) error
	BindAddress(h Handle, addr netip.Addr) error // leaves the port to connect
	Listen(h Handle, backlog int) error
	Connect(h Handle, peer netip.AddrPort) error // begins
	Connected(h Handle) (done bool, err error)
	Accept(h Handle) (child Handle, done bool, err error)
	Send(h Handle, data string) (n int, done bool, err error)
	Recv(h Handle, n int) (data string, done bool, err error)
	Shutdown(h Handle, how string) error
	Close(h Handle) error
	Cancel(h Handle) // gives up the call that waits
	Local(h Handle) netip.AddrPort
	Peer(h Handle) netip.AddrPort
	// State is what the kernel says; ok is false where it cannot be asked.
	State(h Handle, open bool, local, peer netip.AddrPort) (s wire.State, ok bool)
	// Quiet reports whether all that was sent is acknowledged.
	Quiet(h Handle) bool
	// Wait returns when one of the sockets may be ready, or after the limit, or
	// when the context is done.
	Wait(ctx context.Context, sockets []Interest, limit time.Duration) error
	// Lose drops incoming segments of these kinds at the socket; none: stop.
	Lose(h Handle, kinds []Loss) error
}
