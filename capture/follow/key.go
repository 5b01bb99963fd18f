package follow

import (
	"net/netip"

	"netlab/capture"
	"netlab/sim/wire"
)

// A key names a conversation, whichever way a packet goes: the lower socket is first.
type key struct {
	lo, hi [18]byte
	proto  wire.Proto
}

func socket(a netip.Addr, port uint16) (s [18]byte) {
	b := a.As16()
	copy(s[:], b[:])
	s[16], s[17] = byte(port>>8), byte(port)
	return s
}

// keyOf returns the key of a packet, and whether its sender is the lower socket.
func keyOf(proto wire.Proto, src netip.Addr, srcPort uint16, dst netip.Addr, dstPort uint16) (k key, low bool) {
	s, d := socket(src, srcPort), socket(dst, dstPort)
	for i := range s {
		if s[i] != d[i] {
			if low = s[i] < d[i]; !low {
				s, d = d, s
			}
			break
		}
	}
	return key{s, d, proto}, low
}

func packetKey(h *capture.Headers) (key, bool) {
	return keyOf(h.Proto, h.Src, h.SrcPort, h.Dst, h.DstPort)
}

// toItself reports whether both ends are one socket.
func (k *key) toItself() bool { return k.lo == k.hi }
