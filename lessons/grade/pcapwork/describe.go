package pcapwork

import (
	"encoding/binary"
	"strings"
	"unicode"
)

// A fileInfo is what a pcapng file says about who wrote it.
type fileInfo struct{ hardware, os, program, iface string }

// describe reads the first section header and interface description of a pcapng file
// (draft-ietf-opsawg-pcapng §4.1, §4.2). What is broken gives nothing.
func describe(data []byte) (info fileInfo) {
	const (
		section, iface = 0x0a0d0d0a, 1
		mostBlocks     = 16
	)
	if len(data) < 12 || binary.LittleEndian.Uint32(data) != section {
		return info
	}
	var order binary.ByteOrder = binary.LittleEndian
	if order.Uint32(data[8:]) != 0x1a2b3c4d {
		order = binary.BigEndian
	}
	for range mostBlocks {
		if len(data) < 12 {
			return info
		}
		size := order.Uint32(data[4:])
		if size < 12 || int64(size) > int64(len(data)) {
			return info
		}
		body := data[8 : size-4]
		switch order.Uint32(data) {
		case section:
			options(order, body, 16, map[uint16]*string{2: &info.hardware, 3: &info.os, 4: &info.program})
		case iface:
			options(order, body, 8, map[uint16]*string{2: &info.iface})
			return info
		}
		data = data[size:]
	}
	return info
}

// options reads the texts among a block's options, which begin after its fixed part.
func options(order binary.ByteOrder, body []byte, fixed int, texts map[uint16]*string) {
	for b := body[min(fixed, len(body)):]; len(b) >= 4; {
		code, n := order.Uint16(b), int(order.Uint16(b[2:]))
		if code == 0 || 4+n > len(b) {
			return
		}
		if t := texts[code]; t != nil {
			*t = printable(b[4:4+n], 120)
		}
		b = b[min(4+(n+3)&^3, len(b)):]
	}
}

// printable makes a text of octets that a stranger has chosen.
func printable(b []byte, most int) string {
	s := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return '?'
		}
		return r
	}, string(b[:min(len(b), most)]))
	return strings.TrimSpace(s)
}
