package text

import "cmp"

// Both is a text in English and in Chinese, as authors of assignments write it.
type Both struct {
	EN string `toml:"en"`
	ZH string `toml:"zh-CN"`
}

// In returns the text in a language; one that is missing in it, in the other.
func (b Both) In(lang string) string {
	if lang == "zh-CN" {
		return cmp.Or(b.ZH, b.EN)
	}
	return cmp.Or(b.EN, b.ZH)
}

// Whole reports whether it is there in both languages.
func (b Both) Whole() bool { return b.EN != "" && b.ZH != "" }

// Half reports whether it is there in one language only.
func (b Both) Half() bool { return (b.EN == "") != (b.ZH == "") }

// Pairs are the sentences of one package that no other says: by key, in English and in
// Chinese, with places {0}, {1}, … for arguments. Sentences that several packages say, and all
// that the engine carries as ids, stand in the catalogues.
type Pairs map[string][2]string

// Say returns a sentence in a language, filled in.
func (p Pairs) Say(lang, key string, args ...any) string {
	both, ok := p[key]
	if !ok {
		return "?" + key + "?"
	}
	if lang == "zh-CN" {
		return fill(both[1], args)
	}
	return fill(both[0], args)
}
