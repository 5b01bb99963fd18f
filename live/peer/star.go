package peer

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// The fault star-header is a file transfer as beginners write it: one send with
// "name**size", then the file, and a receiver that takes its first recv for the header.

// starPiece is how much such a program moves at once.
const starPiece = 4 << 10

// ParseStar reads a header as such a program does: the name before the first "**", and
// the number between it and the next, 0 if it is none.
func ParseStar(first string) (name string, size int64) {
	parts := strings.Split(first, "**")
	if len(parts) > 1 {
		size, _ = strconv.ParseInt(parts[1], 10, 64)
	}
	return parts[0], size
}

// sendStar sends a file behind such a header.
func (c *conn) sendStar(path string) error {
	f, head, err := c.openFile(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := c.send(head.Name + "**" + strconv.FormatInt(head.Size, 10)); err != nil {
		return err
	}
	s := c.stream()
	s.begin(head.Size)
	n, err := io.CopyBuffer(onlyWriter{s}, io.LimitReader(f, head.Size), make([]byte, starPiece))
	if err != nil {
		return c.returned("send", c.name+" "+head.Name, "", err)
	}
	c.note(WhyFileHanded, head.Name, n, s.count)
	return nil
}

// receiveStar takes a file behind such a header.
func (c *conn) receiveStar() error {
	buf := make([]byte, starPiece)
	first, err := c.recv(buf)
	if err != nil {
		return c.fileFailed("?", "cut-short", err)
	}
	name, size := ParseStar(first)
	if first != name+"**"+strconv.FormatInt(size, 10) {
		c.note(WhyStarMerged, quoted(first), name, size)
	}
	path := filepath.Join(c.opt.ReceiveDir, name)
	if v := c.judge(name, path); v != verdictGood {
		return c.fileFailed(name, verdictIDs[v], nil)
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if c.opt.Force {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(path, flags, 0o644)
	if err != nil {
		return c.fileFailed(name, "not-written", plain(err))
	}
	defer f.Close()
	got := int64(0)
	for { // the sizes are compared after a recv only: an empty file is never done
		data, err := c.recv(buf)
		if errors.Is(err, io.EOF) {
			c.note(WhyStarShort, got, size)
			return &FileError{name, "cut-short", nil}
		}
		if err != nil {
			return err
		}
		if _, err := f.WriteString(data); err != nil {
			return c.fileFailed(name, "not-written", plain(err))
		}
		if got += int64(len(data)); got == size {
			c.note(WhyStarDone, name, size)
			return nil
		}
		if c.opt.Progress != nil {
			c.opt.Progress(min(got, size), size)
		}
	}
}
