package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"netlab/sim"
	"netlab/sim/library"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
)

// A play is what the flags say about playing on the model.
type play struct {
	seed    uint64
	profile string
}

// playFlags adds the flags of every command that plays a script on the model.
func playFlags(cmd *cobra.Command, profile string) *play {
	p := &play{}
	cmd.Flags().Uint64Var(&p.seed, "seed", sim.DefaultSeed, "numbers that the script leaves open come from it")
	profileFlag(cmd, &p.profile, profile, "habits of the model")
	return p
}

// profileFlag adds --profile.
func profileFlag(cmd *cobra.Command, value *string, preset, what string) {
	cmd.Flags().StringVar(value, "profile", preset, what+": "+strings.Join(profileNames(), ", "))
	_ = cmd.RegisterFlagCompletionFunc("profile", cobra.FixedCompletions(profileNames(), cobra.ShellCompDirectiveNoFileComp))
}

func profileNames() []string {
	var names []string
	for _, p := range tcp.Profiles() {
		names = append(names, p.Name)
	}
	return names
}

// profileNamed finds a profile.
func profileNamed(name string) (tcp.Profile, error) {
	p, ok := tcp.ProfileByName(name)
	if !ok {
		return p, usageError("one of "+strings.Join(profileNames(), ", "), "--profile %q is unknown", name)
	}
	return p, nil
}

// options checks the flags.
func (f *play) options() (sim.Options, error) {
	p, err := profileNamed(f.profile)
	if err != nil {
		return sim.Options{}, err
	}
	return sim.Options{Profile: p, Seed: f.seed}, nil
}

// script finds the one script that an argument names: a lesson's, the library's, or a
// file's.
func (a *app) script(arg string) (*scenario.Script, error) {
	all, err := a.fileScripts(arg)
	switch {
	case err != nil:
		return nil, err
	case len(all) > 1:
		return nil, usageError("pick one with --case NAME; netlab sim plays them all", "%s holds %d cases, and one script is wanted here", arg, len(all))
	}
	return all[0], nil
}

// oneCase finds the one script that an argument names; only, if it is not empty, picks a
// case of it.
func (a *app) oneCase(arg, only string) (*scenario.Script, error) {
	if only == "" {
		return a.script(arg)
	}
	all, err := a.scripts([]string{arg}, only)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// scripts finds the scripts that the arguments name; only, if it is not empty, picks one
// case.
func (a *app) scripts(args []string, only string) ([]*scenario.Script, error) {
	var all []*scenario.Script
	for _, arg := range args {
		list, err := a.fileScripts(arg)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	if only == "" {
		return all, nil
	}
	var names []string
	for _, s := range all {
		if s.Case == only {
			return []*scenario.Script{s}, nil
		}
		if s.Case != "" && len(names) < 10 {
			names = append(names, fmt.Sprintf("%q", s.Case))
		}
	}
	hint := "the script has no cases"
	if len(names) > 0 {
		hint = "cases are " + strings.Join(names, ", ")
	}
	return nil, usageError(hint, "no case %q", only)
}

// fileScripts finds the scripts that an argument names.
func (a *app) fileScripts(arg string) ([]*scenario.Script, error) {
	lib, err := a.library()
	if err != nil {
		return nil, err
	}
	if l := lib.Find(arg); l != nil {
		return []*scenario.Script{l.Script}, nil
	}
	if id, scene, ok := strings.Cut(arg, "/"); ok && lib.Find(id) != nil && scene != "" {
		if scene == "main" { // the lesson's own script, where its name means all scenes
			scene = ""
		}
		if s := lib.Find(id).Scene(scene); s != nil {
			return []*scenario.Script{s}, nil
		}
	}
	path := arg
	if _, err := os.Stat(arg); err != nil {
		if text, name, ok := library.Text(arg); ok {
			return scenario.ParseFile(name, text)
		}
	}
	if st, err := os.Stat(path); err == nil && st.IsDir() {
		if path = filepath.Join(path, "scenario.txt"); !exists(path) {
			return nil, usageError("name a file in it", "%s is a folder without a scenario.txt", arg)
		}
	}
	text, err := readInput(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, usageError(lib.Suggest(arg)+"; netlab sim --list names the scenarios", "no lesson, no scenario and no file %q", arg)
	case err != nil:
		return nil, usageError("", "%v", err)
	}
	all, err := scenario.ParseFile(filepath.Base(path), string(text))
	if err != nil {
		return nil, &exitError{exitUsage, err, "netlab help scenario"}
	}
	return all, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// oneScript checks that a command got exactly one argument.
func oneScript(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usageError("for example: "+cmd.CommandPath()+" handshake", "%s takes one %s, not %d", cmd.CommandPath(), what, len(args))
		}
		return nil
	}
}

// writeOut writes a command's result to the file that -o names, or to stdout. A
// file appears only when it is complete; a device or a pipe is written to as it is.
func (a *app) writeOut(path string, write func(w writer) error) error {
	if path == "" || path == "-" {
		return write(a.out)
	}
	mode := fs.FileMode(0o644)
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if st, err := os.Stat(path); err == nil {
		switch {
		case st.IsDir():
			return usageError("name a file in it", "%s is a folder", path)
		case !st.Mode().IsRegular():
			return writeInto(path, write)
		}
		mode = st.Mode().Perm()
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".netlab-*")
	if err != nil {
		return usageError("choose a folder that is there and that you may write to", "cannot write %s: %v", path, errors.Unwrap(err))
	}
	defer os.Remove(tmp.Name())
	err = write(tmp)
	if e := tmp.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Chmod(tmp.Name(), mode)
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// writeInto writes to a device or a pipe.
func writeInto(path string, write func(w writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return usageError("", "cannot write %s: %v", path, errors.Unwrap(err))
	}
	err = write(f)
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

// maxInput bounds a file that a person names: far above what a person writes.
const maxInput = 2 << 20

// readInput reads a file that a person names.
func readInput(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxInput+1))
	if err == nil && len(data) > maxInput {
		err = fmt.Errorf("%s is larger than 2 MiB", path)
	}
	return data, err
}

type writer interface{ Write(p []byte) (int, error) }
