package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"netlab/cmd/internal/tui"
	"netlab/lessons/course"
)

func (a *app) lessonWatchCommand(f *lessonFlags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "watch <folder>",
		Short: "Show a lesson that is being written, again whenever a file changes",
		Long: "Show a lesson on the full screen while it is being written. Whenever one of its files changes, the\n" +
			"lesson is checked and shown again at the same step; what is wrong with it stands in the last line.",
		Example: "  netlab lesson watch ./my-lesson",
		Args:    oneScript("folder"),
		RunE: func(cmd *cobra.Command, args []string) error {
			l, err := a.lessonArg(args[0])
			if err != nil {
				return err
			}
			if !l.Local {
				return usageError("netlab lesson watch ./my-lesson", "%s is a built-in lesson, and a folder is wanted", args[0])
			}
			if front := a.frontEnd(); front != frontTUI {
				return &exitError{exitMachine, errors.New("lesson watch needs a terminal"), "netlab lesson check " + args[0]}
			}
			s, err := course.NewSession(l, l.Seed, a.language())
			if err != nil {
				return &exitError{exitUsage, err, "netlab lesson check " + args[0]}
			}
			if f.step != "" {
				i := l.StepIndex(f.step)
				if i < 0 {
					return usageError(fmt.Sprintf("steps are 1 to %d", s.Len()), "the lesson has no step %q", f.step)
				}
				s.Goto(i)
			}
			return tui.Run(cmd.Context(), s, tui.Options{In: a.in, Out: a.out, Unicode: a.unicode(), Color: a.color, Theme: a.theme,
				Getenv: a.getenv, Live: liveRunner, Watch: a.watcher(args[0])})
		},
	}
	cmd.Flags().StringVar(&f.step, "step", "", "begin at this step (number or name)")
	return cmd
}

// watcher looks whether a file of the folder has changed since it looked last.
func (a *app) watcher(dir string) tui.WatchFunc {
	last := stamp(dir)
	return func() (*course.Session, error) {
		now := stamp(dir)
		if now == last {
			return nil, nil
		}
		last = now
		l, err := a.lessonArg(dir)
		if err != nil {
			return nil, err
		}
		s, err := course.NewSession(l, l.Seed, a.language())
		if err != nil {
			return nil, err
		}
		return s, a.checkLesson(l)
	}
}

// stamp sums up the names, sizes and times of a folder's files.
func stamp(dir string) string {
	var b strings.Builder
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // a file that is being replaced is seen the next time
		}
		if st, err := os.Stat(path); err == nil {
			fmt.Fprintln(&b, path, st.Size(), st.ModTime().UnixNano())
		}
		return nil
	})
	return b.String()
}
