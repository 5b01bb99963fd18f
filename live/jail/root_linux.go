package jail

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// workDir is where a program finds its files, and where it begins.
const workDir = "/work"

// base is a folder that every system has; the private root covers it until it is the root.
const base = "/tmp"

// systemDirs hold the system's programs and libraries.
var systemDirs = []string{"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}

// systemFiles are what libraries and interpreters look for; patterns.
var systemFiles = []string{"/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime", "/etc/java*", "/etc/python3*", "/etc/mime.types"}

// devices are all that there is in /dev.
var devices = []string{"null", "zero", "full", "random", "urandom"}

// readyMade are programs with which one could hand in somebody else's server; a program in a
// cell does not find them.
var readyMade = []string{"nc", "nc.openbsd", "nc.traditional", "ncat", "netcat", "socat", "tcpserver", "inetd", "xinetd", "busybox", "netlab", "unshare", "nsenter", "gdb", "strace"}

// furnish makes the private root: the system, read only; the program's folder and a temporary
// one, of limited size; its own processes; nothing else.
func furnish(c *Cell) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	if err := mountTmp(base, "mode=755,size=4m,nr_inodes=1k"); err != nil {
		return err
	}
	for _, dir := range c.Tools { // started by root, a cell is another user's, who cannot look into every folder
		if _, err := os.Stat(filepath.Join(dir, "bin")); err != nil {
			return fmt.Errorf("the folder of tools: %w", err)
		}
	}
	for _, dir := range slices.Concat(systemDirs, c.Dirs, c.Tools) {
		if err := bring(dir); err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
	}
	for _, pattern := range systemFiles {
		found, _ := filepath.Glob(pattern)
		for _, f := range found {
			if err := bring(f); err != nil {
				return fmt.Errorf("%s: %w", f, err)
			}
		}
	}
	for _, do := range []func() error{words, hide, devs, func() error { return own(c) }} {
		if err := do(); err != nil {
			return err
		}
	}
	return move()
}

func mountTmp(at, opts string) error {
	if err := os.MkdirAll(at, 0o755); err != nil {
		return err
	}
	if err := unix.Mount("cell", at, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, opts); err != nil {
		return fmt.Errorf("mount %s: %w", at, err)
	}
	return nil
}

// bring puts a file or folder of this machine at its place in the private root, to be read
// only. What this machine lacks, or does not let us see, the private root lacks.
func bring(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return nil
	}
	at := filepath.Join(base, path)
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		return err
	}
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		to, err := os.Readlink(path)
		if err != nil {
			return err
		}
		return os.Symlink(to, at)
	case info.IsDir():
		err = os.MkdirAll(at, 0o755)
	default:
		err = os.WriteFile(at, nil, 0o644)
	}
	if err != nil {
		return err
	}
	return bind(path, at, unix.MOUNT_ATTR_RDONLY|unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NODEV)
}

// bind shows one place at another, with fewer rights.
func bind(from, at string, attr uint64) error {
	if err := unix.Mount(from, at, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return err
	}
	return unix.MountSetattr(unix.AT_FDCWD, at, unix.AT_RECURSIVE, &unix.MountAttr{Attr_set: attr})
}

