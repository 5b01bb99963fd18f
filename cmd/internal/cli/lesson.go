package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"netlab/cmd/internal/tui"
	"netlab/lessons"
	"netlab/lessons/course"
	"netlab/lessons/text"
	"netlab/live/lab"
	"netlab/sim"
	"netlab/sim/scenario"
)

// loadLibrary reads the built-in lessons once.
var loadLibrary = sync.OnceValues(func() (*course.Library, error) { return course.LoadLibrary(lessons.FS) })

func (a *app) library() (*course.Library, error) {
	lib, err := loadLibrary()
	if err != nil {
		return nil, &exitError{code: exitInternal, err: err}
	}
	return lib, nil
}

// completeScripts completes lesson ids, and files.
func (a *app) completeScripts(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var ids []string
	if lib, err := a.library(); err == nil {
		for _, l := range lib.Lessons {
			ids = append(ids, l.ID)
		}
	}
	return ids, cobra.ShellCompDirectiveDefault
}

// lessonArg finds the lesson that an argument names: a built-in one or a folder.
func (a *app) lessonArg(arg string) (*course.Lesson, error) {
	lib, err := a.library()
	if err != nil {
		return nil, err
	}
	if l := lib.Find(arg); l != nil {
		return l, nil
	}
	if st, err := os.Stat(filepath.Join(arg, "lesson.toml")); err == nil && !st.IsDir() {
		abs, err := filepath.Abs(arg)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", arg, err)
		}
		l, err := course.Load(os.DirFS(filepath.Dir(abs)), filepath.Base(abs))
		if err != nil {
			return nil, &exitError{exitUsage, err, "netlab lesson check " + arg}
		}
		l.Local = true
		return l, nil
	}
	if st, err := os.Stat(arg); err == nil && st.IsDir() {
		return nil, usageError("netlab lesson new writes a folder that is a lesson", "%s is no lesson: it has no lesson.toml", arg)
	}
	return nil, usageError(lib.Suggest(arg), "no lesson %q", arg)
}

// A lessonFlags are the flags of a lesson.
type lessonFlags struct {
	answers, until, step string
	live, wire, fresh    bool
	transcript           string
	format, output       string
	profile              string
}

func (a *app) lessonCommand() *cobra.Command {
	var f lessonFlags
	cmd := &cobra.Command{
		Use:   "lesson <id|folder>",
		Short: "Do a lesson: step, predict, break things, see the kernel do it",
		Long: "Do a lesson on the full screen. In a pipe, or with --ui plain, the whole lesson as text;\n" +
			"with ACCESSIBLE=1 or --ui accessible, a dialogue of plain lines. Progress is saved.",
		Example:           "  netlab lesson handshake\n  netlab lesson handshake --seed 7 --lang zh-CN\n  netlab lesson handshake | less\n  netlab lesson handshake --answers mine.toml",
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: a.completeScripts,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.lessonList()
			}
			if len(args) > 1 {
				return usageError("for example: netlab lesson handshake", "one lesson at a time, not %d", len(args))
			}
			return a.runLesson(cmd, args[0], &f)
		},
	}
	run := &cobra.Command{Use: "run <id|folder>", Short: "The same as lesson <id|folder>", Args: oneScript("lesson"), ValidArgsFunction: a.completeScripts,
		RunE: func(cmd *cobra.Command, args []string) error { return a.runLesson(cmd, args[0], &f) }}
	addFlags := func(c *cobra.Command) {
		c.Flags().Uint64Var(&a.seed, "seed", 0, "numbers come from it (default: the lesson's own)")
		profileFlag(c, &f.profile, "", "habits of the model (default: the lesson's own)")
		c.Flags().StringVar(&f.answers, "answers", "", "answer from this file (TOML: question = answer); exit 1 if one is wrong")
		c.Flags().StringVar(&f.until, "until", "", "in plain text, stop at this question")
		c.Flags().StringVar(&f.step, "step", "", "begin at this step (number or name)")
		c.Flags().BoolVar(&f.live, "live", false, "run it on real sockets too")
		c.Flags().BoolVar(&f.wire, "wire", false, "run it on real sockets too, on a wire with the script's delays and faults")
		c.Flags().BoolVar(&f.fresh, "fresh", false, "begin anew, not where you stopped")
		c.Flags().StringVar(&f.transcript, "transcript", "", "note what you answer, and when, in this file")
		c.Flags().StringVarP(&f.format, "format", "f", "text", "text or json")
		c.Flags().StringVarP(&f.output, "output", "o", "", "write to this file instead of standard output")
	}
	addFlags(cmd)
	addFlags(run)
	list := &cobra.Command{Use: "list [words]", Short: "The lessons, with your progress; only those that hold the words",
		Example: "  netlab lesson list\n  netlab lesson list TIME-WAIT",
		RunE:    func(_ *cobra.Command, args []string) error { return a.lessonList(args...) }}
	reset := a.lessonResetCommand(&f)
	addFlags(reset)
	cmd.AddCommand(run, list, a.lessonCheckCommand(), a.lessonNewCommand(), a.lessonRecordCommand(), a.lessonWatchCommand(&f), a.lessonChallengeCommand(), a.lessonBeliefsCommand(),
		a.exportProgressCommand(), a.importProgressCommand(), reset)
	return cmd
}

