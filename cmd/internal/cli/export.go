package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"netlab/lessons/course"
	"netlab/lessons/page"
)

// lessonFormats are the forms in which a lesson can be exported.
var lessonFormats = []string{"html", "text", "json"}

func (a *app) exportCommand() *cobra.Command {
	var format, output string
	var notes bool
	var flags *play
	cmd := &cobra.Command{
		Use:   "export <lesson|scenario>",
		Short: "A lesson as one page for a browser, or the picture of a scenario",
		Long: "Write a lesson as one self-contained page: steppable, with its questions and the recorded real run\n" +
			"beside the model. It needs no network and no installation. Of a scenario, everything that\nnetlab sim can write.",
		Example: "  netlab export handshake --format html --lang zh-CN -o handshake.html\n  netlab export udp --notes -o udp.html      with the instructor's notes\n" +
			"  netlab export close/four-segments --format svg -o close.svg",
		Args:              oneScript("lesson or scenario"),
		ValidArgsFunction: a.completeScripts,
		RunE: func(cmd *cobra.Command, args []string) error {
			if a.jsonFlag {
				format = "json"
			}
			l, err := a.lessonArg(args[0])
			if err == nil {
				return a.exportLesson(cmd, l, flags, format, output, notes)
			}
			if !slices.Contains(formats, format) {
				return usageError("of a scenario: "+strings.Join(formats, ", "), "--format %q is unknown", format)
			}
			s, serr := a.script(args[0])
			if serr != nil {
				return serr
			}
			opt, serr := flags.options()
			if serr != nil {
				return serr
			}
			t, serr := playOnModel(cmd.Context(), s, opt)
			if serr != nil {
				return serr
			}
			return a.writeOut(output, func(w writer) error { return a.writeTrace(w, t, format, nil) })
		},
	}
	flags = playFlags(cmd, "textbook")
	cmd.Flags().StringVarP(&format, "format", "f", "html", "of a lesson: "+strings.Join(lessonFormats, ", ")+"; of a scenario: "+strings.Join(formats, ", "))
	cmd.Flags().StringVarP(&output, "output", "o", "", "write to this file instead of standard output")
	cmd.Flags().BoolVar(&notes, "notes", false, "of a lesson: with the instructor's notes")
	all := append(slices.Clone(formats), lessonFormats...)
	formatByName(cmd, &format, &output, all)
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(all, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// exportLesson writes a lesson in one of its forms.
func (a *app) exportLesson(cmd *cobra.Command, l *course.Lesson, flags *play, format, output string, notes bool) error {
	if !slices.Contains(lessonFormats, format) {
		return usageError("of a lesson: "+strings.Join(lessonFormats, ", "), "--format %q is unknown", format)
	}
	if cmd.Flags().Changed("profile") {
		p, err := profileNamed(flags.profile)
		if err != nil {
			return err
		}
		other := *l
		other.Profile = p
		l = &other
	}
	seed := l.Seed
	if cmd.Flags().Changed("seed") {
		seed = flags.seed
	}
	s, err := course.NewSession(l, seed, a.language())
	if err != nil {
		return &exitError{exitUsage, fmt.Errorf("%w", err), "netlab lesson check " + l.ID}
	}
	return a.writeOut(output, func(w writer) error {
		switch format {
		case "html":
			return page.Write(w, s, page.Options{Notes: notes})
		case "json":
			return s.JSON(w)
		default:
			return s.Transcript(w, "")
		}
	})
}
