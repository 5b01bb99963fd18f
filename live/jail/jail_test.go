//go:build linux

package jail

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	Main()
	os.Exit(m.Run())
}

// files makes the archive of a submission.
func files(t *testing.T, all map[string]string) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "work.tar"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	tw := tar.NewWriter(f)
	for name, text := range all {
		if err := tw.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(tw, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := tw.Close(); err != nil {
		t.Fatal(err)
	}
	return f
}

// begin starts a program, and skips the test where the machine makes no cells, unless it must.
func begin(t *testing.T, c Cell, work, out *os.File) *Process {
	t.Helper()
	p, err := Start(c, work, nil, out, out)
	if err != nil {
		if os.Getenv("NETLAB_REQUIRE_LIVE") == "" {
			t.Skipf("this machine makes no cells: %v", err)
		}
		t.Fatal(err)
	}
	return p
}

// play runs a cell to its end and returns what it printed.
func play(t *testing.T, c Cell, work *os.File) (Report, string) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	p := begin(t, c, work, w)
	w.Close()
	stop := time.AfterFunc(time.Minute, p.Kill)
	defer stop.Stop()
	text, _ := io.ReadAll(io.LimitReader(r, 1<<20))
	return p.Wait(), string(text)
}

// shell runs a shell script in a cell.
func shell(t *testing.T, script string, limits Limits) (Report, string) {
	t.Helper()
	return play(t, Cell{Argv: []string{"sh", "-c", script}, Limits: limits}, nil)
}

