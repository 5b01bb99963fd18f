package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

var date = time.Date(2026, 1, 2, 3, 4, 6, 0, time.UTC)

// repository makes a repository of its own with the files of this tree as they are now, as one
// commit that has the same hash wherever it is made.
func repository(t *testing.T) string {
	t.Helper()
	top, err := git(t.Context(), ".", "rev-parse", "--show-toplevel")
	if err != nil {
		t.Skip("the files of the tree are known to git only:", err)
	}
	root := strings.TrimSpace(string(top))
	names, err := git(t.Context(), root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "clone "+t.Name()[len(t.Name())-1:]) // a path with a space
	for name := range strings.SplitSeq(strings.TrimRight(string(names), "\x00"), "\x00") {
		content, err := os.ReadFile(filepath.Join(root, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted, and not yet committed
		}
		if err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(dir, name), content)
	}
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull) // no hooks, no signatures
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	t.Setenv("GIT_DIR", root) // as in a hook: it must not be heard
	for _, who := range []string{"AUTHOR", "COMMITTER"} {
		t.Setenv("GIT_"+who+"_NAME", "netlab")
		t.Setenv("GIT_"+who+"_EMAIL", "netlab@example.org")
		t.Setenv("GIT_"+who+"_DATE", date.Format(time.RFC3339))
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"commit", "-q", "-m", "all"}} {
		if _, err := git(t.Context(), dir, args...); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func put(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// The archive for this machine is built twice, in two clones at two places, and the second time
// with all in the way that a person's machine may have: it must be the same, and hold what a
// release holds.
func TestSameEverywhere(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles netlab")
	}
	here := target{runtime.GOOS, runtime.GOARCH}
	var built [2]string
	for i, name := range []string{"A", "B"} {
		t.Run("clone "+name, func(t *testing.T) {
			c := config{root: repository(t), version: "1.2.3", out: t.TempDir(), targets: []target{here}, anyGo: true}
			if i == 1 {
				t.Setenv("GOFLAGS", "-buildvcs=true -tags=none")
				t.Setenv("GOAMD64", "v3")
				t.Setenv("CGO_ENABLED", "1")
				t.Setenv("TZ", "Asia/Shanghai")
				// A file that the program would embed, and that this clone's git ignores.
				put(t, filepath.Join(c.root, "lessons", "01-handshake", "worlds", "own.txt"), []byte("host A"))
				put(t, filepath.Join(c.root, ".git", "info", "exclude"), []byte("own.txt\n"))
				if _, err := git(t.Context(), c.root, "tag", "v1.2.2"); err != nil {
					t.Fatal(err)
				}
			}
			sums, err := release(t.Context(), c, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			onDisk, err := os.ReadFile(filepath.Join(c.out, sumsName))
			if err != nil || !bytes.Equal(sums, onDisk) {
				t.Errorf("%s holds %q (%v), want %q", sumsName, onDisk, err, sums)
			}
			built[i] = string(sums)
			if i == 0 {
				holds(t, c.out, sums, here)
			}
		})
	}
	if built[0] != built[1] {
		t.Errorf("one commit gave two archives:\n%s%s", built[0], built[1])
	}
}

// holds reads an archive back: names, modes, times, sums, licences, and what the program says.
func holds(t *testing.T, dir string, sums []byte, here target) {
	sum, name, _ := strings.Cut(strings.TrimSpace(string(sums)), "  ")
	content, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%x", sha256.Sum256(content)); got != sum {
		t.Errorf("%s has the sum %s, want %s", name, got, sum)
	}
	if here.os == "windows" {
		return // the test below reads a zip
	}
	files := untar(t, content)
	folder := fmt.Sprintf("netlab-1.2.3-%s-%s/", here.os, here.arch)
	for _, want := range []string{"LICENSE", "README.md", "THIRD-PARTY-LICENSES", "netlab", "completions/netlab.bash",
		"completions/_netlab", "completions/netlab.fish", "completions/netlab.ps1", "lessons/README.md"} {
		if len(files[folder+want]) == 0 {
			t.Errorf("the archive has no %s", want)
		}
	}
	for name := range files {
		if strings.HasSuffix(name, ".go") || strings.Contains(name, "testdata") {
			t.Errorf("the archive holds %s", name)
		}
	}
	licenses := string(files[folder+"THIRD-PARTY-LICENSES"])
	for _, want := range []string{"\ngithub.com/spf13/cobra v1.10.2\n", "Copyright 2009 The Go Authors", "\nGo " + runtime.Version() + "\n"} {
		if !strings.Contains(licenses, want) {
			t.Errorf("the licences have no %q", want)
		}
	}
	if strings.Contains(licenses, "go-internal") {
		t.Error("a module that only tests use is among the licences")
	}
	program := filepath.Join(t.TempDir(), "netlab")
	if err := os.WriteFile(program, files[folder+"netlab"], 0o755); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), program, "version", "--json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var says struct {
		Netlab, Revision, Date, OS, Arch string
		Modified                         *bool
	}
	if err := json.Unmarshal(out, &says); err != nil {
		t.Fatal(err)
	}
	if says.Netlab != "1.2.3" || len(says.Revision) != 40 || says.Date != date.Format(time.RFC3339) || says.Modified == nil || *says.Modified {
		t.Errorf("netlab version says %s", out)
	}
}

