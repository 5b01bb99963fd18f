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
		for widthOf(w) > n {
			head := columns.Truncate(w, n, "")
			if head == "" {
				break
			}
			lines = append(lines, head)
			w = w[len(head):]
		}
		current += w
		width += widthOf(w)
	}
	flush()
	return lines
}

// words splits a text where a line may end: blanks stand alone, wide characters too, with the
// marks that belong to them.
func words(s string) []string {
	var all []string
	opened, narrow := false, false // what the character before was
	for _, r := range s {
		c, last := string(r), len(all)-1
		wide := widthOf(c) > 1
		joins := opened || narrow && !wide || strings.ContainsRune(closing, r)
		if r == ' ' || last < 0 || all[last] == " " || !joins {
			all = append(all, c)
		} else {
			all[last] += c
		}
		opened = strings.ContainsRune(opening, r)
		narrow = r != ' ' && !wide
	}
	return all
}