// What is not below /usr, such as a compiler that a user has installed for himself, is found if its
// folder is shown: before the system's, to be read and run, and not to be written.
func TestTools(t *testing.T) {
	dir, err := os.MkdirTemp("/var/tmp", "tools")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	for name, text := range map[string]string{"bin/rot13": "#!/bin/sh\nexec tr a-z n-za-m\n", "bin/id": "#!/bin/sh\necho mine\n"} {
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if Has("rot13") || !Has("rot13", dir) {
		t.Error("rot13 is there without its folder, or not there with it")
	}
	script := "echo abc | rot13; id; touch " + dir + "/x || echo kept"
	_, out := play(t, Cell{Argv: []string{"sh", "-c", script}, Tools: []string{dir}}, nil)
	if !strings.HasPrefix(out, "nop\nmine\n") || !strings.HasSuffix(out, "kept\n") {
		t.Errorf("it printed %q", out)
	}
}

// A program finds its files, is an ordinary user, and its end is reported as it was.
func TestProgramRuns(t *testing.T) {
	r, out := play(t, Cell{Argv: []string{"./run.sh", "x y"}, Env: []string{"WORD=client"}, Keep: true}, files(t, map[string]string{
		"run.sh": "#!/bin/sh\necho \"$1 $WORD $(id -u) $(pwd) $(cat data/a)\"; echo new > made; exit 3\n", "data/a": "A",
	}))
	if want := "x y client 1000 /work A\n"; out != want {
		t.Errorf("it printed %q, want %q (%+v)", out, want, r)
	}
	if r.Exit != 3 || r.Signal != "" || !r.Started {
		t.Errorf("exit %d, signal %q, %s; want exit 3", r.Exit, r.Signal, r.Error)
	}
	kept := map[string]string{}
	for tr := tar.NewReader(bytes.NewReader(r.Work)); ; {
		h, err := tr.Next()
		if err != nil {
			break
		}
		text, _ := io.ReadAll(tr)
		kept[h.Name] = string(text)
	}
	if kept["made"] != "new\n" || kept["data/a"] != "A" {
		t.Errorf("kept %q, want what the program made beside what it found", kept)
	}
}

// What is not the program's is not there, or cannot be changed; each line of what it tries
// says what it must not say.
func TestNothingElseIsThere(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(secret, []byte("the key"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, out := shell(t, strings.Join([]string{
		`cat ` + secret + ` && echo LEAK key`,
		`ls /root /home /sys /var /run 2>/dev/null | grep . && echo LEAK folders`,
		`echo x > /usr/bin/x && echo LEAK usr`, `echo x > /etc/passwd && echo LEAK etc`, `echo x > /x && echo LEAK root`,
		`kill -9 1 ; kill -TERM 1; kill -9 -1; sleep 0.1; echo still here`,
		`ls -d /proc/[0-9]* | grep -x /proc/1 && echo LEAK warden`,
		`cat /proc/1/environ && echo LEAK environ`,
		`unshare -U true && echo LEAK userns`,
		`mount -t tmpfs none /tmp && echo LEAK mount`,
		`grep -E '^Cap(Prm|Eff|Bnd|Amb|Inh)' /proc/self/status | grep -v 0000000000000000 && echo LEAK capabilities`,
		`grep -x 'NoNewPrivs:	1' /proc/self/status >/dev/null || echo LEAK privileges`,
		`command -v nc && nc -h 2>/dev/null && echo LEAK nc`,
		`ls /proc/self/fd | sort -n | tr '\n' ' '`,
	}, "\n"), Limits{})
	if strings.Contains(out, "LEAK") {
		t.Errorf("a program got out of its cell:\n%s", out)
	}
	if !strings.Contains(out, "0 1 2 3 \n") && !strings.HasSuffix(out, "0 1 2 3 ") {
		t.Errorf("it has other descriptors than its own three (and that of ls):\n%s", out)
	}
}

const sockets = `
import socket, ctypes, os
for name, family, kind in (("vsock", 40, 1), ("alg", 38, 5), ("packet", 17, 3)):
    try:
        socket.socket(family, kind); print("LEAK", name)
    except OSError as e: print(name, e.errno)
for name, proto in (("raw", 1),):
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, proto); print("LEAK", name)
    except OSError as e: print(name, e.errno)
libc = ctypes.CDLL(None, use_errno=True)
def call(name, nr, *args):
    got = libc.syscall(nr, *args)
    print(name, got, ctypes.get_errno()) if got < 0 else print("LEAK", name)
if os.uname().machine == "x86_64":
    call("keyctl", 250, 0, -3, 0)
    call("io_uring", 425, 1, 0)
    call("bpf", 321, 0, 0, 0)
    call("ptrace", 101, 16, 1, 0, 0)
    call("unshare", 272, 0x10000000)
    call("clone3", 435, 0, 0)
    call("clone with a namespace", 56, 0x10000000 | 17, 0, 0, 0, 0)
    call("shmget", 29, 0, 4096, 0o1600)
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(); print("tcp works")
a, b = socket.socketpair(); a.send(b"x"); print("pairs work")
`

// The filter refuses the sockets and calls that reach out, and no others.
func TestFilter(t *testing.T) {
	_, out := play(t, Cell{Argv: []string{"python3", "s.py"}}, files(t, map[string]string{"s.py": sockets}))
	if strings.Contains(out, "LEAK") || !strings.Contains(out, "tcp works") || !strings.Contains(out, "pairs work") {
		t.Errorf("the filter:\n%s", out)
	}
}

// pageTables reads one octet of each table's pages: it holds next to no memory of its own.
const pageTables = `
import mmap, time
m = mmap.mmap(-1, 64 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, prot=mmap.PROT_READ)
m.madvise(15)
for i in range(0, 64 << 30, 2 << 20): m[i]
time.sleep(9)
`

// manySockets makes more than any homework needs, by several processes, as each makes only so many.
const manySockets = `
import os, socket, time
for i in range(10):
    if os.fork() == 0:
        keep = []
        try:
            while True: keep.append(socket.socketpair())
        except OSError: time.sleep(9)
time.sleep(9)
`

// Each limit ends what goes beyond it, and says which it was.
func TestLimits(t *testing.T) {
	for _, c := range []struct {
		name, script string
		limits       Limits
		want         Stop
	}{
		{"busy loop", "while :; do :; done", Limits{CPU: time.Second}, StopCPU},
		{"memory", `exec python3 -c 'x = bytearray(200<<20); import time; time.sleep(9)'`, Limits{Memory: 64 << 20}, StopMemory},
		{"memory of a process that hides", `cp /bin/dd x; chmod 111 x; ./x if=/dev/zero of=/dev/null bs=200M count=1000`, Limits{Memory: 64 << 20, CPU: 5 * time.Second}, StopMemory},
		{"memory in page tables", "exec python3 -c '" + pageTables + "'", Limits{Memory: 64 << 20}, StopMemory},
		{"memory in sockets", "exec python3 -c '" + manySockets + "'", Limits{}, StopMemory},
		{"a huge file", "exec dd if=/dev/zero of=/work/x bs=1M count=100", Limits{Disk: 8 << 20}, StopDisk},
	} {
		t.Run(c.name, func(t *testing.T) {
			if r, out := shell(t, c.script, c.limits); r.Stopped != c.want {
				t.Errorf("stopped by %q, want %q: %+v\n%s", r.Stopped, c.want, r, out)
			}
		})
	}
}

// A fork bomb fills its own cell and no other: one beside it, of the same user, starts and ends
// as always; and the bomb's own end is still told.
func TestForkBomb(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	bomb, err := Start(Cell{Argv: []string{"sh", "-c", "ulimit -u unlimited; f() { f & f & sleep 9; }; f; sleep 9; exit 7"}, Limits: Limits{Processes: 40}}, nil, nil, w, w)
	w.Close()
	if err != nil {
		if os.Getenv("NETLAB_REQUIRE_LIVE") == "" {
			t.Skip(err)
		}
		t.Fatal(err)
	}
	go io.Copy(io.Discard, r)
	time.Sleep(300 * time.Millisecond)
	if rep, out := shell(t, "sh -c 'sh -c \"echo fine\"'", Limits{Processes: 40}); out != "fine\n" {
		t.Errorf("beside a fork bomb: %q %+v", out, rep)
	}
	began := time.Now()
	bomb.Kill()
	bomb.Wait()
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("the bomb took %v to be ended", took)
	}
}

const counting = `
import os, time
n = 0
try:
    while n < 500:
        if os.fork() == 0: time.sleep(20); os._exit(0)
        n += 1
except OSError: pass
print(n, flush=True)
os._exit(0)
`

// A program makes as many processes as it may, whoever runs the grader: also the machine's root,
// for whom the kernel knows no such limit.
func TestProcesses(t *testing.T) {
	_, out := play(t, Cell{Argv: []string{"python3", "-c", counting}, Limits: Limits{Processes: 30}}, nil)
	if n, err := strconv.Atoi(strings.TrimSpace(out)); err != nil || n < 25 || n > 30+wardenThreads {
		t.Errorf("it made %q processes, and may make 30", out)
	}
}

// A daemon that left its parent and its session ends with the cell, even if it keeps the
// program's output open; it is counted.
func TestDaemonEnds(t *testing.T) {
	began := time.Now()
	r, _ := shell(t, "(setsid sleep 60 &) ; (setsid sleep 60 &); exit 0", Limits{})
	if r.Leftover != 2 || r.Exit != 0 {
		t.Errorf("%+v, want two processes left over", r)
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("the daemons held the cell for %v", took)
	}
}

// A program that is not there is an error that names it.
func TestNotThere(t *testing.T) {
	for _, argv := range [][]string{{"./server"}, {"no-such-thing"}, nil} {
		if r, _ := play(t, Cell{Argv: argv}, nil); r.Started || r.Error == "" {
			t.Errorf("%q: %+v, want an error", argv, r)
		}
	}
}

// Many small files end with ENOSPC, not with the machine's disk.
func TestManyFiles(t *testing.T) {
	_, out := shell(t, `i=0; while [ $i -lt 300 ]; do : > f$i || break; i=$((i+1)); done 2>/dev/null; echo $i`, Limits{Files: 100})
	if got := strings.TrimSpace(out); got == "300" || len(got) > 2 {
		t.Errorf("it made %s files, want fewer than 100", got)
	}
}

// Whether a program computes or waits is seen from outside, also of what its shell has started.
func TestWants(t *testing.T) {
	for _, c := range []struct {
		script string
		want   bool
	}{{"sh -c 'while :; do :; done'", true}, {"sleep 100", false}} {
		p := begin(t, Cell{Argv: []string{"sh", "-c", c.script + "; true"}}, nil, os.Stdout)
		got := !c.want
		for end := time.Now().Add(20 * time.Second); got != c.want && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			if got = p.Wants(); !c.want && !got { // it may just not have begun
				time.Sleep(200 * time.Millisecond)
				got = p.Wants()
			}
		}
		if p.Kill(); got != c.want {
			t.Errorf("%s: %v, want %v", c.script, got, c.want)
		}
		p.Wait()
	}
}
