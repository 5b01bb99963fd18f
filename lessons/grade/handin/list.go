package handin

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// An Entry is one hand-in in the folder of a class.
type Entry struct {
	Path    string // as it can be opened
	Student string // the id; fit for a file name
	Name    string // of the person, if the file name holds it
	Title   string // of the assignment, if the file name holds it
	ModTime time.Time
}

// maxStudents bounds what a folder of hand-ins may hold.
const maxStudents = 20_000

// List finds the hand-ins in a folder: files and folders, one for each student, in order of the
// students' ids. The pattern says how they are named: text with {student}, and perhaps {name},
// {title} and {any}, such as {student}_{name}_{title}.zip; without an ending it fits any ending.
//
// Without a pattern the parts of a name are told by themselves: 学号_姓名_题目, 姓名_学号_题目, or what
// Moodle and Canvas write. The first part that looks like a number of a student (at least five
// digits, perhaps with letters before or after) is the student, and where there is none the whole
// name is.
//
// Of several hand-ins of one student the newest counts: by the time of the file, and
// by the name where that is the same. The others are among the remarks, as is what is no
// hand-in.
func List(dir, pattern string) ([]Entry, []Remark, error) {
	read := readName
	if pattern != "" {
		re, err := compilePattern(pattern)
		if err != nil {
			return nil, nil, err
		}
		read = func(base string, isDir bool) (Entry, bool) { return matchName(re, pattern, base, isDir) }
	}
	infos, err := listDir(dir)
	if err != nil {
		return nil, nil, err
	}
	var all []Entry
	var left []Remark
	for _, info := range infos {
		raw := info.Name()
		base := decodeName(raw)
		if strings.HasPrefix(base, ".") || toolFolder(base) != "" || isToolFile(base) {
			continue
		}
		if !info.IsDir() && !info.Mode().IsRegular() {
			left = append(left, Remark{Name: base, Code: kindOf(info.Mode())})
			continue
		}
		if pattern == "" && notHandin.MatchString(base) {
			left = append(left, Remark{Name: base, Code: "no-hand-in"})
			continue
		}
		e, ok := read(base, info.IsDir())
		if !ok || checkID(e.Student) != "" {
			left = append(left, Remark{Name: base, Code: "no-match", Detail: cmp.Or(pattern, "学号_姓名_题目.zip")})
			continue
		}
		e.Path, e.ModTime = filepath.Join(dir, raw), info.ModTime()
		all = append(all, e)
	}
	kept, older := newest(all)
	return kept, append(left, older...), nil
}

// listDir is what a folder holds, in order of the names.
func listDir(dir string) ([]fs.FileInfo, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, cannotRead(baseName(dir), err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s is not a folder (give the folder that holds the hand-ins)", dir)
	}
	f, err := os.Open(dir)
	if err != nil {
		return nil, cannotRead(baseName(dir), err)
	}
	defer f.Close()
	entries, err := f.ReadDir(maxStudents + 1)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, cannotRead(baseName(dir), err)
	}
	if len(entries) > maxStudents {
		return nil, fmt.Errorf("%s holds more than %d files (is it the folder that holds the hand-ins?)", dir, maxStudents)
	}
	var infos []fs.FileInfo
	for _, e := range entries {
		if info, err := e.Info(); err == nil { // else it is gone
			infos = append(infos, info)
		}
	}
	slices.SortFunc(infos, func(a, b fs.FileInfo) int { return strings.Compare(a.Name(), b.Name()) })
	return infos, nil
}

// notHandin is what teachers and netlab itself put beside hand-ins.
var notHandin = regexp.MustCompile(`(?i)^(roster|readme|summary|spec|grades|花名册|名单|成绩)[^/]*\.(csv|tsv|txt|md|toml|json|xlsx?)$|^results$`)

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

// compilePattern makes an expression of a pattern of file names.
func compilePattern(pattern string) (*regexp.Regexp, error) {
	var b strings.Builder
	b.WriteString("^")
	at := 0
	for _, m := range placeholder.FindAllStringIndex(pattern, -1) {
		b.WriteString(regexp.QuoteMeta(pattern[at:m[0]]))
		word := pattern[m[0]+1 : m[1]-1]
		switch word {
		case "student", "name", "title":
			if strings.Contains(pattern[:m[0]], "{"+word+"}") {
				return nil, fmt.Errorf("pattern %q: {%s} stands there twice", pattern, word)
			}
			b.WriteString("(?P<" + word + ">.+?)")
		case "any":
			b.WriteString(".*?")
		default:
			return nil, fmt.Errorf("pattern %q: no {%s} (there are {student}, {name}, {title} and {any})", pattern, word)
		}
		at = m[1]
	}
	b.WriteString(regexp.QuoteMeta(pattern[at:]) + "$")
	if !strings.Contains(pattern, "{student}") {
		return nil, fmt.Errorf("pattern %q does not hold {student} (write it like {student}_{name}_{title}.zip)", pattern)
	}
	if len(pattern) > maxPart {
		return nil, fmt.Errorf("pattern is longer than %d octets", maxPart)
	}
	return regexp.Compile("(?s)" + b.String())
}

