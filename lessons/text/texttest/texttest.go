// Package texttest helps tests to hold a package's sentences to what all must keep.
package texttest

import (
	"regexp"
	"slices"
	"testing"

	"netlab/lessons/text"
)

var (
	place   = regexp.MustCompile(`\{\d\}`)
	chinese = regexp.MustCompile(`\p{Han}`)
	word    = regexp.MustCompile(`\pL{2}`)
	verb    = regexp.MustCompile(`%[a-z]`)
)

// Pairs fails a test for each sentence that lacks a language, is not filled in alike in both, or
// is written in the wrong one.
func Pairs(t testing.TB, all text.Pairs) {
	t.Helper()
	for key, both := range all {
		for _, fault := range faults(both) {
			t.Errorf("%s: %s: %q, %q", key, fault, both[0], both[1])
		}
	}
}

func faults(both [2]string) (all []string) {
	if both[0] == "" || both[1] == "" {
		return []string{"a language is missing"}
	}
	var places [2][]string
	for i, s := range both {
		places[i] = place.FindAllString(s, -1)
		slices.Sort(places[i])
		if verb.MatchString(s) {
			all = append(all, "places are {0}, {1}, …, not those of fmt")
		}
	}
	if !slices.Equal(places[0], places[1]) {
		all = append(all, "not filled in alike")
	}
	if word.MatchString(place.ReplaceAllString(both[0], "")) && !chinese.MatchString(both[1]) {
		all = append(all, "the second is not Chinese")
	}
	if chinese.MatchString(both[0]) {
		all = append(all, "the first is not English")
	}
	return all
}
