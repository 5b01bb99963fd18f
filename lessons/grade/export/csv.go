package export

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"

	"netlab/lessons/grade/result"
)

// byteOrderMark tells spreadsheets that the file is UTF-8; without it they show Chinese as
// something else.
const byteOrderMark = "\ufeff"

// CSV writes a row for each submission: student, name, outcome, score, max, and the points
// of each check. A check that was skipped or that the grader could not do has that word in
// the place of points, one that is worth no points its verdict, pass or fail; and what has no
// mark has none: an empty cell, never 0. A rejected hand-in has 0, of no known sum. If hand-ins have
// something in common, a last column says what, for the teacher.
func CSV(rs []*result.Result) ([]byte, error) {
	var ids []string
	column := map[string]int{}
	for _, r := range rs {
		for i := range r.Checks {
			if id := r.Checks[i].ID; column[id] == 0 {
				ids = append(ids, id)
				column[id] = len(ids)
			}
		}
	}
	const fixed = 5
	head := []string{"student", "name", "outcome", "score", "max"}
	for _, id := range ids {
		head = append(head, inert(id))
	}
	copies := slices.ContainsFunc(rs, func(r *result.Result) bool { return len(r.Copies) > 0 })
	if copies {
		head = append(head, "copies")
	}
	var b bytes.Buffer
	b.WriteString(byteOrderMark)
	w := csv.NewWriter(&b)
	w.Write(head) // the writer keeps its error
	for _, r := range rs {
		cells := make([]string, fixed+len(ids))
		cells[0], cells[1], cells[2] = inert(r.Student), inert(r.Name), inert(string(r.Outcome))
		if !unmarked(r) {
			cells[3], cells[4] = points(r.Score), points(r.MaxScore)
		}
		if r.Outcome == result.Rejected && r.MaxScore == 0 {
			cells[4] = "" // nothing was checked: 0 of 0 would be full marks for a sheet that divides
		}
		for i := range r.Checks {
			c := &r.Checks[i]
			cells[fixed+column[c.ID]-1] = csvCell(c)
		}
		if copies {
			cells = append(cells, inert(strings.Join(r.Copies, "; ")))
		}
		w.Write(cells)
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

func csvCell(c *result.Check) string {
	if c.MaxScore != 0 && (c.Verdict == result.Pass || c.Verdict == result.Fail) {
		return points(c.Score)
	}
	return inert(string(c.Verdict)) // of no points: 0 would look the same, passed or failed
}

// inert keeps a spreadsheet from taking a text for a formula: one that begins like a formula,
// also in the wide characters of Chinese typesetting, gets an apostrophe before it.
func inert(s string) string {
	shown := line(s)
	if strings.IndexAny(s, "=+-@\t\r\n＝＋－＠") == 0 {
		return "'" + shown
	}
	return shown
}
