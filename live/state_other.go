//go:build !linux

package live

import (
	"net/netip"

	"netlab/sim/wire"
)

// SocketState is told by Linux only.
func SocketState(uintptr) (wire.State, bool) { return 0, false }

// ConnState is told by Linux only.
func ConnState(_, _ netip.AddrPort) (wire.State, bool) { return 0, false }
