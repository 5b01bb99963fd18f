package pcapwork

import (
	"encoding/binary"
	"encoding/hex"

	"netlab/capture"
	"netlab/capture/read"
	"netlab/sim/wire"
)

// A sum is what a checksum turned out to be.
type sum uint8

const (
	sumUnknown sum = iota // cut off, a fragment, or of something else
	sumRight
	sumLeft // left to the network card: only the pseudo-header is summed, or nothing
	sumWrong
)

// sums count the checksums of one end.
type sums struct {
	transport [sumWrong + 1]int
	badFrame  int // the first with a wrong one
	badIP     int // the first with a wrong one of the IP header; 0: none
}

// edited reports whether some checksums are wrong and others are not. If all of one end are
// wrong, the network card was to compute them after the capture point.
func (s *sums) edited() bool {
	return s.transport[sumWrong] > 0 && s.transport[sumRight]+s.transport[sumLeft] > 0
}

// Of what is read here.
const (
	linkEthernet = 1
	etherHeader  = 14
	ipv4, ipv6   = 4, 6
	mostIDs      = 6
)

// look notes what only the frame itself tells.
func (e *endFacts) look(rec *read.Record, h *capture.Headers) {
	if rec.Link == linkEthernet && len(rec.Data) >= etherHeader && e.mac == "" {
		if mac := hex.EncodeToString(rec.Data[6:12]); mac != "000000000000" {
			e.mac = mac
		}
	}
	if h.HasID && len(e.ids) < mostIDs {
		e.ids = append(e.ids, h.ID)
	}
	ip := ipOf(rec)
	if len(ip) >= 20 && ip[0]>>4 == ipv4 {
		head := int(ip[0]&15) * 4
		if e.sums.badIP == 0 && head >= 20 && head <= len(ip) && binary.BigEndian.Uint16(ip[10:]) != 0 && fold(add(0, ip[:head])) != 0xffff {
			e.sums.badIP = rec.Frame
		}
	}
	got := transportSum(ip, h)
	e.sums.transport[got]++
	if got == sumWrong && e.sums.badFrame == 0 {
		e.sums.badFrame = rec.Frame
	}
}

// ipOf finds the IP packet in a record, whatever link it comes from; nil if it is hidden behind tags.
func ipOf(rec *read.Record) []byte {
	f := capture.AsEthernet(rec.Link, capture.Frame{Data: rec.Data, OrigLen: rec.OrigLen})
	if len(f.Data) <= etherHeader {
		return nil
	}
	switch binary.BigEndian.Uint16(f.Data[12:]) {
	case 0x0800, 0x86dd:
		return f.Data[etherHeader:]
	default:
		return nil
	}
}

// transportSum judges the checksum of TCP or UDP (RFC 9293 §3.1, RFC 768, RFC 8200 §8.1).
func transportSum(ip []byte, h *capture.Headers) sum {
	if h.Frag.IsPart() || len(ip) < 20 {
		return sumUnknown
	}
	proto, at := uint32(6), 16 // where the checksum stands
	if h.Proto == wire.UDP {
		proto, at = 17, 6
	}
	var body []byte
	var s uint32
	switch total := int(binary.BigEndian.Uint16(ip[2:])); {
	case ip[0]>>4 == ipv4 && uint32(ip[9]) == proto:
		head := int(ip[0]&15) * 4
		if total < head || total > len(ip) || head < 20 {
			return sumUnknown
		}
		body, s = ip[head:total], add(0, ip[12:20])
	case ip[0]>>4 == ipv6 && len(ip) >= 40 && uint32(ip[6]) == proto:
		total = int(binary.BigEndian.Uint16(ip[4:]))
		if total == 0 || 40+total > len(ip) {
			return sumUnknown
		}
		body, s = ip[40:40+total], add(0, ip[8:40])
	}
	if len(body) < at+2 {
		return sumUnknown
	}
	pseudo := fold(s + proto + uint32(len(body)))
	switch field := binary.BigEndian.Uint16(body[at:]); {
	case fold(add(pseudo, body)) == 0xffff:
		return sumRight
	case field == 0, uint32(field) == pseudo:
		return sumLeft
	default:
		return sumWrong
	}
}

// add adds octets up in pairs (RFC 1071); a packet of 64 KiB does not overflow.
func add(s uint32, b []byte) uint32 {
	for ; len(b) >= 2; b = b[2:] {
		s += uint32(binary.BigEndian.Uint16(b))
	}
	if len(b) == 1 {
		s += uint32(b[0]) << 8
	}
	return s
}

func fold(s uint32) uint32 {
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return s
}
