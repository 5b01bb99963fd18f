package capture

import (
	"encoding/binary"

	"netlab/sim/wire"
)

// The ports of tunnels over UDP, and the Ethernet types of what they carry.
const (
	portVXLAN    = 4789
	portOldVXLAN = 8472 // Linux's own, before there was a standard
	portGeneve   = 6081
	portGTP      = 2152

	etherBridged = 0x6558
)

// overlay reads the packet that a datagram of a tunnel over UDP carries: VXLAN (RFC 7348), Geneve
// (RFC 8926) or GTP-U (3GPP TS 29.281). If there is none that is followed, the datagram stands
// for itself.
func (d *Decoder) overlay(h *Headers) {
	at, ok := 0, false
	switch h.DstPort {
	case portVXLAN, portOldVXLAN:
		at, ok = vxlan(h.Data)
	case portGeneve:
		at, ok = geneve(h.Data)
	case portGTP:
		at, ok = gtp(h.Data)
	default:
		return
	}
	if !ok || at >= len(h.Data) || h.Frag.IsPart() || d.tunnels >= maxTunnels {
		return
	}
	d.tunnels++
	var inner Headers
	if d.network(h.Data[at:], h.Len-at, &inner) == nil && inner.Proto != wire.ICMP {
		*h = inner
	}
}

// vxlan finds the packet behind a header that says only which network it belongs to.
func vxlan(b []byte) (int, bool) {
	if len(b) < 8 || binary.BigEndian.Uint32(b) != 0x08000000 || b[7] != 0 {
		return 0, false
	}
	return bridged(b, 8, etherBridged)
}

// geneve finds the packet behind a header with options.
func geneve(b []byte) (int, bool) {
	if len(b) < 8 || b[0]>>6 != 0 || b[1]&0x3f != 0 || b[7] != 0 {
		return 0, false
	}
	return bridged(b, 8+4*int(b[0]&0x3f), binary.BigEndian.Uint16(b[2:]))
}

// bridged finds the packet in an Ethernet frame, or where its type says that it is.
func bridged(b []byte, at int, kind uint16) (int, bool) {
	var err error
	if kind == etherBridged {
		at, err = ethernet(b, at+12)
	} else {
		at, err = networkOf(b, at, kind)
	}
	return at, err == nil
}

// gtp finds the packet behind a header of version 1, and the headers that extend it.
func gtp(b []byte) (int, bool) {
	const message, optional, extended = 0xff, 0x07, 0x04
	if len(b) < 12 || b[0]>>4 != 3 || b[1] != message {
		return 0, false
	}
	at := 8
	if b[0]&optional != 0 {
		at += 4
	}
	if b[0]&extended == 0 {
		return at, true
	}
	for next := b[11]; next != 0; {
		if at >= len(b) || b[at] == 0 {
			return 0, false
		}
		end := at + 4*int(b[at])
		if end > len(b) {
			return 0, false
		}
		at, next = end, b[end-1]
	}
	return at, true
}
