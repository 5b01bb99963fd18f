package course

import (
	"regexp"
	"strconv"
	"strings"

	"netlab/lessons/text"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// halfWidth turns full-width digits, letters and punctuation into ASCII.
func halfWidth(s string) string {
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

// symbol is an answer in symbols: x+1, ack = y + 1. x and y are the initial
// sequence numbers of the first and the second host.
var symbol = regexp.MustCompile(`^(?:(?:ack|seq|isn|iss)\s*=\s*)?([xy])\s*(?:([+-])\s*(\d{1,9}))?$`)

// understand turns what was typed into the form in which answers are compared,
// or says what is wrong with it.
func (s *Session) understand(a *Ask, typed string) (given, problem string) {
	t := strings.TrimSpace(halfWidth(typed))
	switch a.Kind {
	case AskNumber:
		return s.understandNumber(strings.ToLower(t))
	case AskState:
		if st, ok := text.ParseState(t); ok {
			return st.String(), ""
		}
		return "", s.Words.T("no_such_state", typed)
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
		base := s.isn(m[1] == "y")
		n, _ := strconv.Atoi(m[3])
		if m[2] == "-" {
			n = -n
		}
		return base.Add(n).String(), ""
	}
	t = strings.TrimSpace(strings.TrimLeft(strings.TrimPrefix(strings.TrimPrefix(t, "ack"), "seq"), " ="))
	n, err := strconv.ParseUint(strings.ReplaceAll(t, ",", ""), 10, 32)
	if err != nil {
		return "", s.Words.T("no_number", t)
	}
	return wire.Seq(uint32(n)).String(), ""
}

// isn returns the initial sequence number of the first or the second host.
func (s *Session) isn(second bool) wire.Seq {
	hosts := s.Run.Trace.Hosts
	host := hosts[0].Name
	if second && len(hosts) > 1 {
		host = hosts[1].Name
	}
	for _, v := range s.Run.Trace.Views(0, len(s.Run.Trace.Events)) {
		if v.Host == host && v.Known[trace.VarISS] {
			return v.Seq(trace.VarISS)
		}
	}
	return 0
}
