package page

import (
	"html"
	"strings"
)

// Markup turns a lesson's text into HTML: paragraphs, lists, tables, bold and code.
func Markup(s string) string {
	var b strings.Builder
	for _, block := range strings.Split(strings.TrimSpace(s), "\n\n") {
		var para []string
		flush := func() {
			if len(para) > 0 {
				b.WriteString("<p>" + Inline(strings.Join(para, " ")) + "</p>")
				para = nil
			}
		}
		list, table := false, false
		for _, line := range strings.Split(block, "\n") {
			item, isItem := strings.CutPrefix(line, "- ")
			isRow := strings.HasPrefix(line, "|")
			if list && !isItem {
				b.WriteString("</ul>")
			}
			if table && !isRow {
				b.WriteString("</table>")
			}
			switch {
			case isItem:
				flush()
				if !list {
					b.WriteString("<ul>")
				}
				b.WriteString("<li>" + Inline(item) + "</li>")
			case isRow:
				flush()
				if strings.Trim(line, "|-: ") != "" {
					row(&b, line, !table)
				}
			case line != "":
				para = append(para, line)
			}
			list, table = isItem, isRow
		}
		flush()
		if list {
			b.WriteString("</ul>")
		}
		if table {
			b.WriteString("</table>")
		}
	}
	return b.String()
}

// row writes one row of a table; the first is its head.
func row(b *strings.Builder, line string, head bool) {
	cell := "td"
	if head {
		cell = "th"
		b.WriteString("<table>")
	}
	b.WriteString("<tr>")
	for _, c := range strings.Split(strings.Trim(line, "|"), "|") {
		b.WriteString("<" + cell + ">" + Inline(strings.TrimSpace(c)) + "</" + cell + ">")
	}
	b.WriteString("</tr>")
}

// Inline turns **bold** and `code` into HTML.
func Inline(s string) string {
	var b strings.Builder
	for i, part := range strings.Split(s, "`") {
		if i%2 == 1 {
			b.WriteString("<code>" + html.EscapeString(part) + "</code>")
			continue
		}
		for k, bold := range strings.Split(part, "**") {
			if k%2 == 1 {
				b.WriteString("<b>" + html.EscapeString(bold) + "</b>")
			} else {
				b.WriteString(html.EscapeString(bold))
			}
		}
	}
	return b.String()
}
