package scenario

import (
	"fmt"
	"slices"
	"strconv"
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

// RecvResult is what a recv statement returns in a trace once it has read all of read:
// the number of octets, and a complaint if the script expected another text, or the end.
func (s *Stmt) RecvResult(read string) string {
	n := fmt.Sprint(len(read))
	switch {
	case s.HasText && read != s.Text:
		same := commonOctets(s.Text, read)
		return n + complains + got(gotText, around(s.Text, same), around(read, same))
	case s.End && read != "":
		return n + complains + got(gotEnd, around(read, 0))
	default:
		return n
	}
}

// commonOctets counts the octets with which both texts begin.
func commonOctets(a, b string) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// around is what stands between the marks of a quoted text; of a long one, what is around an
// octet, with dots where something is left out.
func around(s string, octet int) string {
	before, after := "", ""
	if from := octet - longText/4; len(s) > longText && from > 0 {
		s, before = s[from:], "..."
	}
	if len(s) > longText {
		s, after = s[:longText], "..."
	}
	q := strconv.Quote(s)
	return before + q[1:len(q)-1] + after
}

// complains stands between a result and what is wrong with it.
const complains = ", "

// Complaint splits what a call returned in a trace into its result and the complaint of
// [Stmt.RecvResult], if there is one.
func Complaint(returned string) (result string, complaint Sentence, ok bool) {
	result, text, ok := strings.Cut(returned, complains)
	if ok {
		complaint, ok = readSentence(text)
	}
	if !ok || complaint.ID != gotText && complaint.ID != gotEnd {
		return returned, Sentence{}, false
	}
	return result, complaint, true
}

// Unexpected reports whether a statement has returned what the script does not expect: an
// error, or other octets than it names. An error that an expect line names for such a call is
// expected.
func (s *Script) Unexpected(i int, result string) bool {
	st := &s.Stmts[i]
	if _, _, complains := Complaint(result); !complains && wire.Errno(result).Text() == "" {
		return false
	}
	return !slices.ContainsFunc(s.Expects, func(e Expect) bool {
		return e.Kind == ExpectReturns && !e.Never && e.Host == st.Host && e.Call == st.Verb && e.Result == result
	})
}
