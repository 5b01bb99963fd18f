package text

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
