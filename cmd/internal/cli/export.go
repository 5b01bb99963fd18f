package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"netlab/capture"
	"netlab/capture/filter"
	"netlab/cmd/internal/screen"
	"netlab/cmd/internal/tui"
	"netlab/lessons/course"
	"netlab/lessons/page"
	"netlab/live/lab"
	"netlab/sim/scenario"
)

// exportFormats are the forms in which everything can be exported.
var exportFormats = []string{"svg", "html", "md", "mermaid", "text", "ladder", "json", "pcapng", "cast"}

// An exporting is one run of netlab export.
type exporting struct {
	a                *app
	cmd              *cobra.Command
	play             *play
	format, output   string
	steps, size      string
	notes            bool
	handout, answers bool
	screen           bool
	press            string
	number           int // of a capture's conversation

	width, height int
}

const exportLong = `Write a lesson, a scenario, a saved trace or a conversation of a capture to a file:

  svg      a picture for a paper: stands alone, readable in black and white
  html     a page for any browser, without a network: steppable, of a lesson with its questions
  md       Markdown that GitHub shows: pictures as text, answers folded in
  mermaid  a sequence diagram for wikis; it can show neither time nor crossing
  text     the transcript of a lesson, the events of a run; ladder is the picture as text
  json     a saved trace, which netlab step, export and compare read back
  pcapng   the packets, for Wireshark
  cast     a recording of the terminal's screens (asciicast v2), with a marker for each step

A name after -o that ends so chooses the form too: -o close.svg.

--steps picks a part. Of a lesson: steps by number or name, 4, 3-7, syn-arrives, syn-sent-ack-sent; its
scenes stand one below another, and one all of whose steps are picked goes on to its end. Of anything else: events by number, 5-20, or times with their unit,
10ms-40ms. json and pcapng always hold the whole run: of a lesson, that of the scene of the steps.

--handout writes a lesson to be printed (html or md): pictures with blanks, questions, room to write;
with --answers the key, with reasons and the beliefs that wrong answers show.
--screen takes a picture (svg or text) of the terminal at the last of the steps; --press presses keys before.`

