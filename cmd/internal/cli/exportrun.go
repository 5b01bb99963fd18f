package cli

import (
	"fmt"
	"io"
	"strings"

	"netlab/cmd/internal/screen"
	"netlab/cmd/internal/tui"
	"netlab/lessons/course"
	"netlab/lessons/text"
	"netlab/sim"
	"netlab/sim/ladder"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
	"netlab/sim/trace"
)

// An exported run: of a script, from a file, or captured.
type exported struct {
	trace    *trace.Trace
	script   *scenario.Script // nil: there is none
	title    string
	told     string // what netlab explain says of it
	from, to int    // events
}

func put(w io.Writer, s string) error {
	_, err := io.WriteString(w, s)
	return err
}

// ladderOptions draw a run, with the words of the language.
func (a *app) ladderOptions(t *trace.Trace) ladder.Options {
	return ladder.Options{Calls: true, Flat: t.OnePoint(), Say: text.For(a.language()).Tag}
}

// drawing are the words and the characters of a picture made of text.
func (a *app) drawing(columns int) ladder.DrawOptions {
	w := text.For(a.language())
	return ladder.DrawOptions{Width: columns, Unicode: a.unicode(), Lost: w.T("lost_word"), NotDrawn: w.T("not_drawn")}
}

// svgWords are the words inside a picture.
func (a *app) svgWords(title string) ladder.SVGOptions {
	w := text.For(a.language())
	return ladder.SVGOptions{Title: title, Lost: w.T("lost_word"), NotDrawn: w.T("not_drawn")}
}

// pageWords are the words of a run's page.
func (a *app) pageWords() ladder.PageOptions {
	w := text.For(a.language())
	p := ladder.PageOptions{Lang: w.Lang, Why: w.Rule, SVG: a.svgWords(""),
		Words: map[string]string{"step": w.T("page_step_word"), "back": w.T("page_back"), "next": w.T("page_next"), "list": w.T("page_events")}}
	if w.Lang != "en" {
		p.Line = w.Event
	}
	return p
}

// trace exports a run, or the part of it that --steps names.
func (e *exporting) trace(x *exported) (err error) {
	if x.from, x.to, err = eventRange(x.trace, e.steps); err != nil {
		return err
	}
	if e.steps != "" && (e.format == "html" || e.format == "text") {
		return usageError("svg, md, mermaid, ladder and cast show a part", "%s of a run is always whole", e.format)
	}
	return e.a.writeOut(e.output, func(w writer) error {
		switch e.format {
		case "svg":
			return put(w, e.part(x).SVG(e.a.svgWords("netlab: "+x.title)))
		case "ladder":
			return put(w, e.part(x).Text(e.a.drawing(100)))
		case "mermaid":
			return put(w, ladder.MermaidParts(ladder.Part{Trace: x.trace, From: x.from, To: x.to}))
		case "md":
			return e.writeRun(w, x)
		case "cast":
			return e.castRun(w, x)
		default:
			return e.a.writeTrace(w, x.trace, e.format, nil)
		}
	})
}

// part is the ladder of the events.
func (e *exporting) part(x *exported) *ladder.Ladder {
	opt := e.a.ladderOptions(x.trace)
	opt.Upto = x.to
	l := ladder.New(x.trace, opt)
	if x.from <= 1 && x.to >= len(x.trace.Events) {
		return l
	}
	return l.Crop(x.from)
}

// castRun records the run in the screen of netlab step.
func (e *exporting) castRun(w writer, x *exported) error {
	below := x.script
	if below == nil { // a recorded run has no script to play again
		var err error
		if below, err = scenario.Parse(x.trace.Script, "host A\n"); err != nil {
			return &exitError{exitInternal, err, ""}
		}
	}
	s, err := course.Bare(below, tcp.Textbook, sim.DefaultSeed, e.a.language())
	if err != nil {
		return &exitError{exitInternal, err, ""}
	}
	ctx := e.cmd.Context()
	shots, err := tui.RunShots(ctx, s, x.script, x.trace, x.from, x.to, e.width, e.height, e.options(s))
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return usageError("pick a part: --steps 0ms-100ms", "%v", err)
	}
	return screen.Cast(w, shots, e.width, e.height, "netlab: "+x.title)
}

// mostListed bounds the table of a long run.
const mostListed = 200

// writeRun writes a run as Markdown: the script or what is told of a capture, the picture as
// text, and what happened with its reason.
func (e *exporting) writeRun(w writer, x *exported) error {
	words := text.For(e.a.language())
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", escapeMarkdown(x.title))
	fence := func(s string) { b.WriteString("```text\n" + strings.TrimRight(s, "\n") + "\n```\n\n") }
	draw := e.a.drawing(100)
	draw.Unicode = e.a.charset != "ascii"
	fence(e.part(x).Text(draw))
	switch {
	case x.told != "":
		fence(x.told)
	case x.script != nil && e.steps == "":
		fmt.Fprintf(&b, "## %s\n\n", words.T("export_script"))
		fence(x.script.String())
	}
	if x.told == "" {
		e.writeWhy(&b, words, x)
	}
	return put(w, strings.TrimRight(b.String(), "\n")+"\n")
}

// writeWhy lists the events that have a reason.
func (e *exporting) writeWhy(b *strings.Builder, words *text.Words, x *exported) {
	rows, more := 0, 0
	for i := x.from - 1; i < x.to; i++ {
		ev := &x.trace.Events[i]
		if ev.Rule == nil {
			continue
		}
		if rows == mostListed {
			more++
			continue
		}
		if rows == 0 {
			fmt.Fprintf(b, "## %s\n\n| %s | | %s |\n|---:|---|---|\n", words.T("export_events"), words.T("x_col_ms"), words.T("export_why"))
		}
		rows++
		fmt.Fprintf(b, "| %s | %s | %s [%s] |\n", trace.Ms(ev.T), escapeMarkdown(words.Event(ev)), escapeMarkdown(words.Rule(ev.Rule)), ev.Rule.Ref)
	}
	if more > 0 {
		b.WriteString("\n" + words.T("export_ended", more) + "\n")
	}
}

// escapeMarkdown keeps a text from being taken for Markdown or HTML.
func escapeMarkdown(s string) string {
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", ">", "&gt;", "*", `\*`, "_", `\_`, "`", "\\`", "\n", " ").Replace(s)
}
