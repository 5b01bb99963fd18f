package follow

import (
	"encoding/binary"
	"net/netip"

	"netlab/capture"
	"netlab/sim/wire"
)

// A key names a conversation, whichever way a packet goes: the lower socket is first. It
// has no padding, so that it is hashed in one piece.
type key struct {
	lo, hi [2]uint64
	rest   uint64 // the ports and the protocol
}

// keyOf returns the key of a packet, and whether its sender is the lower socket.
func keyOf(proto wire.Proto, src netip.Addr, srcPort uint16, dst netip.Addr, dstPort uint16) (k key, low bool) {
	s, d := words(src), words(dst)
	switch {
	case s[0] != d[0]:
		low = s[0] < d[0]
	case s[1] != d[1]:
		low = s[1] < d[1]
	default:
		low = srcPort < dstPort
	}
	if !low {
		s, d, srcPort, dstPort = d, s, dstPort, srcPort
	}
	return key{s, d, uint64(proto)<<32 | uint64(srcPort)<<16 | uint64(dstPort)}, low
}

// words returns the octets of an address; those of an IPv4 address as of the IPv6 address
// that stands for it (RFC 4291 section 2.5.5.2).
func words(a netip.Addr) [2]uint64 {
	if a.Is4() {
		b := a.As4()
		return [2]uint64{0, 0xffff<<32 | uint64(binary.BigEndian.Uint32(b[:]))}
	}
	b := a.As16()
	return [2]uint64{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}

func packetKey(h *capture.Headers) (key, bool) {
	return keyOf(h.Proto, h.Src, h.SrcPort, h.Dst, h.DstPort)
}

// key returns the name of the conversation.
func (c *conv) key() key {
	a, b := c.sum.Ends[0], c.sum.Ends[1]
	k, _ := keyOf(c.sum.Proto, a.Addr(), a.Port(), b.Addr(), b.Port())
	return k
}

// toItself reports whether both ends are one socket.
func (k *key) toItself() bool { return k.lo == k.hi && uint16(k.rest>>16) == uint16(k.rest) }
