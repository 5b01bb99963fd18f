package capture

import (
	"fmt"
	"io"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// snapLen is the largest frame kept: a loopback segment of 64 KiB with its
// headers fits four times.
const snapLen = 262144

// WritePcapng writes frames as a pcapng file with times in nanoseconds. The
// interface's name says where they came from: "lo", or "model".
func WritePcapng(w io.Writer, iface string, frames []Frame) error {
	ng, err := pcapgo.NewNgWriterInterface(w, pcapgo.NgInterface{
		Name: iface, LinkType: layers.LinkTypeEthernet, SnapLength: snapLen, TimestampResolution: 9,
	}, pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{Application: "netlab"}})
	if err != nil {
		return fmt.Errorf("capture: write pcapng: %w", err)
	}
	for _, f := range frames {
		info := gopacket.CaptureInfo{Timestamp: f.Time, CaptureLength: len(f.Data), Length: f.OrigLen}
		if err := ng.WritePacket(info, f.Data); err != nil {
			return fmt.Errorf("capture: write pcapng: %w", err)
		}
	}
	if err := ng.Flush(); err != nil {
		return fmt.Errorf("capture: write pcapng: %w", err)
	}
	return nil
}
