package peer

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A file crosses the stream like this, so that no recv, however it merges or splits what
// was sent, can mistake where a name, a size or the octets end:
//
//	sender                                  receiver
//	"netlab1\n"  8 octets
//	length of the name  2 octets
//	size  8 octets
//	name
//	                                        verdict: go on, or why not
//	the octets of the file
//	SHA-256 of them  32 octets
//	                                        verdict: kept, or why not
//
// Numbers are in network byte order. A verdict is one octet and the count of octets
// received, 8 octets.
const (
	magic      = "netlab1\n"
	headerLen  = len(magic) + 2 + 8
	verdictLen = 1 + 8
	maxName    = 255
)

// A Header announces a file.
type Header struct {
	Name string
	Size int64
}

// Bytes returns the header as it is sent.
func (h Header) Bytes() []byte {
	b := []byte(magic)
	b = binary.BigEndian.AppendUint16(b, uint16(len(h.Name)))
	b = binary.BigEndian.AppendUint64(b, uint64(h.Size))
	return append(b, h.Name...)
}

// ErrNoHeader says that what arrives is no file of netlab's.
var ErrNoHeader = errors.New("what arrived is no file that netlab peer --send-file sends")

// ReadHeader reads a header. At the end of the stream it returns io.EOF, in the middle of
// a header io.ErrUnexpectedEOF.
func ReadHeader(r io.Reader) (Header, error) {
	fixed := make([]byte, headerLen)
	if _, err := io.ReadFull(r, fixed); err != nil {
		return Header{}, err
	}
	length := int(binary.BigEndian.Uint16(fixed[len(magic):]))
	size := binary.BigEndian.Uint64(fixed[len(magic)+2:])
	if string(fixed[:len(magic)]) != magic || length == 0 || length > maxName || size > 1<<62 {
		return Header{}, ErrNoHeader
	}
	name := make([]byte, length)
	if _, err := io.ReadFull(r, name); err != nil {
		return Header{}, fmt.Errorf("%w in the name", io.ErrUnexpectedEOF)
	}
	return Header{string(name), int64(size)}, nil
}

// SafeName reports whether a name that came from the network is a file's in the folder
// where it is to be kept, on every operating system.
func SafeName(name string) bool {
	return name != "" && len(name) <= maxName && utf8.ValidString(name) && name != "." && name != ".." &&
		!strings.ContainsAny(name, `/\:*?"<>|`) && strings.IndexFunc(name, unicode.IsControl) < 0 &&
		!strings.HasPrefix(name, temporary) && strings.TrimRight(name, " .") == name && filepath.IsLocal(name)
}

// temporary is how the names of files begin that are not whole yet.
const temporary = ".netlab-"

// baseName is the last part of a name, by the rules of every operating system.
func baseName(name string) string {
	base := name[strings.LastIndexAny(name, `/\`)+1:]
	if SafeName(base) {
		return base
	}
	return "file"
}

// A verdict is what a receiver answers.
type verdict byte

const (
	verdictGood verdict = iota // go on; or: kept
	verdictName
	verdictExists
	verdictHash
	verdictWrite
)

// verdictIDs are the words of the verdicts, as keys of the catalogues.
var verdictIDs = map[verdict]string{
	verdictGood: "good", verdictName: "bad-name", verdictExists: "exists", verdictHash: "bad-hash", verdictWrite: "not-written",
}

// FileFaults lists why a file may not be kept, as keys of the catalogues.
func FileFaults() []string {
	return []string{"bad-name", "exists", "bad-hash", "not-written", "not-answered", "not-read", "cut-short", "no-header"}
}

func writeVerdict(w io.Writer, v verdict, got int64) error {
	_, err := w.Write(binary.BigEndian.AppendUint64([]byte{byte(v)}, uint64(got)))
	return err
}

func readVerdict(r io.Reader) (v verdict, got int64, err error) {
	b := make([]byte, verdictLen)
	if _, err = io.ReadFull(r, b); err != nil {
		return 0, 0, err
	}
	v = verdict(b[0])
	if verdictIDs[v] == "" {
		return 0, 0, ErrNoHeader
	}
	return v, int64(binary.BigEndian.Uint64(b[1:])), nil
}

// A FileError says why a file did not arrive; Reason is one of [FileFaults].
type FileError struct {
	Name, Reason string
	Err          error
}

// Error implements error.
func (e *FileError) Error() string {
	s := "file " + e.Name + ": " + e.Reason
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the reason of the operating system, if there is one.
func (e *FileError) Unwrap() error { return e.Err }