// lessonSession begins the session that an argument and the flags ask for.
func (a *app) lessonSession(cmd *cobra.Command, arg string, f *lessonFlags) (*course.Session, error) {
	l, err := a.lessonArg(arg)
	if err != nil {
		return nil, err
	}
	if f.profile != "" {
		p, err := profileNamed(f.profile)
		if err != nil {
			return nil, err
		}
		other := *l
		other.Profile = p
		l = &other
	}
	seed := l.Seed
	if cmd.Flags().Changed("seed") {
		seed = a.seed
	}
	s, err := course.NewSession(l, seed, a.language())
	if err != nil {
		return nil, &exitError{exitUsage, err, "netlab lesson check " + arg}
	}
	if f.until != "" && !hasQuestion(l, f.until) {
		return nil, usageError("questions are: "+strings.Join(l.Questions(), ", "), "the lesson has no question %q", f.until)
	}
	return s, nil
}

// runLesson runs a lesson in the front end that fits.
func (a *app) runLesson(cmd *cobra.Command, arg string, f *lessonFlags) error {
	if err := a.checkFormat(&f.format, []string{"text", "json"}); err != nil {
		return err
	}
	f.live = f.live || f.wire
	s, err := a.lessonSession(cmd, arg, f)
	if err != nil {
		return err
	}
	if f.transcript != "" {
		s.Keep(time.Now)
	}
	front := a.frontEnd()
	if f.answers != "" || f.format == "json" || f.output != "" || f.until != "" {
		front = frontPlain
	}
	if front == frontPlain {
		err = a.plainLesson(cmd, s, f)
	} else {
		err = a.screenLesson(cmd, s, f, front)
	}
	if f.transcript != "" {
		if e := a.writeOut(f.transcript, func(w writer) error { return s.WriteLog(w) }); e != nil {
			return e
		}
	}
	return err
}

// screenLesson runs a lesson in a front end that talks with the learner and keeps progress.
func (a *app) screenLesson(cmd *cobra.Command, s *course.Session, f *lessonFlags, front frontEnd) error {
	progress, err := course.LoadProgress(a.progressPath())
	var damaged *course.DamagedError
	switch {
	case errors.As(err, &damaged):
		return &exitError{exitUsage, err, "netlab lesson reset --all begins anew"}
	case err != nil: // the lesson goes on without
		fmt.Fprintln(a.err, "netlab: "+err.Error())
	}
	if !f.fresh && f.step == "" {
		progress.Resume(s)
	}
	if f.step != "" {
		i := s.Lesson().StepIndex(f.step)
		if i < 0 {
			return usageError(fmt.Sprintf("steps are 1 to %d", s.Len()), "the lesson has no step %q", f.step)
		}
		s.Goto(i)
	}
	save := func() error {
		progress.Keep(s)
		return progress.Save()
	}
	if front == frontAccessible {
		return a.accessibleLesson(cmd, s, save, f)
	}
	if err := a.checkTerminal(); err != nil {
		return err
	}
	return tui.Run(cmd.Context(), s, tui.Options{
		In: a.in, Out: a.out, Unicode: a.unicode(), Color: a.color, Theme: a.theme, Getenv: a.getenv, Save: save,
		Live: liveRunner, StartLive: f.live, StartWire: f.wire,
	})
}

