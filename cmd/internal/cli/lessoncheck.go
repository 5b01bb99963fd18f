package cli

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"netlab/cmd/internal/tui"
	"netlab/lessons/course"
)

func (a *app) lessonCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check [id|folder...]",
		Short: "Check lessons: every seed, language, answer, screen",
		Long: "Check lessons for everything that could go wrong in front of a learner: selectors, assertions,\nanswers and choices for every seed; texts in every language; every screen in every layout.\n" +
			"Without an argument all built-in lessons are checked. Exit 2 if something is wrong.",
		Example:           "  netlab lesson check\n  netlab lesson check ./my-lesson",
		ValidArgsFunction: a.completeScripts,
		RunE: func(_ *cobra.Command, args []string) error {
			var list []*course.Lesson
			if len(args) == 0 {
				lib, err := a.library()
				if err != nil {
					return err
				}
				list = lib.Lessons
			}
			for _, arg := range args {
				l, err := a.lessonArg(arg)
				if err != nil {
					return err
				}
				list = append(list, l)
			}
			results := make([]chan error, len(list))
			turns := make(chan bool, runtime.NumCPU())
			for i, l := range list {
				results[i] = make(chan error, 1)
				go func() {
					turns <- true
					results[i] <- a.checkLesson(l)
					<-turns
				}()
			}
			for i, l := range list {
				if err := <-results[i]; err != nil {
					return &exitError{exitUsage, err, ""}
				}
				fmt.Fprintf(a.out, "%s: %d steps, %d questions, seeds %d to %d: ok\n", l.ID, len(l.Steps), len(l.Questions()), l.Seeds[0], l.Seeds[1])
			}
			return nil
		},
	}
}

// checkLesson checks a lesson, and its screens if the rest is in order.
func (a *app) checkLesson(l *course.Lesson) error {
	err := course.Check(l)
	lib, e := a.library()
	if e != nil {
		return e
	}
	for _, id := range l.After {
		if lib.Find(id) == nil {
			err = errors.Join(err, fmt.Errorf("%s: after: %w", l.ID, errors.New("no lesson "+id+"; "+lib.Suggest(id))))
		}
	}
	if err != nil {
		return err
	}
	return tui.CheckLayouts(l)
}

func (a *app) lessonNewCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "new <folder>",
		Short:   "Write a small lesson to begin your own from",
		Example: "  netlab lesson new my-lesson && netlab lesson my-lesson",
		Args:    oneScript("folder"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := course.New(args[0]); err != nil {
				return usageError("netlab lesson new my-lesson", "%v", err)
			}
			fmt.Fprintf(a.out, "wrote %s\ntry it:   netlab lesson %s\ncheck it: netlab lesson check %s\n", args[0], args[0], args[0])
			return nil
		},
	}
}
