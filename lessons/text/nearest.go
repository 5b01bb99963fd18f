package text

import "strings"

// mostTyped bounds the words that are compared, in octets: nobody means a longer one.
const mostTyped = 64

// Nearest finds the known word that was meant by a mistyped one: the one for which the fewest
// letters must be changed, added or left out, capital or small. It is empty if that takes
// more of them than most.
func Nearest(typed string, known []string, most int) string {
	best := ""
	if typed == "" || len(typed) > mostTyped {
		return best
	}
	for _, k := range known {
		if len(k) > mostTyped {
			continue
		}
		if d := distance([]rune(strings.ToLower(typed)), []rune(strings.ToLower(k))); d <= most {
			best, most = k, d-1
		}
	}
	return best
}

// distance is that of Levenshtein.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		corner := row[0]
		row[0] = i + 1
		for j := range b {
			cost := corner
			if a[i] != b[j] {
				cost++
			}
			corner = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
