//go:build !linux

package netns

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os/exec"
	"runtime"
)

// ErrUnsupported says that only Linux has network namespaces.
var ErrUnsupported = errors.New("netns: only Linux has network namespaces")

// Command returns nil.
func Command(context.Context, ...string) *exec.Cmd { return nil }

// Setup returns ErrUnsupported.
func Setup([]netip.Addr, int) error { return ErrUnsupported }

// Renew returns ErrUnsupported.
func Renew() error { return ErrUnsupported }

// OwnProc returns ErrUnsupported.
func OwnProc() error { return ErrUnsupported }

// Slow returns ErrUnsupported.
func Slow() error { return ErrUnsupported }

// Why explains what stands in the way, and how to mend it.
func Why(error) (reason, fix string) {
	switch runtime.GOOS {
	case "windows":
		return "Windows has no network namespaces", "use WSL 2: wsl --install, then run the Linux netlab inside it"
	default:
		return runtime.GOOS + " has no network namespaces", "run the Linux netlab in a virtual machine or container to see packets"
	}
}

// A Space is a network namespace for one host.
type Space struct {
	Addr netip.Addr
	FD   int
	Tap  string
	MAC  net.HardwareAddr
}

// Move returns ErrUnsupported.
func (s *Space) Move(netip.Addr) error { return ErrUnsupported }

// Spaces returns ErrUnsupported.
func Spaces([]netip.Addr, int) ([]Space, error) { return nil, ErrUnsupported }

// Close does nothing.
func Close([]Space) {}

// Within returns ErrUnsupported.
func Within(int, func() error) error { return ErrUnsupported }
