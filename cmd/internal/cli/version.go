package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"netlab/lessons/course"
	"netlab/sim"
)

// What cmd/internal/release tells the linker (-X). Without it the version is
// "development", and the rest is what Go itself has noted of the commit.
var (
	version    = "development"
	commit     string // the whole hash
	commitDate string // RFC 3339, in UTC
	modified   string // "true" or "false": was the tree other than the commit?
)

// An origin is what a binary knows of the source it was built from; what it does not know is empty.
type origin struct {
	Version, Commit, Date, Modified string
}

// originOf takes what the release build said, or else what `go build` noted from git.
func originOf(info *debug.BuildInfo) origin {
	o := origin{version, commit, commitDate, modified}
	if o.Commit != "" || info == nil {
		return o
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			o.Commit = s.Value
		case "vcs.time":
			o.Date = s.Value
		case "vcs.modified":
			o.Modified = s.Value
		}
	}
	return o
}

// String is a commit on one line.
func (o origin) String() string {
	s := o.Commit
	if s == "" {
		return "unknown"
	}
	if o.Date != "" {
		s += " of " + o.Date
	}
	switch o.Modified {
	case "true":
		s += ", modified"
	case "false":
		s += ", unmodified"
	}
	return s
}

// lessonsHash is one hash for all lessons: equal if and only if each lesson's is.
func lessonsHash(lib *course.Library) string {
	h := sha256.New()
	for _, l := range lib.Lessons {
		fmt.Fprintln(h, l.ID, l.Hash())
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "What this netlab is",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			lib, err := a.library()
			if err != nil {
				return err
			}
			info, _ := debug.ReadBuildInfo()
			o := originOf(info)
			if a.jsonFlag {
				return json.NewEncoder(a.out).Encode(versionObject(o, lib))
			}
			fmt.Fprintf(a.out, "netlab %s\ncommit: %s\n%s %s/%s\nengine: %d rules\nlessons: %d, hash %s\n",
				o.Version, o, runtime.Version(), runtime.GOOS, runtime.GOARCH, len(sim.Rules()), len(lib.Lessons), lessonsHash(lib))
			for _, l := range lib.Lessons {
				fmt.Fprintf(a.out, "lesson %s %s\n", l.ID, l.Hash())
			}
			return nil
		},
	}
}

// versionObject is what --json prints. What is not known is left out.
func versionObject(o origin, lib *course.Library) map[string]any {
	lessons := map[string]string{}
	for _, l := range lib.Lessons {
		lessons[l.ID] = l.Hash()
	}
	all := map[string]any{"type": "version", "netlab": o.Version, "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH,
		"rules": len(sim.Rules()), "lesson_format": course.FormatVersion, "lessons": lessons, "lessons_hash": lessonsHash(lib)}
	if o.Commit != "" {
		all["revision"] = o.Commit
	}
	if o.Date != "" {
		all["date"] = o.Date
	}
	if o.Modified != "" {
		all["modified"] = o.Modified == "true"
	}
	return all
}
