package handin

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"
	"strings"
	"testing"
)

var py = Options{Accept: []string{"*.py", "*.c", "*.h", "Makefile"}}

const hello = "print('hello')\n"

// The same sources give the same hand-in, however they are packed: a mark must not depend on it.
func TestSameHoweverPacked(t *testing.T) {
	items := []item{{name: "lab/server.py", data: hello}, {name: "lab/lib/proto.py", data: "X = 1\n"}}
	loose := []item{{name: "lib/proto.py", data: "X = 1\r\n"}, {name: "./server.py", data: "\ufeff" + hello}}
	dir := t.TempDir()
	write(t, dir, "server.py", []byte(hello))
	write(t, dir, "lib/proto.py", []byte("X = 1\n"))
	want, err := Read(dir, py)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"a.zip": zipOf(t, items...), "a.tar": tarOf(t, items...), "a.tar.gz": gzOf(t, tarOf(t, items...)), "a.tgz": gzOf(t, tarOf(t, loose...)),
		"loose.zip": zipOf(t, loose...), "no-ending": zipOf(t, items...), "wrapped.zip": zipOf(t, item{name: "x/inner.zip", data: string(zipOf(t, items...))}),
		"backslash.zip": zipOf(t, item{name: `lab\server.py`, data: hello}, item{name: `lab\lib\proto.py`, data: "X = 1\n"}),
	} {
		h := mustRead(t, name, data, py)
		if names(h) != "lib/proto.py server.py" {
			t.Errorf("%s: files %q, want lib/proto.py server.py", name, names(h))
		}
		if h.SHA256 != want.SHA256 {
			t.Errorf("%s: SHA256 differs from the folder's", name)
		}
		if !bytes.Equal(h.Tar(), want.Tar()) {
			t.Errorf("%s: Tar differs from the folder's", name)
		}
		if !h.Has("*.py") || !h.Has("lib/*.py") || h.Has("SERVER.py") {
			t.Errorf("%s: Has does not find what is there, or finds what is not", name)
		}
	}
	other := mustRead(t, "b.zip", zipOf(t, item{name: "server.py", data: hello}, item{name: "lib/proto.py", data: "X = 2\n"}), py)
	if other.SHA256 == want.SHA256 {
		t.Error("two hand-ins that differ have the same SHA256")
	}
}

