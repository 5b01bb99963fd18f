//go:build unix

package peer

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// setReuse sets SO_REUSEADDR; for datagrams the BSDs ask for SO_REUSEPORT too.
func setReuse(fd uintptr, datagrams bool, value int) error {
	if err := unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEADDR, value); err != nil {
		return err
	}
	if datagrams && runtime.GOOS != "linux" {
		return unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, value)
	}
	return nil
}

// setBroadcast sets SO_BROADCAST.
func setBroadcast(fd uintptr, value int) error {
	return unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_BROADCAST, value)
}

// cutShort is the flag of a received message that was longer than the buffer.
const cutShort = unix.MSG_TRUNC
