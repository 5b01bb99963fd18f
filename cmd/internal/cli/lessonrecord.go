package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"netlab/lessons/course"
	"netlab/live/lab"
	"netlab/sim/tcp"
)

func (a *app) lessonRecordCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "record <folder>...",
		Short: "Record a real run of each scene of a lesson",
		Long: "Play every scene of a lesson that loopback can show with real sockets in a private namespace,\n" +
			"and keep the runs in the lesson's folder: they are shown where live runs are refused.\n" +
			"A run that differs from the model is not kept: exit 1.",
		Example: "  netlab lesson record ./my-lesson\n  netlab lesson record lessons/[0-9]*",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, dir := range args {
				l, err := a.lessonArg(dir)
				if err != nil {
					return err
				}
				if !l.Local {
					return usageError("netlab lesson record lessons/"+l.Dir, "%s is a built-in lesson, and a folder is wanted", dir)
				}
				if err := a.record(cmd, dir, l); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// record plays the scenes of one lesson and writes what they have shown.
func (a *app) record(cmd *cobra.Command, dir string, l *course.Lesson) error {
	kept := map[string]bool{}
	for _, scene := range l.Scenes() {
		s := l.Scene(scene)
		err := lab.TooLong(s)
		res := (*lab.Result)(nil)
		if err == nil {
			res, err = lab.Run(cmd.Context(), s, lab.LevelPrivate)
		}
		var cannot *lab.CannotError
		if errors.As(err, &cannot) {
			fmt.Fprintf(a.out, "%s: not recorded: %s\n", s.Name, cannot.Why)
			continue
		}
		if err != nil {
			return err
		}
		if n := lab.Compare(s, res, tcp.Linux, l.Seed).Differences(); n > 0 {
			return &exitError{exitFailed, fmt.Errorf("%s: the run differs from the model in %d rows", s.Name, n), "netlab compare " + filepath.Join(dir, sceneHint(scene))}
		}
		path := filepath.Join(dir, course.RecordedFile(scene))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return &exitError{exitMachine, err, ""}
		}
		if err := a.writeOut(path, func(w writer) error { return res.Trace.WriteJSON(w) }); err != nil {
			return err
		}
		kept[filepath.Base(path)] = true
		fmt.Fprintf(a.out, "%s: recorded, %d packets\n", s.Name, res.Stats.Captured)
	}
	old, _ := filepath.Glob(filepath.Join(dir, "recorded", "*.json"))
	for _, path := range old {
		if !kept[filepath.Base(path)] {
			if err := os.Remove(path); err != nil {
				return &exitError{exitMachine, err, ""}
			}
		}
	}
	return nil
}

func sceneHint(scene string) string {
	if scene == "" {
		return "scenario.txt"
	}
	return "worlds/" + scene + ".txt"
}