// What an archive must not hold, and what is said of it.
func TestArchivesRefused(t *testing.T) {
	source := item{name: "server.py", data: hello}
	inner := string(zipOf(t, source))
	encrypted := zipOf(t, source)
	for _, at := range []struct {
		sign string
		off  int
	}{{"PK\x03\x04", 6}, {"PK\x01\x02", 8}} { // the flags, in both headers
		encrypted[bytes.Index(encrypted, []byte(at.sign))+at.off] |= 1
	}
	method := bytes.Clone(encrypted)
	for sign, off := range map[string]int{"PK\x03\x04": 6, "PK\x01\x02": 8} {
		i := bytes.Index(method, []byte(sign)) + off
		method[i], method[i+2] = method[i]&^1, 14 // LZMA
	}
	wrongSum := zipOf(t, source)
	wrongSum[bytes.Index(wrongSum, []byte("PK\x01\x02"))+16] ^= 1
	for _, tc := range []struct {
		why, name string
		data      []byte
		want      string
	}{
		{"nothing at all", "a.zip", nil, "empty"},
		{"an archive without files", "a.zip", zipOf(t), "empty"},
		{"an HTML page of the platform, saved as .zip", "a.zip", []byte("<html>log in</html>"), "bad-archive"},
		{"an upload that broke off", "a.zip", zipOf(t, source)[:60], "bad-archive"},
		{"an upload that broke off", "a.tar.gz", gzOf(t, tarOf(t, source))[:40], "bad-archive"},
		{"a checksum that is wrong", "a.zip", wrongSum, "bad-archive"},
		{"a gzip of one file", "a.py.gz", gzOf(t, []byte(hello)), "bad-archive"},
		{"RAR under its own name", "a.rar", []byte("Rar!\x1a\x07\x01\x00xxxx"), "unsupported-archive"},
		{"RAR that was renamed", "a.zip", []byte("Rar!\x1a\x07\x01\x00xxxx"), "unsupported-archive"},
		{"7z", "a.7z", []byte("7z\xbc\xaf\x27\x1cxxxx"), "unsupported-archive"},
		{"a text named .rar", "a.rar", []byte(hello), "bad-archive"},
		{"a password", "a.zip", encrypted, "encrypted"},
		{"a method that nobody else reads", "a.zip", method, "bad-archive"},
		{"the way up", "a.zip", zipOf(t, source, item{name: "../../etc/cron.d/x.py", data: "x"}), "absolute-or-dotdot"},
		{"the way up with backslashes", "a.zip", zipOf(t, item{name: `..\x.py`, data: "x"}), "absolute-or-dotdot"},
		{"the way up in the middle", "a.tar", tarOf(t, item{name: "a/../../x.py", data: "x"}), "absolute-or-dotdot"},
		{"an absolute name", "a.tar", tarOf(t, item{name: "/etc/x.py", data: "x"}), "absolute-or-dotdot"},
		{"an absolute name of Windows", "a.zip", zipOf(t, item{name: `C:\work\x.py`, data: "x"}), "absolute-or-dotdot"},
		{"the same name twice", "a.zip", zipOf(t, source, source), "duplicate"},
		{"the same name but for capital letters", "a.zip", zipOf(t, source, item{name: "Server.py", data: "x"}), "duplicate"},
		{"a file that is a folder, too", "a.tar", tarOf(t, item{name: "x.py", data: "x"}, item{name: "X.py/y.py", data: "x"}), "duplicate"},
		{"a folder that is a file, too", "a.tar", tarOf(t, item{name: "x.py/y.py", data: "x"}, item{name: "x.py", data: "x"}), "duplicate"},
		{"too deep", "a.zip", zipOf(t, item{name: strings.Repeat("d/", 17) + "x.py", data: "x"}), "too-deep"},
		{"two archives and no source", "a.zip", zipOf(t, item{name: "a.zip", data: inner}, item{name: "b.zip", data: inner}), "nested-archive"},
		{"a third level", "a.zip", zipOf(t, item{name: "b.zip", data: string(zipOf(t, item{name: "c.zip", data: inner}))}), "nested-archive"},
		{"RAR in ZIP", "a.zip", zipOf(t, item{name: "b.rar", data: "Rar!\x1a\x07\x01\x00xxxx"}), "unsupported-archive"},
		{"a report without a program", "a.zip", zipOf(t, item{name: "实验报告.docx", data: inner}), "not-accepted"},
		{"a program without its source", "a.zip", zipOf(t, item{name: "server.exe", data: "MZ"}), "binary-only"},
		{"links only", "a.tar", tarOf(t, item{name: "server.py", kind: tar.TypeSymlink, link: "/etc/passwd"}), "not-accepted"},
	} {
		_, err := read(t, tc.name, tc.data, py)
		if got := code(t, err); got != tc.want {
			t.Errorf("%s: %s: code %q (%v), want %q", tc.why, tc.name, got, err, tc.want)
		}
	}
}