// matchName reads a file name by a pattern.
func matchName(re *regexp.Regexp, pattern, base string, isDir bool) (Entry, bool) {
	if !strings.Contains(placeholder.ReplaceAllString(pattern, ""), ".") && !isDir {
		base = withoutEnding(base)
	}
	m := re.FindStringSubmatch(base)
	if m == nil {
		return Entry{}, false
	}
	part := func(name string) string {
		if i := re.SubexpIndex(name); i >= 0 {
			return strings.TrimSpace(m[i])
		}
		return ""
	}
	return Entry{Student: part("student"), Name: part("name"), Title: part("title")}, true
}

var (
	separators = regexp.MustCompile(`[_＿+\-\s　]+`)
	idLike     = regexp.MustCompile(`^[A-Za-z]{0,4}[0-9]{5,20}[A-Za-z]?$`)
	glued      = regexp.MustCompile(`^(?:([A-Za-z]{0,4}[0-9]{5,20})(\p{Han}{2,5})|(\p{Han}{2,5})([A-Za-z]{0,4}[0-9]{5,20}))$`)
	copyMark   = regexp.MustCompile(`(?i)\s*([（(][0-9]{1,3}[)）]|- (副本|copy)|副本)$`)
)

// readName tells the parts of a file name without a pattern.
func readName(base string, isDir bool) (Entry, bool) {
	if !isDir {
		base = withoutEnding(base)
	}
	base = strings.TrimSpace(copyMark.ReplaceAllString(base, ""))
	parts := separators.Split(base, -1)
	for i, p := range parts[:min(4, len(parts))] {
		if m := glued.FindStringSubmatch(p); m != nil {
			return Entry{Student: m[1] + m[4], Name: m[2] + m[3], Title: strings.Join(parts[i+1:], "_")}, true
		}
		if !idLike.MatchString(p) {
			continue
		}
		if i > 0 {
			return Entry{Student: p, Name: strings.Join(parts[:i], " "), Title: strings.Join(parts[i+1:], "_")}, true
		}
		e := Entry{Student: p}
		if len(parts) > 1 {
			e.Name, e.Title = parts[1], strings.Join(parts[2:], "_")
		}
		return e, true
	}
	return Entry{Student: base}, base != ""
}

// withoutEnding is a file name without what says its format.
func withoutEnding(base string) string {
	if lower := strings.ToLower(base); strings.HasSuffix(lower, ".tar.gz") && len(base) > len(".tar.gz") {
		return base[:len(base)-len(".tar.gz")]
	}
	if end := filepath.Ext(base); end != "" && len(end) <= 8 && len(end) < len(base) {
		return strings.TrimSuffix(base, end)
	}
	return base
}

// maxID bounds the id of a student, in characters.
const maxID = 64

// checkID says what keeps an id from being part of a file name, or "".
func checkID(id string) string {
	switch {
	case !strings.ContainsFunc(id, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }):
		return "it has neither letters nor digits"
	case utf8.RuneCountInString(id) > maxID:
		return fmt.Sprintf("it is longer than %d characters", maxID)
	case strings.ContainsAny(id, `/\:*?"<>|`) || strings.ContainsFunc(id, badRune) || strings.HasPrefix(id, "."):
		return "it holds characters that no file name may hold"
	}
	return ""
}

// newest keeps the newest hand-in of each student.
func newest(all []Entry) (kept []Entry, older []Remark) {
	slices.SortStableFunc(all, func(a, b Entry) int {
		return cmp.Or(
			strings.Compare(fold(a.Student), fold(b.Student)),
			cmp.Compare(b.ModTime.Unix()/2, a.ModTime.Unix()/2), // archives and memory sticks know two seconds
			-compareNatural(withoutEnding(filepath.Base(a.Path)), withoutEnding(filepath.Base(b.Path))),
			-strings.Compare(a.Path, b.Path))
	})
	for _, e := range all {
		if n := len(kept); n > 0 && fold(kept[n-1].Student) == fold(e.Student) {
			older = append(older, Remark{Name: decodeName(filepath.Base(e.Path)), Code: "older",
				Detail: decodeName(filepath.Base(kept[n-1].Path))})
			continue
		}
		kept = append(kept, e)
	}
	return kept, older
}

// compareNatural compares names so that v10 comes after v9, and "a (1)" after "a".
func compareNatural(a, b string) int {
	for a != "" && b != "" {
		x, y := digits(a), digits(b)
		if x != "" && y != "" {
			a, b = a[len(x):], b[len(y):]
			x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
			if c := cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y)); c != 0 {
				return c
			}
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

// digits are those with which a text begins.
func digits(s string) string {
	return s[:len(s)-len(strings.TrimLeft(s, "0123456789"))]
}
