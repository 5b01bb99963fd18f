package peer

import (
	"strconv"
	"strings"
	"unicode"
)

// A Command is what a typed line asks for.
type Command struct {
	Do   string // "send", "list", "close", "reset", "shutdown", "quit", "help" or "unknown"
	Who  int    // the peer's number; 0: all
	Text string
}

// ParseTyped reads a typed line: text for everybody, or a word that begins with a slash.
// "quit" alone ends the peer, and two slashes begin a text with one.
func ParseTyped(line string) Command {
	if line == "quit" {
		return Command{Do: "quit"}
	}
	word, ok := strings.CutPrefix(line, "/")
	if !ok {
		return Command{Do: "send", Text: line}
	}
	if strings.HasPrefix(word, "/") {
		return Command{Do: "send", Text: word}
	}
	word, rest, _ := strings.Cut(word, " ")
	switch word {
	case "quit", "list", "help":
		return Command{Do: word}
	case "to", "close", "reset", "shutdown":
		number, text, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
		if word != "to" && number == "" {
			return Command{Do: word}
		}
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 || (word != "to" && strings.TrimSpace(text) != "") {
			return Command{Do: "unknown", Text: line}
		}
		if word == "to" {
			word = "send"
		}
		return Command{Do: word, Who: n, Text: text}
	default:
		return Command{Do: "unknown", Text: line}
	}
}

// Unescape reads \n, \r, \t, \0, \\ and \xNN in a text of the command line.
func Unescape(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		i++
		if i == len(s) {
			return "", wrong(`write \\ for a backslash`, "%q ends with a backslash", s)
		}
		const from, to = `nrt0\`, "\n\r\t\x00\\"
		if k := strings.IndexByte(from, s[i]); k >= 0 {
			b.WriteByte(to[k])
			continue
		}
		if s[i] != 'x' || i+2 >= len(s) {
			return "", wrong(`one of \n \r \t \0 \\ \xNN`, `%q: \%c is unknown`, s, s[i])
		}
		n, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
		if err != nil {
			return "", wrong(`two hexadecimal digits, as in \x7f`, `%q: \x%s is no octet`, s, s[i+1:i+3])
		}
		b.WriteByte(byte(n))
		i += 2
	}
	return b.String(), nil
}

// Printable replaces control characters, so that what a peer sends cannot steer the
// terminal; line breaks and tabs stay.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
