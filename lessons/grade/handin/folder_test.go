//go:build unix

package handin

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// A folder may hold anything; nothing in it is followed, and nothing makes the reader wait.
func TestFolder(t *testing.T) {
	base := t.TempDir()
	secret := write(t, base, "key.py", []byte("SECRET"))
	dir := filepath.Join(base, "s1")
	write(t, dir, "server.py", []byte(hello))
	write(t, dir, "sub/proto.py", []byte(hello))
	write(t, dir, ".git/config.py", []byte("x"))
	write(t, dir, `a\b.py`, []byte("x"))
	for _, err := range []error{
		os.Symlink(secret, filepath.Join(dir, "link.py")),
		os.Symlink("server.py", filepath.Join(dir, "inside.py")),
		os.Symlink(base, filepath.Join(dir, "up")),
		os.Symlink("loop", filepath.Join(dir, "loop")),
		os.Link(secret, filepath.Join(dir, "hard.py")),
		os.Link(filepath.Join(dir, "server.py"), filepath.Join(dir, "twin.py")),
		syscall.Mkfifo(filepath.Join(dir, "fifo.py"), 0o644),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir) // the name of a socket is short
	l, err := net.Listen("unix", "sock.py")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()

	type answer struct {
		h   *Handin
		err error
	}
	done := make(chan answer, 1)
	go func() {
		h, err := Read(dir, py)
		done <- answer{h, err}
	}()
	select {
	case a := <-done:
		if a.err != nil {
			t.Fatal(a.err)
		}
		if got, want := names(a.h), "server.py sub/proto.py twin.py"; got != want {
			t.Errorf("files %q, want %q", got, want)
		}
		want := `.git:tool-folder a\b.py:bad-name fifo.py:fifo hard.py:hard-link inside.py:symlink link.py:symlink loop:symlink sock.py:socket up:symlink`
		if got := codes(a.h.Left); got != want {
			t.Errorf("left out\n got %q\nwant %q", got, want)
		}
		if a.h.Name != "s1" {
			t.Errorf("name %q, want s1", a.h.Name)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("Read hangs")
	}
}

// The path itself may be anything, too.
func TestPath(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o644); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(dir, "empty")
	if err := os.Mkdir(empty, 0o755); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{filepath.Join(dir, "nobody"): "not-found", fifo: "unreadable", empty: "empty", "/dev/zero": "unreadable"} {
		_, err := Read(path, py)
		if got := code(t, err); got != want {
			t.Errorf("%s: code %q (%v), want %q", path, got, err, want)
		}
	}
	link := filepath.Join(dir, "link.zip") // named by the one who grades: followed
	if err := os.Symlink(write(t, dir, "a.zip", zipOf(t, item{name: "s.py", data: hello})), link); err != nil {
		t.Fatal(err)
	}
	if h, err := Read(link, py); err != nil || names(h) != "s.py" {
		t.Errorf("a link named on the command line: %v", err)
	}
}

// A folder unpacked on Linux keeps the octets of GBK names, and one that holds an archive only is
// what a platform's export looks like.
func TestFolderAsExported(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "作业.zip", zipOf(t, item{name: "x/server.py", data: hello}))
	if h, err := Read(dir, py); err != nil || names(h) != "server.py" {
		t.Errorf("a folder with an archive: %v", err)
	}
	if runtime.GOOS == "darwin" {
		return // where all names are UTF-8
	}
	dir = t.TempDir()
	write(t, dir, gbk(t, "服务器.py"), []byte(hello))
	h, err := Read(dir, py)
	if err != nil || names(h) != "服务器.py" || codes(h.Notes) != "服务器.py:name-encoding" {
		t.Errorf("GBK name: %v %+v", err, h)
	}
}
