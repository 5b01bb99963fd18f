//go:build !linux

package live

import (
	"errors"
	"net/netip"
)

// Listeners would tell which TCP sockets listen; only Linux does.
type Listeners struct{}

// OpenListeners returns an error.
func OpenListeners() (*Listeners, error) {
	return nil, errors.New("live: only Linux tells which sockets listen")
}

// Close does nothing.
func (l *Listeners) Close() {}

// All returns nothing.
func (l *Listeners) All() ([]netip.AddrPort, error) { return nil, nil }
