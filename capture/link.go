package capture

import "encoding/binary"

// maxTags bounds the tags that are peeled off a frame, and IPv6's extension headers.
const maxTags = 8

// network finds where the IP header begins.
func network(link uint16, b []byte) (int, error) {
	need := func(n int) error {
		if len(b) < n {
			return errShort
		}
		return nil
	}
	switch link {
	case linkEthernet:
		return ethernet(b, 12)
	case linkRaw, linkRawBSD, linkRawBSD2, linkIPv4, linkIPv6:
		return 0, nil
	case linkNull, linkLoop:
		return 4, need(4)
	case linkPPP, linkPPPHDLC:
		if len(b) > 0 && (b[0] == 0x0f || b[0] == 0x8f) { // Cisco's framing stands in such files, too
			return ethernet(b, 2)
		}
		return ppp(b, 0)
	case linkCiscoHDLC:
		return ethernet(b, 2)
	case linkSLL:
		if err := need(16); err != nil {
			return 0, err
		}
		return ethernet(b, 14)
	case linkSLL2:
		if err := need(20); err != nil {
			return 0, err
		}
		return networkOf(b, 20, binary.BigEndian.Uint16(b))
	case linkNFLog:
		return nflog(b)
	case linkPKTAP:
		return pktap(b)
	default:
		return 0, LinkError(link)
	}
}

// nflog finds the packet in what the Linux firewall has logged: among fields that begin with
// their length and number, in the byte order of the machine.
func nflog(b []byte) (int, error) {
	const head, payload = 4, 9
	for at := 4; len(b) >= at+head; {
		size, kind := binary.LittleEndian.Uint16(b[at:]), binary.LittleEndian.Uint16(b[at+2:])
		if size&0xff == 0 || kind&0xff == 0 && kind != 0 {
			size, kind = binary.BigEndian.Uint16(b[at:]), binary.BigEndian.Uint16(b[at+2:])
		}
		if kind == payload {
			return at + head, nil
		}
		if size < head {
			return 0, errBroken
		}
		at += (int(size) + 3) &^ 3
	}
	return 0, errShort
}

// pktap finds the packet behind the header that macOS writes for several interfaces at once: it
// begins with its length, and has the link type of what follows.
func pktap(b []byte) (int, error) {
	if len(b) < 12 {
		return 0, errShort
	}
	head, link := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[8:])
	switch {
	case head < 12 || uint64(head) > uint64(len(b)):
		return 0, errBroken
	case link > 0xffff || link == linkPKTAP:
		return 0, LinkError(linkPKTAP)
	}
	at, err := network(uint16(link), b[head:])
	return int(head) + at, err
}

// ethernet reads the Ethernet type at an offset.
func ethernet(b []byte, at int) (int, error) {
	if len(b) < at+2 {
		return 0, errShort
	}
	return networkOf(b, at+2, binary.BigEndian.Uint16(b[at:]))
}

// networkOf peels tags off: VLANs (802.1Q, and QinQ under its three numbers), PPPoE, MPLS,
// SNAP under a length where the type is expected (RFC 1042).
func networkOf(b []byte, at int, etherType uint16) (int, error) {
	for range maxTags {
		switch etherType {
		case 0x0800, 0x86dd:
			return at, nil
		case 0x8100, 0x88a8, 0x9100, 0x9200:
			if len(b) < at+4 {
				return 0, errShort
			}
			etherType = binary.BigEndian.Uint16(b[at+2:])
			at += 4
		case 0x8864: // PPPoE session (RFC 2516)
			return ppp(b, at+6)
		case 0x8847, 0x8848: // MPLS: down to the label that says that it is the last
			for len(b) >= at+4 && b[at+2]&1 == 0 {
				at += 4
			}
			if len(b) < at+4 {
				return 0, errShort
			}
			return at + 4, nil
		default:
			if etherType > maxLength || len(b) < at+8 || string(b[at:at+6]) != snap {
				return 0, otherEther(etherType)
			}
			etherType = binary.BigEndian.Uint16(b[at+6:])
			at += 8
		}
	}
	return 0, otherEther(etherType)
}

// maxLength is the highest number in the place of an Ethernet type that is a length.
const maxLength = 1500

// snap is the LLC header of SNAP with the organisation that means Ethernet types.
const snap = "\xaa\xaa\x03\x00\x00\x00"

// ppp reads PPP's protocol number, of two octets or compressed to one (RFC 1661 §6.5),
// behind the address and control octets, which may be left out (RFC 1662 §3.2).
func ppp(b []byte, at int) (int, error) {
	if len(b) >= at+2 && b[at] == 0xff && b[at+1] == 0x03 {
		at += 2
	}
	if len(b) < at+2 {
		return 0, errShort
	}
	proto, size := binary.BigEndian.Uint16(b[at:]), 2
	if b[at]&1 != 0 {
		proto, size = uint16(b[at]), 1
	}
	switch proto {
	case 0x0021, 0x0057:
		return at + size, nil
	case 0x0281, 0x0283: // MPLS (RFC 3032 §4.3)
		return networkOf(b, at+size, 0x8847)
	default:
		return 0, Other("PPP control")
	}
}

// AsEthernet returns a frame of any link type that is read as an Ethernet frame, with
// addresses of zeros where there were others.
func AsEthernet(link uint16, f Frame) Frame {
	at, err := network(link, f.Data)
	if link == linkEthernet || err != nil || at >= len(f.Data) {
		return f
	}
	head := make([]byte, 14)
	head[12] = 0x08
	if f.Data[at]>>4 == 6 {
		head[12], head[13] = 0x86, 0xdd
	}
	f.OrigLen += len(head) - at
	f.Data = append(head, f.Data[at:]...)
	return f
}
