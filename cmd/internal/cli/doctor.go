package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"netlab/lessons/text"
	"netlab/lessons/text/width"
	"netlab/live/lab"
)

// doctorWords name what is tried, by the id of the check.
var doctorWords = text.Pairs{
	"system":        {"operating system", "操作系统"},
	"namespace":     {"user and network namespace", "用户和网络命名空间"},
	"loopback":      {"loopback inside it", "其中的环回接口"},
	"packet-socket": {"packet socket", "分组套接字（AF_PACKET）"},
	"sockets":       {"real TCP connection", "真实的 TCP 连接"},
	"states":        {"the kernel's socket states", "内核的套接字状态"},
	"capture":       {"captured packets", "抓到的分组"},
	"wire":          {"a wire between namespaces", "命名空间之间的链路"},
	"cell":          {"a sandbox for homework", "运行作业程序的沙箱"},
	"mend":          {"to mend it: {0}", "解决办法：{0}"},
	"shows":         {"live runs show: {0}", "实测所用：{0}"},
}

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
			words := text.For(a.language())
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
					fmt.Fprintf(&b, "%s%s %s\n", mark, width.Pad(doctorWords.Say(a.language(), c.ID), 28), words.Obstacle(c.Found))
					if c.Fix != "" {
						fmt.Fprintf(&b, "    %s\n", doctorWords.Say(a.language(), "mend", c.Fix))
					}
				}
				level := lab.LevelOf(checks)
				fmt.Fprintf(&b, "\n%s\n", doctorWords.Say(a.language(), "shows", words.Level(int(level), lab.Describe(level))))
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
