package jail

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
	"kernel.org/pub/linux/libs/security/libcap/psx"
)

// keepOnly leaves all threads one capability, which a program that is started does not inherit:
// it is no root's.
func keepOnly(capability uint) error {
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	none[0].Permitted, none[0].Effective = 1<<capability, 1<<capability
	if _, _, no := psx.Syscall3(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&head)), uintptr(unsafe.Pointer(&none[0])), 0); no != 0 {
		return fmt.Errorf("capset: %w", no)
	}
	return nil
}

// set sets what the kernel bounds for each process. Memory is not among it: address space is
// no measure of it (a Java virtual machine reserves gigabytes).
func (l *Limits) set() error {
	seconds := uint64(max(1, (l.CPU+999_999_999)/1_000_000_000))
	for _, x := range []struct {
		what       int
		soft, hard uint64
	}{
		{unix.RLIMIT_CPU, seconds, seconds + 1},
		{unix.RLIMIT_FSIZE, uint64(l.Disk), uint64(l.Disk)},
		{unix.RLIMIT_NOFILE, uint64(l.Open), uint64(l.Open)},
		{unix.RLIMIT_CORE, 0, 0},
		{unix.RLIMIT_MEMLOCK, 1 << 20, 1 << 20},
		{unix.RLIMIT_MSGQUEUE, 0, 0},
		{unix.RLIMIT_SIGPENDING, 256, 256},
	} {
		if err := unix.Setrlimit(x.what, &unix.Rlimit{Cur: x.soft, Max: x.hard}); err != nil {
			return fmt.Errorf("limit %d: %w", x.what, err)
		}
	}
	return nil
}

// others lists the processes in the cell besides the warden; those that have ended and wait to
// be asked for are among them.
func others() (pids []string) {
	names, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil
	}
	for _, n := range names {
		if pid := filepath.Base(n); pid != strconv.Itoa(os.Getpid()) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// memory is how much all processes hold, each page as often as it is held.
func memory() (sum int64) {
	for _, pid := range others() {
		data, err := os.ReadFile("/proc/" + pid + "/statm")
		if err != nil {
			continue // it has ended
		}
		if f := strings.Fields(string(data)); len(f) > 1 {
			pages, _ := strconv.ParseInt(f[1], 10, 64)
			sum += pages * int64(os.Getpagesize())
		}
	}
	return sum
}

// shared is the same, but a page that several hold counts once among them: what a server that
// forks really takes. It costs more to find out.
func shared() (sum int64) {
	for _, pid := range others() {
		data, err := os.ReadFile("/proc/" + pid + "/smaps_rollup")
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(data)) {
			if rest, ok := strings.CutPrefix(line, "Pss:"); ok {
				kb, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
				sum += kb << 10
			}
		}
	}
	return sum
}

// Landlock is the version of Landlock that this kernel has; 0: none.
func Landlock() int {
	v, _, no := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if no != 0 {
		return 0
	}
	return int(v)
}
