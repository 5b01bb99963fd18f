package scenario

import (
	"strconv"
	"strings"
)

// A Sentence says what happened in the place of what a script expects: an id, by which
// catalogues of other languages have it, and what is filled in.
type Sentence struct {
	ID   string
	Args []string
}

// The sentences.
const (
	gotThen     = "then-ok"
	gotUncome   = "never-came"
	gotDid      = "did"
	gotStopped  = "undecided"
	gotNoConn   = "no-connection"
	gotNoReturn = "never-returned"
	gotIs       = "is"
	gotPassed   = "passed"
	gotText     = "other-text"
	gotEnd      = "no-end"
)

// sentences are their English texts, with places for arguments. Traces carry the text, and
// [ReadSentences] reads it back: the first that fits is meant.
var sentences = []struct{ id, text string }{
	{gotThen, ThenOK},
	{gotUncome, "the script never came to it"},
	{gotDid, "it did"},
	{gotStopped, "undecided: the run was {0}"},
	{gotNoConn, "the host has no connection"},
	{gotNoReturn, "the call never returned"},
	{"sent-nothing", "it sent nothing"},
	{"ignored-nothing", "it ignored nothing"},
	{"sent-more", "it sent … ({0} more); {1}"},
	{"ignored-more", "it ignored … ({0} more); {1}"},
	{"returned-more", "it returned … ({0} more); {1}"},
	{"sent", "it sent {0}"},
	{"ignored", "it ignored {0}"},
	{"returned", "it returned {0}"},
	{gotText, `not the text "{0}" but "{1}"`},
	{gotEnd, `not the end but "{0}"`},
	{gotIs, "{0} is {1}"},
	{gotPassed, "{0} passed {1}"},
}

// SentenceIDs lists the ids of all sentences.
func SentenceIDs() (ids []string) {
	for _, s := range sentences {
		ids = append(ids, s.id)
	}
	return ids
}

// String is the English text.
func (s Sentence) String() string {
	for _, known := range sentences {
		if known.id != s.ID {
			continue
		}
		var pairs []string
		for i, a := range s.Args {
			pairs = append(pairs, "{"+strconv.Itoa(i)+"}", a)
		}
		return strings.NewReplacer(pairs...).Replace(known.text)
	}
	panic("scenario: unknown sentence " + s.ID)
}

// got is a sentence in English.
func got(id string, args ...string) string { return Sentence{id, args}.String() }

// between stands between sentences about several connections.
const between = "; "

// ReadSentences reads sentences back from a text that a verdict or a trace carries; none if it
// has other words.
func ReadSentences(text string) []Sentence {
	if s, ok := readSentence(text); ok && s.ID != gotIs && s.ID != gotPassed {
		return []Sentence{s}
	}
	var all []Sentence
	for _, part := range strings.Split(text, between) {
		s, ok := readSentence(part)
		if !ok || s.ID != gotIs && s.ID != gotPassed {
			return nil
		}
		all = append(all, s)
	}
	return all
}

func readSentence(text string) (Sentence, bool) {
	for _, known := range sentences {
		if args, ok := fits(known.text, text); ok {
			return Sentence{known.id, args}, true
		}
	}
	return Sentence{}, false
}

// fits finds what was filled into a sentence's places, which stand there in order.
func fits(sentence, text string) (args []string, ok bool) {
	before, rest, more := strings.Cut(sentence, "{0}")
	if text, ok = strings.CutPrefix(text, before); !more {
		return nil, ok && text == ""
	}
	for i := 1; ok && more; i++ {
		before, rest, more = strings.Cut(rest, "{"+strconv.Itoa(i)+"}")
		arg, after := "", ""
		if more {
			arg, after, ok = strings.Cut(text, before)
		} else {
			arg, ok = strings.CutSuffix(text, before)
		}
		args, text = append(args, arg), after
	}
	return args, ok
}
