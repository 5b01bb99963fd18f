package read_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"netlab/capture/read"
)

// order is a byte order that can also append.
type order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// pcap makes a classic file with one packet of four octets.
func pcap(o order, magic uint32, minor uint16, link uint32, sub uint32) []byte {
	b := o.AppendUint32(nil, magic)
	b = o.AppendUint16(b, 2)
	b = o.AppendUint16(b, minor)
	b = append(b, make([]byte, 8)...)
	b = o.AppendUint32(b, 2) // a snapshot length that the packet exceeds
	b = o.AppendUint32(b, link)
	for _, v := range []uint32{1_700_000_000, sub, 4, 60} {
		b = o.AppendUint32(b, v)
	}
	if magic == 0xa1b2cd34 {
		b = append(b, make([]byte, 8)...)
	}
	return append(b, "abcd"...)
}

// block makes a pcapng block.
func block(o order, kind uint32, body []byte) []byte {
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	b := o.AppendUint32(nil, kind)
	b = o.AppendUint32(b, uint32(len(body)+12))
	b = append(b, body...)
	return o.AppendUint32(b, uint32(len(body)+12))
}

func section(o order) []byte {
	b := o.AppendUint32(nil, 0x1a2b3c4d)
	b = o.AppendUint16(b, 1)
	b = o.AppendUint16(b, 0)
	return block(o, 0x0a0d0d0a, append(b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff))
}

func iface(o order, link uint16, options ...byte) []byte {
	b := o.AppendUint16(nil, link)
	b = append(b, 0, 0, 0, 0, 0, 0)
	return block(o, 1, append(b, options...))
}

