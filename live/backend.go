package live

import (
	"context"
	"net/netip"
	"time"

	"netlab/sim/scenario"
	"netlab/sim/wire"
)

// A Handle names a socket of a backend.
type Handle int

// An Interest is a socket that a call waits for.
type Interest struct {
	H     Handle
	Write bool // until it can be written to
	Read  bool // until it can be read
}

// A Backend makes the calls. No call blocks but Wait, which has a limit; done is
// false where a blocking call would still wait.
type Backend interface {
	// Socket makes a socket on the host with that address.
	Socket(proto wire.Proto, host netip.Addr) (Handle, error)
	Bind(h Handle, local netip.AddrPort) error
	BindAddress(h Handle, addr netip.Addr) error // leaves the port to connect
	Listen(h Handle, backlog int) error
	Connect(h Handle, peer netip.AddrPort) error // begins; EINPROGRESS: see Connected
	Connected(h Handle) (done bool, err error)
	Accept(h Handle) (child Handle, done bool, err error)
	Send(h Handle, data string) (n int, done bool, err error)
	Recv(h Handle, n int) (data string, done bool, err error)
	// SendTo sends one datagram; from is the address that it shall come from.
	SendTo(h Handle, data string, from netip.Addr, dst netip.AddrPort) (done bool, err error)
	SetOption(h Handle, name string, v scenario.Value) error
	PendingError(h Handle) error // getsockopt(SO_ERROR)
	Join(h Handle, group, local netip.Addr) error
	Leave(h Handle, group, local netip.Addr) error
	// Ready returns for which of the events (and errors) the socket is ready, as
	// poll() names them, joined by |; empty: for none.
	Ready(h Handle, events []string) string
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
	Lose(h Handle, proto wire.Proto, kinds []Loss) error
}
