package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A file is one of an archive; its name has slashes, and is below the archive's folder.
type file struct {
	name       string
	content    []byte
	executable bool
}

func (f file) mode() fs.FileMode {
	if f.executable {
		return 0o755
	}
	return 0o644
}

// ordered returns the entries of an archive: the folder and those below it (they end in a slash) and
// the files, sorted by name, so that each folder comes before what is in it.
func ordered(folder string, files []file) []file {
	folders := map[string]bool{folder + "/": true}
	var all []file
	for _, f := range files {
		f.name = path.Join(folder, f.name)
		all = append(all, f)
		for d := path.Dir(f.name); d != "."; d = path.Dir(d) {
			folders[d+"/"] = true
		}
	}
	for d := range folders {
		all = append(all, file{d, nil, true})
	}
	slices.SortFunc(all, func(a, b file) int { return cmp.Compare(a.name, b.name) })
	return all
}

// tarred is the form for Unix. The header of gzip has neither name nor time, and those of tar
// no owner but root.
func tarred(folder string, files []file, date time.Time) ([]byte, error) {
	var out bytes.Buffer
	gz, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	tw := tar.NewWriter(gz)
	for _, f := range ordered(folder, files) {
		h := &tar.Header{Name: f.name, Mode: int64(f.mode()), Size: int64(len(f.content)), ModTime: date, Typeflag: tar.TypeReg, Format: tar.FormatUSTAR}
		if strings.HasSuffix(f.name, "/") {
			h.Typeflag = tar.TypeDir
		}
		if err := tw.WriteHeader(h); err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		if _, err := tw.Write(f.content); err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
	}
	if err := tw.Close(); err != nil {
		return nil, err
	}
	if err := gz.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// zipped is the form for Windows.
func zipped(folder string, files []file, date time.Time) ([]byte, error) {
	var out bytes.Buffer
	zw := zip.NewWriter(&out)
	for _, f := range ordered(folder, files) {
		h := &zip.FileHeader{Name: f.name, Modified: date, Method: zip.Deflate}
		mode := f.mode()
		if strings.HasSuffix(f.name, "/") {
			h.Method, mode = zip.Store, mode|fs.ModeDir
		}
		h.SetMode(mode)
		w, err := zw.CreateHeader(h)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		if _, err := w.Write(f.content); err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
	}
	if err := zw.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// sumsName is the file with the archives' sums, in the form that sha256sum(1) reads.
const sumsName = "SHA256SUMS"

// write puts the archives and their sums into a folder that exists. The sums come last: where they are,
// all is there.
func write(dir string, archives map[string][]byte) ([]byte, error) {
	if err := os.Remove(filepath.Join(dir, sumsName)); err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	var sums bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(archives)) {
		if err := os.WriteFile(filepath.Join(dir, name), archives[name], 0o666); err != nil {
			return nil, err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(archives[name]), name)
	}
	return sums.Bytes(), os.WriteFile(filepath.Join(dir, sumsName), sums.Bytes(), 0o666)
}

// link is a link of Markdown to a file of the tree.
var link = regexp.MustCompile(`\]\(([A-Za-z0-9][^):#]*)(#[^)]*)?\)`)

// documents are the licence, the README, and what the README links to, so that its links lead somewhere.
func documents(root string) ([]file, error) {
	names := []string{"LICENSE", "README.md"}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		return nil, err
	}
	for _, m := range link.FindAllSubmatch(readme, -1) {
		if name := path.Clean(string(m[1])); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	var all []file
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			return nil, fmt.Errorf("the README's links: %w", err)
		}
		all = append(all, file{name, content, false})
	}
	return all, nil
}