func enhanced(o order, id uint32, units uint64, kept uint32, data string) []byte {
	var b []byte
	for _, v := range []uint32{id, uint32(units >> 32), uint32(units), kept, kept} {
		b = o.AppendUint32(b, v)
	}
	return block(o, 6, append(b, data...))
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func zipped(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(b)
	_ = z.Close()
	return out.Bytes()
}

// all reads a file to its end.
func all(b []byte) (recs []read.Record, warnings []string, err error) {
	r, err := read.New(bytes.NewReader(b))
	if err != nil {
		return nil, nil, err
	}
	for {
		rec, err := r.Next()
		if err == io.EOF {
			return recs, r.Warnings(), nil
		}
		if err != nil {
			return recs, r.Warnings(), err
		}
		rec.Data = bytes.Clone(rec.Data)
		recs = append(recs, rec)
	}
}

// Every form of the two formats that is met in the wild is read: byte orders, resolutions,
// old versions, packets longer than the header admits, sections, interfaces, compression.
func TestForms(t *testing.T) {
	le, be := binary.LittleEndian, binary.BigEndian
	sec := time.Unix(1_700_000_000, 0)
	for _, c := range []struct {
		name string
		file []byte
		link []uint16
		time time.Time
	}{
		{"little-endian", pcap(le, 0xa1b2c3d4, 4, 1, 5), []uint16{1}, sec.Add(5 * time.Microsecond)},
		{"big-endian", pcap(be, 0xa1b2c3d4, 4, 113, 5), []uint16{113}, sec.Add(5 * time.Microsecond)},
		{"nanoseconds", pcap(le, 0xa1b23c4d, 4, 1, 5), []uint16{1}, sec.Add(5)},
		{"more nanoseconds than a second has", pcap(be, 0xa1b23c4d, 4, 1, 3_000_000_000), []uint16{1}, sec.Add(3 * time.Second)},
		{"minor version 0", pcap(le, 0xa1b2c3d4, 0, 1, 0), []uint16{1}, sec},
		{"minor version 1", pcap(be, 0xa1b2c3d4, 1, 1, 0), []uint16{1}, sec},
		{"the modified format", pcap(le, 0xa1b2cd34, 4, 1, 0), []uint16{1}, sec},
		{"link types beyond 255, and a checksum length above them", pcap(le, 0xa1b2c3d4, 4, 0xf0000000|276, 0), []uint16{276}, sec},
		{"gzip", zipped(pcap(le, 0xa1b2c3d4, 4, 1, 0)), []uint16{1}, sec},
		{"pcapng", join(section(le), iface(le, 1), enhanced(le, 0, 1_700_000_000_000_000, 4, "abcd")), []uint16{1}, sec},
		{"pcapng, big-endian, nanoseconds", join(section(be), iface(be, 228, 0, 9, 0, 1, 9, 0, 0, 0), enhanced(be, 0, 1_700_000_000_000_000_000, 4, "abcd")), []uint16{228}, sec},
		{"a binary resolution", join(section(be), iface(be, 1, 0, 9, 0, 1, 0x80|1, 0, 0, 0), enhanced(be, 0, 3_400_000_000, 4, "abcd")), []uint16{1}, sec},
		{"the fractions of NTP", join(section(le), iface(le, 1, 9, 0, 1, 0, 0x80|32, 0, 0, 0), enhanced(le, 0, 1_700_000_000<<32|4_294_968, 4, "abcd")), []uint16{1}, sec.Add(time.Millisecond)},
		{"tenths of nanoseconds", join(section(le), iface(le, 1, 9, 0, 1, 0, 10, 0, 0, 0), enhanced(le, 0, 17_000_000_000_000_000_010, 4, "abcd")), []uint16{1}, sec.Add(1)},
		{"a resolution of seconds, and an offset", join(section(be), iface(be, 1, 0, 9, 0, 1, 0, 0, 0, 0, 0, 14, 0, 8, 0, 0, 0, 0, 0x65, 0x53, 0xf1, 0), enhanced(be, 0, 0, 4, "abcd")), []uint16{1}, sec},
		{"two interfaces", join(section(le), iface(le, 1), iface(le, 101), enhanced(le, 1, 1_700_000_000_000_000, 4, "abcd"), enhanced(le, 0, 0, 4, "abcd")), []uint16{101, 1}, sec},
		{"two sections of different byte order", join(section(le), iface(le, 1), enhanced(le, 0, 1_700_000_000_000_000, 4, "abcd"), section(be), iface(be, 276), enhanced(be, 0, 0, 4, "abcd")), []uint16{1, 276}, sec},
		{"blocks of other kinds", join(section(le), block(le, 0x0bad, []byte("xxxx")), iface(le, 1), block(le, 5, make([]byte, 12)), enhanced(le, 0, 1_700_000_000_000_000, 4, "abcd")), []uint16{1}, sec},
		{"a simple packet block", join(section(le), iface(le, 1), block(le, 3, append(le.AppendUint32(nil, 4), "abcd"...))), []uint16{1}, time.Time{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			recs, warnings, err := all(c.file)
			if err != nil || len(warnings) > 0 {
				t.Fatalf("%v, %v", err, warnings)
			}
			if len(recs) != len(c.link) {
				t.Fatalf("%d packets, want %d", len(recs), len(c.link))
			}
			for i, r := range recs {
				if r.Link != c.link[i] || string(r.Data) != "abcd" || r.Frame != i+1 {
					t.Errorf("packet %d: link type %d, data %q, want %d, abcd", r.Frame, r.Link, r.Data, c.link[i])
				}
			}
			if !recs[0].Time.Equal(c.time) {
				t.Errorf("time %s, want %s", recs[0].Time.UTC(), c.time.UTC())
			}
		})
	}
}

// A file that lies or is cut keeps what was read before, says where it is wrong, and
// costs no memory.
func TestLies(t *testing.T) {
	le := binary.LittleEndian
	good := pcap(le, 0xa1b2c3d4, 4, 1, 0)
	ng := join(section(le), iface(le, 1), enhanced(le, 0, 0, 4, "abcd"))
	huge := le.AppendUint32(le.AppendUint32(nil, 6), 0xfffffff0)
	bomb := zipped(join(good, make([]byte, 100<<20)))
	for _, c := range []struct {
		name string
		file []byte
		read int
		want string
	}{
		{"a record cut in its header", good[:30], 0, "at octet 24: the file ends inside a record's header: 6 of 16 octets are there"},
		{"a record cut in its data", good[:42], 0, "the file ends inside packet 1: 2 of 4 octets are missing"},
		{"a record of 4 GiB", join(good, []byte("12345678"), le.AppendUint32(nil, 0xffffffff), make([]byte, 4)), 1, "at octet 44: the record says that it holds 4294967295 octets, more than any packet has"},
		{"a block of 4 GiB", join(ng, huge), 1, "the block says that it is 4294967280 octets long, more than the 16 MiB that a block may have"},
		{"a block of 13 octets", join(ng, le.AppendUint32(le.AppendUint32(nil, 6), 13)), 1, "blocks have 12 or more, in fours"},
		{"80 octets that ask for 4 GiB", join(section(le), iface(le, 1), enhanced(le, 0, 0, 0xffffffff, "abcd")), 0, "says that it holds 4294967295 octets, and its block has room for 4"},
		{"an interface that is not described", join(section(le), enhanced(le, 0, 0, 4, "abcd")), 0, "packet 1 belongs to interface 0, and 0 are described"},
		{"a cut block", ng[:len(ng)-6], 0, "the file ends inside"},
		{"a section without a byte order", join(le.AppendUint32(nil, 0x0a0d0d0a), make([]byte, 24)), 0, "at octet 8: a section begins without the mark"},
		{"a cut gzip", zipped(join(good, good[24:]))[:40], 0, "the file ends inside packet 1"},
		{"a gzip bomb", bomb, -1, "grows more than 500 times"},
		{"pcap of another major version", join(good[:4], []byte{9, 0, 0, 0}, good[8:]), 0, "at octet 4: version 9.0 of pcap is unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r, err := read.New(bytes.NewReader(c.file))
			n := 0
			for err == nil {
				if _, err = r.Next(); err == nil {
					n++
				}
			}
			runtime.ReadMemStats(&after)
			var wrong *read.Error
			if !errors.As(err, &wrong) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
			if c.read >= 0 && n != c.read {
				t.Errorf("%d packets were read, want %d", n, c.read)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 4<<20 {
				t.Errorf("%d octets were allocated", used)
			}
		})
	}
}

// A nonsense resolution is told and does not stop the reading.
func TestNonsenseResolution(t *testing.T) {
	le := binary.LittleEndian
	recs, warnings, err := all(join(section(le), iface(le, 1, 9, 0, 1, 0, 0x7f, 0, 0, 0), enhanced(le, 0, 1_700_000_000_000_000, 4, "abcd")))
	if err != nil || len(recs) != 1 || len(warnings) != 1 || !strings.Contains(warnings[0], "taken for microseconds") {
		t.Errorf("%d packets, warnings %q, error %v", len(recs), warnings, err)
	}
}

// What is no capture is named, with what helps.
func TestOtherFormats(t *testing.T) {
	for file, want := range map[string]string{
		"":   "an empty file",
		"ab": "a file of 2 octets",
		"snoop\x00\x00\x00\x00\x00\x00\x02xxxxxxxxxx":               "a snoop capture",
		"GMBU\x00\x02xxxxxxxxxxxxxxxxxx":                            "a Microsoft Network Monitor capture",
		"\xfd7zXZ\x00xxxxxxxxxxxxxxxxxxxx":                          "compressed with xz",
		"host A\nhost B\nlink A B\nB: s = socket":                   "a text file",
		`{"type":"trace","script":"x","seed":1}`:                    "a trace that netlab has saved",
		"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09xxxxxxxxxxxxxxxxx": "neither pcap nor pcapng",
	} {
		_, err := read.New(strings.NewReader(file))
		var format *read.FormatError
		if !errors.As(err, &format) || !strings.Contains(err.Error(), want) || format.Hint == "" {
			t.Errorf("%q: %v, want %q and a hint", file, err, want)
		}
	}
}

// FuzzRead: whatever the octets are, reading ends, no packet is longer than what was
// fetched, and memory stays bounded.
func FuzzRead(f *testing.F) {
	le, be := binary.LittleEndian, binary.BigEndian
	f.Add(pcap(le, 0xa1b2c3d4, 4, 1, 0))
	f.Add(pcap(be, 0xa1b23c4d, 4, 276, 0))
	f.Add(join(section(be), iface(be, 1, 0, 9, 0, 1, 0x80|63, 0, 0, 0), enhanced(be, 0, 1<<63, 4, "abcd")))
	f.Add(join(section(le), iface(le, 1), block(le, 3, append(le.AppendUint32(nil, 4), "abcd"...)), block(le, 2, make([]byte, 24))))
	f.Add(zipped(pcap(le, 0xa1b2c3d4, 4, 1, 0)))
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := read.New(bytes.NewReader(file))
		if err != nil {
			return
		}
		for frame := 1; ; frame++ {
			rec, err := r.Next()
			if err != nil {
				break
			}
			if rec.Frame != frame || rec.OrigLen < len(rec.Data) || len(rec.Data) > 256<<10 {
				t.Fatalf("packet %d: frame %d, %d octets of %d", frame, rec.Frame, len(rec.Data), rec.OrigLen)
			}
			if frame > 1<<20 {
				t.Fatal("a small file holds a million packets")
			}
		}
	})
}
