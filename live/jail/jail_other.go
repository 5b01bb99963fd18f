//go:build !linux

package jail

import "os"

// Main returns at once.
func Main() {}

// A Process is a program in its cell.
type Process struct{}

// Start returns ErrUnsupported.
func Start(Cell, *os.File, *os.File, *os.File, *os.File) (*Process, error) {
	return nil, ErrUnsupported
}

// Done returns a channel that is closed.
func (p *Process) Done() <-chan struct{} {
	done := make(chan struct{})
	close(done)
	return done
}

// Wants returns false.
func (p *Process) Wants() bool { return false }

// Kill does nothing.
func (p *Process) Kill() {}

// Wait returns nothing.
func (p *Process) Wait() Report { return Report{} }

// Landlock returns 0: only Linux has it.
func Landlock() int { return 0 }

// Find returns nothing: there are no cells.
func Find(string, ...string) string { return "" }

// Has returns false: there are no cells.
func Has(string, ...string) bool { return false }
