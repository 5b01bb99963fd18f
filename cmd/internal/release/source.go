package main

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A source is what is built: a commit, in a folder.
type source struct {
	dir     string
	commit  string
	date    time.Time // the commit's, in UTC: the time of all files in the archives
	version string
	dirty   bool // the folder is not the commit
}

// elsewhere are the settings by which git, when it runs a hook, points to another repository
// than the one of the folder.
var elsewhere = []string{"GIT_DIR=", "GIT_WORK_TREE=", "GIT_INDEX_FILE=", "GIT_OBJECT_DIRECTORY=", "GIT_PREFIX="}

// git runs git in a folder and returns what it prints.
func git(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir, "-c", "core.autocrlf=false", "-c", "core.quotePath=true"}, args...)...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(e string) bool {
		return slices.ContainsFunc(elsewhere, func(name string) bool { return strings.HasPrefix(e, name) })
	})
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(said.String()))
	}
	return out, nil
}

// open says what is to be built. The commit is exported into the folder work; with -dirty, the
// working tree is built where it is.
func open(ctx context.Context, c config, work string) (source, error) {
	s := source{version: c.version}
	top, err := git(ctx, c.root, "rev-parse", "--show-toplevel")
	if err != nil {
		return s, fmt.Errorf("a release is made in a clone: %w", err)
	}
	s.dir = strings.TrimSuffix(string(top), "\n")
	about, err := git(ctx, s.dir, "log", "-1", "--no-show-signature", "--format=%H %ct")
	if err != nil {
		return s, err
	}
	hash, seconds, _ := strings.Cut(strings.TrimSpace(string(about)), " ")
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return s, fmt.Errorf("git log: the commit's time: %w", err)
	}
	s.commit, s.date = hash, time.Unix(n, 0).UTC()
	changed, err := git(ctx, s.dir, "status", "--porcelain", "--untracked-files=normal")
	if err != nil {
		return s, err
	}
	if c.dirty {
		if s.dirty = len(changed) > 0; s.dirty {
			s.version += "-dirty"
		}
		return s, nil
	}
	if len(changed) > 0 {
		return s, fmt.Errorf("the tree is not the commit; commit these, put them away, or say -dirty:\n%s", first(changed, 10))
	}
	tree, err := git(ctx, s.dir, "archive", "--format=tar", hash)
	if err != nil {
		return s, err
	}
	s.dir = filepath.Join(work, "source")
	return s, extract(bytes.NewReader(tree), s.dir)
}

// first returns the first n lines, and how many there are besides.
func first(text []byte, n int) string {
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	if len(lines) > n {
		lines = append(lines[:n:n], fmt.Sprintf("and %d more", len(lines)-n))
	}
	return strings.Join(lines, "\n")
}

// extract writes the files of git's archive below dir.
func extract(r io.Reader, dir string) error {
	tr := tar.NewReader(r)
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("git archive: %w", err)
		}
		if h.Typeflag != tar.TypeReg {
			continue // folders are made for their files; there are no links in the tree
		}
		if !filepath.IsLocal(h.Name) {
			return fmt.Errorf("git archive: %q leads out of the tree", h.Name)
		}
		name := filepath.Join(dir, filepath.FromSlash(h.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			return err
		}
		content, err := io.ReadAll(tr)
		if err != nil {
			return fmt.Errorf("git archive: %s: %w", h.Name, err)
		}
		if err := os.WriteFile(name, content, 0o666); err != nil {
			return err
		}
	}
}
