package netns

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Command returns a command that runs this executable in new user, network, mount and
// process namespaces: whatever it starts ends with it, however it ends (pid_namespaces(7)). It is killed when the
// thread that starts it ends, so start it from a goroutine that is locked to its thread
// and stays.
func Command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "/proc/self/exe", args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:                 unix.CLONE_NEWUSER | unix.CLONE_NEWNET | unix.CLONE_NEWPID | unix.CLONE_NEWNS,
		UidMappings:                mapping("uid", os.Getuid()),
		GidMappings:                mapping("gid", os.Getgid()),
		GidMappingsEnableSetgroups: false,
		Pdeathsig:                  syscall.SIGKILL,
	}
	return cmd
}

// OwnProc gives this process, which [Command] has started, a /proc with its own processes in it:
// without it, it cannot make namespaces for others.
func OwnProc() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("netns: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("netns: a /proc of our own: %w", err)
	}
	return nil
}

// Nobodys is a number that belongs to no person, as subordinate numbers do; Ordinary stands for
// it in the namespaces of a process that the machine's root has started.
const (
	Nobodys  = 231072
	Ordinary = 1
)

// mapping says who a process in a namespace of its own is outside: root inside, and ourselves
// outside. If we are root outside, too, there is a second, ordinary, one inside, for programs
// that must not be the machine's root.
func mapping(kind string, own int) []syscall.SysProcIDMap {
	all := []syscall.SysProcIDMap{{ContainerID: 0, HostID: own, Size: 1}}
	for _, m := range Mapped(kind) {
		if os.Geteuid() == 0 && Nobodys >= m[0] && Nobodys-m[0] < m[1] {
			return append(all, syscall.SysProcIDMap{ContainerID: Ordinary, HostID: Nobodys, Size: 1})
		}
	}
	return all
}

// Mapped lists the numbers, of users (uid) or groups (gid), that exist in this process's
// namespace: the first of each range, and how many they are (user_namespaces(7)).
func Mapped(kind string) (ranges [][2]int) {
	for line := range strings.Lines(readFile("/proc/self/" + kind + "_map")) {
		var inside, outside, size int
		if n, _ := fmt.Sscan(line, &inside, &outside, &size); n == 3 {
			ranges = append(ranges, [2]int{inside, size})
		}
	}
	return ranges
}

// Renew moves the calling thread, which must be locked to its goroutine and stay so,
// into one more private namespace.
func Renew() error {
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("netns: unshare: %w", err)
	}
	return nil
}

// Setup brings up the loopback interface of this namespace and gives it the
// hosts' addresses and, if it is not 0, an MTU. Call it inside the namespace.
func Setup(addrs []netip.Addr, mtu int) error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return fmt.Errorf("netns: find lo: %w", err)
	}
	if mtu > 0 {
		if err := netlink.LinkSetMTU(lo, mtu); err != nil {
			return fmt.Errorf("netns: give lo an MTU of %d: %w", mtu, err)
		}
	}
	if err := netlink.LinkSetUp(lo); err != nil {
		return fmt.Errorf("netns: bring lo up: %w", err)
	}
	for _, a := range addrs {
		addr, err := netlink.ParseAddr(a.String() + "/32")
		if err != nil {
			return fmt.Errorf("netns: address %s: %w", a, err)
		}
		if err := netlink.AddrAdd(lo, addr); err != nil && !errors.Is(err, unix.EEXIST) {
			return fmt.Errorf("netns: give lo the address %s: %w", a, err)
		}
	}
	return nil
}

// Why explains in words what stands in the way of a namespace, and how to mend
// it; err is what starting or setting up said.
func Why(err error) (reason, fix string) {
	switch {
	case errors.Is(err, unix.ENOSPC):
		return "user namespaces are switched off here (user.max_user_namespaces is 0)",
			"sudo sysctl -w user.max_user_namespaces=15000"
	case readFile("/proc/sys/kernel/unprivileged_userns_clone") == "0":
		return "this system does not let ordinary users make user namespaces",
			"sudo sysctl -w kernel.unprivileged_userns_clone=1"
	case readFile("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1":
		return "AppArmor lets ordinary users make user namespaces, but not use them (Ubuntu 23.10 and later)",
			"sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
	case inContainer():
		return "this container may not make namespaces",
			"docker run --security-opt seccomp=unconfined …"
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
		return "this system refuses user namespaces", "run netlab with sudo"
	default:
		return "a private network namespace could not be made: " + err.Error(), "run netlab with sudo"
	}
}

func readFile(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

func inContainer() bool {
	for _, mark := range []string{"/.dockerenv", "/run/.containerenv"} {
		if _, err := os.Stat(mark); err == nil {
			return true
		}
	}
	return false
}
