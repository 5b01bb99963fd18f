package scenario

import (
	"fmt"
	"slices"
	"strings"

	"netlab/sim/wire"
)

// Octets returns what a send statement sends: its text, or that many letters.
func (s *Stmt) Octets() string {
	if s.HasText {
		return s.Text
	}
	if s.octets != "" {
		return s.octets
	}
	return Pattern(s.N)
}

// Pattern is what a call sends that names only a number of octets: the alphabet, again and
// again.
func Pattern(n int) string {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	return strings.Repeat(letters, n/len(letters)+1)[:n]
}

// Wants is how many more octets a recv asks for when it has n, and whether it asks again
// until it has them all.
func (s *Stmt) Wants(n int) (more int, all bool) {
	switch {
	case s.HasText:
		return len(s.Text) - n, true
	case s.All:
		return s.N - n, true
	case s.N > 0:
		return s.N, false
	default:
		return defaultRecv, false
	}
}

// Differs reports whether what has come is already another text than the script names: then
// nobody waits for the rest.
func (s *Stmt) Differs(got string) bool { return s.HasText && !strings.HasPrefix(s.Text, got) }

// defaultRecv is how many octets recv() asks for when the script does not say.
const defaultRecv = 65536

// RecvResult is what a recv statement returns in a trace once it has read got:
// the number of octets, and a complaint if the script expected another text, or the end.
func (s *Stmt) RecvResult(got string) string {
	n := fmt.Sprint(len(got))
	switch {
	case s.HasText && got != s.Text:
		return fmt.Sprintf("%s, not the text %q but %q", n, s.Text, got)
	case s.End && got != "":
		return fmt.Sprintf("%s, not the end but %q", n, got)
	default:
		return n
	}
}

// Unexpected reports whether a statement has returned what the script does not expect: an
// error, or other octets than it names. An error that an expect line names for such a call is
// expected.
func (s *Script) Unexpected(i int, result string) bool {
	st := &s.Stmts[i]
	if wire.Errno(result).Text() == "" && !strings.Contains(result, ", not the ") {
		return false
	}
	return !slices.ContainsFunc(s.Expects, func(e Expect) bool {
		return e.Kind == ExpectReturns && !e.Never && e.Host == st.Host && e.Call == st.Verb && e.Result == result
	})
}