// Archives that are small and unpack to much, or claim to.
func TestBombs(t *testing.T) {
	zeros := strings.Repeat("\x00", 4<<20)
	big := strings.Repeat("0123456789abcdef", 3<<16) // 3 MiB, packs to little
	manyInner := make([]item, 30)
	for i := range manyInner {
		manyInner[i] = item{name: fmt.Sprintf("f%d.py", i), data: strings.Repeat(fmt.Sprintf("line %d\n", i), 1<<14)}
	}
	junk := make([]item, maxEntries+1)
	for i := range junk {
		junk[i] = item{name: fmt.Sprintf("%d.o", i*0x9e3779b1)}
	}
	noise := strings.Repeat("0123456789", 60_000) // 600 kB; below the size from which ratios count
	for _, tc := range []struct {
		why  string
		name string
		data []byte
		o    Options
		want string
	}{
		{"a ratio beyond reason", "a.zip", zipOf(t, item{name: "x.py", data: zeros}), Options{}, "too-large"},
		{"a ratio beyond reason in gzip", "a.tgz", gzOf(t, tarOf(t, item{name: "x.py", data: zeros})), Options{}, "too-large"},
		{"a ratio beyond reason in what is passed over", "a.tgz", gzOf(t, tarOf(t, item{name: ".git/x", data: zeros}, item{name: "x.py"})), Options{}, "too-large"},
		{"one file too large", "a.zip", zipOf(t, item{name: "x.py", data: big}), Options{MaxFile: 1 << 20}, "too-large"},
		{"all files too large", "a.zip", zipOf(t, manyInner...), Options{MaxTotal: 1 << 20}, "too-large"},
		{"all files too large in a tar", "a.tar", tarOf(t, manyInner...), Options{MaxTotal: 1 << 20}, "too-large"},
		{"too many", "a.tar", tarOf(t, manyInner...), Options{MaxFiles: 29}, "too-many"},
		{"just enough", "a.tar", tarOf(t, manyInner...), Options{MaxFiles: 30}, ""},
		{"a declared size that is a lie", "a.zip", lyingZip(t), Options{MaxFile: 1 << 20}, "bad-archive"},
		{"an inner archive too large", "a.zip", zipOf(t, item{name: "b.zip", data: strings.Repeat("0123456789abcdef", 1<<17)}), Options{MaxFile: 1 << 20}, "too-large"},
		{"a million names", "a.zip", millionNames(1_000_000, 0), Options{}, "too-many"},
		{"a million names of which the end says sixteen thousand", "a.zip", millionNames(1_000_000, 1_000_000%65536), Options{}, "too-many"},
		{"names beyond the bound for names", "a.zip", millionNames(maxEntries+1, (maxEntries+1)%65536), Options{}, "too-many"},
		{"junk without end, of which no file counts", "a.tgz", gzOf(t, tarOf(t, junk...)), Options{}, "too-many"},
		{"a large file outside and a large archive", "a.zip", zipOf(t, item{name: "README.md", data: noise}, item{name: "b.zip", data: string(zipOf(t, item{name: "x.py", data: noise}))}),
			Options{MaxTotal: 1 << 20}, "too-large"},
		{"a tar with holes", "a.tar", sparseTar(), Options{}, "too-large"},
	} {
		_, err := read(t, tc.name, tc.data, tc.o)
		if got := code(t, err); got != tc.want {
			t.Errorf("%s: code %q (%v), want %q", tc.why, got, err, tc.want)
		}
	}
}

