package cli

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"netlab/capture"
	"netlab/sim"
	"netlab/sim/ladder"
	"netlab/sim/scenario"
	"netlab/sim/trace"
)

// formats of a trace.
var formats = []string{"text", "json", "ladder", "svg", "mermaid", "html", "pcapng"}

// epoch is the time of day from which the model's packets count in a capture
// file: any will do, but the same file must come out every time.
var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func (a *app) formatFlags(cmd *cobra.Command, format, output *string) {
	cmd.Flags().StringVarP(format, "format", "f", "text", "one of "+strings.Join(formats, ", ")+"; or what the name after -o ends with")
	cmd.Flags().StringVarP(output, "output", "o", "", "write to this file instead of standard output")
	formatByName(cmd, format, output, formats)
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
}

// otherEndings are endings of files that mean a format by another name.
var otherEndings = map[string]string{"txt": "text", "mmd": "mermaid", "htm": "html", "markdown": "md"}

// formatByName takes the format from the output's name, run.pcapng, if no --format names one.
func formatByName(cmd *cobra.Command, format, output *string, known []string) {
	cmd.PreRun = func(*cobra.Command, []string) {
		ending := strings.TrimPrefix(filepath.Ext(*output), ".")
		if other, ok := otherEndings[ending]; ok {
			ending = other
		}
		if !cmd.Flags().Changed("format") && slices.Contains(known, ending) {
			*format = ending
		}
	}
}

func (a *app) checkFormat(format *string, allowed []string) error {
	if a.jsonFlag {
		*format = "json"
	}
	if !slices.Contains(allowed, *format) {
		return usageError("one of "+strings.Join(allowed, ", "), "--format %q is unknown", *format)
	}
	return nil
}

func (a *app) simCommand() *cobra.Command {
	var format, output, only string
	var list bool
	var flags *play
	cmd := &cobra.Command{
		Use:   "sim <lesson|scenario>...",
		Short: "Play a script on the model",
		Long: "Play a lesson's script, one of netlab's own scenarios (--list names them) or one from a file\non the model, and show what happens. The script's expect and then lines are checked: exit 1 if\none fails. " +
			"Of several scripts, or of a file of cases, each gets a line with its verdict.",
		Example: "  netlab sim handshake\n  netlab sim handshake --format svg -o handshake.svg\n  netlab sim my-scenario.txt --format pcapng -o model.pcapng\n" +
			"  netlab sim cases.txt more.txt          a verdict for each case\n  netlab sim cases.txt --case 'blind RST'  one case, in full",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && !list {
				return usageError("for example: netlab sim handshake; netlab sim --list names the scenarios", "netlab sim needs a lesson or a scenario")
			}
			return nil
		},
		ValidArgsFunction: a.completeScripts,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.checkFormat(&format, formats); err != nil {
				return err
			}
			if err := a.refuseBinary(format, output); err != nil {
				return err
			}
			if list {
				return a.listScenarios(cmd)
			}
			opt, err := flags.options()
			if err != nil {
				return err
			}
			scripts, err := a.scripts(args, only)
			if err != nil {
				return err
			}
			if len(scripts) > 1 || (scripts[0].Case != "" && only == "") {
				return a.playCases(scripts, opt, format, output)
			}
			s := scripts[0]
			t, err := playOnModel(cmd.Context(), s, opt)
			if err != nil {
				return err
			}
			if err := a.writeOut(output, func(w writer) error { return a.writeTrace(w, t, format, nil) }); err != nil {
				return err
			}
			return a.judge(s, t)
		},
	}
	flags = playFlags(cmd, "textbook")
	a.formatFlags(cmd, &format, &output)
	cmd.Flags().StringVar(&only, "case", "", "play only this case of a file, and show it in full")
	cmd.Flags().BoolVar(&list, "list", false, "list netlab's own scenarios")
	return cmd
}

// playOnModel plays a script, and stops waiting for it when Ctrl-C is pressed.
func playOnModel(ctx context.Context, s *scenario.Script, opt sim.Options) (*trace.Trace, error) {
	done := make(chan *trace.Trace, 1)
	go func() { done <- sim.Run(s, opt) }()
	select {
	case t := <-done:
		return t, ctx.Err()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// judge checks the expect lines and reports the ones that fail.
func (a *app) judge(s *scenario.Script, t *trace.Trace) error {
	failed := 0
	for _, v := range scenario.Judge(s, t) {
		if !v.OK {
			fmt.Fprintln(a.err, "netlab: "+v.String())
			failed++
		}
	}
	if failed > 0 {
		return &exitError{code: exitFailed}
	}
	return nil
}

// writeTrace writes a trace in a format. frames are the captured ones of a live
// run; nil makes them from the model's segments.
func (a *app) writeTrace(w io.Writer, t *trace.Trace, format string, frames []capture.Frame) error {
	switch format {
	case "json":
		return t.WriteJSON(w)
	case "svg":
		return put(w, ladder.New(t, a.ladderOptions(t)).SVG(a.svgWords("netlab: "+t.Script)))
	case "html":
		return ladder.HTML(w, t, a.ladderOptions(t), a.pageWords())
	case "mermaid":
		return put(w, ladder.Mermaid(t))
	case "ladder":
		return put(w, ladder.New(t, a.ladderOptions(t)).Text(a.drawing(100)))
	case "pcapng":
		iface := t.Interface()
		if frames == nil {
			var err error
			if frames, err = capture.Frames(t, epoch); err != nil {
				return err
			}
			iface = "model"
		}
		return capture.WritePcapng(w, iface, frames)
	default:
		for _, n := range t.Notes {
			if _, err := fmt.Fprintln(w, "# "+n); err != nil {
				return err
			}
		}
		return t.Text(w)
	}
}
