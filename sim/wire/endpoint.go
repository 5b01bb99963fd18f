package wire

import "strconv"

// An Endpoint is one end of a connection: a host by its name in the script and
// a port. Names stand for addresses, so that model and reality compare as equal.
type Endpoint struct {
	Host string
	Port uint16
}

// String returns "B:80".
func (e Endpoint) String() string { return e.Host + ":" + strconv.Itoa(int(e.Port)) }

// IsZero reports whether nothing is filled in.
func (e Endpoint) IsZero() bool { return e == Endpoint{} }

// A Packet is a segment on its way.
type Packet struct {
	ID       int // counts the packets of one run from 1, in order of sending
	Src, Dst Endpoint
	Seg      Segment
}
