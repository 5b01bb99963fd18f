package course

import "strings"

// mask hides the answer in a text: while tries are left, the reason why one
// answer is wrong must not give the right one away.
func mask(text, answer string) string {
	var b strings.Builder
	for len(text) > 0 {
		i := strings.Index(text, answer)
		if i < 0 {
			break
		}
		end := i + len(answer)
		whole := (i == 0 || !isWordByte(text[i-1])) && (end == len(text) || !isWordByte(text[end]))
		b.WriteString(text[:i])
		if whole {
			b.WriteString("???")
		} else {
			b.WriteString(answer)
		}
		text = text[end:]
	}
	return b.String() + text
}

// isWordByte reports whether a number or a state's name goes on at c.
func isWordByte(c byte) bool {
	return c == '-' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}
