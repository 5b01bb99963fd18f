package read

import (
	"encoding/binary"
	"fmt"
	"time"
)

// Lengths of pcap headers (draft-ietf-opsawg-pcap).
const (
	pcapHeader     = 24
	pcapRecord     = 16
	modifiedRecord = 24 // of Alexey Kuznetzov's variant
)

// pcap is the classic format: one header, then records.
type pcap struct {
	order  binary.ByteOrder
	nanos  bool // times in nanoseconds; otherwise in microseconds
	record int  // octets of a record's header
	link   uint16
}

// pcapFormat recognises the four classic magic numbers and the modified one, in both
// byte orders.
func pcapFormat(head []byte) *pcap {
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		switch order.Uint32(head) {
		case 0xa1b2c3d4:
			return &pcap{order: order, record: pcapRecord}
		case 0xa1b23c4d:
			return &pcap{order: order, record: pcapRecord, nanos: true}
		case 0xa1b2cd34:
			return &pcap{order: order, record: modifiedRecord}
		}
	}
	return nil
}

// header reads the file's header. Its snapshot length is not believed: many files hold
// larger records. Nor is the minor version: 0 to 4 look the same to us.
func (f *pcap) header(r *Reader) error {
	b, err := r.peek(pcapHeader, "the header")
	if err != nil {
		return err
	}
	if major := f.order.Uint16(b[4:]); major != 2 {
		return &Error{4, fmt.Sprintf("version %d.%d of pcap is unknown (2.4 is usual)", major, f.order.Uint16(b[6:]))}
	}
	f.link = uint16(f.order.Uint32(b[20:])) // the upper bits tell about checksums at the end of frames
	return r.skip(pcapHeader, "the header")
}

func (f *pcap) next(r *Reader) (Record, error) {
	b, err := r.peek(f.record, "a record's header")
	if err != nil {
		return Record{}, err
	}
	sec, sub := f.order.Uint32(b), f.order.Uint32(b[4:])
	kept, orig := f.order.Uint32(b[8:]), f.order.Uint32(b[12:])
	if kept > maxPacket {
		return Record{}, &Error{r.offset, fmt.Sprintf("the record says that it holds %d octets, more than any packet has", kept)}
	}
	if err := r.skip(f.record, packetPart); err != nil {
		return Record{}, err
	}
	rec := Record{Link: f.link, Time: time.Unix(int64(sec), int64(sub)*1000)}
	if f.nanos {
		rec.Time = time.Unix(int64(sec), int64(sub))
	}
	if rec.Data, err = r.take(int(kept), packetPart); err != nil {
		return Record{}, err
	}
	rec.OrigLen = origLen(orig, kept)
	return rec, nil
}

// origLen is the length on the wire, if the file's word can be believed.
func origLen(orig, kept uint32) int {
	if orig < kept || orig > maxPacket {
		return int(kept)
	}
	return int(orig)
}
