package handin

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// unpack reads all regular files of an archive in that format.
func (c *collector) unpack(format string, r io.ReaderAt, size int64) error {
	if limit := 4 * c.o.MaxTotal; size > limit {
		return reject("too-large", "name", c.name, "limit", octets(limit))
	}
	switch format {
	case "zip":
		return c.readZip(r, size)
	case "tar":
		return c.readTar(io.NewSectionReader(r, 0, size))
	case "gzip":
		return c.readTarGz(r, size)
	case "unknown":
		return reject("bad-archive/other", "name", c.name)
	}
	return reject("unsupported-archive", "name", c.name, "format", format)
}

// broken says that the archive itself cannot be read.
func (c *collector) broken(err error) error {
	var r *Rejected
	switch {
	case errors.As(err, &r):
		return err
	case errors.Is(err, errRatio):
		return reject("too-large/ratio", "name", c.name, "ratio", strconv.Itoa(maxRatio))
	case errors.Is(err, errStream):
		return reject("too-large", "name", c.name, "limit", octets(maxStream*c.o.MaxTotal))
	case errors.Is(err, errDirectory):
		return reject("too-many", "name", c.name, "limit", strconv.Itoa(maxEntries))
	}
	key := "bad-archive"
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		key += "/short"
	case errors.Is(err, zip.ErrChecksum), errors.Is(err, gzip.ErrChecksum):
		key += "/checksum"
	}
	return reject(key, "name", c.name)
}

// A ZIP's list of files is read whole before the first file is; what it says of its own length
// may be a lie. maxDirectory bounds it, in octets.
const maxDirectory = 6 << 20

var errDirectory = errors.New("too many files listed")

// A directory is a ZIP of which only so much may be read while its list is.
type directory struct {
	r    io.ReaderAt
	left int
	done bool // the list is read
}

func (d *directory) ReadAt(p []byte, off int64) (int, error) {
	n, err := d.r.ReadAt(p, off)
	if d.left -= n; d.left < 0 && !d.done {
		return 0, errDirectory
	}
	return n, err
}

