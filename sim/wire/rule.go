package wire

// A Rule says why something happened. Every transition, every segment sent and
// every segment ignored carries one, so that "why?" can be answered anywhere.
type Rule struct {
	ID   string // stable, lower case with hyphens
	Ref  string // "RFC 9293 §3.10.7.4, eighth"
	Text string // one plain English sentence
}

// A Rulebook is the list of a package's rules, in the order in which they were added.
type Rulebook []*Rule

// Add makes a rule and lists it.
func (b *Rulebook) Add(id, ref, text string) *Rule {
	r := &Rule{ID: id, Ref: ref, Text: text}
	*b = append(*b, r)
	return r
}
