package cli

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"netlab/lessons/course"
	"netlab/lessons/text"
)

// loadProgress reads the learner's progress; a damaged file is an error with its remedy.
func (a *app) loadProgress() (*course.Progress, error) {
	p, err := course.LoadProgress(a.progressPath())
	var damaged *course.DamagedError
	switch {
	case errors.As(err, &damaged):
		return nil, &exitError{exitUsage, err, "netlab lesson reset --all begins anew"}
	case err != nil:
		return nil, &exitError{exitMachine, err, ""}
	}
	return p, nil
}

func (a *app) exportProgressCommand() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:     "export-progress",
		Short:   "Write your progress to a file, to take it along",
		Example: "  netlab lesson export-progress -o progress.json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			p, err := a.loadProgress()
			if err != nil {
				return err
			}
			return a.writeOut(output, func(w writer) error {
				enc := json.NewEncoder(w)
				enc.SetIndent("", "  ")
				return enc.Encode(p)
			})
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "write to this file instead of standard output")
	return cmd
}

func (a *app) importProgressCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "import-progress <file>",
		Short:   "Take over progress from a file; of each lesson what is further stays",
		Example: "  netlab lesson import-progress progress.json",
		Args:    oneScript("file"),
		RunE: func(_ *cobra.Command, args []string) error {
			data, err := readInput(args[0])
			if err != nil {
				return usageError("a file that netlab lesson export-progress wrote", "%v", err)
			}
			other, err := course.ReadProgress(args[0], data)
			if err != nil {
				return usageError("a file that netlab lesson export-progress wrote", "%v", err)
			}
			p, err := a.loadProgress()
			if err != nil {
				return err
			}
			taken := p.Merge(other)
			if err := p.Save(); err != nil {
				return &exitError{exitMachine, err, ""}
			}
			fmt.Fprintln(a.out, text.For(a.language()).T("progress_taken", taken, len(other.Lessons)))
			return nil
		},
	}
}
