package export

import "strings"

// closing are marks that may not begin a line, opening those that may not end one.
const (
	closing = "，。：；？！、）”’》】］,.:;?!)"
	opening = "（“‘《【［("
)

// wrap breaks a text into lines of at most n columns: at blanks, and in Chinese between any
// two characters. A word that is longer than a line is broken where the line ends.
func wrap(s string, n int) []string {
	var lines []string
	current, width := "", 0
	flush := func() {
		lines = append(lines, strings.TrimRight(current, " "))
		current, width = "", 0
	}
	for _, w := range words(s) {
		if width+widthOf(w) > n && current != "" {
			flush()
		}
		if w == " " && current == "" && len(lines) > 0 {
			continue
		}
		if widthOf(w) <= n {
			current, width = current+w, width+widthOf(w)
			continue
		}
		for _, r := range w {
			if width+columns.RuneWidth(r) > n && current != "" {
				flush()
			}
			current, width = current+string(r), width+columns.RuneWidth(r)
		}
	}
	flush()
	return lines
}

// words splits a text where a line may end: blanks stand alone, wide characters too, with the
// marks that belong to them.
func words(s string) []string {
	var all []string
	start := 0
	blank, opened, narrow := true, false, false // what the character before was
	for i, r := range s {
		wide := columns.RuneWidth(r) > 1
		joins := opened || narrow && !wide || strings.ContainsRune(closing, r)
		if i > start && (r == ' ' || blank || !joins) {
			all = append(all, s[start:i])
			start = i
		}
		blank, opened, narrow = r == ' ', strings.ContainsRune(opening, r), r != ' ' && !wide
	}
	if start < len(s) {
		all = append(all, s[start:])
	}
	return all
}
