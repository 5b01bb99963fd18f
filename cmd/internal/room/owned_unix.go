//go:build unix

package room

import (
	"io/fs"
	"os"
	"syscall"
)

// owned reports whether a folder is this user's.
func owned(st fs.FileInfo) bool {
	s, ok := st.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Getuid()
}
