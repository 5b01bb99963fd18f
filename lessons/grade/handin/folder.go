package handin

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
)

// A folder is one that is being read. Everything in it is opened through an [os.Root], so that
// no link and no exchange of a folder while it is read leads out of it.
type folder struct {
	c     *collector
	root  *os.Root
	names map[inode]uint64 // how many names of a file were found
	hard  map[string]hard  // files with several names
}

type hard struct {
	id inode
	n  uint64
}

// readFolder reads all regular files below a folder.
func (c *collector) readFolder(name string) error {
	root, err := os.OpenRoot(name)
	if err != nil {
		return cannotRead(c.name, err)
	}
	defer root.Close()
	f := &folder{c: c, root: root, names: map[inode]uint64{}, hard: map[string]hard{}}
	if err := f.walk("."); err != nil {
		return err
	}
	c.dropHardLinks(f)
	return nil
}

// walk reads the folder with that name as it is found, which need not be UTF-8.
func (f *folder) walk(raw string) error {
	entries, err := f.entries(raw)
	if err != nil {
		var r *Rejected
		if errors.As(err, &r) {
			return err
		}
		if raw == "." {
			return cannotRead(f.c.name, err)
		}
		f.c.leave(decodeName(raw), "unreadable")
		return nil
	}
	for _, e := range entries {
		rawName := path.Join(raw, e)
		name, err := f.nameOf(rawName)
		if err != nil {
			return err
		}
		if name == "" {
			continue
		}
		if err := f.visit(rawName, name); err != nil {
			return err
		}
	}
	return nil
}

// nameOf is the clean name of something found; "" if it is not to be looked at.
func (f *folder) nameOf(raw string) (string, error) {
	name := decodeName(raw)
	if strings.Contains(name, `\`) || drive.MatchString(name) { // part of the name, but nobody else reads it so
		f.c.leave(name, "bad-name")
		return "", f.c.count()
	}
	name, err := f.c.clean(name)
	if err == nil && name != "" && name != raw {
		f.c.notes = append(f.c.notes, Remark{Name: name, Code: "name-encoding"})
	}
	return name, err
}

// entries are the names in a folder, in order, so that the same folder is read alike everywhere.
func (f *folder) entries(raw string) ([]string, error) {
	dir, err := f.root.OpenFile(raw, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(maxEntries + 1)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(names) > maxEntries {
		return nil, reject("too-many", "name", f.c.name, "limit", strconv.Itoa(maxEntries))
	}
	slices.Sort(names)
	return names, nil
}

// visit takes what has that name. It is looked at before it is opened, because opening alone can
// do something to a device; and again after, because it may have been exchanged.
func (f *folder) visit(raw, name string) error {
	info, err := f.root.Lstat(raw)
	switch {
	case err != nil:
		f.c.leave(name, "unreadable")
		return nil
	case info.IsDir():
		return f.walk(raw)
	case !info.Mode().IsRegular():
		f.c.leave(name, kindOf(info.Mode()))
		return nil
	}
	if id, n := links(info); n > 1 {
		f.names[id]++
		f.hard[name] = hard{id, n}
	}
	var file *os.File
	defer func() { file.Close() }() // of a nil file: an error that nobody needs
	return f.c.add(entry{name: name, size: info.Size(), exec: info.Mode().Perm()&0o111 != 0,
		open: func() (io.Reader, error) {
			file, err = f.root.OpenFile(raw, os.O_RDONLY|openFlags, 0)
			if err != nil {
				return nil, err
			}
			if now, err := file.Stat(); err != nil || !os.SameFile(info, now) {
				return nil, errors.New("exchanged while it was read")
			}
			return file, nil
		}})
}

// kindOf is the code of what is no regular file.
func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "symlink"
	case mode&fs.ModeNamedPipe != 0:
		return "fifo"
	case mode&fs.ModeSocket != 0:
		return "socket"
	case mode&fs.ModeDevice != 0:
		return "device"
	}
	return "special"
}

// dropHardLinks leaves out files that have a name outside of the folder: what is graded could be
// changed there, and it need not be the student's.
func (c *collector) dropHardLinks(f *folder) {
	outside := func(name string) bool {
		h, ok := f.hard[name]
		return ok && h.n > f.names[h.id]
	}
	if outside(c.archive.Name) {
		c.archive, c.archives = File{}, 0
	}
	c.files = slices.DeleteFunc(c.files, func(file File) bool {
		if outside(file.Name) {
			c.leave(file.Name, "hard-link")
		}
		return outside(file.Name)
	})
	c.notes = slices.DeleteFunc(c.notes, func(n Remark) bool { return outside(n.Name) })
}