func (a *app) exportCommand() *cobra.Command {
	e := &exporting{a: a}
	cmd := &cobra.Command{
		Use:   "export <lesson|scenario|trace.json|capture>",
		Short: "A lesson, a run or a captured conversation as a picture, page, handout or recording",
		Long:  exportLong,
		Example: "  netlab export handshake --lang zh-CN -o handshake.html\n  netlab export handshake --steps syn-sent-b-established -o handshake.svg\n" +
			"  netlab export teardown --handout -o teardown.html             print it: Ctrl-P\n  netlab export teardown --handout --answers -o key.md\n" +
			"  netlab export close/simultaneous-close --steps 100ms-120ms -o crossing.svg\n  netlab export udp --size 80x24 -o udp.cast                     asciinema play udp.cast\n" +
			"  netlab export run.pcapng -c 3 -o three.md\n  netlab export handshake --screen --steps syn-arrives --press '800 enter' -o screen.svg",
		Args:              oneScript("lesson, scenario, trace or capture"),
		ValidArgsFunction: a.completeScripts,
		RunE: func(cmd *cobra.Command, args []string) error {
			e.cmd = cmd
			return e.run(args[0])
		},
	}
	e.play = playFlags(cmd, "textbook")
	f := cmd.Flags()
	f.StringVarP(&e.format, "format", "f", "html", "one of "+strings.Join(exportFormats, ", ")+"; or what the name after -o ends with")
	f.StringVarP(&e.output, "output", "o", "", "write to this file instead of standard output")
	f.StringVar(&e.steps, "steps", "", "only these: steps of a lesson (3-7, syn-arrives), events or times of a run (5-20, 10ms-40ms)")
	f.BoolVar(&e.notes, "notes", false, "of a lesson, html and md: with the instructor's notes")
	f.BoolVar(&e.handout, "handout", false, "of a lesson: a sheet to print and fill in (html, md)")
	f.BoolVar(&e.answers, "answers", false, "with --handout: the key to it")
	f.BoolVar(&e.screen, "screen", false, "of a lesson: the terminal's screen as a picture (svg, text)")
	f.StringVar(&e.press, "press", "", "with --screen: keys, parted by blanks: '800 enter'")
	f.StringVar(&e.size, "size", "100x30", "of the terminal, with cast and --screen")
	f.IntVarP(&e.number, "conversation", "c", 0, "of a capture: this conversation, by its number in netlab explain")
	formatByName(cmd, &e.format, &e.output, exportFormats)
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(exportFormats, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// run finds what the argument names, and exports it.
func (e *exporting) run(arg string) error {
	if err := e.check(); err != nil {
		return err
	}
	if isCapture(arg) {
		return e.capture(arg)
	}
	if l, err := e.a.lessonArg(arg); err == nil {
		return e.lesson(l)
	} else if e.handout || e.screen || e.notes {
		return err
	}
	if e.number > 0 {
		return usageError("a pcap or pcapng file", "--conversation picks from a capture, and %s is none", arg)
	}
	t, script, err := e.a.stepInput(e.cmd, arg, e.play)
	if err != nil {
		return err
	}
	return e.trace(&exported{trace: t, script: script, title: t.Script})
}

// check looks at the flags.
func (e *exporting) check() error {
	formats := exportFormats
	switch {
	case e.handout && e.screen:
		return usageError("one at a time", "--handout and --screen are two things")
	case e.answers && !e.handout:
		return usageError("netlab export LESSON --handout --answers", "--answers belongs to --handout")
	case e.press != "" && !e.screen:
		return usageError("netlab export LESSON --screen --press KEYS", "--press belongs to --screen")
	case e.handout:
		formats = []string{"html", "md"}
	case e.screen:
		formats = []string{"svg", "text"}
		if !e.cmd.Flags().Changed("format") && e.format == "html" {
			e.format = "svg"
		}
	}
	if err := e.a.checkFormat(&e.format, formats); err != nil {
		return err
	}
	if n, err := fmt.Sscanf(e.size+"\n", "%dx%d\n", &e.width, &e.height); n != 2 || err != nil || e.width < 60 || e.height < 20 || e.width > 300 || e.height > 120 {
		return usageError("columns x rows, 60x20 to 300x120, for example 80x24", "--size %q", e.size)
	}
	return e.a.refuseBinary(e.format, e.output)
}

// refuseBinary keeps what is no text from a terminal.
func (a *app) refuseBinary(format, output string) error {
	out, ok := a.out.(*os.File)
	if format == "pcapng" && (output == "" || output == "-") && ok && isTerminal(out) {
		return usageError("write it to a file, -o NAME.pcapng, or into a pipe", "pcapng is not text, and standard output is a terminal")
	}
	return nil
}

// isCapture reports whether a file is a capture: - is standard input, and a capture too.
func isCapture(path string) bool {
	if path == "-" {
		return true
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	if st, err := f.Stat(); err != nil || !st.Mode().IsRegular() {
		return false
	}
	head := make([]byte, 4)
	if _, err := io.ReadFull(f, head); err != nil {
		return slices.Contains([]string{".pcap", ".pcapng", ".cap"}, filepath.Ext(path))
	}
	for _, magic := range []string{"\xa1\xb2\xc3\xd4", "\xd4\xc3\xb2\xa1", "\xa1\xb2\x3c\x4d", "\x4d\x3c\xb2\xa1", "\x0a\x0d\x0d\x0a", "\x1f\x8b"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return slices.Contains([]string{".pcap", ".pcapng", ".cap"}, filepath.Ext(path))
}

// capture exports one conversation of a capture.
func (e *exporting) capture(file string) error {
	if e.handout || e.screen || e.notes {
		return usageError("netlab lesson list names the lessons", "%s is a capture, and only lessons have that", file)
	}
	if e.number < 0 {
		return usageError("conversations count from 1", "--conversation %d", e.number)
	}
	x := &explaining{a: e.a, number: e.number, file: file, filter: &filter.Filter{}}
	c, err := x.conversation(e.cmd.Context())
	if err != nil {
		return err
	}
	whole := func(write func(w writer) error) error { return e.a.writeOut(e.output, write) }
	switch e.format {
	case "json":
		return whole(func(w writer) error { return writeOneJSON(w, c) })
	case "pcapng":
		return whole(func(w writer) error { return capture.WritePcapng(w, "capture", c.PlainFrames()) })
	case "text":
		return whole(func(w writer) error { return x.writeOne(w, c) })
	}
	var told bytes.Buffer
	if err := x.writeOne(&told, c); err != nil {
		return err
	}
	t := c.Relative()
	return e.trace(&exported{trace: t, title: t.Script, told: told.String()})
}

// lesson exports a lesson.
func (e *exporting) lesson(l *course.Lesson) error {
	if e.number > 0 {
		return usageError("a pcap or pcapng file", "--conversation picks from a capture, and %s is a lesson", l.ID)
	}
	s, err := e.session(l)
	if err != nil {
		return err
	}
	first, last, err := stepRange(l, e.steps)
	if err != nil {
		return err
	}
	if e.format == "json" || e.format == "pcapng" || e.format == "ladder" {
		return e.scene(s, first, last)
	}
	doc := page.Document{First: first, Last: last, Unicode: e.a.charset != "ascii", Notes: e.notes, Answers: e.answers}
	return e.a.writeOut(e.output, func(w writer) error {
		switch {
		case e.handout:
			return page.Handout(w, s, doc, e.format == "html")
		case e.screen:
			return e.writeScreen(w, s, last)
		}
		switch e.format {
		case "html":
			return page.Write(w, s, page.Options{Notes: e.notes, First: first, End: last + 1})
		case "md":
			return page.Markdown(w, s, doc)
		case "svg":
			return put(w, page.SVG(s, first, last))
		case "mermaid":
			return put(w, page.Mermaid(s, first, last))
		case "cast":
			shots, err := tui.Shots(e.cmd.Context(), s, first, last, e.width, e.height, e.options(s))
			if err != nil {
				return err
			}
			return screen.Cast(w, shots, e.width, e.height, course.Plain(s.Title()))
		default:
			return s.Transcript(w, "")
		}
	})
}

// session begins the lesson with the profile and the seed that the flags say.
func (e *exporting) session(l *course.Lesson) (*course.Session, error) {
	if e.cmd.Flags().Changed("profile") {
		p, err := profileNamed(e.play.profile)
		if err != nil {
			return nil, err
		}
		other := *l
		other.Profile = p
		l = &other
	}
	seed := l.Seed
	if e.cmd.Flags().Changed("seed") {
		seed = e.play.seed
	}
	s, err := course.NewSession(l, seed, e.a.language())
	if err != nil {
		return nil, &exitError{exitUsage, fmt.Errorf("%w", err), "netlab lesson check " + l.ID}
	}
	return s, nil
}

// scene exports the run of the steps' scene: these forms hold one run.
func (e *exporting) scene(s *course.Session, first, last int) error {
	if e.format == "ladder" {
		parts := page.Pictures(s, first, last)
		return e.a.writeOut(e.output, func(w writer) error {
			for i, p := range parts {
				head := ""
				if len(parts) > 1 {
					head = strings.Repeat("\n", min(i, 1)) + "# " + p.Title + "\n"
				}
				if err := put(w, head+p.Ladder(s).Text(e.a.drawing(100))); err != nil {
					return err
				}
			}
			return nil
		})
	}
	parts := page.Parts(s, first, last)
	p := parts[0]
	if len(parts) > 1 && e.steps != "" {
		return usageError("steps of one scene, "+fmt.Sprintf("--steps %d-%d", p.First+1, p.Last+1), "the steps show %d scenes, and %s holds one run", len(parts), e.format)
	}
	if len(parts) > 1 {
		fmt.Fprintf(e.a.err, "netlab: this is the lesson's own run; its other scenes are parts too: --steps %d\n", parts[1].First+1)
	}
	return e.a.writeOut(e.output, func(w writer) error { return e.a.writeTrace(w, p.Trace, e.format, nil) })
}

// options are those of a screen that nobody sits at.
func (e *exporting) options(s *course.Session) tui.Options {
	o := tui.Options{Unicode: e.a.charset != "ascii", Color: "always", Theme: "dark", Live: recordedRun(s)}
	if e.a.color == "never" || e.format == "text" {
		o.Color = "never"
	}
	return o
}

// writeScreen takes a picture of the screen at a step.
func (e *exporting) writeScreen(w writer, s *course.Session, step int) error {
	view, err := tui.Screen(e.cmd.Context(), s, step, strings.Fields(e.press), e.width, e.height, e.options(s))
	if err != nil {
		return usageError("netlab help keys", "--press: %v", err)
	}
	if e.format == "text" {
		lines := strings.Split(view, "\n")
		for i := range lines {
			lines[i] = strings.TrimRight(lines[i], " ")
		}
		return put(w, strings.Join(lines, "\n")+"\n")
	}
	return put(w, screen.SVG(view, e.width, e.height, course.Plain(s.Title())))
}

// recordedRun shows the recorded run of the step's scene for the key L: a file must not depend on
// the machine that writes it.
func recordedRun(s *course.Session) tui.LiveFunc {
	return func(context.Context, *scenario.Script, bool) (*lab.Result, error) {
		t := s.Lesson().Recorded[s.Step().Scene]
		if t == nil {
			return nil, &lab.RefusedError{Reason: "this scene has no recorded run", Fix: "netlab lesson record"}
		}
		return lab.FromRecording(t, "", ""), nil
	}
}
