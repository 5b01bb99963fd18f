package cli

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"netlab/lessons/text"
	"netlab/lessons/text/width"
	"netlab/live/lab"
	"netlab/sim"
	"netlab/sim/compare"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
)

func (a *app) compareCommand() *cobra.Command {
	var format, output, only string
	var all, wire bool
	var pcap string
	var number, times int
	var flags *play
	cmd := &cobra.Command{
		Use:   "compare <lesson|scenario>",
		Short: "The model beside reality, row by row",
		Long: "Play a script on the model and with real sockets, and compare the two row by row; of a\nlesson, all its scenes that loopback (with --wire, a wire) can show, of a file with cases each case.\n" +
			"Verdicts: same, may differ, explained, differs, not comparable. Exit 1 if a row differs,\n3 if this machine cannot show reality.",
		Example:           "  netlab compare handshake\n  netlab compare handshake/main --all\n  netlab compare my-scenario.txt --json\n  netlab compare my-scenario.txt --pcap capture.pcapng",
		Args:              oneScript("lesson or scenario file"),
		ValidArgsFunction: a.completeScripts,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.checkFormat(&format, []string{"text", "json"}); err != nil {
				return err
			}
			scripts, titles, err := a.comparable(args[0], only)
			if err != nil {
				return err
			}
			opt, err := flags.options()
			if err != nil {
				return err
			}
			c := &comparing{a: a, opt: opt, all: all, json: format == "json", wire: wire, titles: titles, many: len(scripts) > 1}
			run := func() error { return c.run(cmd.Context(), scripts) }
			switch {
			case pcap != "" && (wire || times != 1):
				return usageError("a capture is what it is; leave --wire and --times out", "--pcap plays nothing")
			case times < 1:
				return usageError("for example --times 100", "--times %d cannot be", times)
			case pcap != "":
				c.many = false
				run = func() error { return c.runCapture(cmd.Context(), scripts[0], pcap, number) }
			case times > 1:
				run = func() error { return c.runTimes(cmd.Context(), scripts, times) }
			}
			if err := run(); err != nil && c.compared == 0 {
				if c.refused != nil && c.out.Len() > 0 { // calls were made all the same: they are worth showing
					_ = a.writeOut(output, func(w writer) error { _, e := w.Write(c.out.Bytes()); return e })
				}
				return err
			}
			if err := a.writeOut(output, func(w writer) error { _, e := w.Write(c.out.Bytes()); return e }); err != nil {
				return err
			}
			return c.outcome()
		},
	}
	flags = playFlags(cmd, tcp.Linux.Name)
	cmd.Flags().StringVarP(&format, "format", "f", "text", "text or json")
	cmd.Flags().StringVarP(&output, "output", "o", "", "write to this file instead of standard output")
	cmd.Flags().IntVar(&times, "times", 1, "play it so many times, and say in how many runs a row differs")
	cmd.Flags().StringVar(&only, "case", "", "compare only this case of a file")
	cmd.Flags().BoolVarP(&all, "all", "a", false, "all rows: window, options, length and time too")
	cmd.Flags().StringVar(&pcap, "pcap", "", "a conversation of this capture in the place of a live run")
	cmd.Flags().IntVarP(&number, "conversation", "c", 0, "with --pcap: which one, as netlab explain lists them")
	cmd.Flags().BoolVar(&wire, "wire", false, "on a wire with the script's delays and faults, instead of loopback")
	return cmd
}

// comparable finds the scripts that an argument names: of a lesson all its scenes and
// worlds, with their names in the learner's words, of a file its cases, or the one that
// is named.
func (a *app) comparable(arg, only string) (all []*scenario.Script, titles map[*scenario.Script]string, err error) {
	l, err := a.lessonArg(arg)
	if err != nil {
		all, err = a.scripts([]string{arg}, only)
		return all, nil, err
	}
	titles = map[*scenario.Script]string{}
	words := l.Text(a.language())
	for _, st := range l.Steps {
		if put := words.Steps[st.ID]; put != nil && st.Ask != nil && st.Ask.World != "" {
			titles[l.Scene(st.Ask.World)] = put.World
		}
	}
	for _, name := range l.Scenes() {
		if name != "" || l.Compare {
			s := l.Scene(name)
			all = append(all, s)
			switch title := words.Scenes[name]; {
			case name == "":
				titles[s] = words.Title
			case title != "":
				titles[s] = title
			}
		}
	}
	if len(all) == 0 {
		return nil, nil, &lab.CannotError{Why: l.NoLive, Get: "netlab sim " + l.ID}
	}
	return all, titles, nil
}

// A comparing is a comparison of one script or several.
type comparing struct {
	a          *app
	opt        sim.Options
	all, json  bool
	wire       bool
	many       bool
	titles     map[*scenario.Script]string
	out        bytes.Buffer
	compared   int // scripts
	differs    int // rows
	comparable int // rows
	refused    error
}

