package worksheet

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"netlab/lessons/text"
)

// Blank returns the answers file to be filled in: TOML, one table for each row, with comments
// in a language that say what each field means.
func (s *Sheet) Blank(lang string) []byte { return s.toml(lang, false) }

// Key returns the answers file with the right answers in it.
func (s *Sheet) Key(lang string) []byte { return s.toml(lang, true) }

func (s *Sheet) toml(lang string, answers bool) []byte {
	var b bytes.Buffer
	comment := func(lines ...string) {
		for _, l := range lines {
			for _, part := range strings.Split(l, "\n") {
				b.WriteString(strings.TrimRight("# "+part, " ") + "\n")
			}
		}
	}
	comment(say(lang, "sheet-how"), "", say(lang, "sheet-script"))
	for _, l := range strings.Split(s.source, "\n") {
		comment("  " + l)
	}
	comment(s.head(lang)...)
	comment("", say(lang, "sheet-fields"))
	for _, f := range s.cols {
		comment("  " + s.fieldLine(f, lang))
	}
	for _, r := range s.rows {
		b.WriteString("\n")
		blanks := s.blanks(r)
		if len(blanks) == 0 {
			comment(say(lang, "sheet-row-given", r.n, s.printed(r)))
			continue
		}
		fmt.Fprintf(&b, "[%s.%d]\n", keyRow, r.n)
		if line := s.printed(r); line != "" {
			comment(say(lang, "sheet-given", line))
		}
		for _, f := range blanks {
			fmt.Fprintf(&b, "%-8s = %q\n", f.name, s.content(r, f, answers))
		}
	}
	for i := range s.keys {
		q := s.keys[i].q
		b.WriteString("\n")
		if i == 0 {
			fmt.Fprintf(&b, "[%s]\n", keyQuestion)
		}
		comment(q.Prompt.In(lang))
		value := ""
		if answers {
			value = s.keys[i].show(s.keys[i].value, s.notation(), lang)
		}
		fmt.Fprintf(&b, "%s = %q\n", q.ID, value)
	}
	return b.Bytes()
}

// content is what stands in a blank.
func (s *Sheet) content(r *row, f field, answers bool) string {
	if !answers {
		return ""
	}
	return s.truth(r, f, s.notation())
}

// head are the sentences above the table: the student's initial numbers, the notation, how
// it is marked.
func (s *Sheet) head(lang string) (lines []string) {
	if isns := s.isns(lang); isns != "" {
		lines = append(lines, "", say(lang, "sheet-isns", isns), say(lang, "sheet-"+string(s.notation())))
	}
	return append(lines, "", say(lang, "sheet-follows"))
}

// isns lists the initial sequence numbers of the hosts that send segments.
func (s *Sheet) isns(lang string) string {
	var all []string
	for _, h := range s.hosts {
		if n, err := s.isn(h); err == nil {
			all = append(all, say(lang, "sheet-isn", h, n))
		}
	}
	return strings.Join(all, say(lang, "comma"))
}

func (s *Sheet) fieldLine(f field, lang string) string {
	key, host := "field-"+f.name, ""
	switch {
	case f.kind == kindState:
		key, host = "field-state", f.host
	case f.name == "len" && s.isns(lang) == "":
		key = "field-len-udp"
	}
	return say(lang, "sheet-line", f.name, say(lang, key, host))
}

// printed writes what is printed of a row already: from = A, flags = SYN.
func (s *Sheet) printed(r *row) string {
	var all []string
	blanks := s.blanks(r)
	for _, f := range s.cols {
		if !slices.Contains(blanks, f) {
			all = append(all, f.name+" = "+s.truth(r, f, s.notation()))
		}
	}
	return strings.Join(all, ", ")
}

// CSV returns the table to be filled in as CSV, for a spreadsheet; what is printed stands in
// it. The questions follow, one a line.
func (s *Sheet) CSV() []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	head := []string{keyRow}
	for _, f := range s.cols {
		head = append(head, f.name)
	}
	if len(s.keys) > 0 {
		head = append(head, keyAnswer)
	}
	_ = w.Write(head) // a buffer takes everything
	for _, r := range s.rows {
		line := make([]string, len(head))
		line[0] = fmt.Sprint(r.n)
		blanks := s.blanks(r)
		for k, f := range s.cols {
			line[k+1] = s.content(r, f, !slices.Contains(blanks, f))
		}
		_ = w.Write(line)
	}
	for i := range s.keys {
		line := make([]string, len(head))
		line[0] = s.keys[i].q.ID
		_ = w.Write(line)
	}
	w.Flush()
	return b.Bytes()
}

// Markdown returns the sheet to be printed, or its key with the reasons.
func (s *Sheet) Markdown(lang string, withAnswers bool) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n```\n%s\n```\n", say(lang, "sheet-script"), s.source)
	for _, line := range s.head(lang) {
		b.WriteString(line + "\n")
	}
	title := "sheet-table"
	if withAnswers {
		title = "sheet-key"
	}
	fmt.Fprintf(&b, "\n## %s\n\n", say(lang, title))
	for _, f := range s.cols {
		b.WriteString("- " + s.fieldLine(f, lang) + "\n")
	}
	b.WriteString("\n" + s.table(withAnswers))
	if withAnswers {
		s.reasons(&b, lang)
	}
	if len(s.keys) > 0 {
		fmt.Fprintf(&b, "\n## %s\n\n", say(lang, "sheet-questions"))
	}
	for i := range s.keys {
		a := &s.keys[i]
		fmt.Fprintf(&b, "%d. %s (%s)\n", i+1, a.q.Prompt.In(lang), say(lang, "sheet-points", a.q.points()))
		if withAnswers {
			fmt.Fprintf(&b, "   **%s** %s\n", say(lang, "sheet-answer", a.show(a.value, s.notation(), lang)), a.q.Why.In(lang))
		} else {
			b.WriteString("\n   ______________\n")
		}
	}
	return []byte(b.String())
}

// table draws the table; right answers stand in bold type, blanks are empty.
func (s *Sheet) table(withAnswers bool) string {
	var b strings.Builder
	b.WriteString("| " + keyRow + " |")
	for _, f := range s.cols {
		b.WriteString(" " + f.name + " |")
	}
	b.WriteString("\n|" + strings.Repeat("---|", len(s.cols)+1) + "\n")
	for _, r := range s.rows {
		blanks := s.blanks(r)
		fmt.Fprintf(&b, "| %d |", r.n)
		for _, f := range s.cols {
			cell := s.truth(r, f, s.notation())
			switch blank := slices.Contains(blanks, f); {
			case blank && withAnswers:
				cell = "**" + cell + "**"
			case blank:
				cell = "        "
			}
			b.WriteString(" " + cell + " |")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// reasons says below a key why each row is as it is.
func (s *Sheet) reasons(b *strings.Builder, lang string) {
	fmt.Fprintf(b, "\n## %s\n\n", say(lang, "sheet-reasons"))
	for _, r := range s.rows {
		var all []string
		if rule := r.event.Rule; rule != nil {
			all = append(all, say(lang, "why", text.For(lang).Rule(rule), rule.Ref))
		}
		for _, f := range s.cols {
			tells := f.kind == kindState && !s.unchanged(r, f.host) && r.rules[f.host] != nil && r.rules[f.host] != r.event.Rule ||
				(f.kind == kindSeq || f.kind == kindAck) && s.truth(r, f, s.notation()) != none
			if why := s.because(r, f, s.notation(), lang); tells && why != "" {
				all = append(all, why)
			}
		}
		fmt.Fprintf(b, "%d. %s\n", r.n, strings.Join(all, "\n   - "))
	}
}
