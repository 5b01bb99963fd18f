package capture

import (
	"encoding/binary"
	"errors"

	"github.com/google/gopacket/layers"
)

// maxTunnels bounds the tunnels within tunnels that are looked into.
const maxTunnels = 4

// tunnel reads the packet that another one carries: IP in IP (RFC 2003, RFC 4213, RFC 2473)
// or GRE. What is in a fragment of the outer packet cannot be told; such packets, and those
// that carry no IP, have the tunnel's name.
func (d *Decoder) tunnel(p layers.IPProtocol, b []byte, length int, h *Headers) error {
	name := otherProto(p)
	if d.tunnels++; d.tunnels > maxTunnels || h.Frag.IsPart() {
		return name
	}
	at := 0
	if p == layers.IPProtocolGRE {
		var ok bool
		if at, ok = gre(b); !ok {
			return name
		}
	}
	if at > len(b) || at > length {
		return errShort
	}
	*h = Headers{}
	if err := d.network(b[at:], length-at, h); !errors.Is(err, errNoIP) {
		return err
	}
	return name
}

// The bits of a GRE header that say what follows (RFC 2784, RFC 2890, RFC 2637).
const (
	greChecksum = 0x8000
	greRouting  = 0x4000
	greKey      = 0x2000
	greSequence = 0x1000
	greAck      = 0x0080 // version 1
	greVersion  = 0x0007
)

// gre finds where the IP header begins in a GRE packet, of version 0 or PPTP's version 1; an
// Ethernet frame may be around it.
func gre(b []byte) (at int, ok bool) {
	const etherPPP = 0x880b
	if len(b) < 4 {
		return 0, false
	}
	bits, kind := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	if bits&greRouting != 0 || bits&greVersion > 1 {
		return 0, false
	}
	at = 4
	for _, field := range []uint16{greChecksum, greKey, greSequence} {
		if bits&field != 0 {
			at += 4
		}
	}
	if bits&greVersion == 1 && bits&greAck != 0 {
		at += 4
	}
	var err error
	switch kind {
	case etherPPP:
		at, err = ppp(b, at)
	case etherBridged:
		at, err = ethernet(b, at+12)
	default:
		at, err = networkOf(b, at, kind)
	}
	return at, err == nil
}
