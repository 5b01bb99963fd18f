package jail

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/landlock-lsm/go-landlock/landlock"
	"golang.org/x/sys/unix"
	"kernel.org/pub/linux/libs/security/libcap/psx"
)

// Main must be called before anything else in main, and in each TestMain whose tests start
// programs. In a warden it does the work and exits; elsewhere it returns at once.
func Main() {
	if os.Getenv(marker) == "" {
		return
	}
	os.Exit(warden())
}

// systemPath is where the system's programs are looked for.
const systemPath = "/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// environment is what every program in a cell finds, besides PATH.
var environment = []string{
	"HOME=/tmp", "TMPDIR=/tmp", "USER=student", "LANG=C.UTF-8",
	"PYTHONUNBUFFERED=1", "PYTHONDONTWRITEBYTECODE=1", "GOPROXY=off", "GOFLAGS=-mod=mod", "GOTOOLCHAIN=local",
}

// warden is the first process of a cell: it furnishes it, gives all rights up, starts the
// program, and reports how it ended. When it ends, everything in the cell does.
func warden() int {
	runtime.LockOSThread()                 // Landlock confines each thread by itself; ours sees the program that it starts
	signal.Notify(make(chan os.Signal, 1)) // what the program sends to it comes to nothing; the kernel keeps KILL and STOP away
	out := os.NewFile(reportFD, "report")
	// The program gets its own three descriptors, whatever our ancestors have left open.
	if err := unix.CloseRange(orderFD, ^uint(0), unix.CLOSE_RANGE_CLOEXEC); err != nil {
		return 1
	}
	r, c := run()
	if c.Keep && r.Started {
		r.Left = weigh(workDir)
	}
	if err := json.NewEncoder(out).Encode(r); err != nil {
		return 1
	}
	if c.Keep && r.Started && r.Left <= MostKept {
		if err := pack(out, workDir); err != nil {
			return 1
		}
	}
	return 0
}

// run does the warden's work.
func run() (Report, Cell) {
	var c Cell
	fail := func(what string, err error) (Report, Cell) {
		return Report{Exit: -1, Error: what + ": " + err.Error()}, c
	}
	order := os.NewFile(orderFD, "order")
	_ = order.SetReadDeadline(time.Now().Add(patience))
	if err := json.NewDecoder(order).Decode(&c); err != nil {
		return fail("no order", err)
	}
	order.Close()
	if err := furnish(&c); err != nil {
		return fail("a private root", err)
	}
	if err := unpack(os.NewFile(workFD, "work"), workDir); err != nil {
		return fail("the files of the submission", err)
	}
	if err := c.Limits.set(); err != nil {
		return fail("limits", err)
	}
	if err := surrender(); err != nil {
		return fail("giving rights up", err)
	}
	if err := confine(); err != nil {
		return fail("system call filter", err)
	}
	cmd, err := c.start()
	if err != nil {
		return fail("the program", err)
	}
	r := Report{Started: true}
	r.watch(cmd, &c)
	return r, c
}

// surrender gives all capabilities up, for good, on all threads, but the one to see processes
// that hide themselves, which the program does not inherit; and the ways out that Landlock
// knows: signals and abstract sockets of others.
func surrender() error {
	call := func(what string, nr, a, b, d uintptr) error {
		if _, _, no := psx.Syscall6(nr, a, b, d, 0, 0, 0); no != 0 {
			return fmt.Errorf("%s: %w", what, no)
		}
		return nil
	}
	if err := call("no_new_privs", unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0); err != nil {
		return err
	}
	for c := uintptr(0); c <= unix.CAP_LAST_CAP; c++ {
		if err := call("bounding set", unix.SYS_PRCTL, unix.PR_CAPBSET_DROP, c, 0); err != nil && !errors.Is(err, unix.EINVAL) {
			return err
		}
	}
	if err := call("ambient set", unix.SYS_PRCTL, unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0); err != nil {
		return err
	}
	if err := keepOnly(unix.CAP_SYS_PTRACE); err != nil {
		return err
	}
	if err := call("dumpable", unix.SYS_PRCTL, unix.PR_SET_DUMPABLE, 0, 0); err != nil {
		return err
	}
	// Where a kernel lacks Landlock, the private root and the namespaces hold alone.
	if err := landlock.V7.BestEffort().RestrictPaths(landlock.RODirs("/"), landlock.RWDirs(workDir, "/tmp", "/dev", "/proc").WithRefer()); err != nil {
		return err
	}
	return landlock.V7.BestEffort().RestrictScoped()
}

