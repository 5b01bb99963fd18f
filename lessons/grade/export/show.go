package export

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"netlab/lessons/text/width"
)

// What is shown of one text at most, in octets. A result is bounded where it is made; these
// bounds hold for one that came from elsewhere.
const (
	maxText   = 32 << 10
	maxOctets = 400 // of an expected or an actual value: a few lines
	maxBefore = 80  // of these before the difference
	maxSteps  = 200
)

// escaped is how a character is shown that must not reach a terminal, a log or a page as it
// is: controls, what turns the direction of writing, what is invisible, what is no UTF-8.
// Others give the empty string.
func escaped(r rune, size int, first byte) string {
	switch {
	case r == utf8.RuneError && size <= 1:
		return fmt.Sprintf(`\x%02x`, first)
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case unicode.IsPrint(r):
		return ""
	case r < 0x80:
		return fmt.Sprintf(`\x%02x`, r)
	case r <= 0xffff:
		return fmt.Sprintf(`\u%04x`, r)
	default:
		return fmt.Sprintf(`\U%08x`, r)
	}
}

// show escapes a text; line breaks and tabs stay if lines is set.
func show(s string, lines bool) string {
	var b strings.Builder
	if lines {
		s = strings.ReplaceAll(s, "\r\n", "\n")
	}
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		e := escaped(r, size, s[i])
		switch {
		case lines && r == '\n':
			b.WriteByte('\n')
		case lines && r == '\t':
			b.WriteString("    ")
		case e == "" || r == '\u3000': // the blank of Chinese typesetting
			b.WriteString(s[i : i+size])
		default:
			b.WriteString(e)
		}
		i += size
	}
	return b.String()
}

// cut returns at most the first n octets of a text, and never half a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:runeStart(s, n)]
}

// runeStart is where the character begins in which an octet lies; where there is none, the
// octet itself.
func runeStart(s string, i int) int {
	for k := i; k >= 0 && k > i-utf8.UTFMax && k < len(s); k-- {
		if utf8.RuneStart(s[k]) {
			return k
		}
	}
	return i
}

// line shows a text in one line.
func line(s string) string {
	short := cut(s, maxText)
	if len(short) < len(s) {
		return show(short, false) + "…"
	}
	return show(short, false)
}

// block shows a text of several lines, cut where it is too long.
func block(lang, s string) string {
	short := cut(s, maxText)
	shown := strings.TrimRight(show(short, true), "\n")
	if len(short) < len(s) {
		shown += "\n" + say(lang, "more_octets", len(s)-len(short))
	}
	return shown
}

// A cell is a character, or an octet that is none, as it is shown: the octets from at up to
// end of the value. What stands for octets that are left out has none.
type cell struct {
	text    string
	at, end int
}

// cells shows the octets from lo up to hi of a value: a backslash is doubled, and a blank at
// either end of the value can be seen.
func cells(s string, lo, hi int) []cell {
	var all []cell
	for i := lo; i < hi; {
		r, size := utf8.DecodeRuneInString(s[i:hi])
		e := escaped(r, size, s[i])
		switch {
		case r == '\\':
			e = `\\`
		case r == ' ' && (i == 0 || i == len(s)-1):
			e = `\x20`
		case e == "":
			e = s[i : i+size]
		}
		all = append(all, cell{e, i, i + size})
		i += size
	}
	return all
}

// firstDifference is the first octet in which two texts differ, -1 if they are equal.
func firstDifference(a, b string) int {
	if a == b {
		return -1
	}
	return commonOctets(a, b)
}

// commonOctets counts the octets with which both texts begin.
func commonOctets(a, b string) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// window shows a value, of a long one the part around an octet.
func window(lang, s string, around int) []cell {
	lo, hi := 0, len(s)
	if len(s) > maxOctets {
		lo = runeStart(s, max(0, min(around, len(s))-maxBefore))
		hi = runeStart(s, min(len(s), lo+maxOctets))
	}
	all := cells(s, lo, hi)
	if lo > 0 {
		all = append([]cell{{say(lang, "before_these", lo), -1, -1}}, all...)
	}
	if hi < len(s) {
		all = append(all, cell{say(lang, "more_octets", len(s)-hi), -1, -1})
	}
	return all
}

// A row is a line of cells; column is where in it the octet stands that was asked for, -1 if
// it is not in this line.
type row struct {
	text   string
	column int
}

// lay breaks cells into rows of at most n columns and finds an octet in them; one that no
// cell holds comes after the last.
func lay(all []cell, n, octet int) []row {
	rows := []row{{"", -1}}
	found := octet < 0
	for _, c := range all {
		if last := rows[len(rows)-1]; last.text != "" && width.Of(last.text)+width.Of(c.text) > n {
			rows = append(rows, row{"", -1})
		}
		last := &rows[len(rows)-1]
		if c.at <= octet && octet < c.end && !found {
			last.column, found = width.Of(last.text), true
		}
		last.text += c.text
	}
	if last := &rows[len(rows)-1]; !found {
		last.column = width.Of(last.text)
	}
	return rows
}

// points shows a score: no zeros at the end, no noise of binary fractions.
func points(x float64) string { return strconv.FormatFloat(number(x), 'f', -1, 64) }

// maxPoints is more than any assignment gives; a larger score is a mistake.
const maxPoints = 1e6

// number makes a score fit for every format: four digits after the point, bounded, and never
// NaN.
func number(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	x = max(-maxPoints, min(x, maxPoints))
	if x = math.Round(x*1e4) / 1e4; x == 0 {
		return 0 // and not -0
	}
	return x
}
