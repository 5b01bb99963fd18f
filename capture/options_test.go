package capture_test

import (
	"encoding/binary"
	"testing"
	"time"

	"netlab/capture"
	"netlab/sim"
	"netlab/sim/simtest"
	"netlab/sim/tcp"
	"netlab/sim/wire"
)

// frame is an Ethernet frame with a TCP header that carries the given option octets,
// padded to a whole number of words.
func frame(flags byte, options []byte) []byte {
	for len(options)%4 != 0 {
		options = append(options, 0)
	}
	f := make([]byte, 14+20+20)
	f[12], f[13] = 0x08, 0x00
	ip := f[14:]
	ip[0], ip[8], ip[9] = 0x45, 64, 6
	binary.BigEndian.PutUint16(ip[2:], uint16(40+len(options)))
	copy(ip[12:], []byte{10, 0, 0, 1, 10, 0, 0, 2})
	t := f[34:]
	t[1], t[3] = 80, 81
	t[12], t[13] = byte(20+len(options))/4<<4, flags
	return append(f, options...)
}

// RFC 9293 §3.2: End-of-list, No-op and MSS at any alignment, on any segment; an unknown
// option is skipped (MUST-4, MUST-5, MUST-6, MUST-64, MUST-68).
func TestOptionsAreRead(t *testing.T) {
	for _, c := range []struct {
		name    string
		flags   byte
		options []byte
		want    wire.Options
	}{
		{"MSS", 0x02, []byte{2, 4, 5, 180}, wire.Options{MSS: 1460}},
		{"MSS after one No-op: not aligned", 0x02, []byte{1, 2, 4, 5, 180}, wire.Options{MSS: 1460}},
		{"End-of-list ends it", 0x02, []byte{0, 2, 4, 5}, wire.Options{}},
		{"an unknown option before MSS", 0x02, []byte{253, 6, 1, 2, 3, 4, 2, 4, 5, 180}, wire.Options{MSS: 1460}},
		{"timestamps on an ACK", 0x10, []byte{1, 1, 8, 10, 0, 0, 0, 7, 0, 0, 0, 9}, wire.Options{HasTimestamps: true, TSVal: 7, TSEcr: 9}},
	} {
		p, err := capture.Decode(frame(c.flags, c.options))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if p.Seg.Options != c.want {
			t.Errorf("%s: read %+v, want %+v", c.name, p.Seg.Options, c.want)
		}
	}
}

// RFC 9293 §3.2, MUST-7: an illegal option length is survived: the segment is refused or
// the option ignored, and nothing crashes or hangs.
func TestIllegalOptionLengthsAreSurvived(t *testing.T) {
	for _, o := range [][]byte{{2, 0, 0, 0}, {2, 1, 0, 0}, {2, 40, 5, 180}, {8, 2, 1, 1}, {3, 9, 1, 1}, {5, 3, 1, 1}, {253}, {2}} {
		p, err := capture.Decode(frame(0x02, append([]byte{}, o...)))
		if err == nil && p.Seg.Options.MSS == 1460 {
			t.Errorf("%v was read as an MSS", o)
		}
	}
}

// What the model sends: the checksum covers the pseudo-header (MUST-2), every option but
// End-of-list and No-op has a length (MUST-68), padding is zero (MUST-69), and MSS is on
// SYNs only (MUST-65).
func TestHeadersAreWellFormed(t *testing.T) {
	for _, file := range []string{"open/handshake", "data/reordered", "close/four-segments"} {
		tr := sim.Run(simtest.Script(t, file), sim.Options{Profile: tcp.Linux})
		frames, err := capture.Frames(tr, time.Unix(0, 0))
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range frames {
			ip, seg := f.Data[14:34], f.Data[34:]
			sum := uint32(6 + len(seg))
			for k := 12; k < 20; k += 2 {
				sum += uint32(binary.BigEndian.Uint16(ip[k:]))
			}
			for k := 0; k < len(seg); k += 2 {
				word := uint32(seg[k]) << 8
				if k+1 < len(seg) {
					word |= uint32(seg[k+1])
				}
				sum += word
			}
			for sum>>16 != 0 {
				sum = sum>>16 + sum&0xffff
			}
			if sum != 0xffff {
				t.Errorf("%s: frame %d: the checksum does not add up: %04x", file, i+1, sum)
			}
			checkOptions(t, seg)
		}
	}
}

// checkOptions walks the options of a segment octet by octet.
func checkOptions(t *testing.T, seg []byte) {
	t.Helper()
	o := seg[20 : int(seg[12]>>4)*4]
	for len(o) > 0 {
		switch o[0] {
		case 0:
			for _, pad := range o {
				if pad != 0 {
					t.Errorf("padding %v is not zero", o)
				}
			}
			return
		case 1:
			o = o[1:]
			continue
		case 2:
			if seg[13]&0x02 == 0 {
				t.Error("MSS on a segment without SYN")
			}
		}
		if len(o) < 2 || o[1] < 2 || int(o[1]) > len(o) {
			t.Fatalf("option without a right length: %v", o)
		}
		o = o[o[1]:]
	}
}
