package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// kept are Go's settings that say where modules come from and where they lie, which has no
// influence on what is built: their sums are in go.sum.
var kept = []string{"GOPROXY", "GONOPROXY", "GOPRIVATE", "GOSUMDB", "GONOSUMDB", "GOINSECURE", "GOVCS", "GOAUTH", "GOPATH", "GOMODCACHE", "GOCACHE"}

// environment is the one of all builds: of the person's settings for Go, from the
// environment and from `go env -w`, only those are left that say where modules are. fetched asks for
// the Go of the releases instead of the one that is installed.
func environment(ctx context.Context, dir string, fetched bool) ([]string, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"env", "-json"}, kept...)...)
	cmd.Dir = dir
	said, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	settings := map[string]string{}
	if err := json.Unmarshal(said, &settings); err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	var env []string
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "GO") && !strings.HasPrefix(e, "CGO_") {
			env = append(env, e)
		}
	}
	for _, k := range kept {
		if settings[k] != "" {
			env = append(env, k+"="+settings[k])
		}
	}
	use := "local"
	if fetched {
		use = toolchain
	}
	return append(env, "GOENV=off", "GOWORK=off", "GOTOOLCHAIN="+use, "CGO_ENABLED=0", "GOAMD64=v1", "GOARM64=v8.0"), nil
}

// A builder runs go(1) on one source.
type builder struct {
	src source
	env []string
}

// run runs a command in the source's folder and returns what it prints.
func (b *builder) run(ctx context.Context, t target, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = b.src.dir
	cmd.Env = append(b.env[:len(b.env):len(b.env)], "GOOS="+t.os, "GOARCH="+t.arch)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s %s for %s: %w\n%s", filepath.Base(name), args[0], t, err, first(said.Bytes(), 20))
	}
	return out, nil
}

// program builds netlab for a target into the folder work and returns its file.
func (b *builder) program(ctx context.Context, t target, work string) (string, error) {
	const pkg = "netlab/cmd/internal/cli"
	facts := fmt.Sprintf("-s -w -buildid= -X %[1]s.version=%[2]s -X %[1]s.commit=%[3]s -X %[1]s.commitDate=%[4]s -X %[1]s.modified=%[5]t",
		pkg, b.src.version, b.src.commit, b.src.date.Format(time.RFC3339), b.src.dirty)
	file := filepath.Join(work, t.os+"-"+t.arch, programName(t))
	// Go's own note of the commit depends on the clone: on its tags, and how deep it is.
	_, err := b.run(ctx, t, "go", "build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", facts, "-o", file, "./cmd/netlab")
	return file, err
}

func programName(t target) string {
	if t.os == "windows" {
		return "netlab.exe"
	}
	return "netlab"
}

// shells are the names of the completion files, as their shells look for them.
var shells = map[string]string{"bash": "netlab.bash", "zsh": "_netlab", "fish": "netlab.fish", "powershell": "netlab.ps1"}

// completions asks netlab itself, built for this machine. They are the same on every system:
// the scripts ask the program what fits.
func (b *builder) completions(ctx context.Context, work string) ([]file, error) {
	here := target{runtime.GOOS, runtime.GOARCH}
	program, err := b.program(ctx, here, work)
	if err != nil {
		return nil, err
	}
	var all []file
	for shell, name := range shells {
		script, err := b.run(ctx, here, program, "completion", shell)
		if err != nil {
			return nil, err
		}
		all = append(all, file{"completions/" + name, script, false})
	}
	return all, nil
}

// release builds everything, writes the archives and their sums, and returns the sums.
func release(ctx context.Context, c config, log io.Writer) (sums []byte, err error) {
	if err := os.MkdirAll(c.out, 0o777); err != nil {
		return nil, err // before a minute's work, not after it
	}
	work, err := os.MkdirTemp("", "netlab-release-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	src, err := open(ctx, c, work)
	if err != nil {
		return nil, err
	}
	env, err := environment(ctx, src.dir, !c.anyGo)
	if err != nil {
		return nil, err
	}
	b := &builder{src, env}
	shared, err := documents(src.dir)
	if err != nil {
		return nil, err
	}
	scripts, err := b.completions(ctx, work)
	if err != nil {
		return nil, err
	}
	shared = append(shared, scripts...)
	archives := map[string][]byte{}
	for _, t := range c.targets {
		start := time.Now()
		name, content, err := b.archive(ctx, t, work, shared)
		if err != nil {
			return nil, err
		}
		archives[name] = content
		fmt.Fprintf(log, "%s, %d octets, %.1f s\n", name, len(content), time.Since(start).Seconds())
	}
	return write(c.out, archives)
}

// archive builds one target and packs it.
func (b *builder) archive(ctx context.Context, t target, work string, shared []file) (name string, content []byte, err error) {
	program, err := b.program(ctx, t, work)
	if err != nil {
		return "", nil, err
	}
	binary, err := os.ReadFile(program)
	if err != nil {
		return "", nil, err
	}
	licenses, err := b.licenses(ctx, t, program)
	if err != nil {
		return "", nil, err
	}
	files := append(shared[:len(shared):len(shared)],
		file{programName(t), binary, true}, file{"THIRD-PARTY-LICENSES", licenses, false})
	folder := fmt.Sprintf("netlab-%s-%s-%s", b.src.version, t.os, t.arch)
	if t.os == "windows" {
		content, err = zipped(folder, files, b.src.date)
		return folder + ".zip", content, err
	}
	content, err = tarred(folder, files, b.src.date)
	return folder + ".tar.gz", content, err
}
