//go:build !linux

package capture

import (
	"errors"
	"runtime"
)

// A Recorder takes every packet of one interface, each exactly once.
type Recorder struct{}

// Stats say how complete a recording is.
type Stats struct {
	Captured int // packets handed over
	Dropped  int // packets that the kernel had no room for
}

// ErrUnsupported says that this operating system cannot record packets yet.
var ErrUnsupported = errors.New("capture: packets cannot be recorded on " + runtime.GOOS)

// Open returns ErrUnsupported.
func Open(string, func(Frame)) (*Recorder, error) { return nil, ErrUnsupported }

// LinkType returns false: nothing can be recorded.
func LinkType(string) (link uint16, ok bool) { return 0, false }

// Flush does nothing.
func (r *Recorder) Flush() {}

// Stop returns ErrUnsupported.
func (r *Recorder) Stop() (Stats, error) { return Stats{}, ErrUnsupported }