// words are the small files that libraries ask for names.
func words() error {
	if err := os.MkdirAll(base+"/etc", 0o755); err != nil {
		return err
	}
	for name, text := range map[string]string{
		"passwd":        fmt.Sprintf("student:x:%d:%d::/work:/bin/sh\n", student, student),
		"group":         fmt.Sprintf("student:x:%d:\n", student),
		"hosts":         "127.0.0.1 localhost\n",
		"nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
	} {
		if err := os.WriteFile(base+"/etc/"+name, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// hide covers the ready-made programs with a file that cannot be run.
func hide() error {
	empty := base + "/etc/none"
	if err := os.WriteFile(empty, nil, 0o400); err != nil {
		return err
	}
	for _, name := range readyMade {
		for _, dir := range []string{"/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"} {
			at := base + dir + "/" + name
			if info, err := os.Lstat(at); err != nil || !info.Mode().IsRegular() {
				continue
			}
			if err := unix.Mount(empty, at, "", unix.MS_BIND, ""); err != nil {
				return fmt.Errorf("hide %s: %w", name, err)
			}
		}
	}
	return nil
}

func devs() error {
	if err := os.MkdirAll(base+"/dev", 0o755); err != nil {
		return err
	}
	for _, d := range devices {
		at := base + "/dev/" + d
		if err := os.WriteFile(at, nil, 0o644); err != nil {
			return err
		}
		if err := bind("/dev/"+d, at, unix.MOUNT_ATTR_NOSUID); err != nil {
			return fmt.Errorf("/dev/%s: %w", d, err)
		}
	}
	for name, to := range map[string]string{"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"} {
		if err := os.Symlink(to, base+"/dev/"+name); err != nil {
			return err
		}
	}
	return nil
}

// own makes what belongs to the program.
func own(c *Cell) error {
	size := fmt.Sprintf("mode=700,size=%d,nr_inodes=%d", c.Limits.Disk, c.Limits.Files)
	for _, at := range []string{workDir, "/tmp", "/dev/shm"} {
		if err := mountTmp(base+at, size); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(base+"/proc", 0o755); err != nil {
		return err
	}
	const flags = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
	if unix.Mount("proc", base+"/proc", "proc", flags, "hidepid=4") == nil { // only what one could trace is there
		return nil
	}
	if err := unix.Mount("proc", base+"/proc", "proc", flags, "hidepid=2"); err != nil { // before Linux 5.8
		return fmt.Errorf("/proc: %w", err)
	}
	return nil
}

// move makes the private root the root, and leaves the old one behind.
func move() error {
	if err := os.Chdir(base); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("pivot_root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("the old root: %w", err)
	}
	if err := unix.MountSetattr(unix.AT_FDCWD, "/", 0, &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY}); err != nil {
		return fmt.Errorf("the root: %w", err)
	}
	if err := unix.Sethostname([]byte("cell")); err != nil {
		return err
	}
	return os.Chdir(workDir)
}

// unpack fills a folder from a tar archive of files and folders, which was made by us. An
// empty one stands for none.
func unpack(from *os.File, dir string) error {
	info, err := from.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	tr := tar.NewReader(io.NewSectionReader(from, 0, info.Size()))
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := unpackOne(root, h, tr); err != nil {
			return fmt.Errorf("%s: %w", h.Name, err)
		}
	}
}

func unpackOne(root *os.Root, h *tar.Header, from io.Reader) error {
	name := strings.TrimSuffix(h.Name, "/")
	for i, r := range name { // the folders above it
		if r == '/' {
			if err := root.Mkdir(name[:i], 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
				return err
			}
		}
	}
	switch h.Typeflag {
	case tar.TypeDir:
		if err := root.Mkdir(name, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		return nil
	case tar.TypeReg:
	default:
		return nil // links and devices are not ours to bring
	}
	f, err := root.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, fs.FileMode(h.Mode)&0o755|0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, from)
	return errors.Join(err, f.Close())
}

// weigh adds up the octets of the files in a folder: links to them, and what else is no file, are not
// handed back.
func weigh(dir string) (sum int64) {
	_ = eachFile(dir, func(_ string, _ *os.File, info fs.FileInfo) error {
		sum += info.Size() // holes weigh, too
		return nil
	})
	return sum
}

// pack writes the files in a folder as an archive.
func pack(w io.Writer, dir string) error {
	tw := tar.NewWriter(w)
	err := eachFile(dir, func(name string, f *os.File, info fs.FileInfo) error {
		if err := tw.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: int64(info.Mode().Perm()), Size: info.Size()}); err != nil {
			return err
		}
		_, err := io.CopyN(tw, f, info.Size())
		return err
	})
	return errors.Join(err, tw.Close())
}

// eachFile opens the files in a folder, one after the other; what cannot be read is passed over.
func eachFile(dir string, do func(name string, f *os.File, info fs.FileInfo) error) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	return fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil
		}
		f, err := root.Open(name)
		if err != nil {
			return nil
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return nil
		}
		return do(name, f, info)
	})
}
