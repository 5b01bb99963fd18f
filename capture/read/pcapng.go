package read

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"time"
)

// The block types that say something about packets (draft-ietf-opsawg-pcapng §4).
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockObsolete  = 2 // the Packet Block of old files
	blockSimple    = 3
	blockEnhanced  = 6
)

// byteOrderMagic tells a section's byte order.
const byteOrderMagic = 0x1a2b3c4d

// blockOverhead is what every block has: its type and twice its length.
const blockOverhead = 12

// maxIfaces bounds the interfaces of a section.
const maxIfaces = 65536

// An iface is what a section says about an interface.
type iface struct {
	link      uint16
	snap      uint32
	perSecond uint64 // units of time in a second
	offset    int64  // seconds to add to every time
}

// pcapng reads sections of blocks.
type pcapng struct {
	order  binary.ByteOrder
	ifaces []iface
}

func newPcapng() *pcapng { return &pcapng{order: binary.LittleEndian} }

// isSection recognises a section header, the same in both byte orders.
func isSection(head []byte) bool { return binary.LittleEndian.Uint32(head) == blockSection }

func (f *pcapng) next(r *Reader) (Record, error) {
	for {
		if r.bomb {
			return Record{}, &Error{r.offset, "the file never ends"}
		}
		rec, ok, err := f.block(r)
		if err != nil || ok {
			return rec, err
		}
	}
}

// block reads one block; ok says that it holds a packet.
func (f *pcapng) block(r *Reader) (rec Record, ok bool, err error) {
	head, err := r.peek(8, "a block's header")
	if err != nil {
		return rec, false, err
	}
	at := r.offset
	if isSection(head) {
		return rec, false, f.section(r)
	}
	kind, size := f.order.Uint32(head), f.order.Uint32(head[4:])
	if err := checkSize(at, size); err != nil {
		return rec, false, err
	}
	if err := r.skip(8, "a block"); err != nil {
		return rec, false, err
	}
	body := int(size) - blockOverhead
	switch kind {
	case blockInterface:
		err = f.describe(r, body)
	case blockEnhanced, blockObsolete, blockSimple:
		rec, err = f.packet(r, kind, body, at)
		ok = err == nil
	default: // names, statistics, secrets, what programs keep for themselves
		err = r.skip(body, "a block")
	}
	if err != nil {
		return rec, false, err
	}
	return rec, ok, f.trailer(r, at, size)
}

// checkSize refuses lengths that no block can have.
func checkSize(at int64, size uint32) error {
	switch {
	case size < blockOverhead || size%4 != 0:
		return &Error{at, fmt.Sprintf("the block says that it is %d octets long: blocks have 12 or more, in fours", size)}
	case size > maxBlock:
		return &Error{at, fmt.Sprintf("the block says that it is %d octets long, more than the %d MiB that a block may have", size, maxBlock>>20)}
	}
	return nil
}

// trailer checks that a block ends with its length.
func (f *pcapng) trailer(r *Reader, at int64, size uint32) error {
	tail, err := r.peek(4, "a block")
	if err == io.EOF {
		return &Error{r.offset, "the file ends inside a block: its last 4 octets are missing"}
	}
	if err != nil {
		return err
	}
	if again := f.order.Uint32(tail); again != size {
		r.warn("the block at octet %d ends with another length (%d) than it begins with (%d)", at, again, size)
	}
	return r.skip(4, "a block")
}

// section begins a new section, perhaps in another byte order; its interfaces are its own.
func (f *pcapng) section(r *Reader) error {
	const fixed = 28
	b, err := r.peek(fixed, "a section's header")
	if err != nil {
		if err == io.EOF {
			return &Error{r.offset, "the file ends inside a section's header"}
		}
		return err
	}
	switch uint32(byteOrderMagic) {
	case binary.LittleEndian.Uint32(b[8:]):
		f.order = binary.LittleEndian
	case binary.BigEndian.Uint32(b[8:]):
		f.order = binary.BigEndian
	default:
		return &Error{r.offset + 8, "a section begins without the mark that tells its byte order"}
	}
	size := f.order.Uint32(b[4:])
	if err := checkSize(r.offset, size); err != nil {
		return err
	}
	if size < fixed {
		return &Error{r.offset, fmt.Sprintf("a section's header of %d octets is too short", size)}
	}
	if major := f.order.Uint16(b[12:]); major != 1 {
		return &Error{r.offset + 12, fmt.Sprintf("version %d of pcapng is unknown", major)}
	}
	f.ifaces = f.ifaces[:0]
	return r.skip(int(size), "a section's header")
}

