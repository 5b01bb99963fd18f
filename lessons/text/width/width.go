// Package width says how many columns a terminal gives a text. It is the one
// place that does, so that columns of Chinese and English line up everywhere,
// whatever the locale says about ambiguous characters: those count as one.
package width

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

var condition = func() *runewidth.Condition {
	c := runewidth.NewCondition()
	c.EastAsianWidth = false
	c.StrictEmojiNeutral = true
	return c
}()

// Of returns the columns that s takes.
func Of(s string) int { return condition.StringWidth(s) }

// Rune returns the columns that r takes.
func Rune(r rune) int { return condition.RuneWidth(r) }

// Cut returns as much of s as fits into n columns.
func Cut(s string, n int) string { return condition.Truncate(s, max(0, n), "") }

// Shorten cuts a text to n columns and shows by two dots that it has done so.
func Shorten(s string, n int) string {
	if n <= Of("..") {
		return Cut(s, n)
	}
	return condition.Truncate(s, n, "..")
}

// Pad returns s with blanks up to n columns, cut if it is longer.
func Pad(s string, n int) string {
	s = Cut(s, n)
	return s + strings.Repeat(" ", max(0, n-Of(s)))
}

// Wrap breaks a text into lines of at most n columns: at blanks, and in Chinese
// between any two characters, but never before a closing mark or after an opening
// one. Line breaks in the text stay.
func Wrap(s string, n int) []string {
	var lines []string
	for _, para := range strings.Split(s, "\n") {
		lines = append(lines, wrapLine(para, max(2, n))...)
	}
	return lines
}

// closing are marks that may not begin a line.
const closing = "，。：；？！、）”’》】］,.:;?!)"

// opening are marks that may not end a line.
const opening = "（“‘《【［("

// A word is what may not be broken: letters in a row, or one wide character, with
// the opening marks before it and the closing marks after it.
func words(s string) []string {
	var out []string
	current := ""
	flush := func() {
		if current != "" {
			out = append(out, current)
			current = ""
		}
	}
	for _, r := range s {
		switch {
		case r == ' ':
			flush()
			out = append(out, " ")
		case strings.ContainsRune(closing, r):
			if current == "" && len(out) > 0 && out[len(out)-1] != " " {
				out[len(out)-1] += string(r)
			} else {
				current += string(r)
				if Rune(r) > 1 {
					flush()
				}
			}
		case strings.ContainsRune(opening, r) && Rune(r) > 1:
			flush()
			current = string(r)
		case Rune(r) > 1:
			if strings.Trim(current, opening) != "" {
				flush()
			}
			current += string(r)
			flush()
		default:
			current += string(r)
		}
	}
	flush()
	return out
}

func wrapLine(s string, n int) []string {
	var lines []string
	line := ""
	for _, w := range words(s) {
		for Of(w) > n { // longer than a line: break anywhere
			if line != "" {
				lines = append(lines, strings.TrimRight(line, " "))
				line = ""
			}
			head := Cut(w, n)
			lines = append(lines, head)
			w = w[len(head):]
		}
		if Of(line)+Of(w) > n {
			if w == " " {
				continue
			}
			lines = append(lines, strings.TrimRight(line, " "))
			line = ""
		}
		if w == " " && line == "" {
			continue
		}
		line += w
	}
	return append(lines, strings.TrimRight(line, " "))
}
