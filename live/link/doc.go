// Package link is a wire in user space: it takes every frame that a host sends, lets its
// owner decide what becomes of it, and hands what is left to the other hosts at the time
// that was decided.
//
// A [Wire] knows ports and frames, but no protocol: what a frame is, and what the script
// does to it, is decided by the function that its owner gives it.
package link

import (
	"errors"
	"time"
)

// ErrUnsupported says that this system has no packet sockets.
var ErrUnsupported = errors.New("link: only Linux has a wire in user space")

// A Frame is what a host has sent.
type Frame struct {
	N    int       // counts the frames of the wire from 1
	From int       // the port
	Sent time.Time // when the kernel handed it over
	Data []byte    // beginning with the Ethernet header
}

// A Delivery says what shall reach a port, and when.
type Delivery struct {
	Frame int // the number of the frame that it carries; 0: one that no host has sent
	To    int // the port
	Due   time.Time
	Data  []byte
	Hold  bool // when it is due it is not handed over, but waits to be taken: see [Wire.Take]
	Copy  bool // one more of a frame that was delivered already
}

// A Port is where a host is plugged in.
type Port struct {
	Tap    string                      // what is put onto this interface of the caller's network namespace reaches the host; empty: there is no kernel behind the port
	Host   string                      // the host's own interface, through which goes what it sends
	Within func(do func() error) error // does something in the host's network namespace
}

// Options say how a wire works. The functions are called on the wire's own goroutine, one
// at a time.
type Options struct {
	// Route says what becomes of a frame; nothing: it is lost.
	Route func(Frame) []Delivery
	// Delivered is called when the receiving kernel has dealt with the frame. A frame that it
	// could not be given is lost, and [Wire.Close] returns why.
	Delivered func(d Delivery, at time.Time)
	// Held, if set, is called when a delivery that shall wait has come to where it waits.
	Held func(d Delivery, at time.Time)
}