// checkTerminal refuses the full screen where there is no terminal for it.
func (a *app) checkTerminal() error {
	if a.ui != "tui" {
		return nil
	}
	for _, s := range []any{a.in, a.out} {
		if file, ok := s.(*os.File); !ok || !isTerminal(file) {
			return &exitError{exitMachine, errors.New("--ui tui needs a terminal on standard input and output"), "use --ui plain"}
		}
	}
	return nil
}

// liveRunner plays a script with real sockets at the best level there is, or on the wire
// if that is asked for.
func liveRunner(ctx context.Context, s *scenario.Script, wire bool) (*lab.Result, error) {
	return playLive(ctx, s, wire, lab.LevelCallsOnly, sim.DefaultSeed)
}

// playLive plays a script that nobody has asked to wait for with real sockets: on the wire, or
// where it can be shown best, but nowhere worse than worst.
func playLive(ctx context.Context, s *scenario.Script, wire bool, worst lab.Level, seed uint64) (*lab.Result, error) {
	if err := lab.TooLong(s); err != nil {
		return nil, err
	}
	if !wire {
		return lab.RunBest(ctx, s, worst, seed)
	}
	if err := lab.CanCompareWire(s); err != nil {
		return nil, err
	}
	return lab.RunWire(ctx, s, lab.Wire{Seed: seed})
}

func hasQuestion(l *course.Lesson, id string) bool { return slices.Contains(l.Questions(), id) }

// plainLesson writes the lesson to a pipe or a file.
func (a *app) plainLesson(cmd *cobra.Command, s *course.Session, f *lessonFlags) error {
	if f.answers != "" {
		data, err := readInput(f.answers)
		if err != nil {
			return usageError("a TOML file: question = answer", "%v", err)
		}
		if err := s.AnswerAll(f.answers, data); err != nil {
			return usageError("questions are: "+strings.Join(s.Lesson().Questions(), ", "), "%v", err)
		}
	}
	right, _, total := s.Score()
	err := a.writeOut(f.output, func(w writer) error {
		if f.format == "json" {
			return s.JSON(w)
		}
		if err := s.Transcript(w, f.until); err != nil || !f.live {
			return err
		}
		return a.plainLive(cmd, w, s, f.wire)
	})
	if err == nil && f.answers != "" && right < total {
		return &exitError{code: exitFailed}
	}
	return err
}

func (a *app) lessonList(search ...string) error {
	lib, err := a.library()
	if err != nil {
		return err
	}
	progress, err := course.LoadProgress(a.progressPath())
	if err != nil {
		fmt.Fprintln(a.err, "netlab: "+err.Error())
	}
	words := text.For(a.language())
	var b strings.Builder
	found := lib.Search(words.Lang, search)
	if len(found) == 0 {
		return usageError(lib.Suggest(search[0]), "no lesson holds %q", strings.Join(search, " "))
	}
	var rows [][]string
	for _, l := range found {
		state := words.T("not_started")
		if st := progress.Lessons[l.ID]; st != nil {
			state = words.T("at_step", st.Step+1, st.Steps)
			if st.Done {
				state = words.T("done")
			}
			state += "  " + words.T("score", st.Right, st.Total)
		} else if after := lib.Missing(l, progress); len(after) > 0 {
			state += "  " + words.T("list_after", strings.Join(after, ", "))
		}
		rows = append(rows, []string{l.ID, l.Text(words.Lang).Title, words.T("minutes", l.Minutes), state})
	}
	if a.jsonFlag {
		return a.lessonListJSON(found, progress)
	}
	writeTable(&b, rows)
	_, err = a.out.Write([]byte(b.String()))
	return err
}

func (a *app) lessonResetCommand(f *lessonFlags) *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:               "reset <id>",
		Short:             "Forget your progress in a lesson; alone, the lesson called reset",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: a.completeScripts,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !all && len(args) == 0 {
				return a.runLesson(cmd, "reset", f)
			}
			if all && len(args) == 1 {
				return usageError("netlab lesson reset handshake, or netlab lesson reset --all", "name one lesson, or say --all")
			}
			id := ""
			if !all {
				l, err := a.lessonArg(args[0])
				if err != nil {
					return err
				}
				id = l.ID
			}
			p, err := course.LoadProgress(a.progressPath())
			if err != nil && !all {
				return &exitError{exitUsage, err, "netlab lesson reset --all begins anew"}
			}
			p.Reset(id)
			if err := p.Save(); err != nil {
				return &exitError{exitMachine, err, ""}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "forget everything")
	return cmd
}
