package cli

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"netlab/lessons/text"
)

func (a *app) lessonBeliefsCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "beliefs [words]",
		Short:   "The misconceptions that wrong answers show, and the lesson that mends each",
		Example: "  netlab lesson beliefs\n  netlab lesson beliefs FIN --lang zh-CN",
		RunE: func(_ *cobra.Command, args []string) error {
			all := text.Misconceptions()
			var ids []string
			for id, m := range all {
				holds := true
				for _, w := range args {
					holds = holds && strings.Contains(strings.ToLower(id+" "+m.EN+" "+m.ZH+" "+m.Lesson), strings.ToLower(w))
				}
				if holds {
					ids = append(ids, id)
				}
			}
			if len(ids) == 0 {
				return usageError("netlab lesson beliefs lists them all", "no misconception holds %q", strings.Join(args, " "))
			}
			slices.Sort(ids)
			if a.jsonFlag {
				enc := json.NewEncoder(a.out)
				enc.SetEscapeHTML(false)
				for _, id := range ids {
					if err := enc.Encode(map[string]any{"type": "misconception", "id": id, "en": all[id].EN, "zh": all[id].ZH, "lesson": all[id].Lesson}); err != nil {
						return err
					}
				}
				return nil
			}
			var rows [][]string
			for _, id := range ids {
				rows = append(rows, []string{id, all[id].Lesson, all[id].In(a.language())})
			}
			var b strings.Builder
			writeTable(&b, rows)
			_, err := a.out.Write([]byte(b.String()))
			return err
		},
	}
}
