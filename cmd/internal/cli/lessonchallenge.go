package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"netlab/lessons/course"
)

func (a *app) lessonChallengeCommand() *cobra.Command {
	var changes []string
	var show bool
	cmd := &cobra.Command{
		Use:   "challenge <id|folder>",
		Short: "The challenge of a lesson: change its world until a goal is reached",
		Long: "Say what the challenge of a lesson asks for, or try it with changes: each is one line of script\n" +
			"(netlab help scenario) that is added, or replaces what stands there. Exit 1 if the goal is not reached.",
		Example:           "  netlab lesson challenge simultaneous-close\n  netlab lesson challenge handshake --change 'drop A->B ACK 1'",
		Args:              oneScript("lesson"),
		ValidArgsFunction: a.completeScripts,
		RunE: func(_ *cobra.Command, args []string) error {
			l, err := a.lessonArg(args[0])
			if err != nil {
				return err
			}
			s, err := course.NewSession(l, l.Seed, a.language())
			if err != nil {
				return &exitError{exitUsage, err, "netlab lesson check " + args[0]}
			}
			if l.Challenge == nil {
				return usageError("netlab lesson list names the lessons", "%s", s.Words.T("no_challenge"))
			}
			if len(changes) == 0 {
				fmt.Fprintln(a.out, course.Plain(s.ChallengeStory()))
				if show {
					fmt.Fprintf(a.out, "\n%s", l.Scene(l.Challenge.Scene))
				}
				return nil
			}
			try, err := s.TryChallenge(changes)
			if err != nil {
				return usageError("netlab lesson challenge "+l.ID+" --script shows the script", "%v", err)
			}
			if show {
				fmt.Fprintf(a.out, "%s\n", try.Script)
			}
			if !try.Reached {
				fmt.Fprintln(a.out, s.Words.T("challenge_missed"))
				return &exitError{code: exitFailed}
			}
			fmt.Fprintln(a.out, s.Words.T("challenge_done"))
			fmt.Fprintln(a.out, course.Plain(s.ChallengeAfter(try)))
			if l.Local {
				return nil
			}
			p, err := a.loadProgress()
			if err != nil {
				return err
			}
			p.Resume(s)
			s.MarkChallenge(changes)
			p.Keep(s)
			if err := p.Save(); err != nil {
				return &exitError{exitMachine, err, ""}
			}
			return nil
		},
	}
	cmd.Flags().StringArrayVar(&changes, "change", nil, "a line of script; may be given several times")
	cmd.Flags().BoolVar(&show, "script", false, "show the script, with the changes")
	return cmd
}
