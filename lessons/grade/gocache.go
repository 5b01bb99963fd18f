package grade

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"netlab/live/jail"
	"netlab/live/lab"
)

// A GoCache spares each Go program the compilation of Go's own library, which takes a hundred times
// as long as its own. The library is compiled once, in a cell in which no student's file is; what has
// come of it is copied into each cell in which a Go program is built. So nothing goes from one
// student's build into another's.
type GoCache struct {
	dir string

	mu    sync.Mutex
	tried bool
	tar   []byte
}

// NewGoCache returns one that keeps what it has in a folder of the grader's own, from one run to the
// next; empty: in memory only.
func NewGoCache(dir string) *GoCache { return &GoCache{dir: dir} }

// goCacheDir is where the compiler finds it, in /work; the build takes it away again.
const goCacheDir = ".netlab-go-cache"

// goLibrary is what programs of this kind import.
var goLibrary = []string{
	"bufio", "bytes", "context", "encoding/binary", "errors", "flag", "fmt", "io", "log", "math", "math/rand", "net", "os",
	"os/signal", "path/filepath", "regexp", "runtime", "slices", "sort", "strconv", "strings", "sync", "sync/atomic", "syscall",
	"time", "unicode/utf8",
}

// mostGoCache bounds the archive, in octets.
const mostGoCache = 128 << 20

// archive returns what is to be unpacked where a Go program is built; nil: there is nothing, and the
// build takes its time.
func (c *GoCache) archive(ctx context.Context, tools []string) []byte {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tried {
		return c.tar
	}
	file := c.file(tools)
	if kept, err := readSome(file, mostGoCache+sha256.Size); err == nil {
		if data := whole(kept); data != nil {
			c.tried, c.tar = true, data
			return data
		}
	}
	data := compileLibrary(ctx, tools)
	if ctx.Err() != nil {
		return nil
	}
	c.tried, c.tar = true, data
	if file != "" && data != nil && os.MkdirAll(c.dir, 0o755) == nil {
		old, _ := filepath.Glob(filepath.Join(c.dir, "go-library-*.tar")) // of another compiler
		for _, f := range old {
			_ = os.Remove(f)
		}
		_ = WriteFile(file, sealed(data)) // where it cannot be kept, it is made again
	}
	return data
}

// file is where it is kept, named by the compiler that has made it; empty: nowhere.
func (c *GoCache) file(tools []string) string {
	path := jail.Find("go", tools...)
	info, err := os.Stat(path)
	if c.dir == "" || err != nil {
		return ""
	}
	id := sha256.Sum256(fmt.Append(nil, path, info.Size(), info.ModTime().UnixNano(), goLibrary))
	return filepath.Join(c.dir, fmt.Sprintf("go-library-%x.tar", id[:8]))
}

// sealed puts the sum of an archive before it, by which [whole] knows it.
func sealed(data []byte) []byte {
	sum := sha256.Sum256(data)
	return append(sum[:], data...)
}

// whole is the archive that was sealed, or nil: one of which a disk has kept a part, or something
// else, would let no Go program be built, and all would lose their marks. It is made anew.
func whole(kept []byte) []byte {
	if len(kept) <= sha256.Size || sha256.Sum256(kept[sha256.Size:]) != [sha256.Size]byte(kept[:sha256.Size]) {
		return nil
	}
	return kept[sha256.Size:]
}

// readSome reads a regular file of bounded size: opening a FIFO would wait for ever.
func readSome(name string, most int64) ([]byte, error) {
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(err, fs.ErrInvalid)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("%s is larger than %d octets", name, most)
	}
	return data, err
}

// compileLibrary compiles a program that imports it all; nil: it cannot be done here.
func compileLibrary(ctx context.Context, tools []string) []byte {
	var b strings.Builder
	b.WriteString("package main\n")
	for _, p := range goLibrary {
		fmt.Fprintf(&b, "import _ %q\n", p)
	}
	b.WriteString("func main() {}\n")
	work := tarOf(map[string]string{"main.go": b.String(), "go.mod": "module library\n"})
	cell := jail.Cell{Argv: []string{"sh", "-c", "go build -o /dev/null ."}, Limits: buildLimits, Tools: tools, Env: []string{"GOCACHE=/work/" + goCacheDir}}
	made, err := lab.Make(ctx, cell, work, buildWithin)
	if err != nil || !made.Started || made.Exit != 0 || made.Late {
		return nil
	}
	return made.Work
}

// with puts it before the files of a submission, in one archive; and says how the build is to be run.
func (c *GoCache) with(ctx context.Context, cell *jail.Cell, work []byte) []byte {
	library := c.archive(ctx, cell.Tools)
	if len(library) == 0 || len(cell.Argv) != 3 {
		return work
	}
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	if copyTar(w, library, goCacheDir+"/") != nil || copyTar(w, work, "") != nil || w.Close() != nil {
		return work
	}
	cell.Env = append(cell.Env, "GOCACHE=/work/"+goCacheDir)
	cell.Argv = []string{"sh", "-c", "(" + cell.Argv[2] + "); made=$?; rm -rf /work/" + goCacheDir + "; exit $made"}
	return out.Bytes()
}

// copyTar copies the files whose names begin so.
func copyTar(to *tar.Writer, from []byte, prefix string) error {
	r := tar.NewReader(bytes.NewReader(from))
	for {
		h, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if !strings.HasPrefix(h.Name, prefix) {
			continue
		}
		if err := to.WriteHeader(h); err != nil {
			return err
		}
		if _, err := io.Copy(to, r); err != nil {
			return err
		}
	}
}

// tarOf packs a few files.
func tarOf(files map[string]string) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for name, text := range files { // a buffer takes all octets
		_ = w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(text))})
		_, _ = w.Write([]byte(text))
	}
	_ = w.Close()
	return b.Bytes()
}
