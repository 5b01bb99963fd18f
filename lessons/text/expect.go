package text

import (
	"strings"

	"netlab/sim/scenario"
)

// Expect says what a check of a script asks for; in English as the script writes it.
func (w *Words) Expect(e *scenario.Expect) string {
	kind := string(e.Kind)
	if e.Never {
		kind = "never " + kind
	}
	if e.Anything {
		kind += " anything"
	}
	own, ok := w.c.Expects[kind]
	if !ok {
		_, text, _ := strings.Cut(e.String(), " ") // without expect or then
		return text
	}
	text := fill(own, []any{e.Host, e.What(), string(e.Call)})
	if e.To != "" {
		text = fill(w.c.Expects["to"], []any{text, e.To})
	}
	if e.Within > 0 {
		text = fill(w.c.Expects["within"], []any{e.Within, text})
	}
	return text
}

// Instead says what happened in the place of what a check asks for: what a verdict or the note
// of a then line carries.
func (w *Words) Instead(english string) string {
	var all []string
	for _, s := range scenario.ReadSentences(english) {
		all = append(all, w.sentence(s))
	}
	if len(all) == 0 {
		return english
	}
	return strings.Join(all, pick(w.c.Expects, nil, "between", "; "))
}

// Result is what a call returned, with what was wrong with it.
func (w *Words) Result(english string) string {
	result, complaint, ok := scenario.Complaint(english)
	if !ok {
		return english
	}
	return result + pick(w.c.Expects, nil, "complains", ", ") + w.sentence(complaint)
}

func (w *Words) sentence(s scenario.Sentence) string {
	own, ok := w.c.Sentences[s.ID]
	if !ok {
		return s.String()
	}
	args := make([]any, len(s.Args))
	for i, a := range s.Args {
		args[i] = a
	}
	return fill(own, args)
}
