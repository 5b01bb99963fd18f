package handin

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
)

// sourceEndings are of files from which a program can be made; and of the captures and answers that
// are handed in instead.
var sourceEndings = []string{".py", ".c", ".cpp", ".cc", ".cxx", ".go", ".java", ".js", ".rs", ".sh",
	".pcap", ".pcapng", ".toml", ".csv", ".json"}

// isSource reports whether a file can be what was asked for, and not just go with it.
func (c *collector) isSource(name string) bool {
	if slices.Contains(sourceEndings, ext(name)) {
		return true
	}
	return c.asked(name) && !slices.Contains([]string{".md", ".txt", ".docx", ".doc", ".pdf"}, ext(name))
}

// settle opens the archive inside, if there is one to be opened, and takes a folder that holds
// everything off the names.
func (c *collector) settle() error {
	if err := c.unwrap(); err != nil {
		return err
	}
	c.strip()
	return nil
}

// finish makes the hand-in of what was collected.
func (c *collector) finish() (*Handin, error) {
	if err := c.settle(); err != nil {
		return nil, err
	}
	if len(c.files) == 0 {
		return nil, c.nothing()
	}
	if err := c.cannotRun(); err != nil {
		return nil, err
	}
	byName := func(a, b Remark) int { return strings.Compare(a.Name, b.Name) }
	slices.SortFunc(c.files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(c.left, byName)
	slices.SortStableFunc(c.notes, byName)
	return &Handin{Name: c.name, Files: c.files, Left: c.left, More: c.more, Notes: c.notes, SHA256: hash(c.files)}, nil
}

// nothing says why no file is left.
func (c *collector) nothing() error {
	switch {
	case c.windows != "":
		return reject("windows-only", "name", c.windows)
	case c.window != "":
		return reject("gui-project", "name", c.window)
	case c.compiled != "":
		return reject("binary-only", "name", c.compiled)
	case len(c.left) == 0:
		return reject("empty", "name", c.name)
	}
	found, links := c.other, []string(nil)
	for _, r := range c.left {
		if r.Code == "symlink" {
			links = append(links, r.Name)
		}
		if r.Code != "not-asked" && len(found) <= 5 {
			found = append(found, r.Name)
		}
	}
	if len(links) > 0 && len(links) == len(found) {
		return reject("not-accepted/link", "name", c.name, "found", list(links))
	}
	accept := list(c.o.Examples)
	if accept == "" {
		accept = list(c.o.Accept)
	}
	if accept == "" {
		accept = "server.py, server.c, answers.toml"
	}
	return reject("not-accepted", "name", c.name, "found", list(found), "accept", accept)
}

// strip takes a folder in which everything lies off the names, and one in it, and so on: people
// pack the folder in which they work, platforms pack that again. The folder of a Java package
// stays, because the sources name it.
func (c *collector) strip() {
	stripped := ""
	packages := make([]string, len(c.files))
	for i, f := range c.files {
		packages[i] = packageFolder(f)
	}
	for {
		top := commonTop(c.files)
		if top == "" || c.liesIn(packages) {
			break
		}
		stripped += top
		for i := range c.files {
			c.files[i].Name = strings.TrimPrefix(c.files[i].Name, top)
		}
	}
	if stripped == "" {
		return
	}
	for i := range c.notes {
		c.notes[i].Name = strings.TrimPrefix(c.notes[i].Name, stripped)
	}
	c.notes = append(c.notes, Remark{Name: strings.TrimSuffix(stripped, "/"), Code: "top-folder"})
	c.seen, c.parents = map[string]string{}, map[string]string{}
	for _, f := range c.files {
		_ = c.claim(f.Name) // they differed with the folder before them
	}
}

// commonTop is the first folder of all names, with its slash; "" if they do not share one.
func commonTop(files []File) string {
	if len(files) == 0 {
		return ""
	}
	top, _, ok := strings.Cut(files[0].Name, "/")
	for _, f := range files {
		ok = ok && strings.HasPrefix(f.Name, top+"/")
	}
	if !ok {
		return ""
	}
	return top + "/"
}

var javaPackage = regexp.MustCompile(`(?m)^[ \t]*package[ \t]+([\w.]+)[ \t]*;`)

// liesIn reports whether a file lies in the folder that stands for it.
func (c *collector) liesIn(folders []string) bool {
	for i, f := range c.files {
		if folders[i] != "" && folders[i] == path.Dir(f.Name) {
			return true
		}
	}
	return false
}

// packageFolder is the folder in which a Java source must lie, as its package says; "" for any.
func packageFolder(f File) string {
	if ext(f.Name) != ".java" {
		return ""
	}
	m := javaPackage.FindSubmatch(f.Data[:min(len(f.Data), maxLook)])
	if m == nil {
		return ""
	}
	return strings.ReplaceAll(string(m[1]), ".", "/")
}

// unwrap opens the archive in the hand-in, if it is the only one and no source lies beside it.
func (c *collector) unwrap() error {
	if c.archives == 0 || slices.ContainsFunc(c.files, func(f File) bool { return c.isSource(f.Name) }) {
		return nil
	}
	inner := c.archive
	switch {
	case c.archives > 1 || c.level >= maxLevel:
		return reject("nested-archive", "name", inner.Name)
	case inner.Data == nil:
		return reject("too-large", "name", inner.Name, "limit", octets(c.o.MaxFile))
	}
	if len(inner.Data) == 0 {
		return reject("empty", "name", inner.Name)
	}
	sub := newCollector(c.o)
	sub.o.MaxFiles -= len(c.files)
	sub.name, sub.level, sub.entries, sub.total = inner.Name, c.level+1, c.entries, c.total
	format := archiveFormat(inner.Name, inner.Data[:min(512, len(inner.Data))])
	if err := sub.unpack(format, bytes.NewReader(inner.Data), int64(len(inner.Data))); err != nil {
		return err
	}
	if err := sub.settle(); err != nil {
		return err
	}
	c.merge(sub, inner.Name)
	return nil
}

// merge puts what was in an archive beside what lay beside it.
func (c *collector) merge(sub *collector, name string) {
	outer := c.files
	c.files, c.seen, c.parents = sub.files, sub.seen, sub.parents
	for _, f := range outer {
		if c.claim(f.Name) != nil {
			c.left = append(c.left, Remark{Name: f.Name, Code: "same-name", Detail: name})
			continue
		}
		c.files = append(c.files, f)
	}
	c.left = slices.DeleteFunc(c.left, func(r Remark) bool { return r.Code == "archive" && r.Name == name })
	for _, r := range sub.left {
		c.left = append(c.left, Remark{Name: path.Join(name, r.Name), Code: r.Code, Detail: r.Detail})
	}
	c.more += sub.more
	c.notes = append(append(c.notes, Remark{Name: name, Code: "unwrapped"}), sub.notes...)
	c.compiled, c.windows, c.window = first(c.compiled, sub.compiled), first(c.windows, sub.windows), first(c.window, sub.window)
	c.other = append(c.other, sub.other...)
	c.archives = 0
}
