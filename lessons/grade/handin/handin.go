package handin

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A File is one file of a hand-in.
type File struct {
	Name string // slash-separated, relative, clean, UTF-8
	Data []byte
	Exec bool // may be run: its mode says so, or it begins with #!
}

// A Handin is what a student handed in.
type Handin struct {
	Name   string   // of the folder, archive or file
	Files  []File   // by name
	Left   []Remark // what was left out, and why
	More   int      // left out, too, beyond the most that are listed
	Notes  []Remark // what was changed
	SHA256 string   // of the names and contents of Files; the same however they were packed
}

// Options say what is accepted. The zero value accepts every ending.
type Options struct {
	Accept        []string // patterns of [Match], without regard to capital letters; none: all
	Examples      []string // files to be handed in, for messages; none: those of Accept
	MaxFiles      int      // 0: 2000
	MaxFile       int64    // octets of one file; 0: 32 MiB
	MaxTotal      int64    // octets of all files; 0: 32 MiB
	AllowBinaries bool     // compiled programs may be handed in
}

func (o Options) withDefaults() Options {
	if o.MaxFiles <= 0 {
		o.MaxFiles = 2000
	}
	if o.MaxFile <= 0 {
		o.MaxFile = 32 << 20
	}
	if o.MaxTotal <= 0 {
		o.MaxTotal = 32 << 20
	}
	return o
}

// Read reads a folder, an archive or a single file. The error is a [*Rejected], or says that
// the options are malformed.
func Read(name string, o Options) (*Handin, error) {
	if err := checkPatterns(o.Accept); err != nil {
		return nil, err
	}
	c := newCollector(o.withDefaults())
	c.name = baseName(name)
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, cannotRead(c.name, err)
	case info.IsDir():
		err = c.readFolder(name)
	case !info.Mode().IsRegular():
		err = reject("unreadable/special", "name", c.name)
	default:
		err = c.readFile(name)
	}
	if err != nil {
		return nil, err
	}
	return c.finish()
}

// baseName is the last part of a path, as it may be shown.
func baseName(name string) string {
	if abs, err := filepath.Abs(name); err == nil {
		name = abs
	}
	return decodeName(filepath.Base(name))
}

// cannotRead tells what is not there from what may not be read.
func cannotRead(name string, err error) *Rejected {
	if errors.Is(err, fs.ErrNotExist) {
		return reject("not-found", "name", name)
	}
	if errors.Is(err, fs.ErrPermission) {
		return reject("unreadable/permission", "name", name)
	}
	var inner *fs.PathError
	if errors.As(err, &inner) {
		err = inner.Err
	}
	return reject("unreadable", "name", name, "why", err.Error())
}

// readFile reads a single file: an archive, or the hand-in itself.
func (c *collector) readFile(name string) error {
	f, err := os.OpenFile(name, os.O_RDONLY|openFlags&^noFollow, 0)
	if err != nil {
		return cannotRead(c.name, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return cannotRead(c.name, err)
	}
	if !info.Mode().IsRegular() {
		return reject("unreadable/special", "name", c.name)
	}
	return c.readAt(f, info.Size(), info.Mode())
}

// readAt reads a single file whose octets are at hand.
func (c *collector) readAt(r io.ReaderAt, size int64, mode fs.FileMode) error {
	if size == 0 {
		return reject("empty", "name", c.name)
	}
	head := make([]byte, 512)
	n, _ := r.ReadAt(head, 0) // what is missing shows when the file is read
	if format := archiveFormat(c.name, head[:n]); format != "" && !c.askedArchive(c.name) {
		c.level = 1
		return c.unpack(format, r, size)
	}
	name, problem := cleanName(c.name)
	if name == "" || problem != "" {
		return reject("unreadable/name", "name", c.name)
	}
	if as := c.meant(name); as != "" {
		c.notes = append(c.notes, Remark{Name: as, Code: "renamed", Detail: name})
		name = as
	}
	return c.add(entry{name: name, size: size, exec: mode.Perm()&0o111 != 0,
		open: func() (io.Reader, error) { return io.NewSectionReader(r, 0, size), nil }})
}

// meant is the file asked for that a single file of another name must be: platforms put the
// student's name before the file's, or in its place. The name must end like the one asked for; if all
// files are asked for by name, having the ending of one of them alone is enough. It is "" if that is
// not so.
func (c *collector) meant(name string) (as string) {
	if c.asked(name) || ext(name) == "" {
		return ""
	}
	byName := !slices.ContainsFunc(c.o.Accept, func(p string) bool { return strings.ContainsAny(p, `*?[\/`) })
	for _, p := range c.o.Accept {
		switch {
		case ext(p) != ext(name) || strings.ContainsAny(p, `*?[\/`):
		case strings.HasSuffix(fold(name), fold(p)):
			return p
		case byName && as == "":
			as = p
		default:
			byName, as = false, ""
		}
	}
	return as
}

// Has reports whether a file matches the pattern of [Match]. Capital letters count, as they do where
// the file will be run.
func (h *Handin) Has(pattern string) bool {
	return slices.ContainsFunc(h.Files, func(f File) bool { return Match(pattern, f.Name) })
}

// Tar is the files as a tar archive, for handing them into a sandbox: by name, without entries for
// folders, mode 0644 or 0755, all times zero. The same files give the same octets.
func (h *Handin) Tar() []byte {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, f := range h.Files {
		mode := int64(0o644)
		if f.Exec {
			mode = 0o755
		}
		err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: f.Name, Size: int64(len(f.Data)), Mode: mode})
		if err == nil {
			_, err = w.Write(f.Data)
		}
		if err != nil { // a buffer takes all octets, and names are checked
			panic(fmt.Sprintf("handin: tar %q: %v", f.Name, err))
		}
	}
	if err := w.Close(); err != nil {
		panic(fmt.Sprintf("handin: tar: %v", err))
	}
	return buf.Bytes()
}

// hash is over the names and contents of files that are in order. Lengths stand before both, so
// that no two hand-ins give the same octets.
func hash(files []File) string {
	h := sha256.New()
	fmt.Fprintln(h, "netlab-handin/1")
	for _, f := range files {
		fmt.Fprintf(h, "%d %s %d\n", len(f.Name), f.Name, len(f.Data))
		h.Write(f.Data)
	}
	return hex.EncodeToString(h.Sum(nil))
}
