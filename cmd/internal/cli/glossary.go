package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"netlab/lessons/text"
)

func (a *app) glossaryCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "glossary [term]",
		Short:   "The words of the field, in English and Chinese",
		Long:    "Explain a term, by any of its names in English or Chinese; without one, list them all.",
		Example: "  netlab glossary TIME-WAIT\n  netlab glossary 慢启动\n  netlab glossary --lang zh-CN",
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, t := range text.Glossary() {
				names = append(names, t.Name)
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			lang := a.language()
			if len(args) == 0 {
				return a.listGlossary(lang)
			}
			word := strings.Join(args, " ")
			t := text.FindTerm(word)
			if t == nil {
				return usageError("netlab glossary lists them all", "the glossary has no %q", word)
			}
			if a.jsonFlag {
				return json.NewEncoder(a.out).Encode(termJSON(t))
			}
			fmt.Fprintf(a.out, "%s\n%s\n", t.Word(lang), t.In(lang))
			if len(t.Also) > 0 {
				fmt.Fprintln(a.out, text.For(lang).T("glossary_also", strings.Join(t.Also, ", ")))
			}
			if t.Ref != "" {
				fmt.Fprintln(a.out, t.Ref)
			}
			if t.Lesson != "" {
				fmt.Fprintln(a.out, "netlab lesson "+t.Lesson)
			}
			return nil
		},
	}
}

func termJSON(t *text.Term) map[string]any {
	return map[string]any{"type": "term", "term": t.Name, "zh": t.ZH, "text": t.EN, "zh_text": t.ZHText, "also": t.Also, "lesson": t.Lesson, "ref": t.Ref}
}

func (a *app) listGlossary(lang string) error {
	if a.jsonFlag {
		enc := json.NewEncoder(a.out)
		enc.SetEscapeHTML(false)
		for _, t := range text.Glossary() {
			if err := enc.Encode(termJSON(t)); err != nil {
				return err
			}
		}
		return nil
	}
	var rows [][]string
	for _, t := range text.Glossary() {
		rows = append(rows, []string{t.Name, t.ZH, t.In(lang)})
	}
	var b strings.Builder
	writeTable(&b, rows)
	_, err := a.out.Write([]byte(b.String()))
	return err
}
