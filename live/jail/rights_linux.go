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

// memory is how much all processes hold, each page as often as it is held, with the tables that the
// kernel keeps of their pages: those of a large area that is only read hold much, and no page does.
func memory() (sum int64) {
	for _, pid := range others() {
		size, held := pages(pid)
		if sum += held; size > manyTables {
			sum += tables(pid)
		}
	}
	return sum
}

// manyTables is how large a process must be, in octets of addresses, before its page tables matter.
const manyTables = 4 << 30

// pages are how many octets of addresses a process has, and for how many it holds memory.
func pages(pid string) (size, held int64) {
	data, err := os.ReadFile("/proc/" + pid + "/statm")
	if err != nil {
		return 0, 0 // it has ended
	}
	if f := strings.Fields(string(data)); len(f) > 1 {
		size, _ = strconv.ParseInt(f[0], 10, 64)
		held, _ = strconv.ParseInt(f[1], 10, 64)
	}
	return size * int64(os.Getpagesize()), held * int64(os.Getpagesize())
}

// tables is how much a process's page tables hold.
func tables(pid string) int64 { return kilobytes("/proc/"+pid+"/status", "VmPTE:") }

// shared is as much as memory, but a page that several hold counts once among them: what a server
// that forks really takes. It costs more to find out.
func shared() (sum int64) {
	for _, pid := range others() {
		sum += kilobytes("/proc/"+pid+"/smaps_rollup", "Pss:") + tables(pid)
	}
	return sum
}

// kilobytes is what a file of the kernel says under a name, in octets; 0: nothing, or it is gone.
func kilobytes(file, name string) int64 {
	data, _ := os.ReadFile(file)
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			kb, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kb << 10
		}
	}
	return 0
}

// mostSockets bounds the sockets that a program makes. What waits in one to be read, up to some 400
// KiB, no process holds: so nobody would count it, and with many sockets it is all of the machine's.
const mostSockets = 1024

// usedSockets counts those of the network that we are in.
func usedSockets() (n int) {
	data, err := os.ReadFile("/proc/net/sockstat")
	if err == nil {
		_, _ = fmt.Sscanf(string(data), "sockets: used %d", &n)
	}
	return n
}

// Landlock is the version of Landlock that this kernel has; 0: none.
func Landlock() int {
	v, _, no := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if no != 0 {
		return 0
	}
	return int(v)
}
