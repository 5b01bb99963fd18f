package cli

import (
	"bytes"
	"path/filepath"

	"github.com/spf13/cobra"

	"netlab/cmd/internal/tui"
	"netlab/lessons/course"
	"netlab/sim/scenario"
	"netlab/sim/trace"
)

func (a *app) stepCommand() *cobra.Command {
	var flags *play
	cmd := &cobra.Command{
		Use:   "step <scenario|trace>",
		Short: "Step through any script or saved trace in the lesson's screen",
		Long: "Show a script, played on the model, or a saved trace (netlab live --json -o run.json) in the lesson's\n" +
			"screen, without questions: forth and back, causes and reasons, and changes to the script.\nIn a pipe: the events as text.",
		Example:           "  netlab step close/simultaneous-close\n  netlab step my-scenario.txt --profile linux\n  netlab step run.json",
		Args:              oneScript("scenario or trace"),
		ValidArgsFunction: a.completeScripts,
		RunE: func(cmd *cobra.Command, args []string) error {
			opt, err := flags.options()
			if err != nil {
				return err
			}
			t, script, err := a.stepInput(cmd, args[0], flags)
			if err != nil {
				return err
			}
			if a.frontEnd() != frontTUI {
				return a.writeTrace(a.out, t, "text", nil)
			}
			if err := a.checkTerminal(); err != nil {
				return err
			}
			below := script
			if below == nil { // a recorded run has no script to play again
				if below, err = scenario.Parse(t.Script, "host A\n"); err != nil {
					return &exitError{exitInternal, err, ""}
				}
			}
			s, err := course.Bare(below, opt.Profile, opt.Seed, a.language())
			if err != nil {
				return &exitError{exitInternal, err, ""}
			}
			return tui.RunStep(cmd.Context(), s, script, t, tui.Options{In: a.in, Out: a.out, Unicode: a.unicode(), Color: a.color,
				Theme: a.theme, Getenv: a.getenv, Live: liveRunner})
		},
	}
	flags = playFlags(cmd, "textbook")
	return cmd
}

// stepInput finds what an argument names: a saved trace, which has no script, or a script.
func (a *app) stepInput(cmd *cobra.Command, arg string, flags *play) (*trace.Trace, *scenario.Script, error) {
	if filepath.Ext(arg) == ".json" {
		data, err := readInput(arg)
		if err != nil {
			return nil, nil, usageError("a trace that netlab live --json -o FILE has written", "%v", err)
		}
		t, err := trace.ReadJSON(bytes.NewReader(data))
		if err != nil {
			return nil, nil, usageError("a trace that netlab live --json -o FILE has written", "%s: %v", arg, err)
		}
		if t.Script == "" {
			t.Script = filepath.Base(arg)
		}
		return t, nil, nil
	}
	s, err := a.script(arg)
	if err != nil {
		return nil, nil, err
	}
	opt, err := flags.options()
	if err != nil {
		return nil, nil, err
	}
	t, err := playOnModel(cmd.Context(), s, opt)
	return t, s, err
}
