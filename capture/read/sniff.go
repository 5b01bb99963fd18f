package read

import (
	"bytes"
	"unicode/utf8"
)

// minHead is how many octets tell one format from another.
const minHead = 24

// others are the beginnings of files that people take for captures.
var others = []struct {
	magic []byte
	what  string
	hint  string
}{
	{[]byte("snoop\x00\x00\x00"), "a snoop capture (Solaris)", convert},
	{[]byte("GMBU"), "a Microsoft Network Monitor capture", convert},
	{[]byte("RTSS"), "a Microsoft Network Monitor 1 capture", convert},
	{[]byte("TRSNIFF data"), "a Sniffer capture", convert},
	{[]byte("XCP\x00"), "a NetXRay or Windows Sniffer capture", convert},
	{[]byte("btsnoop\x00"), "a Bluetooth capture (btsnoop)", "netlab follows TCP and UDP over IP"},
	{[]byte{0x54, 0x52, 0x00, 0x64, 0x00}, "a capture of another program", convert},
	{[]byte{0xfd, '7', 'z', 'X', 'Z'}, "compressed with xz", "xz -d FILE first, or: xz -dc FILE | netlab explain -"},
	{[]byte{0x28, 0xb5, 0x2f, 0xfd}, "compressed with zstd", "zstd -d FILE first, or: zstd -dc FILE | netlab explain -"},
	{[]byte("BZh"), "compressed with bzip2", "bzip2 -d FILE first, or: bzip2 -dc FILE | netlab explain -"},
	{[]byte{0x04, 0x22, 0x4d, 0x18}, "compressed with lz4", "lz4 -d FILE first, or: lz4 -dc FILE | netlab explain -"},
	{[]byte("PK\x03\x04"), "a zip archive", "unpack it and name the capture in it"},
	{[]byte("\x7fELF"), "a program", "name a pcap or pcapng file"},
}

const convert = "Wireshark's editcap turns it into pcapng: editcap FILE out.pcapng"

// foreign says what a file is that is no capture.
func foreign(head []byte) error {
	for _, o := range others {
		if bytes.HasPrefix(head, o.magic) {
			return &FormatError{o.what + ", which netlab does not read", o.hint}
		}
	}
	if bytes.HasPrefix(head, []byte(`{"type":"trace"`)) {
		return &FormatError{"a trace that netlab has saved, no capture", "netlab step FILE"}
	}
	if isText(head) {
		return &FormatError{"a text file, no capture", "name a pcap or pcapng file; netlab step opens traces, netlab sim scripts"}
	}
	return &FormatError{"neither pcap nor pcapng", "if another program wrote it (ERF, for example): editcap FILE out.pcapng, with Wireshark's editcap"}
}

// isText reports whether octets look like words.
func isText(head []byte) bool {
	for len(head) > 0 {
		c, n := utf8.DecodeRune(head)
		if c == utf8.RuneError && len(head) >= utf8.UTFMax || c < ' ' && c != '\n' && c != '\r' && c != '\t' {
			return false
		}
		head = head[n:]
	}
	return true
}