// start starts the program with fewer rights than the warden to make processes, so that the
// warden can still report when the program has used them up.
func (c *Cell) start() (*exec.Cmd, error) {
	path, err := c.find()
	if err != nil {
		return nil, err
	}
	cmd := &exec.Cmd{Path: path, Args: c.Argv, Dir: workDir, Env: slices.Concat([]string{"PATH=" + searchPath(c.Tools)}, environment, c.Env),
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, SysProcAttr: &syscall.SysProcAttr{Setpgid: true}}
	all, own := wardenThreads+uint64(c.Limits.Processes), uint64(c.Limits.Processes)+wardenThreads/2
	if err := unix.Setrlimit(unix.RLIMIT_NPROC, &unix.Rlimit{Cur: own, Max: all}); err != nil {
		return nil, err
	}
	err = cmd.Start()
	_ = unix.Setrlimit(unix.RLIMIT_NPROC, &unix.Rlimit{Cur: all, Max: all})
	for _, f := range []*os.File{os.Stdin, os.Stdout, os.Stderr} { // so that they end with the program
		_ = f.Close()
	}
	return cmd, err
}

// wardenThreads is how many threads a warden may have.
const wardenThreads = 24

// find looks for the program: in /work if its name has a slash, else in PATH.
func (c *Cell) find() (string, error) {
	if len(c.Argv) == 0 {
		return "", errors.New("no program is named")
	}
	name := c.Argv[0]
	if strings.Contains(name, "/") {
		path := filepath.Join(workDir, name)
		if filepath.IsAbs(name) {
			path = name
		}
		_, err := os.Stat(path)
		return path, err
	}
	if path := lookUp(name, c.Tools); path != "" {
		return path, nil
	}
	return "", fmt.Errorf("this machine has no %s", name)
}

// searchPath is the PATH of a cell with such tools.
func searchPath(tools []string) string {
	path := systemPath
	for _, dir := range slices.Backward(tools) {
		path = filepath.Join(dir, "bin") + ":" + path
	}
	return path
}

// lookUp looks a program up in the PATH that a cell has; empty: it is not there.
func lookUp(name string, tools []string) string {
	for dir := range strings.SplitSeq(searchPath(tools), ":") {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return path
		}
	}
	return ""
}

// Has reports whether programs in a cell on this machine find a program, of the system's or in
// the bin of one of these folders.
func Has(name string, tools ...string) bool { return lookUp(name, tools) != "" }

// Find is where they find it; empty: nowhere.
func Find(name string, tools ...string) string { return lookUp(name, tools) }

// looksEvery is how often the warden looks at the memory and the sockets.
const looksEvery = 10 * time.Millisecond

// watch waits for the end of the program, or brings it about.
func (r *Report) watch(cmd *exec.Cmd, c *Cell) {
	before := usedSockets() // of a network that others may use, too
	ended := make(chan syscall.WaitStatus, 1)
	go func() { ended <- reap(cmd.Process.Pid, &r.CPU) }()
	tick := time.NewTicker(looksEvery)
	defer tick.Stop()
	for {
		select {
		case ws := <-ended:
			r.Exit = ws.ExitStatus()
			if ws.Signaled() {
				r.Exit, r.Signal = -1, unix.SignalName(ws.Signal())
			}
			switch r.Signal {
			case "SIGXCPU":
				r.Stopped = StopCPU
			case "SIGXFSZ":
				r.Stopped = StopDisk
			case "SIGKILL":
				if time.Duration(r.CPU) >= c.Limits.CPU {
					r.Stopped = StopCPU
				}
			}
			r.Leftover = len(others())
			return
		case <-tick.C:
			held := memory()
			r.MaxRSS = max(r.MaxRSS, held)
			if held > c.Limits.Memory && shared() > c.Limits.Memory || usedSockets()-before > mostSockets {
				r.Stopped, r.Exit = StopMemory, -1
				return // all of them end with the warden
			}
		}
	}
}

// reap waits for the program, and for every orphan that comes to the first process; it returns
// how the program ended and adds up what it computed.
func reap(pid int, cpu *int64) syscall.WaitStatus {
	for {
		var ws syscall.WaitStatus
		var use syscall.Rusage
		got, err := syscall.Wait4(-1, &ws, 0, &use)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return ws
		}
		*cpu += use.Utime.Nano() + use.Stime.Nano()
		if got == pid && (ws.Exited() || ws.Signaled()) {
			return ws
		}
	}
}
