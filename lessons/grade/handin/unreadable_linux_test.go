package handin

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
)

// Files that may not be read are listed; the rest counts.
func TestUnreadable(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "s.py", []byte(hello))
	closed := write(t, dir, "no.py", nil)
	for path, mode := range map[string]os.FileMode{closed: 0, filepath.Dir(dir): 0o755} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	type answer struct {
		h   *Handin
		err error
	}
	done := make(chan answer)
	go func() {
		// Root may read everything, so one thread asks as somebody else; it is locked and so
		// ends with the goroutine.
		runtime.LockOSThread()
		const nobody = 65534
		syscall.RawSyscall(syscall.SYS_SETFSUID, nobody, 0, 0)
		h, err := Read(dir, py)
		done <- answer{h, err}
	}()
	a := <-done
	if a.err != nil || names(a.h) != "s.py" || codes(a.h.Left) != "no.py:unreadable" {
		t.Errorf("%v %+v", a.err, a.h)
	}
}
