package read

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"time"
)

// A Record is one packet of a capture file. Data is valid until the next call of Next.
type Record struct {
	Frame   int       // counts the packets of a file from 1
	Time    time.Time // the zero time if the file does not say
	Link    uint16    // the file's number of the link type (LINKTYPE_…)
	Data    []byte    // what was kept
	OrigLen int       // octets on the wire, at least len(Data)
	Iface   int       // which interface of the file, from 0
}

// An Error says what is wrong with a file, and where.
type Error struct {
	Offset int64  // in octets from the start (of the uncompressed file)
	What   string // "the record says it holds 4294967295 octets, more than any packet"
}

// Error returns "at octet 24: …".
func (e *Error) Error() string { return fmt.Sprintf("at octet %d: %s", e.Offset, e.What) }

// A FormatError says that a file is no capture that netlab reads.
type FormatError struct {
	What string // "an ERF capture"
	Hint string // what helps
}

// Error says what the file is.
func (e *FormatError) Error() string { return "this is " + e.What }

// Limits of what a sound file can ask for.
const (
	// maxPacket is the most octets that one packet can have: Linux's BIG TCP makes
	// loopback segments of 512 KiB.
	maxPacket = 1 << 20
	// maxBlock bounds a pcapng block, as Wireshark does.
	maxBlock = 16 << 20
	// keepOctets is how much of a packet is kept; the headers are at its beginning.
	keepOctets = 256 << 10
	// bombOutput and bombRatio tell a compressed capture from a bomb: no capture
	// shrinks five hundredfold.
	bombOutput = 64 << 20
	bombRatio  = 500
)

// format is a kind of capture file.
type format interface {
	next(r *Reader) (Record, error)
}

// A Reader reads one capture file.
type Reader struct {
	in       *bufio.Reader
	raw      *counter // octets taken from the file, compressed or not
	gzipped  bool
	format   format
	offset   int64 // of the next octet of in
	frames   int
	data     []byte
	warnings []string
	bomb     bool
}

// counter counts what is read.
type counter struct {
	r io.Reader
	n int64
}

// Read implements io.Reader.
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// New looks at the first octets of a file and chooses how to read it. The error is a
// *[FormatError] if it is no capture, and an *[Error] if its header is broken.
func New(file io.Reader) (*Reader, error) {
	raw := &counter{r: file}
	r := &Reader{in: bufio.NewReaderSize(raw, 256<<10), raw: raw}
	head, err := r.in.Peek(2)
	if err == nil && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(r.in)
		if err != nil {
			return nil, &Error{0, "the gzip header is broken: " + err.Error()}
		}
		r.in, r.gzipped = bufio.NewReaderSize(z, 256<<10), true
	}
	if r.format, err = r.sniff(); err != nil {
		return nil, err
	}
	return r, nil
}

// sniff finds the format by the first octets.
func (r *Reader) sniff() (format, error) {
	head, err := r.in.Peek(minHead)
	if len(head) == 0 {
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, r.broken(err)
		}
		return nil, &FormatError{"an empty file", "nothing was captured, or the capture was not saved"}
	}
	if len(head) < 4 {
		return nil, &FormatError{fmt.Sprintf("a file of %d octets, too short for a capture", len(head)), "pcap and pcapng begin with a header of 24 octets or more"}
	}
	if f := pcapFormat(head); f != nil {
		return f, f.header(r)
	}
	if isSection(head) {
		return newPcapng(), nil
	}
	return nil, foreign(head)
}

// Next returns the next packet, io.EOF at the end of a sound file, or an *[Error] where
// the file cannot be read any further.
func (r *Reader) Next() (Record, error) {
	if r.bomb {
		return Record{}, &Error{r.offset, fmt.Sprintf("the file grows more than %d times when it is uncompressed: it is no capture (uncompress it yourself if you know better)", bombRatio)}
	}
	rec, err := r.format.next(r)
	if err != nil {
		return Record{}, err
	}
	r.frames++
	rec.Frame = r.frames
	return rec, nil
}

// Consumed is how many octets of the file itself have been fetched, for showing how far
// the reading is.
func (r *Reader) Consumed() int64 { return r.raw.n }

// Warnings lists what is odd about the file but does not stop the reading.
func (r *Reader) Warnings() []string { return r.warnings }

// maxWarnings bounds what a file can make us say.
const maxWarnings = 20

func (r *Reader) warn(format string, args ...any) {
	if len(r.warnings) < maxWarnings {
		r.warnings = append(r.warnings, fmt.Sprintf("at octet %d: ", r.offset)+fmt.Sprintf(format, args...))
	}
}

// packetPart stands for "packet N" in errors.
const packetPart = "packet"

// part names what is being read.
func (r *Reader) part(what string) string {
	if what == packetPart {
		return fmt.Sprintf("packet %d", r.frames+1)
	}
	return what
}

// peek returns the next n octets without taking them; n is small. At a clean end of the
// file it returns io.EOF; a part of them is an error that says what is cut.
func (r *Reader) peek(n int, what string) ([]byte, error) {
	b, err := r.in.Peek(n)
	switch {
	case len(b) == n:
		return b, nil
	case len(b) == 0 && errors.Is(err, io.EOF):
		return nil, io.EOF
	case errors.Is(err, io.EOF):
		return nil, &Error{r.offset, fmt.Sprintf("the file ends inside %s: %d of %d octets are there", r.part(what), len(b), n)}
	default:
		return nil, r.broken(err)
	}
}

// skip takes n octets and forgets them.
func (r *Reader) skip(n int, what string) error {
	got, err := r.in.Discard(n)
	r.advance(got)
	if err == nil {
		return nil
	}
	if errors.Is(err, io.EOF) {
		return &Error{r.offset, fmt.Sprintf("the file ends inside %s: %d of %d octets are missing", r.part(what), n-got, n)}
	}
	return r.broken(err)
}

// advance counts octets taken, and notices a bomb.
func (r *Reader) advance(n int) {
	r.offset += int64(n)
	if r.gzipped && r.offset > bombOutput && r.offset > bombRatio*r.raw.n {
		r.bomb = true
	}
}

// take reads the n octets of a packet and keeps what is worth keeping. Memory grows only
// as octets really arrive.
func (r *Reader) take(n int, what string) ([]byte, error) {
	keep := min(n, keepOctets)
	if cap(r.data) < keep {
		if keep <= 4096 {
			r.data = make([]byte, 4096)
		} else {
			r.data = make([]byte, keepOctets)
		}
	}
	data := r.data[:keep]
	got, err := io.ReadFull(r.in, data)
	r.advance(got)
	if err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, &Error{r.offset, fmt.Sprintf("the file ends inside %s: %d of %d octets are missing", r.part(what), n-got, n)}
		}
		return nil, r.broken(err)
	}
	if n > keep {
		return data, r.skip(n-keep, what)
	}
	return data, nil
}

// broken wraps an error of the file below.
func (r *Reader) broken(err error) error {
	if r.gzipped {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return &Error{r.offset, "the compressed file is cut short"}
		}
		return &Error{r.offset, "the compressed file is broken: " + err.Error()}
	}
	return &Error{r.offset, err.Error()}
}
