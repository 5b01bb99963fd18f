package cli

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"netlab/lessons/course"
	"netlab/sim"
)

// version is set when a release is built (-ldflags "-X …version=1.2.3").
var version = "development"

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
			info := map[string]any{"type": "version", "netlab": version, "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH,
				"rules": len(sim.Rules()), "lesson_format": course.FormatVersion, "lessons": map[string]string{}}
			for _, l := range lib.Lessons {
				info["lessons"].(map[string]string)[l.ID] = l.Hash()
			}
			revision := ""
			if b, ok := debug.ReadBuildInfo(); ok {
				for _, s := range b.Settings {
					if s.Key == "vcs.revision" {
						revision = s.Value
						info["revision"] = s.Value
					}
				}
			}
			if a.jsonFlag {
				return json.NewEncoder(a.out).Encode(info)
			}
			if revision != "" {
				revision = " (" + revision + ")"
			}
			fmt.Fprintf(a.out, "netlab %s%s\n%s %s/%s\nengine: %d rules\n", version, revision, runtime.Version(), runtime.GOOS, runtime.GOARCH, len(sim.Rules()))
			for _, l := range lib.Lessons {
				fmt.Fprintf(a.out, "lesson %s %s\n", l.ID, l.Hash())
			}
			return nil
		},
	}
}
