package capture

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// snapLen is the largest frame kept: a loopback segment of 64 KiB with its
// headers fits four times.
const snapLen = 262144

// A PcapngWriter writes frames as a pcapng file, one after the other.
type PcapngWriter struct{ w io.Writer }

// NewPcapngWriter begins a pcapng file with times in nanoseconds. The interface's name says
// where the frames come from: "lo", or "model".
func NewPcapngWriter(w io.Writer, iface string) (*PcapngWriter, error) {
	ng, err := pcapgo.NewNgWriterInterface(w, pcapgo.NgInterface{
		Name: iface, LinkType: layers.LinkTypeEthernet, SnapLength: snapLen, TimestampResolution: 9,
	}, pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{Application: "netlab"}})
	if err == nil {
		err = ng.Flush() // the section and the interface
	}
	if err != nil {
		return nil, fmt.Errorf("capture: write pcapng: %w", err)
	}
	return &PcapngWriter{w}, nil
}

// Write writes one frame, which begins with an Ethernet header.
func (p *PcapngWriter) Write(f *Frame) error {
	if _, err := p.w.Write(packetBlock(f)); err != nil {
		return fmt.Errorf("capture: write pcapng: %w", err)
	}
	return nil
}

// WritePcapng writes frames as a whole pcapng file.
func WritePcapng(w io.Writer, iface string, frames []Frame) error {
	p, err := NewPcapngWriter(w, iface)
	if err != nil {
		return err
	}
	for i := range frames {
		if err := p.Write(&frames[i]); err != nil {
			return err
		}
	}
	return nil
}

// packetBlock is an Enhanced Packet Block. The library writes none with a comment, so we
// write them all (draft-ietf-opsawg-pcapng §4.3, little-endian as its section is).
func packetBlock(f *Frame) []byte {
	const (
		blockType  = 6
		optEnd     = 0
		optComment = 1
		fixed      = 32 // the block's own octets without data and options
	)
	pad := func(n int) int { return (n + 3) &^ 3 }
	comment := f.Comment[:min(len(f.Comment), 65535)]
	size := fixed + pad(len(f.Data))
	if comment != "" {
		size += 4 + pad(len(comment)) + 4
	}
	at := uint64(f.Time.UnixNano())
	b := make([]byte, 0, size)
	for _, v := range []uint32{blockType, uint32(size), 0, uint32(at >> 32), uint32(at), uint32(len(f.Data)), uint32(f.OrigLen)} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	b = append(b, f.Data...)
	b = append(b, make([]byte, pad(len(f.Data))-len(f.Data))...)
	if comment != "" {
		b = binary.LittleEndian.AppendUint16(b, optComment)
		b = binary.LittleEndian.AppendUint16(b, uint16(len(comment)))
		b = append(b, comment...)
		b = append(b, make([]byte, pad(len(comment))-len(comment))...)
		b = binary.LittleEndian.AppendUint32(b, optEnd)
	}
	return binary.LittleEndian.AppendUint32(b, uint32(size))
}
