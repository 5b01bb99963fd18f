package text

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/BurntSushi/toml"
)

// A Term is a word of the field, explained.
type Term struct {
	Name   string   `toml:"-"`  // the English word
	ZH     string   `toml:"zh"` // the Chinese word
	EN     string   `toml:"en-text"`
	ZHText string   `toml:"zh-text"`
	Also   []string `toml:"also"`   // other spellings, in any language
	Lesson string   `toml:"lesson"` // the lesson that teaches it; may be empty
	Ref    string   `toml:"ref"`    // where the standard says it; may be empty
}

// Word returns the term in a language, the other language's word beside it.
func (t *Term) Word(lang string) string {
	if t.ZH == "" || t.ZH == t.Name {
		return t.Name
	}
	if lang == "zh-CN" {
		return t.ZH + "（" + t.Name + "）"
	}
	return t.Name + " (" + t.ZH + ")"
}

// In returns the explanation in a language.
func (t *Term) In(lang string) string {
	if lang == "zh-CN" {
		return t.ZHText
	}
	return t.EN
}

// Glossary returns all terms in alphabetical order of their English words.
var Glossary = sync.OnceValue(func() []*Term {
	byName := map[string]*Term{}
	if _, err := toml.DecodeFS(files, "glossary.toml", &byName); err != nil {
		panic("text: glossary.toml: " + err.Error())
	}
	var all []*Term
	for name, t := range byName {
		t.Name = name
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b *Term) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return all
})

// FindTerm finds a term by any of its spellings, in whatever case; nil if there is none.
func FindTerm(word string) *Term {
	word = strings.TrimSpace(word)
	for _, t := range Glossary() {
		for _, s := range append([]string{t.Name, t.ZH}, t.Also...) {
			if s != "" && strings.EqualFold(s, word) {
				return t
			}
		}
	}
	return nil
}

// A spelling is a word by which a term is recognised in texts.
type spelling struct {
	word string
	term *Term
}

// spellings lists the words to look for in each language, the longest first.
var spellings = sync.OnceValue(func() map[string][]spelling {
	all := map[string][]spelling{}
	for _, lang := range Languages() {
		var words []spelling
		for _, t := range Glossary() {
			words = append(words, spelling{t.Name, t})
			if lang == "zh-CN" && t.ZH != "" {
				words = append(words, spelling{t.ZH, t})
			}
		}
		slices.SortStableFunc(words, func(a, b spelling) int { return len(b.word) - len(a.word) })
		all[lang] = words
	}
	return all
})

// A Mention is a term in a text, from one octet up to another.
type Mention struct {
	From, To int
	Term     *Term
}

// Mentions finds the terms in a text of a language, each where it stands first; where
// two overlap, the longer one counts.
func Mentions(s, lang string) (all []Mention) {
	words := spellings()[lang]
	lower := strings.ToLower(s)
	found := map[*Term]bool{}
	for _, w := range words {
		if found[w.term] {
			continue
		}
		for from := 0; ; {
			i := indexWord(s, lower, w.word, from)
			if i < 0 {
				break
			}
			to := i + len(w.word)
			if !slices.ContainsFunc(all, func(m Mention) bool { return i < m.To && m.From < to }) {
				all = append(all, Mention{i, to, w.term})
				found[w.term] = true
				break
			}
			from = to
		}
	}
	slices.SortFunc(all, func(a, b Mention) int { return a.From - b.From })
	return all
}

// indexWord finds a word that is no part of a longer one: Latin letters in whatever case,
// unless the word has capitals of its own; Chinese needs no boundary.
func indexWord(s, lower, word string, from int) int {
	in, want := s, word
	if strings.ToLower(word) == word {
		in, want = lower, strings.ToLower(word)
	}
	if len(in) != len(s) { // a letter whose small form has another length
		in, want = s, word
	}
	for from <= len(in)-len(want) {
		i := strings.Index(in[from:], want)
		if i < 0 {
			return -1
		}
		i += from
		if !joins(in[:i], false) && !joins(in[i+len(want):], true) || !isLatin(rune(want[0])) {
			return i
		}
		from = i + len(want)
	}
	return -1
}

// joins reports whether a word goes on at the end (or the beginning) of a text.
func joins(s string, beginning bool) bool {
	if s == "" {
		return false
	}
	c := rune(s[len(s)-1])
	if beginning {
		c = rune(s[0])
	}
	return isLatin(c) || c == '-' || c == '_'
}

func isLatin(r rune) bool { return r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
