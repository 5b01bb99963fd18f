package handin

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// An item is one thing to put into an archive or a folder.
type item struct {
	name, data string
	mode       fs.FileMode
	link       string
	kind       byte // of tar
}

func zipOf(t testing.TB, items ...item) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, it := range items {
		h := &zip.FileHeader{Name: it.name, Method: zip.Deflate}
		if it.mode != 0 {
			h.SetMode(it.mode)
		}
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(it.data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func tarOf(t testing.TB, items ...item) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, it := range items {
		h := &tar.Header{Name: it.name, Typeflag: it.kind, Linkname: it.link, Mode: 0o644, Size: int64(len(it.data))}
		if it.kind == 0 {
			h.Typeflag = tar.TypeReg
		}
		if it.mode != 0 {
			h.Mode = int64(it.mode.Perm())
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(it.data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func gzOf(t testing.TB, data []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func gbk(t testing.TB, s string) string {
	t.Helper()
	out, err := simplifiedchinese.GBK.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// write puts a file into a folder of the test.
func write(t testing.TB, dir, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// read reads octets as a hand-in of that name.
func read(t testing.TB, name string, data []byte, o Options) (*Handin, error) {
	t.Helper()
	return Read(write(t, t.TempDir(), name, data), o)
}

func mustRead(t testing.TB, name string, data []byte, o Options) *Handin {
	t.Helper()
	h, err := read(t, name, data, o)
	if err != nil {
		t.Fatalf("Read(%s): %v", name, err)
	}
	return h
}

// code is the code of a rejection, or "" for none.
func code(t testing.TB, err error) string {
	t.Helper()
	var r *Rejected
	if err != nil && !errors.As(err, &r) {
		t.Fatalf("not a rejection: %v", err)
	}
	if r == nil {
		return ""
	}
	return r.Code
}

func names(h *Handin) string {
	var all []string
	for _, f := range h.Files {
		all = append(all, f.Name)
	}
	return strings.Join(all, " ")
}

// codes are remarks as "name:code".
func codes(list []Remark) string {
	var all []string
	for _, r := range list {
		all = append(all, r.Name+":"+r.Code)
	}
	return strings.Join(all, " ")
}

func zipWithExtra(t testing.TB, name string, extra []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	if _, err := w.CreateHeader(&zip.FileHeader{Name: name, NonUTF8: true, Extra: extra}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// sources is the code of the package, tests apart.
func sources(t testing.TB) string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(data)
	}
	return b.String()
}

// quotedAfter are the quoted words that follow a mark in the code.
func quotedAfter(src, mark string) (all []string) {
	for {
		_, rest, ok := strings.Cut(src, mark)
		if !ok {
			return all
		}
		src = rest
		if word, found := strings.CutPrefix(rest, `"`); found {
			word, _, _ = strings.Cut(word, `"`)
			all = append(all, word)
		}
	}
}
