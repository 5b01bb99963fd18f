//go:build !linux

package link

// A Wire joins ports.
type Wire struct{}

// Open returns ErrUnsupported.
func Open([]Port, Options) (*Wire, error) { return nil, ErrUnsupported }

// Close does nothing.
func (w *Wire) Close() error { return nil }

// Put does nothing.
func (w *Wire) Put(Delivery) {}

// Send does nothing.
func (w *Wire) Send(int, []byte) {}

// Held returns nothing.
func (w *Wire) Held() []Delivery { return nil }

// Take finds nothing.
func (w *Wire) Take(int, int) (Delivery, bool) { return Delivery{}, false }

// Idle returns true.
func (w *Wire) Idle() bool { return true }
