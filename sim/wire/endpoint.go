package wire

import (
	"strconv"
	"strings"
)

// An Endpoint is one end of a connection: a host by its name in the script and
// a port. Names stand for addresses, so that model and reality compare as equal.
// A group is named by its address: 239.2.2.222, or 255.255.255.255 for everybody on
// the link.
type Endpoint struct {
	Host string
	Port uint16
}

// String returns "B:80".
func (e Endpoint) String() string { return e.Host + ":" + strconv.Itoa(int(e.Port)) }

// IsZero reports whether nothing is filled in.
func (e Endpoint) IsZero() bool { return e == Endpoint{} }

// Broadcast is the address that means every host on the link.
const Broadcast = "255.255.255.255"

// IsBroadcast reports whether the host is everybody on the link.
func (e Endpoint) IsBroadcast() bool { return e.Host == Broadcast }

// IsMulticast reports whether the host is a group: 224.0.0.0 to 239.255.255.255.
func (e Endpoint) IsMulticast() bool {
	if len(e.Host) < len("224.0.0.0") || e.Host[0] != '2' { // hosts have names
		return false
	}
	first, _, ok := strings.Cut(e.Host, ".")
	n, err := strconv.Atoi(first)
	return ok && err == nil && n >= 224 && n <= 239
}

// IsGroup reports whether the host is not one but many.
func (e Endpoint) IsGroup() bool { return e.IsBroadcast() || e.IsMulticast() }
