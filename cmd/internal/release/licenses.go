package main

import (
	"bytes"
	"context"
	"debug/buildinfo"
	_ "embed" // for the text below
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
)

// licenseFile says which files are licences, or belong to one.
var licenseFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|copyright|notice|patents|unlicense)([-._].*)?$`)

//go:embed go-localereader.txt
var goLocalereader string

// stated are the modules that say under which licence they are without a file of it: the
// text here tells where they say so. A new version must be looked at anew.
var stated = map[string]string{"github.com/mattn/go-localereader@v0.0.1": goLocalereader}

// A module is one that is linked, with the folders of its packages.
type module struct {
	path, version, dir string
	packages           []string
}

// licenses is the text of all licences of what is linked into a program: Go's own, and each
// module's. Which modules those are is read from the program itself.
func (b *builder) licenses(ctx context.Context, t target, program string) ([]byte, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil, fmt.Errorf("%s: which modules are linked: %w", t, err)
	}
	modules, err := b.modules(ctx, t)
	if err != nil {
		return nil, err
	}
	if err := agree(info.Deps, modules); err != nil {
		return nil, fmt.Errorf("%s: %w", t, err)
	}
	root, err := b.run(ctx, t, "go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "netlab for %s contains the work of others: Go's run-time system and\nstandard library, and %d modules. These are their licences.\n", t, len(modules))
	err = add(&out, module{path: "Go", version: info.GoVersion, dir: strings.TrimSpace(string(root))})
	if err != nil {
		return nil, err
	}
	for _, m := range modules {
		if err := add(&out, m); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// add writes a module's licences.
func add(out *bytes.Buffer, m module) error {
	files, err := m.licenses()
	if err != nil {
		return err
	}
	name := m.path + " " + m.version
	fmt.Fprintf(out, "\n%s\n%s\n", strings.Repeat("=", 80), name)
	for _, f := range files {
		text := strings.ReplaceAll(string(f.content), "\r\n", "\n")
		fmt.Fprintf(out, "%s\n%s\n\n%s\n", strings.Repeat("-", 80), f.name, strings.Trim(text, "\n"))
	}
	return nil
}

// modules asks go list which modules, and which packages of each, a target needs.
func (b *builder) modules(ctx context.Context, t target) ([]module, error) {
	said, err := b.run(ctx, t, "go", "list", "-mod=readonly", "-deps", "-json=Dir,Module", "./cmd/netlab")
	if err != nil {
		return nil, err
	}
	var all []module
	dec := json.NewDecoder(bytes.NewReader(said))
	for {
		var p struct {
			Dir    string
			Module *struct {
				Path, Version, Dir string
				Main               bool
				Replace            *struct{ Path, Version string }
			}
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			slices.SortFunc(all, func(a, b module) int { return strings.Compare(a.path, b.path) })
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		m := p.Module
		if m == nil || m.Main {
			continue
		}
		if m.Replace != nil {
			m.Path, m.Version = m.Replace.Path, m.Replace.Version
		}
		i := slices.IndexFunc(all, func(x module) bool { return x.path == m.Path })
		if i < 0 {
			i = len(all)
			all = append(all, module{path: m.Path, version: m.Version, dir: m.Dir})
		}
		all[i].packages = append(all[i].packages, p.Dir)
	}
}

// agree holds what the program says of itself against what go list says.
func agree(linked []*debug.Module, modules []module) error {
	var a, b []string
	for _, d := range linked {
		if d.Replace != nil {
			d = d.Replace
		}
		a = append(a, d.Path+" "+d.Version)
	}
	for _, m := range modules {
		b = append(b, m.path+" "+m.version)
	}
	slices.Sort(a)
	slices.Sort(b)
	if !slices.Equal(a, b) {
		return fmt.Errorf("the program has the modules\n%s\nand go list says\n%s", strings.Join(a, "\n"), strings.Join(b, "\n"))
	}
	return nil
}

// licenses finds a module's licence files: those in its own folder, and those beside the packages that are linked
// and above them. A module without one in its own folder is an error: nobody may pass it on.
func (m module) licenses() ([]file, error) {
	if text, ok := stated[m.path+"@"+m.version]; ok {
		return []file{{name: "stated in its README.md", content: []byte(text)}}, nil
	}
	folders := []string{m.dir}
	for _, p := range m.packages {
		for ; len(p) > len(m.dir); p = filepath.Dir(p) {
			if !slices.Contains(folders, p) {
				folders = append(folders, p)
			}
		}
	}
	slices.Sort(folders)
	var all []file
	for _, folder := range folders {
		entries, err := os.ReadDir(folder)
		if err != nil {
			return nil, fmt.Errorf("licences of %s: %w", m.path, err)
		}
		for _, e := range entries {
			if !e.Type().IsRegular() || !licenseFile.MatchString(e.Name()) || strings.HasSuffix(e.Name(), ".go") {
				continue
			}
			content, err := os.ReadFile(filepath.Join(folder, e.Name()))
			if err != nil {
				return nil, err
			}
			rel, err := filepath.Rel(m.dir, filepath.Join(folder, e.Name()))
			if err != nil {
				return nil, err
			}
			all = append(all, file{name: filepath.ToSlash(rel), content: content})
		}
		if folder == m.dir && len(all) == 0 {
			return nil, fmt.Errorf("%s %s has no licence file (looked for LICENSE, COPYING and the like in %s): may it be passed on? "+
				"If it says so elsewhere, tell where in licenses.go", m.path, m.version, m.dir)
		}
	}
	return all, nil
}