// run compares the scripts. What loopback cannot show is said; the error is that of
// the last script that could not be compared.
func (c *comparing) run(ctx context.Context, scripts []*scenario.Script) (last error) {
	for _, s := range scripts {
		res, err := (*lab.Result)(nil), error(nil)
		if c.many {
			err = lab.TooLong(s)
		}
		switch {
		case err != nil:
		case c.wire:
			if err = lab.CanCompareWire(s); err == nil {
				res, err = lab.RunWire(ctx, s, lab.Wire{Seed: c.opt.Seed})
			}
		default:
			res, err = lab.Run(ctx, s, lab.LevelHost)
		}
		var cannot *lab.CannotError
		switch {
		case errors.As(err, &cannot) && c.many:
			c.skip(s, cannot)
			last = err
			continue
		case res == nil:
			return err
		}
		c.refused = err
		rep := lab.Compare(s, res, c.opt.Profile, c.opt.Seed)
		if late := res.TooLate(); rep.Differences() > 0 && errors.As(late, &cannot) {
			c.skip(s, cannot)
			last = late
			continue
		}
		c.comparable += rep.Comparable()
		c.differs += rep.Differences()
		if err := c.write(s, rep, res); err != nil {
			return err
		}
		if c.refused != nil {
			return c.refused
		}
		c.compared++
	}
	if c.many && c.json {
		return json.NewEncoder(&c.out).Encode(map[string]any{"type": "result", "scripts": c.compared, "differs": c.differs})
	}
	return last
}

// outcome is the exit code of what was compared.
func (c *comparing) outcome() error {
	switch {
	case c.refused != nil:
		return c.refused
	case c.differs > 0:
		return &exitError{code: exitFailed}
	case c.comparable == 0:
		return &exitError{code: exitMachine}
	}
	return nil
}

func (c *comparing) skip(s *scenario.Script, why *lab.CannotError) {
	if c.json {
		_ = json.NewEncoder(&c.out).Encode(map[string]any{"type": "skipped", "script": s.Name, "case": s.Case, "why": why.Why, "fix": why.Get})
		return
	}
	w := text.For(c.a.language())
	fmt.Fprintf(&c.out, "%s\n%s\n", c.heading(s), w.T("live_failed", w.Reason(why)))
	if !c.wire && lab.TooLong(s) == nil && lab.CanCompareWire(s) == nil {
		fmt.Fprintln(&c.out, w.T("compare_on_wire", s.Name))
	}
	fmt.Fprintln(&c.out)
}

// heading names one of several scripts: a case by its name, a scene in the learner's words.
func (c *comparing) heading(s *scenario.Script) string {
	return fmt.Sprintf("== %s: %s", s.Name, cmp.Or(s.Case, c.titles[s], s.Intent()))
}

func (c *comparing) write(s *scenario.Script, rep *compare.Report, res *lab.Result) error {
	if c.json {
		if c.many {
			if err := json.NewEncoder(&c.out).Encode(map[string]any{"type": "script", "script": s.Name, "case": s.Case}); err != nil {
				return err
			}
		}
		return writeReportJSON(&c.out, rep, res)
	}
	if c.many {
		fmt.Fprintln(&c.out, c.heading(s))
	}
	if err := c.a.writeReport(&c.out, rep, res, c.opt.Profile, c.all); err != nil {
		return err
	}
	if c.many {
		fmt.Fprintln(&c.out)
	}
	return nil
}

// writeReport writes the comparison as a table with aligned columns.
func (a *app) writeReport(w writer, rep *compare.Report, res *lab.Result, p tcp.Profile, all bool) error {
	words := text.For(a.language())
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", words.T("live"), words.Level(int(res.Level), lab.Describe(res.Level)))
	fmt.Fprintf(&b, "%s: %s\n\n", words.T("model"), p.Name)
	table := [][]string{{words.T("row_number"), words.T("row_dir"), words.T("row_field"), words.T("row_model"), words.T("row_live"), words.T("row_verdict")}}
	last := 0
	var used []*compare.Explanation
	for _, r := range rep.Rows {
		if !r.Main && !all {
			continue
		}
		n, what := fmt.Sprint(r.Pair), r.What
		if r.Pair == last {
			n, what = "", ""
		}
		last = r.Pair
		verdict := words.Verdict(r.Verdict)
		if r.Why != nil {
			verdict += ": " + r.Why.ID
			used = appendOnce(used, r.Why)
		}
		table = append(table, []string{n, what, words.Phrase(r.Field), words.Phrase(r.Model), words.Phrase(r.Live), verdict})
	}
	writeWrapped(&b, table, a.lineWidth())
	if res.Tries > 0 {
		b.WriteString("\n" + words.T("live_tries", res.Tries))
	}
	b.WriteString("\n" + words.T("live_summary", rep.Pairs, rep.Differences(), res.Stats.Captured, res.Stats.Dropped) + "\n")
	for _, e := range used {
		text := fmt.Sprintf("%s: %s [%s]", e.ID, words.Explanation(e), words.Phrase(e.Ref))
		b.WriteString("  " + strings.Join(width.Wrap(text, a.lineWidth()-4), "\n    ") + "\n")
	}
	_, err := w.Write([]byte(b.String()))
	return err
}

func appendOnce(list []*compare.Explanation, e *compare.Explanation) []*compare.Explanation {
	for _, x := range list {
		if x == e {
			return list
		}
	}
	return append(list, e)
}

// writeReportJSON writes one object a row, then a result.
func writeReportJSON(w writer, rep *compare.Report, res *lab.Result) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, r := range rep.Rows {
		row := map[string]any{"type": "row", "pair": r.Pair, "what": r.What, "field": r.Field, "model": r.Model, "live": r.Live,
			"verdict": r.Verdict, "model_event": r.ModelEvent, "live_event": r.LiveEvent}
		if r.Why != nil {
			row["explanation"] = map[string]string{"id": r.Why.ID, "ref": r.Why.Ref, "text": r.Why.Text}
		}
		if err := enc.Encode(row); err != nil {
			return err
		}
	}
	return enc.Encode(map[string]any{"type": "result", "differs": rep.Differences(), "pairs": rep.Pairs, "counts": rep.Counts,
		"level": res.Level, "captured": res.Stats.Captured, "dropped": res.Stats.Dropped})
}
