package cli

import (
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"

	"github.com/adrg/xdg"
	"github.com/spf13/cobra"

	"netlab/lessons/grade"
)

// toolsFlag adds --tools, for compilers and interpreters that are not the system's.
func toolsFlag(cmd *cobra.Command, tools *[]string) {
	cmd.Flags().StringArrayVar(tools, "tools", nil, "a folder with a compiler or interpreter in its bin, that is not below /usr;\nprograms may read all of it; may be repeated")
	_ = cmd.MarkFlagDirname("tools")
}

// ownFolders are made anew for each program: nothing of this machine can be seen there.
var ownFolders = []string{"/tmp", "/work", "/dev", "/proc", "/sys", "/etc"}

// toolFolders returns the folders that --tools names, absolute and without symbolic links.
func toolFolders(named []string) (dirs []string, err error) {
	const hint = `the folder in whose bin the compiler lies: --tools "$(rustc --print sysroot)", --tools /opt/go`
	for _, name := range named {
		dir, err := filepath.Abs(name)
		if err == nil {
			dir, err = filepath.EvalSymlinks(dir)
		}
		if err != nil {
			return nil, usageError(hint, "--tools: %v", err)
		}
		bin, statErr := os.Stat(filepath.Join(dir, "bin"))
		switch {
		case holdsHome(dir): // programs would read what is the grader's
			return nil, usageError(hint, "--tools %s: programs would see a whole home folder", name)
		case slices.ContainsFunc(ownFolders, func(own string) bool { return below(dir, own) }):
			return nil, usageError("put it somewhere else, such as below /opt", "--tools %s: a program has a %s of its own, and would not see it there", name, "/"+strings.Split(dir, "/")[1])
		case strings.Contains(dir, ":"):
			return nil, usageError("give it another name", "--tools %s: a colon separates the folders of PATH", name)
		case statErr != nil || !bin.IsDir():
			return nil, usageError(hint, "--tools %s: there is no folder bin in it", name)
		}
		dirs = append(dirs, dir)
	}
	return dirs, nil
}

// holdsHome reports whether a folder is all of the machine, or has the user's home folder in it, by
// whatever name the environment and the user's entry know that.
func holdsHome(dir string) bool {
	home, _ := os.UserHomeDir()
	homes := []string{home}
	if me, err := user.Current(); err == nil {
		homes = append(homes, me.HomeDir)
	}
	return dir == "/" || slices.ContainsFunc(homes, func(home string) bool {
		if real, err := filepath.EvalSymlinks(home); err == nil {
			home = real
		}
		return home != "" && below(home, dir)
	})
}

// below reports whether a path is a folder or lies in it.
func below(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, strings.TrimSuffix(folder, "/")+"/")
}

// goCache keeps what is compiled of Go's library, for the next time.
func (a *app) goCache() *grade.GoCache {
	return grade.NewGoCache(filepath.Join(a.cacheFolder(), "netlab"))
}

// cacheFolder is where programs of this user keep what can be made again. A path that is not absolute
// says nothing (XDG Base Directory Specification): it would lead to a folder among the hand-ins.
func (a *app) cacheFolder() string {
	if own := a.getenv("XDG_CACHE_HOME"); filepath.IsAbs(own) {
		return own
	}
	return xdg.CacheHome
}
