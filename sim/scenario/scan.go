package scenario

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A token is a word of a line.
type token struct {
	text   string
	col    int
	quoted bool
}

// scanLine splits a line into words and the comment at its end. Words are
// separated by blanks; a colon after the first word and = around a name stand
// alone; a quoted string is one word.
func scanLine(s string) (words []token, comment string, bad *token, msg string) {
	i := 0
	for i < len(s) {
		switch c := s[i]; {
		case c == ' ' || c == '\t':
			i++
		case c == '#':
			return words, s[i:], nil, ""
		case c == '"':
			end := i + 1
			for end < len(s) && s[end] != '"' {
				if s[end] == '\\' {
					end++
				}
				end++
			}
			if end >= len(s) {
				return nil, "", &token{col: i + 1}, "the text has no closing quote"
			}
			text, err := strconv.Unquote(s[i : end+1])
			if err != nil {
				return nil, "", &token{col: i + 1}, "the text has a bad escape"
			}
			words = append(words, token{text, i + 1, true})
			i = end + 1
		default:
			end := i
			for end < len(s) && !strings.ContainsRune(" \t#\"", rune(s[end])) {
				end++
			}
			words = append(words, token{s[i:end], i + 1, false})
			i = end
		}
	}
	return words, "", nil, ""
}

// A words walks the words of one line and collects mistakes.
type words struct {
	p    *parser
	list []token
	at   int
	end  int // column after the last word
}

func (w *words) more() bool { return w.at < len(w.list) }

func (w *words) peek() string {
	if w.more() && !w.list[w.at].quoted {
		return w.list[w.at].text
	}
	return ""
}

func (w *words) col() int {
	if w.more() {
		return w.list[w.at].col
	}
	return w.end
}

// next takes a word; what says what was wanted if there is none. A quoted text
// is not a word.
func (w *words) next(what string) (token, bool) {
	t, ok := w.nextAny(what)
	if ok && t.quoted {
		w.fail(t.col, "a quoted text cannot stand here", "only send and recv take a text")
		return token{}, false
	}
	return t, ok
}

// nextAny takes a word or a quoted text.
func (w *words) nextAny(what string) (token, bool) {
	if !w.more() {
		w.fail(w.end, "missing "+what, "")
		return token{}, false
	}
	w.at++
	return w.list[w.at-1], true
}

func (w *words) accept(word string) bool {
	if w.peek() != word {
		return false
	}
	w.at++
	return true
}

func (w *words) fail(col int, msg, hint string) {
	w.p.fail(col, msg, hint)
}

// done complains about words left over.
func (w *words) done() bool {
	if !w.more() {
		return true
	}
	w.fail(w.col(), fmt.Sprintf("unexpected %q", w.list[w.at].text), "the statement ends before it")
	return false
}

// duration takes a time such as 10ms.
func (w *words) duration(what string) (time.Duration, bool) {
	t, ok := w.next(what + ", such as 10ms")
	if !ok {
		return 0, false
	}
	return w.parseDuration(t.text, t.col)
}

// MaxTime bounds every time in a script: nothing in TCP takes longer than a day
// that a script could wait for.
const MaxTime = 24 * time.Hour

func (w *words) parseDuration(text string, col int) (time.Duration, bool) {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > MaxTime {
		w.fail(col, fmt.Sprintf("bad time %q", text), "write 10ms, 1.5s or 2m; at most 24h")
		return 0, false
	}
	return d, true
}

// parseNumber reads a whole number from lo to hi.
func (w *words) parseNumber(text string, col int, what string, lo, hi uint64) (uint64, bool) {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n < lo || n > hi {
		w.fail(col, fmt.Sprintf("bad %s %q", what, text), fmt.Sprintf("a whole number from %d to %d", lo, hi))
		return 0, false
	}
	return n, true
}
