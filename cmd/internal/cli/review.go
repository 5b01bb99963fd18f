package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"netlab/cmd/internal/tui"
	"netlab/lessons/course"
	"netlab/lessons/text"
)

func (a *app) reviewCommand() *cobra.Command {
	var list bool
	cmd := &cobra.Command{
		Use:   "review [lesson...]",
		Short: "The questions you missed, asked again with new numbers",
		Long: "Ask again, with other numbers, what you did not answer right at the first try. What you answer\n" +
			"right now is not asked again. --list names the questions and the beliefs that your answers showed.",
		Example:           "  netlab review\n  netlab review handshake teardown\n  netlab review --list",
		ValidArgsFunction: a.completeScripts,
		RunE: func(cmd *cobra.Command, args []string) error {
			lib, err := a.library()
			if err != nil {
				return err
			}
			for _, id := range args {
				if lib.Find(id) == nil {
					return usageError(lib.Suggest(id), "no lesson %q", id)
				}
			}
			p, err := a.loadProgress()
			if err != nil {
				return err
			}
			var missed []course.Missed
			for _, m := range lib.Missed(p) {
				if len(args) == 0 || slices.Contains(args, m.Lesson.ID) {
					missed = append(missed, m)
				}
			}
			words := text.For(a.language())
			if len(missed) == 0 {
				fmt.Fprintln(a.out, words.T("review_none"))
				return nil
			}
			front := a.frontEnd()
			if list || front == frontPlain {
				return a.listMissed(missed, words)
			}
			return a.review(cmd, p, missed, front)
		},
	}
	cmd.Flags().BoolVar(&list, "list", false, "only list the questions")
	return cmd
}

// listMissed writes one line a question, with the beliefs that wrong tries showed.
func (a *app) listMissed(missed []course.Missed, words *text.Words) error {
	var rows [][]string
	for _, m := range missed {
		belief := ""
		for _, id := range m.Shows {
			if b, ok := m.Lesson.Misconception(id); ok {
				belief = b.In(words.Lang)
			}
		}
		rows = append(rows, []string{m.Lesson.ID, m.Question, belief})
	}
	var b strings.Builder
	writeTable(&b, rows)
	_, err := a.out.Write([]byte(b.String()))
	return err
}

// review asks each missed question with the numbers of another seed.
func (a *app) review(cmd *cobra.Command, p *course.Progress, missed []course.Missed, front frontEnd) error {
	for i := range missed {
		m := &missed[i]
		seed := m.Lesson.Seeds[0]
		if st := p.Lessons[m.Lesson.ID]; st != nil {
			seed = m.Lesson.Seeds[0] + (st.Seed+uint64(len(st.Mended))+1-m.Lesson.Seeds[0])%(m.Lesson.Seeds[1]-m.Lesson.Seeds[0]+1)
		}
		s, err := m.Ask(seed, a.language())
		if err != nil {
			return &exitError{exitInternal, err, ""}
		}
		save := func() error {
			if s.Record(m.Question).First {
				p.Mend(m)
			}
			return p.Save()
		}
		more := false
		if front == frontAccessible {
			more, err = a.reviewOne(cmd, s, save)
		} else if err = a.checkTerminal(); err == nil {
			more, err = tui.RunOne(cmd.Context(), s, tui.Options{In: a.in, Out: a.out, Unicode: a.unicode(), Color: a.color, Theme: a.theme,
				Getenv: a.getenv, Save: save, Live: liveRunner, Review: fmt.Sprintf("%d/%d", i+1, len(missed))})
		}
		if err != nil || !more {
			return err
		}
	}
	fmt.Fprintln(a.out, text.For(a.language()).T("review_done", len(missed)))
	return nil
}

// reviewOne asks one question in plain lines and reports whether to go on.
func (a *app) reviewOne(cmd *cobra.Command, s *course.Session, save func() error) (bool, error) {
	d := newAccessible(a, cmd, s, save)
	d.say(s.Title() + ". " + course.Plain(strings.Join(strings.Fields(s.Story()), " ")))
	d.question()
	return !d.quit && d.broken == nil, d.broken
}
