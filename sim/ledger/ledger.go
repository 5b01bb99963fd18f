package ledger

import (
	"slices"
	"strings"

	"netlab/sim/library"
)

// A Requirement is one of the numbered requirements of RFC 9293.
type Requirement struct {
	ID   string // "MUST-10"
	Tier int    // 1: the heart of TCP; 2: options, keep-alive, checksum; 3: around it
	Area string
	Text string

	Cases  []string // cases of the library that show it
	Tests  []string // Go tests that show it: "sim/tcp TestISN"
	Reason string   // why it is not modelled; only if nothing shows it
}

// Shown reports whether a case or a test shows the requirement.
func (r *Requirement) Shown() bool { return len(r.Cases)+len(r.Tests) > 0 }

// Level returns MUST, SHOULD, MAY or RECOMMENDED.
func (r *Requirement) Level() string {
	kind, _, _ := strings.Cut(r.ID, "-")
	if level, ok := map[string]string{"SHLD": "SHOULD", "REC": "RECOMMENDED"}[kind]; ok {
		return level
	}
	return kind
}

// Requirements returns all 119, each with what shows it or why nothing does. A case of the
// library shows the requirements that its name begins with.
func Requirements() ([]Requirement, error) {
	scripts, err := library.Scripts()
	if err != nil {
		return nil, err
	}
	cases := map[string][]string{}
	for _, s := range scripts {
		for _, word := range strings.Fields(s.Case) {
			if !isID(word) {
				break
			}
			cases[word] = append(cases[word], title(s))
		}
	}
	all := slices.Clone(requirements)
	for i := range all {
		r := &all[i]
		r.Cases, r.Tests, r.Reason = cases[r.ID], tests[r.ID], reasons[r.ID]
		delete(cases, r.ID)
	}
	return all, nil
}

func isID(word string) bool {
	kind, _, ok := strings.Cut(word, "-")
	return ok && slices.Contains([]string{"MUST", "SHLD", "MAY", "REC"}, kind)
}