// describe reads an interface description.
func (f *pcapng) describe(r *Reader, body int) error {
	const fixed = 8
	if body < fixed {
		return &Error{r.offset, "an interface description is too short"}
	}
	if len(f.ifaces) == maxIfaces {
		return &Error{r.offset, fmt.Sprintf("more than %d interfaces", maxIfaces)}
	}
	b, err := r.take(body, "an interface description")
	if err != nil {
		return err
	}
	i := iface{link: f.order.Uint16(b), snap: f.order.Uint32(b[4:]), perSecond: 1_000_000}
	for opts := b[fixed:]; len(opts) >= 4; {
		code, n := f.order.Uint16(opts), int(f.order.Uint16(opts[2:]))
		padded := (n + 3) &^ 3
		if code == 0 || 4+n > len(opts) {
			break
		}
		i.option(r, f.order, code, opts[4:4+n])
		opts = opts[min(4+padded, len(opts)):]
	}
	f.ifaces = append(f.ifaces, i)
	return nil
}

// option reads an option of an interface that matters for times.
func (i *iface) option(r *Reader, order binary.ByteOrder, code uint16, v []byte) {
	const resolution, offset = 9, 14
	switch {
	case code == resolution && len(v) == 1:
		switch exp := int(v[0] & 0x7f); {
		case v[0]&0x80 != 0 && exp <= 63:
			i.perSecond = 1 << exp
		case v[0]&0x80 == 0 && exp <= 19:
			i.perSecond = 1
			for range exp {
				i.perSecond *= 10
			}
		default:
			base := 10
			if v[0]&0x80 != 0 {
				base = 2
			}
			r.warn("an interface claims a resolution of %d^-%d s; its times are taken for microseconds", base, exp)
		}
	case code == offset && len(v) == 8:
		i.offset = int64(order.Uint64(v))
	}
}

// at returns the moment that a number of units stands for.
func (i *iface) at(units uint64) time.Time {
	high, low := bits.Mul64(units%i.perSecond, 1_000_000_000)
	nanos, _ := bits.Div64(high, low, i.perSecond)
	return time.Unix(int64(units/i.perSecond)+i.offset, int64(nanos))
}

// packet reads the three kinds of packet blocks, whose headers differ.
func (f *pcapng) packet(r *Reader, kind uint32, body int, at int64) (Record, error) {
	fixed := 20
	if kind == blockSimple {
		fixed = 4
	}
	if body < fixed {
		return Record{}, &Error{at, "a packet's block is too short for its own header"}
	}
	h, err := r.peek(fixed, packetPart)
	if err == io.EOF {
		err = &Error{r.offset, "the file ends inside " + r.part(packetPart)}
	}
	if err != nil {
		return Record{}, err
	}
	var rec Record
	var kept, orig uint32
	id := uint32(0)
	switch kind {
	case blockSimple:
		orig = f.order.Uint32(h)
		kept = min(orig, uint32(body-fixed))
		if len(f.ifaces) > 0 && f.ifaces[0].snap > 0 {
			kept = min(kept, f.ifaces[0].snap)
		}
	case blockObsolete:
		id, kept, orig = uint32(f.order.Uint16(h)), f.order.Uint32(h[12:]), f.order.Uint32(h[16:])
	default:
		id, kept, orig = f.order.Uint32(h), f.order.Uint32(h[12:]), f.order.Uint32(h[16:])
	}
	if int64(id) >= int64(len(f.ifaces)) {
		return rec, &Error{at, fmt.Sprintf("%s belongs to interface %d, and %d are described", r.part(packetPart), id, len(f.ifaces))}
	}
	if int64(kept) > int64(body-fixed) {
		return rec, &Error{at, fmt.Sprintf("%s says that it holds %d octets, and its block has room for %d", r.part(packetPart), kept, body-fixed)}
	}
	i := &f.ifaces[id]
	if kind != blockSimple {
		rec.Time = i.at(uint64(f.order.Uint32(h[4:]))<<32 | uint64(f.order.Uint32(h[8:])))
	}
	if err := r.skip(fixed, packetPart); err != nil {
		return rec, err
	}
	if rec.Data, err = r.take(int(kept), packetPart); err != nil {
		return rec, err
	}
	rec.Link, rec.Iface, rec.OrigLen = i.link, int(id), origLen(orig, kept)
	return rec, r.skip(body-fixed-int(kept), packetPart)
}
