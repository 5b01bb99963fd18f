package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"netlab/lessons/text"
	"netlab/lessons/text/width"
	"netlab/live/lab/conform"
	"netlab/sim"
	"netlab/sim/tcp"
)

// A conformance is one run of netlab conform.
type conformance struct {
	a      *app
	status statusLine
	words  *text.Words
	enc    *json.Encoder // nil: text
	walks  int
	peers  int
	seed   uint64
	atOnce int

	rows        []conformRow
	quirks      map[tcp.Quirk]int
	total       conformRow
	unexplained []conform.Outcome
	again       int
}

// A conformRow counts the verdicts of a situation.
type conformRow struct {
	name                                string
	cases, standard, quirk, unexplained int
}

func (a *app) conformCommand() *cobra.Command {
	c := &conformance{a: a, status: statusLine{a: a}, quirks: map[tcp.Quirk]int{}}
	var format, output string
	cmd := &cobra.Command{
		Use:   "conform [case]",
		Short: "This machine's kernel against the model, every difference named",
		Long: "Hold this machine's kernel against the model. Probes bring a connection into each situation and\n" +
			"let one segment arrive; walks do it with many segments and calls in a row, chosen at random; peers\n" +
			"let the model talk to the kernel as one TCP to another, on a network that loses packets.\n" +
			"Where the kernel does not do what the letter of RFC 9293 says, named quirks of the linux profile\n" +
			"explain it. Compared are what is sent (flags, SEQ, ACK, length, in order), what calls return and the\n" +
			"states at the end; not windows, options and times. With the name of a case (p17, w3): its script.\n" +
			"The last line is the score. Exit 1 if something is unexplained, 3 if this machine allows no live run.",
		Example: "  netlab conform\n  netlab conform --walks 2000 --seed 7\n  netlab conform --peers 1000 --no-probes --walks 0\n  netlab conform p1204 > case.txt",
		Args:    cobra.MaximumNArgs(1),
	}
	noProbes := cmd.Flags().Bool("no-probes", false, "leave the probes out")
	cmd.Flags().IntVar(&c.walks, "walks", 300, "how many random walks")
	cmd.Flags().IntVar(&c.peers, "peers", 100, "how many connections between the model and the kernel")
	cmd.Flags().Uint64Var(&c.seed, "seed", sim.DefaultSeed, "of the walks, and of the losses between peers")
	cmd.Flags().IntVarP(&c.atOnce, "jobs", "j", 32, "how many at a time; they wait more than they work")
	cmd.Flags().StringVarP(&format, "format", "f", "text", "text or json")
	cmd.Flags().StringVarP(&output, "output", "o", "", "write to this file instead of standard output")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := a.checkFormat(&format, []string{"text", "json"}); err != nil {
			return err
		}
		if c.walks < 0 || c.peers < 0 || c.atOnce < 1 || c.atOnce > 500 {
			return usageError("--walks and --peers from 0, -j from 1 to 500", "a number is out of its range")
		}
		if *noProbes && c.walks == 0 && c.peers == 0 && len(args) == 0 {
			return usageError("leave --no-probes out, or say how many: --walks 300, --peers 100", "no probes, no walks and no peers: nothing is left to play")
		}
		c.words = text.For(a.language())
		if len(args) == 1 {
			return c.print(args[0], output, format == "json")
		}
		var failed error
		err := a.writeOut(output, func(w writer) error {
			if format == "json" {
				c.enc = json.NewEncoder(w)
				c.enc.SetEscapeHTML(false)
			}
			var err error
			failed, err = c.run(cmd.Context(), w, !*noProbes)
			return err
		})
		if err != nil {
			return err
		}
		return failed
	}
	return cmd
}

// print writes the script of one case.
func (c *conformance) print(id, output string, asJSON bool) error {
	for _, k := range append(conform.Probes(), conform.Walks(max(c.walks, 1), c.seed)...) {
		if k.ID != id {
			continue
		}
		return c.a.writeOut(output, func(w writer) (err error) {
			if asJSON {
				enc := json.NewEncoder(w)
				enc.SetEscapeHTML(false)
				return enc.Encode(map[string]any{"type": "script", "id": k.ID, "name": k.Name, "situation": k.Situation, "script": k.Script})
			}
			_, err = fmt.Fprint(w, k.Script)
			return err
		})
	}
	return usageError(fmt.Sprintf("p1 to p%d are probes, w1 to w%d walks (--walks says how many, --seed which)", len(conform.Probes()), c.walks), "no case %q", id)
}

// run plays everything that was asked for; failed says that something is wrong.
func (c *conformance) run(ctx context.Context, w writer, probes bool) (failed, err error) {
	var cases []conform.Case
	if probes {
		cases = conform.Probes()
	}
	n := len(cases)
	cases = append(cases, conform.Walks(c.walks, c.seed)...)
	c.head(w, n)
	if len(cases) > 0 {
		c.count(cases)
		done := 0
		err := conform.Run(ctx, cases, c.atOnce, func(o conform.Outcome) {
			done++
			c.note(&o)
			c.progress(done, len(cases))
		})
		c.status.clear()
		if err != nil {
			return nil, err
		}
		c.table(w)
	}
	var rep *conform.PeerReport
	if c.peers > 0 {
		rep, err = conform.Peers(ctx, c.peers, 2*c.atOnce, c.seed, func(done int) { c.progress(done, c.peers) })
		c.status.clear()
		if err != nil {
			return nil, err
		}
		c.tellPeers(w, rep)
	}
	c.score(w, rep)
	if len(c.unexplained) > 0 || rep != nil && rep.Good < rep.Connections {
		failed = &exitError{code: exitFailed}
	}
	return failed, nil
}

// count prepares the table.
func (c *conformance) count(cases []conform.Case) {
	for i := range cases {
		c.row(cases[i].Situation).cases++
	}
	c.total.cases = len(cases)
}

func (c *conformance) row(situation string) *conformRow {
	for i := range c.rows {
		if c.rows[i].name == situation {
			return &c.rows[i]
		}
	}
	c.rows = append(c.rows, conformRow{name: situation})
	return &c.rows[len(c.rows)-1]
}

// note takes down an outcome.
func (c *conformance) note(o *conform.Outcome) {
	if o.Tries > 1 {
		c.again++
	}
	for _, r := range []*conformRow{c.row(o.Case.Situation), &c.total} {
		switch o.Verdict {
		case conform.Standard:
			r.standard++
		case conform.Quirk:
			r.quirk++
		default:
			r.unexplained++
		}
	}
	for _, q := range o.Quirks {
		c.quirks[q]++
	}
	if o.Verdict == conform.Unexplained {
		c.unexplained = append(c.unexplained, *o)
	}
	if c.enc != nil {
		names := []string{}
		for _, q := range o.Quirks {
			names = append(names, q.String())
		}
		_ = c.enc.Encode(map[string]any{"type": "case", "id": o.Case.ID, "situation": o.Case.Situation, "name": o.Case.Name, "verdict": o.Verdict,
			"quirks": names, "kernel": o.Kernel, "linux": o.Linux, "rfc9293": o.Standard, "tries": o.Tries})
	}
}

// progress says how far it is.
func (c *conformance) progress(done, all int) {
	if done%16 == 0 || done == all {
		c.status.put(c.words.T("conform_progress", done, all))
	}
}

// cell is a column of the table.
func cell(s string, n int) string { return strings.Repeat(" ", max(0, n-width.Of(s))) + s }
