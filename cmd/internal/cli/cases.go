package cli

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"netlab/sim"
	"netlab/sim/library"
	"netlab/sim/scenario"
)

// A caseResult is the verdict on one case, as --json prints it.
type caseResult struct {
	Type   string   `json:"type"` // "case"
	Script string   `json:"script"`
	Case   string   `json:"case,omitempty"`
	OK     bool     `json:"ok"`
	Checks int      `json:"checks"`
	Failed []string `json:"failed,omitempty"`
}

// playCases plays many scripts and prints a verdict for each.
func (a *app) playCases(scripts []*scenario.Script, opt sim.Options, format, output string) error {
	if format != "text" && format != "json" {
		hint := "name one of them"
		if scripts[0].Case != "" {
			hint = "pick one with --case NAME"
		}
		return usageError(hint, "--format %s shows one script, and there are %d", format, len(scripts))
	}
	failed := 0
	err := a.writeOut(output, func(w writer) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		for _, s := range scripts {
			r := judgeCase(s, opt)
			if !r.OK {
				failed++
			}
			if err := printCase(w, enc, r, format); err != nil {
				return err
			}
		}
		if format == "json" {
			return enc.Encode(map[string]any{"type": "result", "cases": len(scripts), "failed": failed})
		}
		word := "cases"
		if len(scripts) == 1 {
			word = "case"
		}
		_, err := fmt.Fprintf(w, "%d %s, %d failed\n", len(scripts), word, failed)
		return err
	})
	if err == nil && failed > 0 {
		return &exitError{code: exitFailed}
	}
	return err
}

// judgeCase plays one script and judges it.
func judgeCase(s *scenario.Script, opt sim.Options) caseResult {
	verdicts := scenario.Judge(s, sim.Run(s, opt))
	r := caseResult{Type: "case", Script: s.Name, Case: s.Case, OK: true, Checks: len(verdicts)}
	for _, v := range verdicts {
		if !v.OK {
			r.OK = false
			r.Failed = append(r.Failed, v.String())
		}
	}
	return r
}

func printCase(w writer, enc *json.Encoder, r caseResult, format string) error {
	if format == "json" {
		return enc.Encode(r)
	}
	name := r.Script
	if r.Case != "" {
		name += ": " + r.Case
	}
	word := "ok   "
	switch {
	case !r.OK:
		word = "FAIL "
	case r.Checks == 0:
		name += " (nothing is expected)"
	}
	if _, err := fmt.Fprintln(w, word, name); err != nil {
		return err
	}
	for _, f := range r.Failed {
		if _, err := fmt.Fprintln(w, "      "+f); err != nil {
			return err
		}
	}
	return nil
}

// listScenarios prints netlab's own scenarios with what each is about.
func (a *app) listScenarios(cmd *cobra.Command) error {
	for _, name := range library.Names() {
		text, _, _ := library.Text(name)
		all, err := scenario.ParseFile(name, text)
		if err != nil {
			return &exitError{code: exitInternal, err: err}
		}
		about := all[0].Intent()
		if len(all) > 1 {
			about = fmt.Sprintf("%s (%d cases)", about, len(all))
		}
		if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%-32s %s\n", name, about); err != nil {
			return err
		}
	}
	return nil
}
