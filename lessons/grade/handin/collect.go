package handin

import (
	"bytes"
	"errors"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Bounds that no assignment needs to change.
const (
	maxEntries = 50_000 // names looked at, junk included
	maxListed  = 200    // left out and listed one by one
	maxRatio   = 200    // of unpacked to packed
	freeRatio  = 1 << 20
	maxLevel   = 2 // an archive, and one in it
)

// An entry is a regular file found in a folder or an archive.
type entry struct {
	name   string // clean
	size   int64  // as declared
	packed int64  // octets in the archive; 0: not packed by itself
	exec   bool
	open   func() (io.Reader, error)
}

// A collector takes what is found and keeps what counts.
type collector struct {
	o        Options
	name     string // of the whole, for messages
	level    int    // archives that are open: 0 in a folder
	files    []File
	left     []Remark
	more     int
	notes    []Remark
	folders  map[string]bool   // left out as a whole
	seen     map[string]string // folded name to name, of files
	parents  map[string]string // folded folder to a file in it
	total    int64
	entries  int
	archives int    // inside
	archive  File   // the first of them; without data if it is too large
	compiled string // the first of its kind that was left out, for the reason of a rejection
	windows  string
	window   string
	other    []string
}

func newCollector(o Options) *collector {
	return &collector{o: o, folders: map[string]bool{}, seen: map[string]string{}, parents: map[string]string{}}
}

// leave lists what is left out.
func (c *collector) leave(name, code string) {
	if len(c.left) == maxListed {
		c.more++
		return
	}
	c.left = append(c.left, Remark{Name: name, Code: code})
}

// leaveFolder lists a folder once, however many files of it come by.
func (c *collector) leaveFolder(name string) {
	if !c.folders[name] && len(c.folders) < maxListed {
		c.folders[name] = true
		c.leave(name, "tool-folder")
	}
}

// count counts one thing found, of whatever kind.
func (c *collector) count() error {
	if c.entries++; c.entries > maxEntries {
		return reject("too-many", "name", c.name, "limit", strconv.Itoa(maxEntries))
	}
	return nil
}

// clean looks at the name of something found. An empty name is not to be looked at further.
func (c *collector) clean(raw string) (string, error) {
	if err := c.count(); err != nil {
		return "", err
	}
	name, problem := cleanName(raw)
	if problem == "absolute-or-dotdot" {
		return "", reject(problem, "name", name)
	}
	if folder := toolFolder(name); folder != "" {
		c.leaveFolder(folder)
		return "", nil
	}
	switch problem {
	case "":
		return name, nil
	case "bad-name":
		c.leave(name, problem)
		return "", nil
	default:
		return "", reject(problem, "name", name, "limit", strconv.Itoa(maxDepth))
	}
}

// asked reports whether the assignment names such a file.
func (c *collector) asked(name string) bool {
	name = fold(name)
	return slices.ContainsFunc(c.o.Accept, func(p string) bool { return Match(fold(p), name) })
}

// askedArchive reports whether the assignment names that ending, and not just any file: then
// an archive is the hand-in itself.
func (c *collector) askedArchive(name string) bool {
	return slices.ContainsFunc(c.o.Accept, func(p string) bool { return ext(p) == ext(name) && Match(fold(p), fold(name)) })
}

// add takes a regular file, unless it is of no use.
func (c *collector) add(e entry) error {
	code := c.unwanted(e.name)
	if code == "archive" {
		return c.addArchive(e)
	}
	if code != "" {
		c.leave(e.name, code)
		return nil
	}
	if err := c.claim(e.name); err != nil {
		return err
	}
	if len(c.files) == c.o.MaxFiles {
		return reject("too-many", "name", c.name, "limit", strconv.Itoa(c.o.MaxFiles))
	}
	data, err := c.read(e)
	if err != nil {
		return c.failed(e.name, err)
	}
	if !c.o.AllowBinaries && isProgram(data) {
		c.compiled = first(c.compiled, e.name)
		c.leave(e.name, "binary")
		return nil
	}
	c.total += int64(len(data))
	data, notes := normal(e.name, data)
	for _, n := range notes {
		n.Name = e.name
		c.notes = append(c.notes, n)
	}
	exec := e.exec || bytes.HasPrefix(data, []byte("#!"))
	c.files = append(c.files, File{Name: e.name, Data: data, Exec: exec})
	return nil
}

// addArchive remembers an archive: what becomes of it is known at the end.
func (c *collector) addArchive(e entry) error {
	c.leave(e.name, "archive")
	if c.archives++; c.archives > 1 {
		return nil
	}
	c.archive.Name = e.name
	if e.size > c.o.MaxFile {
		return nil
	}
	kept := c.total
	c.total = 0 // it does not count beside the files: it is used only without them
	data, err := c.read(e)
	c.total = kept
	if err != nil {
		return c.failed(e.name, err)
	}
	c.archive.Data = data
	return nil
}

// unwanted is the code of why a file is left out by its name, or "".
func (c *collector) unwanted(name string) (code string) {
	end := ext(name)
	switch {
	case isToolFile(name):
		return "tool-file"
	case slices.Contains(objectEndings, end):
		return "built"
	case slices.Contains(programEndings, end) && !c.o.AllowBinaries:
		c.compiled = first(c.compiled, name)
		return "built"
	case isArchiveName(name) && !c.askedArchive(name):
		return "archive"
	case c.asked(name):
		return ""
	case len(c.o.Accept) == 0:
		return ""
	}
	switch {
	case slices.Contains(windowsEndings, end):
		c.windows = first(c.windows, name)
	case end == ".ui":
		c.window = first(c.window, name)
	case len(c.other) < 5:
		c.other = append(c.other, name)
	}
	return "not-asked"
}

// claim takes a name that no other file may have, be it in capital letters or as a folder.
func (c *collector) claim(name string) error {
	key := fold(name)
	other, taken := c.seen[key]
	if !taken {
		other, taken = c.parents[key]
	}
	c.seen[key] = name
	for dir := path.Dir(key); dir != "." && !taken; dir = path.Dir(dir) {
		other, taken = c.seen[dir]
		c.parents[dir] = name
	}
	if taken {
		return reject("duplicate", "name", name, "other", other)
	}
	return nil
}

// read reads a file within the limits, whatever size it declares.
func (c *collector) read(e entry) ([]byte, error) {
	limit, key := c.o.MaxFile, "too-large"
	if rest := c.o.MaxTotal - c.total; rest < limit {
		limit, key = rest, "too-large/total"
	}
	tooLarge := func() error {
		max := c.o.MaxFile
		if key != "too-large" {
			max = c.o.MaxTotal
		}
		return reject(key, "name", e.name, "limit", octets(max))
	}
	if e.size > limit {
		return nil, tooLarge()
	}
	r, err := e.open()
	if err != nil {
		return nil, err
	}
	if e.packed > 0 {
		r = &swelling{r: r, packed: func() int64 { return e.packed }, rest: limit + 1}
	}
	var buf bytes.Buffer
	n, err := io.Copy(&buf, io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return nil, err
	case n > limit:
		return nil, tooLarge()
	}
	return append([]byte{}, buf.Bytes()...), nil // of its own size; never nil
}

// failed says what it means that a file could not be read: in an archive, that the archive is
// damaged.
func (c *collector) failed(name string, err error) error {
	var r *Rejected
	switch {
	case errors.As(err, &r):
		return err
	case errors.Is(err, errRatio):
		return reject("too-large/ratio", "name", name, "ratio", strconv.Itoa(maxRatio))
	case c.level == 0:
		c.leave(name, "unreadable")
		return nil
	default:
		return c.broken(err)
	}
}

var (
	errRatio  = errors.New("unpacks to much more than it was")
	errStream = errors.New("unpacks to too much")
)

// A swelling is a reader of what was packed, which fails when it swells beyond reason.
type swelling struct {
	r      io.Reader
	packed func() int64 // octets of the archive that were needed so far
	rest   int64        // that may still come
	n      int64
}

func (s *swelling) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.n += int64(n)
	s.rest -= int64(n)
	switch {
	case s.n > freeRatio && s.n/maxRatio > s.packed():
		return n, errRatio
	case s.rest < 0:
		return n, errStream
	}
	return n, err
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// octets is a size as people say it.
func octets(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return strconv.FormatInt(n>>20, 10) + " MiB"
	case n >= 1<<10 && n%(1<<10) == 0:
		return strconv.FormatInt(n>>10, 10) + " KiB"
	}
	return strconv.FormatInt(n, 10) + " B"
}

// list joins a few names for a sentence.
func list(names []string) string {
	const most = 5
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}
