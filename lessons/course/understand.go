package course

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"netlab/lessons/text"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// HalfWidth turns full-width digits, letters and punctuation into ASCII.
func HalfWidth(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u3000':
			return ' '
		case r >= '\uff01' && r <= '\uff5e':
			return r - 0xfee0
		case r == '，':
			return ','
		default:
			return r
		}
	}, s)
}

// symbol is an answer in symbols: x+1, ack = y + 1, w+1. x and y are the initial
// sequence numbers of the first and the second host; a lesson may name more.
var symbol = regexp.MustCompile(`^(?:(?:ack|seq|isn|iss)\s*=\s*)?([a-z])\s*(?:([+-])\s*(\d{1,9}))?$`)

// number is an answer in digits, with or without a decimal point, thousands
// separators and a unit.
var number = regexp.MustCompile(`^(?:(?:ack|seq|t|len)\s*=?\s*)?(\d[\d,]*(?:\.\d+)?)\s*(?:ms|s|seconds?|毫秒|秒|octets?|bytes?|字节|segments?|datagrams?|个|次|条)?$`)

// understand turns what was typed into the form in which answers are compared,
// or says what is wrong with it.
func (s *Session) understand(a *Ask, typed string) (given, problem string) {
	t := strings.TrimSpace(HalfWidth(typed))
	switch a.Kind {
	case AskNumber:
		return s.understandNumber(strings.ToLower(t))
	case AskState:
		if st, ok := text.ParseState(t); ok {
			return st.String(), ""
		}
		return "", s.Words.T("no_such_state", typed)
	case AskOrder:
		return s.understandOrder(a, t)
	default:
		n, err := strconv.Atoi(t)
		if err != nil || n < 1 || n > len(a.Choices) {
			return "", s.Words.T("no_such_choice", typed, len(a.Choices))
		}
		return strconv.Itoa(n), ""
	}
}

func (s *Session) understandNumber(t string) (string, string) {
	if m := symbol.FindStringSubmatch(t); m != nil {
		base, ok := s.letter(m[1])
		if !ok {
			return "", s.Words.T("no_number", t)
		}
		n, _ := strconv.Atoi(m[3])
		if m[2] == "-" {
			n = -n
		}
		return base.Add(n).String(), ""
	}
	m := number.FindStringSubmatch(t)
	if m == nil {
		return "", s.Words.T("no_number", t)
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(m[1], ",", ""), 64)
	if err != nil || f >= 1<<32 {
		return "", s.Words.T("no_number", t)
	}
	return show(f), ""
}

// understandOrder reads the numbers of all choices, with or without marks
// between them: 312, 3 1 2, 3>1>2.
func (s *Session) understandOrder(a *Ask, t string) (string, string) {
	var order []int
	for _, r := range t {
		switch {
		case r >= '1' && r <= '9':
			n := int(r - '0')
			if n > len(a.Choices) || slices.Contains(order, n) {
				return "", s.Words.T("no_order", t, len(a.Choices))
			}
			order = append(order, n)
		case !strings.ContainsRune(" ,;>-、→", r):
			return "", s.Words.T("no_order", t, len(a.Choices))
		}
	}
	if len(order) != len(a.Choices) {
		return "", s.Words.T("no_order", t, len(a.Choices))
	}
	return digits(order), ""
}

// letter returns the number for which a letter stands in this scene.
func (s *Session) letter(name string) (wire.Seq, bool) {
	if name == "x" || name == "y" {
		return s.isn(name == "y"), true
	}
	for _, l := range s.LettersOf(s.Trace()) {
		if l.Name == name {
			return l.Base, true
		}
	}
	return 0, false
}

// A Named is a letter of the lesson in a trace: the number for which it stands,
// in whose space, and from which event on textbooks use it.
type Named struct {
	Name string
	Host string
	Base wire.Seq
	From int
}

// AllLetters lists x, y and the lesson's letters in the scene of the current step.
func (s *Session) AllLetters() []Named {
	hosts := s.Trace().Hosts
	all := []Named{{Name: "x", Host: hosts[0].Name, Base: s.isn(false)}}
	if len(hosts) > 1 {
		all = append(all, Named{Name: "y", Host: hosts[1].Name, Base: s.isn(true)})
	}
	return append(all, s.LettersOf(s.Trace())...)
}

// LettersOf finds the lesson's letters in a trace; one whose segment is not there
// is left out.
func (s *Session) LettersOf(t *trace.Trace) (all []Named) {
	for _, l := range s.Lesson().Letters {
		if n, err := l.At.find(t); err == nil && t.At(n) != nil {
			e := t.At(n)
			all = append(all, Named{l.Name, e.Src.Host, e.Seg.Seq, n})
		}
	}
	return all
}

// isn returns the initial sequence number of the first or the second host.
func (s *Session) isn(second bool) wire.Seq {
	hosts := s.Trace().Hosts
	host := hosts[0].Name
	if second && len(hosts) > 1 {
		host = hosts[1].Name
	}
	for _, v := range s.Trace().Views(0, len(s.Trace().Events)) {
		if v.Host == host && v.Known[trace.VarISS] {
			return v.Seq(trace.VarISS)
		}
	}
	return 0
}