func (c *collector) readZip(r io.ReaderAt, size int64) error {
	dir := &directory{r: r, left: maxDirectory}
	z, err := zip.NewReader(dir, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return c.broken(err)
	}
	dir.done = true
	names, decoded := zipNames(z.File)
	for i, f := range z.File {
		name, err := c.clean(names[i])
		if err != nil {
			return err
		}
		if name == "" || strings.HasSuffix(strings.ReplaceAll(names[i], `\`, "/"), "/") {
			continue
		}
		if err := c.zipFile(f, name, size); err != nil {
			return err
		}
		if decoded[i] && c.has(name) {
			c.notes = append(c.notes, Remark{Name: name, Code: "name-encoding"})
		}
	}
	return nil
}

// has reports whether the file taken last has that name.
func (c *collector) has(name string) bool {
	return len(c.files) > 0 && c.files[len(c.files)-1].Name == name
}

// zipFile takes one file of a ZIP.
func (c *collector) zipFile(f *zip.File, name string, size int64) error {
	mode := f.Mode()
	if mode.IsDir() {
		return nil
	}
	if !mode.IsRegular() {
		c.leave(name, kindOf(mode))
		return nil
	}
	packed := int64(min(f.CompressedSize64, uint64(size)))
	declared := int64(min(f.UncompressedSize64, 1<<62))
	var file io.ReadCloser
	defer func() {
		if file != nil {
			file.Close()
		}
	}()
	return c.add(entry{name: name, size: declared, packed: max(packed, 1), exec: mode.Perm()&0o111 != 0,
		open: func() (r io.Reader, err error) {
			if f.Flags&1 != 0 {
				return nil, reject("encrypted", "name", name)
			}
			if f.Method != zip.Store && f.Method != zip.Deflate {
				return nil, reject("bad-archive/method", "name", name, "method", strconv.Itoa(int(f.Method)))
			}
			file, err = f.Open()
			return file, err
		}})
}

// zipNames are the names of the files in UTF-8. A ZIP says by bit 11 of its flags whether a name is
// UTF-8, but many programs that write UTF-8 do not set it: so names without the bit are taken
// for GB18030 only if one of them cannot be UTF-8.
func zipNames(files []*zip.File) (names []string, decoded []bool) {
	const utf8Bit = 1 << 11
	foreign := slices.ContainsFunc(files, func(f *zip.File) bool {
		return f.Flags&utf8Bit == 0 && !utf8.ValidString(f.Name)
	})
	names, decoded = make([]string, len(files)), make([]bool, len(files))
	for i, f := range files {
		names[i] = f.Name
		switch better := unicodePath(f); {
		case better != "":
			names[i] = better
		case !foreign || f.Flags&utf8Bit != 0:
			names[i] = decodeName(f.Name)
		default:
			text, ok := fromGB18030([]byte(f.Name))
			if names[i] = string(text); !ok {
				names[i] = strings.ToValidUTF8(f.Name, "_")
			}
			decoded[i] = names[i] != f.Name
		}
	}
	return names, decoded
}

// unicodePath is the name in UTF-8 that Info-ZIP and WinRAR put beside one in another encoding
// (extra field 0x7075); "" if there is none, or if it is of another name.
func unicodePath(f *zip.File) string {
	for extra := f.Extra; len(extra) >= 4; {
		id, n := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if extra = extra[4:]; n > len(extra) {
			return ""
		}
		field := extra[:n]
		extra = extra[n:]
		if id != 0x7075 || n < 6 || field[0] != 1 {
			continue
		}
		if name := string(field[5:]); utf8.ValidString(name) &&
			binary.LittleEndian.Uint32(field[1:]) == crc32.ChecksumIEEE([]byte(f.Name)) {
			return name
		}
	}
	return ""
}

// maxStream bounds what a tar unpacks to, junk that is passed over included, in MaxTotal.
const maxStream = 16

func (c *collector) readTarGz(r io.ReaderAt, size int64) error {
	packed := io.NewSectionReader(r, 0, size)
	z, err := gzip.NewReader(bufio.NewReader(packed))
	if err != nil {
		return c.broken(err)
	}
	return c.readTar(&swelling{r: z, rest: maxStream * c.o.MaxTotal,
		packed: func() int64 {
			at, _ := packed.Seek(0, io.SeekCurrent) // of a section: no error
			return at
		}})
}

func (c *collector) readTar(r io.Reader) error {
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return c.broken(err)
		}
		if h.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		raw := decodeName(h.Name)
		name, err := c.clean(raw)
		if err == nil && name != "" {
			err = c.tarFile(t, h, name)
		}
		if err != nil {
			return c.broken(err)
		}
		if raw != h.Name && c.has(name) {
			c.notes = append(c.notes, Remark{Name: name, Code: "name-encoding"})
		}
	}
}

// tarFile takes one thing of a tar.
func (c *collector) tarFile(t *tar.Reader, h *tar.Header, name string) error {
	exec := h.Mode&0o111 != 0
	switch h.Typeflag {
	case tar.TypeDir:
		return nil
	case tar.TypeReg, tar.TypeGNUSparse, tar.TypeCont:
		return c.add(entry{name: name, size: h.Size, exec: exec, open: func() (io.Reader, error) { return t, nil }})
	case tar.TypeLink: // another name of a file that came before, if it did
		target, _ := cleanName(decodeName(h.Linkname))
		i := slices.IndexFunc(c.files, func(f File) bool { return f.Name == target })
		if i < 0 {
			c.leave(name, "hard-link")
			return nil
		}
		data := c.files[i].Data
		return c.add(entry{name: name, size: int64(len(data)), exec: exec,
			open: func() (io.Reader, error) { return bytes.NewReader(data), nil }})
	default:
		c.leave(name, kindOf(h.FileInfo().Mode()))
		return nil
	}
}
