package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"netlab/capture/follow"
	"netlab/lessons/text"
	"netlab/sim"
	"netlab/sim/ledger"
	"netlab/sim/wire"
)

func (a *app) rulesCommand() *cobra.Command {
	var rfc bool
	cmd := &cobra.Command{
		Use:   "rules [ID]",
		Short: "Why things happen: every rule, its source and the scenarios that show it",
		Long: "List every rule that the model can give as a reason or that netlab explain finds in captures, or explain one: where the standard says it\nand which scenarios show it (netlab sim plays them).\n\n" +
			"With --rfc: the numbered requirements of RFC 9293, each with what shows it or why it is not modelled.",
		Example: "  netlab rules\n  netlab rules challenge\n  netlab rules --rfc\n  netlab rules MUST-11",
		Args:    cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var ids []string
			for _, r := range allRules() {
				ids = append(ids, r.ID)
			}
			return ids, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			w := cmd.OutOrStdout()
			switch {
			case len(args) == 1:
				return a.explainRule(w, args[0])
			case rfc:
				return a.listRequirements(w)
			default:
				return a.listRules(w)
			}
		},
	}
	cmd.Flags().BoolVar(&rfc, "rfc", false, "the numbered requirements of RFC 9293")
	return cmd
}

// ruleLine is a rule as --json prints it.
type ruleLine struct {
	Type      string   `json:"type"` // "rule"
	ID        string   `json:"id"`
	Ref       string   `json:"ref"`
	Text      string   `json:"text"`
	Scenarios []string `json:"scenarios,omitempty"`
}

func (a *app) listRules(w io.Writer) error {
	words := text.For(a.language())
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, r := range allRules() {
		if a.jsonFlag {
			if err := enc.Encode(ruleLine{Type: "rule", ID: r.ID, Ref: r.Ref, Text: r.Text}); err != nil {
				return err
			}
			continue
		}
		if _, err := fmt.Fprintf(w, "%-26s %s  [%s]\n", r.ID, words.Rule(r), r.Ref); err != nil {
			return err
		}
	}
	return nil
}

// allRules lists what the model gives as reasons, and what is found in captures.
func allRules() []*wire.Rule { return slices.Concat(sim.Rules(), follow.Rules()) }

// explainRule explains one rule, or one requirement.
func (a *app) explainRule(w io.Writer, id string) error {
	all := allRules()
	i := slices.IndexFunc(all, func(r *wire.Rule) bool { return strings.EqualFold(r.ID, id) })
	if i < 0 {
		return a.explainRequirement(w, id)
	}
	r := all[i]
	shown, err := ledger.Collect()
	if err != nil {
		return &exitError{code: exitInternal, err: err}
	}
	if a.jsonFlag {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return enc.Encode(ruleLine{"rule", r.ID, r.Ref, r.Text, shown.Rules[r.ID]})
	}
	words := text.For(a.language())
	if kind, ok := strings.CutPrefix(r.ID, "seen-"); ok {
		_, err := fmt.Fprintf(w, "%s\n\n%s\n%s\n\n  netlab explain FILE has %s\n", r.ID, words.Rule(r), r.Ref, kind)
		return err
	}
	if _, err := fmt.Fprintf(w, "%s\n\n%s\n%s\n\n%s\n", r.ID, words.Rule(r), r.Ref, words.T("rule_shown_by")); err != nil {
		return err
	}
	return printNames(w, shown.Rules[r.ID])
}

// printNames prints scenarios, and how to play each.
func printNames(w io.Writer, names []string) error {
	for _, name := range names {
		file, one, isCase := strings.Cut(name, ": ")
		line := "  netlab sim " + file
		if isCase {
			line += fmt.Sprintf(" --case %q", one)
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) explainRequirement(w io.Writer, id string) error {
	all, err := ledger.Requirements()
	if err != nil {
		return &exitError{code: exitInternal, err: err}
	}
	i := slices.IndexFunc(all, func(r ledger.Requirement) bool { return strings.EqualFold(r.ID, id) })
	if i < 0 {
		return usageError("netlab rules lists them, netlab rules --rfc the requirements of RFC 9293", "no rule and no requirement %q", id)
	}
	r := &all[i]
	if a.jsonFlag {
		return writeRequirement(json.NewEncoder(w), r)
	}
	words := text.For(a.language())
	fmt.Fprintf(w, "%s (%s, %s)\n\n%s\n\n", r.ID, r.Level(), r.Area, r.Text)
	if !r.Shown() {
		_, err := fmt.Fprintf(w, "%s\n  %s\n", words.T("rule_not_modelled"), r.Reason)
		return err
	}
	fmt.Fprintln(w, words.T("rule_shown_by"))
	if err := printNames(w, r.Cases); err != nil {
		return err
	}
	for _, t := range r.Tests {
		pkg, name, _ := strings.Cut(t, " ")
		fmt.Fprintf(w, "  go test -run '^%s$' ./%s\n", name, pkg)
	}
	return nil
}

// requirementLine is a requirement as --json prints it.
type requirementLine struct {
	Type   string   `json:"type"` // "requirement"
	ID     string   `json:"id"`
	Level  string   `json:"level"`
	Tier   int      `json:"tier"`
	Area   string   `json:"area"`
	Text   string   `json:"text"`
	Shown  bool     `json:"shown"`
	Cases  []string `json:"cases,omitempty"`
	Tests  []string `json:"tests,omitempty"`
	Reason string   `json:"reason,omitempty"`
}

func writeRequirement(enc *json.Encoder, r *ledger.Requirement) error {
	enc.SetEscapeHTML(false)
	return enc.Encode(requirementLine{"requirement", r.ID, r.Level(), r.Tier, r.Area, r.Text, r.Shown(), r.Cases, r.Tests, r.Reason})
}

// listRequirements prints the ledger as a table.
func (a *app) listRequirements(w io.Writer) error {
	all, err := ledger.Requirements()
	if err != nil {
		return &exitError{code: exitInternal, err: err}
	}
	shown := map[int]int{}
	total := map[int]int{}
	enc := json.NewEncoder(w)
	for i := range all {
		r := &all[i]
		total[r.Tier]++
		if r.Shown() {
			shown[r.Tier]++
		}
		if a.jsonFlag {
			if err := writeRequirement(enc, r); err != nil {
				return err
			}
			continue
		}
		evidence := "not modelled: " + r.Reason
		if r.Shown() {
			evidence = strings.Join(slices.Concat(r.Cases, r.Tests), "; ")
		}
		if _, err := fmt.Fprintf(w, "%-8s  %d  %s\n             %s\n", r.ID, r.Tier, r.Text, evidence); err != nil {
			return err
		}
	}
	if a.jsonFlag {
		return nil
	}
	_, err = fmt.Fprintf(w, "\nshown: tier 1 %d of %d, tier 2 %d of %d, tier 3 %d of %d\n", shown[1], total[1], shown[2], total[2], shown[3], total[3])
	return err
}
