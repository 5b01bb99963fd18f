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
0 where live is refused; live and compare exit 3.
`

// helpTopics are texts that `netlab help TOPIC` prints.
func helpTopics() []*cobra.Command {
	topic := func(name, short, text string) *cobra.Command {
		c := &cobra.Command{Use: name, Short: short, Long: text}
		c.SetHelpFunc(func(cmd *cobra.Command, _ []string) { fmt.Fprint(cmd.OutOrStdout(), text) })
		return c
	}
	return []*cobra.Command{
		topic("scenario", "The language of scripts", scenario.Help),
		topic("profiles", "The habits that the model can have", profileHelp()),
		topic("keys", "The keys of the full screen", tui.KeyHelp()),
		topic("exit-codes", "What the exit codes mean", exitCodes),
	}
}