// lyingZip declares one octet and holds 2 MiB.
func lyingZip(t *testing.T) []byte {
	data := zipOf(t, item{name: "x.py", data: strings.Repeat("0123456789abcdef", 1<<17)})
	i := bytes.Index(data, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(data[i+24:], 1)
	return data
}

// millionNames is a ZIP whose list holds n files, and whose end says that it holds so many.
func millionNames(n, said int) []byte {
	head := make([]byte, 46+7)
	copy(head, "PK\x01\x02")
	binary.LittleEndian.PutUint16(head[28:], 7)
	var buf bytes.Buffer
	buf.WriteString("PK\x03\x04")
	buf.Write(make([]byte, 26))
	start := buf.Len()
	for i := range n {
		copy(head[46:], fmt.Sprintf("%07d", i))
		buf.Write(head)
	}
	end := make([]byte, 22)
	copy(end, "PK\x05\x06")
	binary.LittleEndian.PutUint16(end[8:], uint16(said))
	binary.LittleEndian.PutUint16(end[10:], uint16(said))
	binary.LittleEndian.PutUint32(end[12:], uint32(buf.Len()-start))
	binary.LittleEndian.PutUint32(end[16:], uint32(start))
	return append(buf.Bytes(), end...)
}

// sparseTar is an old GNU sparse file of 8 GiB that holds one octet.
func sparseTar() []byte {
	h := make([]byte, 512)
	copy(h, "hole.py")
	copy(h[100:], "0000644\x00")
	copy(h[124:], "00000000001\x00") // octets that are there
	copy(h[136:], "00000000000\x00")
	h[156] = 'S'
	copy(h[257:], "ustar  \x00")
	copy(h[386:], "77777777776\x00") // where they lie
	copy(h[398:], "00000000001\x00")
	copy(h[483:], "77777777777\x00") // the size with holes
	copy(h[148:], "        ")
	sum := 0
	for _, b := range h {
		sum += int(b)
	}
	copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
	return append(h, make([]byte, 512*3)...)
}

// What is left out is listed, once, and does not take the sources with it.
func TestLeftOut(t *testing.T) {
	elf := "\x7fELF" + strings.Repeat("\x00", 100)
	zipped := zipOf(t, item{name: "lab/server.py", data: hello},
		item{name: "lab/link.py", data: "/etc/passwd", mode: fs.ModeSymlink | 0o777},
		item{name: "__MACOSX/lab/._server.py", data: "x"}, item{name: "lab/.DS_Store", data: "x"},
		item{name: "lab/node_modules/a/a.py", data: "x"}, item{name: "lab/node_modules/b/b.py", data: "x"},
		item{name: "lab/node_modules/" + strings.Repeat("d/", 30) + "b.py", data: "x"},
		item{name: "lab/__pycache__/server.pyc", data: "x"}, item{name: "lab/x.o", data: "x"}, item{name: "lab/a\x01.py", data: "x"},
		item{name: "lab/\u202eyp.exe.py", data: "x"},
		item{name: "lab/run.py", data: elf}, item{name: "report.pdf", data: "%PDF"}, item{name: "old.zip", data: "PK\x03\x04"})
	h := mustRead(t, "a.zip", zipped, py)
	if names(h) != "server.py" {
		t.Errorf("files %q, want server.py", names(h))
	}
	want := "__MACOSX:tool-folder lab/.DS_Store:tool-file lab/__pycache__:tool-folder lab/a\x01.py:bad-name lab/link.py:symlink " +
		"lab/node_modules:tool-folder lab/run.py:binary lab/x.o:built lab/\u202eyp.exe.py:bad-name old.zip:archive report.pdf:not-asked"
	if got := codes(h.Left); got != want {
		t.Errorf("left out\n got %q\nwant %q", got, want)
	}

	special := []item{{name: "s.py", data: hello, mode: 0o755}, {name: "copy.py", kind: tar.TypeLink, link: "./s.py"},
		{name: "out.py", kind: tar.TypeLink, link: "/etc/passwd"}, {name: "f.py", kind: tar.TypeFifo},
		{name: "d.py", kind: tar.TypeChar}, {name: "l.py", kind: tar.TypeSymlink, link: "s.py"}}
	h = mustRead(t, "a.tar", tarOf(t, special...), py)
	if names(h) != "copy.py s.py" || codes(h.Left) != "d.py:device f.py:fifo l.py:symlink out.py:hard-link" {
		t.Errorf("tar: files %q, left %q", names(h), codes(h.Left))
	}
	if !h.Files[1].Exec || h.Files[0].Exec {
		t.Error("the mode of a tar decides what may be run")
	}
	o := Options{Accept: []string{"server", "*.class"}, AllowBinaries: true}
	h = mustRead(t, "b.zip", zipOf(t, item{name: "server", data: elf}, item{name: "A.class", data: "x"}, item{name: "x.o", data: "x"}), o)
	if names(h) != "A.class server" {
		t.Errorf("binaries allowed: files %q", names(h))
	}
}

// A flood of junk is counted, not listed to the end.
func TestLeftIsBounded(t *testing.T) {
	var items []item
	for i := range 500 {
		items = append(items, item{name: fmt.Sprintf("x%d.o", i), data: "x"})
	}
	h := mustRead(t, "a.zip", zipOf(t, append(items, item{name: "s.py", data: hello})...), py)
	if len(h.Left) != maxListed || h.More != 500-maxListed {
		t.Errorf("%d listed and %d more, want %d and %d", len(h.Left), h.More, maxListed, 500-maxListed)
	}
}

// An archive beside a report is what the platform's upload form makes of "report and code".
func TestUnwrap(t *testing.T) {
	code := string(zipOf(t, item{name: "code/server.py", data: hello}, item{name: "code/x.o", data: "x"}))
	o := Options{Accept: []string{"*.py", "*.md"}}
	h := mustRead(t, "a.zip", zipOf(t, item{name: "up/report.docx", data: "x"}, item{name: "up/README.md", data: "hi"}, item{name: "up/code.zip", data: code}), o)
	if names(h) != "server.py up/README.md" {
		t.Errorf("files %q", names(h))
	}
	if got, want := codes(h.Left), "up/code.zip/code/x.o:built up/report.docx:not-asked"; got != want {
		t.Errorf("left %q, want %q", got, want)
	}
	if got, want := codes(h.Notes), "code:top-folder up/code.zip:unwrapped"; got != want {
		t.Errorf("notes %q, want %q", got, want)
	}
	// The inside wins where both have the name; nothing is taken twice.
	h = mustRead(t, "b.zip", zipOf(t, item{name: "README.md", data: "outer"}, item{name: "z.zip", data: string(zipOf(t,
		item{name: "readme.md", data: "inner"}, item{name: "s.py", data: hello}))}), o)
	if names(h) != "readme.md s.py" || codes(h.Left) != "README.md:same-name" {
		t.Errorf("files %q, left %q", names(h), codes(h.Left))
	}
	// A pattern that names the ending asks for the archive itself; one that takes anything does not.
	h = mustRead(t, "c.zip", zipOf(t, item{name: "s.py", data: hello}), Options{Accept: []string{"*.zip"}})
	if names(h) != "c.zip" {
		t.Errorf("asked for *.zip: files %q", names(h))
	}
	h = mustRead(t, "c.zip", zipOf(t, item{name: "s.py", data: hello}), Options{Accept: []string{"*"}})
	if names(h) != "s.py" {
		t.Errorf("asked for *: files %q", names(h))
	}
}

// Folders around everything go, however many; the folder of a Java package stays.
func TestStrip(t *testing.T) {
	java := "package com.example;\nclass S { public static void main(String[] a) {} }\n"
	for _, tc := range []struct {
		items []item
		want  string
	}{
		{[]item{{name: "学号/实验一/server.py", data: hello}, {name: "学号/实验一/a/b.py", data: hello}}, "a/b.py server.py"},
		{[]item{{name: "a/x.py", data: hello}, {name: "b/y.py", data: hello}}, "a/x.py b/y.py"},
		{[]item{{name: "p/src/com/example/S.java", data: java}}, "com/example/S.java"},
		{[]item{{name: "p/S.java", data: java}}, "S.java"},
	} {
		if got := names(mustRead(t, "a.zip", zipOf(t, tc.items...), Options{})); got != tc.want {
			t.Errorf("files %q, want %q", got, tc.want)
		}
	}
}

// Patterns with and without folders.
func TestMatch(t *testing.T) {
	for _, tc := range []struct {
		pattern, name string
		want          bool
	}{
		{"*.py", "a/b/c.py", true}, {"src/*.c", "src/a.c", true}, {"src/*.c", "src/x/a.c", false}, {"src/*.c", "a.c", false},
		{"src/**/*.c", "src/x/y/a.c", true}, {"src/**/*.c", "src/a.c", true}, {"**/a.c", "a.c", true}, {"a/a/x", "a/x", false},
		{"a/**", "a/b/c", true}, {"./*.py", "a.py", true}, {"[", "[", false},
	} {
		if got := Match(tc.pattern, tc.name); got != tc.want {
			t.Errorf("Match(%q, %q) = %v", tc.pattern, tc.name, got)
		}
	}
	if _, err := Read(t.TempDir(), Options{Accept: []string{"*.py", "["}}); err == nil || !strings.Contains(err.Error(), `"["`) {
		t.Errorf("a malformed pattern: %v", err)
	}
}

// Who hands in a link, packed by a tool that keeps links, sees the file in the folder: the message
// names the link, and what is handed in for other kinds of assignment is no example.
func TestOnlyALink(t *testing.T) {
	link := item{name: "server.py", kind: tar.TypeSymlink, link: "../server.py"}
	_, err := read(t, "a.tar", tarOf(t, link), Options{})
	if err == nil || !strings.Contains(err.Error(), "symbolic link (server.py)") || strings.Contains(err.Error(), "answers.toml") {
		t.Errorf("a link alone: %v", err)
	}
	o := Options{Accept: []string{"*.py"}, Examples: []string{"client.py"}}
	_, err = read(t, "a.tar", tarOf(t, link, item{name: "report.docx", data: "x"}), o)
	if err == nil || strings.Contains(err.Error(), "nothing but") || !strings.Contains(err.Error(), "such as client.py") {
		t.Errorf("a link and a report: %v", err)
	}
}
