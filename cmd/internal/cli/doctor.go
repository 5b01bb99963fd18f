package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"netlab/live/lab"
)

func (a *app) doctorCommand() *cobra.Command {
	var strict bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "What works on this machine, and how to mend what does not",
		Long: "Try everything that a live run needs, one after the other: a user namespace, a network\nnamespace, loopback, a packet socket, the kernel's socket states, one captured packet, a wire between two namespaces.\n" +
			"Exit 0 even where something does not work; --strict: exit 3 then.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			checks := lab.Doctor(cmd.Context())
			bad := 0
			for _, c := range checks {
				if !c.OK {
					bad++
				}
			}
			var b strings.Builder
			if a.jsonFlag {
				enc := json.NewEncoder(&b)
				enc.SetEscapeHTML(false)
				for _, c := range checks {
					_ = enc.Encode(map[string]any{"type": "check", "id": c.ID, "what": c.What, "ok": c.OK, "found": c.Found, "fix": c.Fix})
				}
				_ = enc.Encode(map[string]any{"type": "result", "level": lab.LevelOf(checks), "text": lab.Describe(lab.LevelOf(checks)), "failed": bad})
			} else {
				for _, c := range checks {
					mark := "ok  "
					if !c.OK {
						mark = "NO  "
					}
					fmt.Fprintf(&b, "%s%-28s %s\n", mark, c.What, c.Found)
					if c.Fix != "" {
						fmt.Fprintf(&b, "    to mend it: %s\n", c.Fix)
					}
				}
				fmt.Fprintf(&b, "\nlive runs show: %s\n", lab.Describe(lab.LevelOf(checks)))
			}
			if _, err := a.out.Write([]byte(b.String())); err != nil {
				return err
			}
			if strict && bad > 0 {
				return &exitError{code: exitMachine}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&strict, "strict", false, "exit 3 if something does not work")
	return cmd
}
