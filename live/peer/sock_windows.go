package peer

import "golang.org/x/sys/windows"

// setReuse sets SO_REUSEADDR. On Windows it would let a second program steal a port that
// is in use, so that a listener leaves it alone: without it, it means what it means elsewhere.
func setReuse(fd uintptr, datagrams bool, value int) error {
	if !datagrams {
		return nil
	}
	return windows.SetsockoptInt(windows.Handle(fd), windows.SOL_SOCKET, windows.SO_REUSEADDR, value)
}

// setBroadcast sets SO_BROADCAST.
func setBroadcast(fd uintptr, value int) error {
	return windows.SetsockoptInt(windows.Handle(fd), windows.SOL_SOCKET, windows.SO_BROADCAST, value)
}

// cutShort is the flag of a received message that was longer than the buffer.
const cutShort = windows.MSG_TRUNC
