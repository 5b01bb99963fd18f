//go:build unix

package handin

import (
	"io/fs"
	"syscall"
)

// noFollow makes opening a symbolic link fail; openFlags also keep the opening of a FIFO or a
// device from waiting or from doing anything.
const (
	noFollow  = syscall.O_NOFOLLOW
	openFlags = noFollow | syscall.O_NONBLOCK | syscall.O_NOCTTY
)

// An inode is the identity of a file.
type inode struct{ dev, ino uint64 }

// links is the identity of a file, and how many names it has.
func links(info fs.FileInfo) (id inode, n uint64) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return inode{}, 1
	}
	return inode{uint64(st.Dev), uint64(st.Ino)}, uint64(st.Nlink)
}
