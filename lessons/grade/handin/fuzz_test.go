package handin

import (
	"archive/tar"
	"bytes"
	"io"
	"path"
	"strings"
	"testing"
	"unicode/utf8"
)

// Whatever octets come as an archive, Read ends, stays within its limits, and gives names that
// are safe to unpack.
func FuzzRead(f *testing.F) {
	source := item{name: "lab/server.py", data: hello}
	f.Add("a.zip", zipOf(f, source, item{name: "lab/b.c", data: "int main() {}"}))
	f.Add("a.zip", zipOf(f, item{name: "b.zip", data: string(zipOf(f, source))}))
	f.Add("a.tar", tarOf(f, source, item{name: "l.py", kind: tar.TypeLink, link: "lab/server.py"}))
	f.Add("a.tgz", gzOf(f, tarOf(f, source)))
	f.Add("a.tar", sparseTar())
	f.Add("a.zip", millionNames(3, 3))
	f.Add("服务器.py", []byte(gbk(f, "# coding: gbk\r\nprint('你好')\r\n")))
	o := Options{MaxFiles: 20, MaxFile: 1 << 16, MaxTotal: 1 << 17}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		c := newCollector(o)
		c.name = decodeName(path.Base(name))
		err := c.readAt(bytes.NewReader(data), int64(len(data)), 0o644)
		var h *Handin
		if err == nil {
			h, err = c.finish()
		}
		if err != nil {
			if code(t, err) == "" || strings.Contains(err.Error(), "()") {
				t.Fatalf("an error without code or words: %#v", err)
			}
			return
		}
		checkHandin(t, h, o)
	})
}

func checkHandin(t *testing.T, h *Handin, o Options) {
	if len(h.Files) == 0 || len(h.Files) > o.MaxFiles {
		t.Fatalf("%d files", len(h.Files))
	}
	total := 0
	for i, file := range h.Files {
		total += len(file.Data)
		switch n := file.Name; {
		case !utf8.ValidString(n), n != path.Clean(n), n == ".", path.IsAbs(n), strings.HasPrefix(n, "../"), n == "..", strings.Contains(n, `\`):
			t.Fatalf("the name %q is not safe", n)
		case i > 0 && h.Files[i-1].Name >= n:
			t.Fatalf("%q does not come after %q", n, h.Files[i-1].Name)
		}
	}
	if int64(total) > 3*o.MaxTotal { // text in UTF-8 may be longer than it was
		t.Fatalf("%d octets", total)
	}
	r := tar.NewReader(bytes.NewReader(h.Tar()))
	for _, file := range h.Files {
		header, err := r.Next()
		if err != nil || header.Name != file.Name {
			t.Fatalf("tar: %v %v, want %q", header, err, file.Name)
		}
		if data, err := io.ReadAll(r); err != nil || !bytes.Equal(data, file.Data) {
			t.Fatalf("tar: %q reads back differently: %v", file.Name, err)
		}
	}
	for _, r := range append(append([]Remark{}, h.Left...), h.Notes...) {
		if r.Text("en") == "" || r.Text("zh-CN") == "" {
			t.Fatalf("no words for %+v", r)
		}
	}
}

// Whatever comes as a roster, the ids that come out are different and fit for file names.
func FuzzReadRoster(f *testing.F) {
	f.Add([]byte("学号,姓名\r\n20230001,张三\r\n"))
	f.Add([]byte(gbk(f, "学号,姓名\r\n20230001,张三\r\n")))
	f.Add([]byte("\ufeffsep=;\nid;name\n=\"01\";'5\n"))
	f.Add([]byte("Student,ID,SIS User ID\n\"a\"\"b\",1.0,2.5E+01\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		people, err := readRoster("r.csv", data)
		if (err == nil) == (len(people) == 0) {
			t.Fatalf("%d people, error %v", len(people), err)
		}
		seen := map[string]bool{}
		for _, p := range people {
			if checkID(p.ID) != "" || seen[fold(p.ID)] || !utf8.ValidString(p.ID+p.Name+p.Email+p.Group) {
				t.Fatalf("%+v", p)
			}
			seen[fold(p.ID)] = true
		}
	})
}

// Whatever a file is called, a name that is read from it is fit for a file name or refused.
func FuzzReadName(f *testing.F) {
	f.Add("20230001_张三_实验一.zip")
	f.Add("张三20230001 (2).zip")
	f.Fuzz(func(t *testing.T, base string) {
		e, ok := readName(decodeName(path.Base(base)), false)
		if ok && checkID(e.Student) == "" && strings.ContainsAny(e.Student, "/\x00") {
			t.Fatalf("%+v", e)
		}
		if compareNatural(base, base) != 0 {
			t.Fatalf("%q is not equal to itself", base)
		}
	})
}