// untar returns the files of an archive, and holds each entry to the rules: sorted, below one
// folder, nobody's, with the commit's time and one of two modes.
func untar(t *testing.T, content []byte) map[string][]byte {
	t.Helper()
	gz, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	if gz.Name != "" || !gz.ModTime.IsZero() {
		t.Errorf("gzip's header tells a name %q or a time %v", gz.Name, gz.ModTime)
	}
	files := map[string][]byte{}
	var names []string
	tr := tar.NewReader(gz)
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, h.Name)
		want := int64(0o644)
		if h.Typeflag == tar.TypeDir || strings.HasSuffix(h.Name, "/netlab") {
			want = 0o755
		}
		if h.Mode != want || h.Uid != 0 || h.Gid != 0 || h.Uname+h.Gname != "" || !h.ModTime.Equal(date) {
			t.Errorf("%s: mode %o, owner %d:%d %q, time %v", h.Name, h.Mode, h.Uid, h.Gid, h.Uname+h.Gname, h.ModTime)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if files[h.Name], err = io.ReadAll(tr); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.IsSorted(names) || !strings.HasSuffix(names[0], "/") {
		t.Errorf("the entries are not in order: %v", names)
	}
	return files
}

// A zip tells the same on every machine too, and Windows' own reader needs no Unix modes.
func TestZip(t *testing.T) {
	in := []file{{"b/y", []byte("why"), false}, {"netlab.exe", []byte("MZ"), true}}
	one, err := zipped("netlab-1", in, date)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(in)
	two, err := zipped("netlab-1", in, date)
	if err != nil || !bytes.Equal(one, two) {
		t.Errorf("the order of the files shows in the archive (%v)", err)
	}
	r, err := zip.NewReader(bytes.NewReader(one), int64(len(one)))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range r.File {
		got = append(got, fmt.Sprintf("%s %v %v", f.Name, f.Mode(), f.Modified.UTC().Equal(date)))
	}
	want := []string{"netlab-1/ drwxr-xr-x true", "netlab-1/b/ drwxr-xr-x true", "netlab-1/b/y -rw-r--r-- true", "netlab-1/netlab.exe -rwxr-xr-x true"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// Nobody may pass on what has no licence: that stops a release, with the module's name.
func TestModuleWithoutLicense(t *testing.T) {
	dir := t.TempDir()
	pkg := filepath.Join(dir, "a", "b")
	put(t, filepath.Join(pkg, "LICENSE.go"), []byte("package b"))
	m := module{path: "example.org/m", version: "v1.0.0", dir: dir, packages: []string{pkg}}
	if _, err := m.licenses(); err == nil || !strings.Contains(err.Error(), "example.org/m v1.0.0 has no licence file") {
		t.Errorf("no licence: error %v", err)
	}
	put(t, filepath.Join(dir, "COPYING"), []byte("all"))
	put(t, filepath.Join(pkg, "LICENSE-MIT"), []byte("this one"))
	put(t, filepath.Join(dir, "c", "LICENSE"), []byte("of a package that is not linked"))
	files, err := m.licenses()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		got = append(got, f.name)
	}
	if want := []string{"COPYING", "a/b/LICENSE-MIT"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

// Every target's modules have licences. This needs no compiler, so all are tried.
func TestLicensesOfAllTargets(t *testing.T) {
	env, err := environment(t.Context(), ".", false)
	if err != nil {
		t.Fatal(err)
	}
	b := &builder{source{dir: filepath.Join("..", "..", "..")}, env}
	unused := map[string]bool{}
	for name := range stated {
		unused[name] = true
	}
	for _, target := range targets {
		modules, err := b.modules(t.Context(), target)
		if err != nil && target.os != runtime.GOOS {
			t.Skip("a module that only another system needs cannot be had here:", err)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range modules {
			delete(unused, m.path+"@"+m.version)
			if _, err := m.licenses(); err != nil {
				t.Errorf("%s: %v", target, err)
			}
		}
	}
	for name := range unused {
		t.Errorf("a licence is stated for %s, which no target needs", name)
	}
}

// A changed tree is refused, and -dirty says so in the version.
func TestChangedTree(t *testing.T) {
	root := repository(t)
	put(t, filepath.Join(root, "new.txt"), []byte("not committed"))
	c := config{root: root, version: "1.2.3"}
	if _, err := open(t.Context(), c, t.TempDir()); err == nil || !strings.Contains(err.Error(), "?? new.txt") {
		t.Errorf("a changed tree: error %v", err)
	}
	c.dirty = true
	src, err := open(t.Context(), c, t.TempDir())
	if err != nil || src.version != "1.2.3-dirty" || !src.dirty {
		t.Errorf("-dirty: version %q, dirty %t, error %v", src.version, src.dirty, err)
	}
	c.root = t.TempDir()
	if _, err := open(t.Context(), c, t.TempDir()); err == nil || !strings.Contains(err.Error(), "in a clone") {
		t.Errorf("no clone: error %v", err)
	}
}

// What is wrong on the command line is said, with what is right.
func TestFlags(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"", "three numbers"},
		{"-version v1.0.0", "three numbers"},
		{"-version 1.0", "three numbers"},
		{"-version 1.0.0+local", "three numbers"},
		{"-version 1.0.0 -targets linux", "is none of"},
		{"-version 1.0.0 linux/amd64", "flags only"},
		{"-versoin 1.0.0", "-h lists the flags"},
	} {
		err := run(t.Context(), strings.Fields(tt.args), io.Discard, io.Discard)
		var usage usageError
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("release %s: error %v, want %q", tt.args, err, tt.want)
		}
	}
	c, err := parse(strings.Fields("-version 1.0.0-rc.1 -targets windows/arm64,linux/amd64,windows/arm64"), io.Discard)
	if err != nil || fmt.Sprint(c.targets) != "[windows/arm64 linux/amd64]" || c.out != "dist" {
		t.Errorf("got %+v, %v", c, err)
	}
}

// The Go of the releases is named in this program alone; the recipes must agree with it.
func TestOneToolchain(t *testing.T) {
	version := strings.TrimPrefix(toolchain, "go")
	for name, want := range map[string]string{
		"../../../.github/workflows/release.yml": "go-version: \"" + version + "\"",
		"../../../.ci/Containerfile":             "golang:" + version + "-",
	} {
		content, err := os.ReadFile(filepath.FromSlash(name))
		if err != nil || !strings.Contains(string(content), want) {
			t.Errorf("%s has no %s (%v)", name, want, err)
		}
	}
}
