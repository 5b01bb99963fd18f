package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"netlab/cmd/internal/tui"
	"netlab/sim/scenario"
)

const exitCodes = `0    done
1    an answer is wrong, a check failed, or model and reality differ
2    wrong usage, or a wrong script, lesson or file
3    this machine cannot do it (permission, operating system)
70   internal error: please report it
130  interrupted

On the full screen q and Ctrl-C exit 0, with progress saved. doctor exits 0 even
where something does not work (--strict: 3). lesson --live falls back and exits
0 where live is refused; live, compare, conform and capture exit 3.
`

// helpTopics are texts that `netlab help TOPIC` prints.
func (a *app) helpTopics() []*cobra.Command {
	topic := func(name, short, text string) *cobra.Command {
		c := &cobra.Command{Use: name, Short: short, Long: text}
		c.SetHelpFunc(func(cmd *cobra.Command, _ []string) { fmt.Fprint(cmd.OutOrStdout(), text) })
		return c
	}
	keys := topic("keys", "The keys of the full screen", tui.KeyHelp("en"))
	keys.SetHelpFunc(func(cmd *cobra.Command, _ []string) { fmt.Fprint(cmd.OutOrStdout(), tui.KeyHelp(a.language())) })
	return []*cobra.Command{
		topic("scenario", "The language of scripts", scenario.Help),
		topic("profiles", "The habits that the model can have", profileHelp()),
		keys,
		topic("exit-codes", "What the exit codes mean", exitCodes),
	}
}

// strictHelp refuses help about what there is not.
func strictHelp(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	help, _, err := root.Find([]string{"help"})
	if err != nil {
		return
	}
	show := help.Run
	help.Run = nil
	help.RunE = func(cmd *cobra.Command, args []string) error {
		if found, _, err := root.Find(args); err != nil || found == root && len(args) > 0 {
			return usageError("netlab help lists the commands and topics", "no command or topic %q", args[0])
		}
		show(cmd, args)
		return nil
	}
}
