package ladder

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// label writes what the arrow carries where there is room: in one piece beside
// the stroke, else in two, else only the first word.
func (d *pen) label(a *Arrow, flat bool) {
	style := StyleLabel
	if d.arrowStyle(a) == StyleSelected {
		style = StyleSelected
	}
	lo, hi := min(d.columns[a.From], d.columns[a.To])+1, max(d.columns[a.From], d.columns[a.To])-1
	if flat {
		s := " " + cutWords(a.Label, hi-lo-4) + " "
		d.text(a.Start, lo+(hi-lo-utf8.RuneCountInString(s))/2, s, style)
		return
	}
	if a.Label == "" {
		return
	}
	ways := labelPieces(a.Label)
	if d.crowded(a) { // what stands on a second row would seem to belong to the next arrow
		slices.SortStableFunc(ways, func(x, y []string) int { return len(x) - len(y) })
	}
	for _, pieces := range ways {
		if d.tryLabel(a, pieces, lo, hi, style) || (len(pieces) == 1 && d.labelAbove(a, pieces[0], lo, hi, style)) {
			return
		}
	}
}

// cutWords cuts a text to a width without cutting a number in two: len=1448 must not
// become len=1.
func cutWords(s string, room int) string {
	short := cut(s, room)
	if i := strings.LastIndexByte(short, ' '); short != s && s[len(short)] != ' ' && i > 0 {
		return short[:i]
	}
	return short
}

// crowded reports whether another arrow leaves the same lifeline within the next rows.
func (d *pen) crowded(a *Arrow) bool {
	for _, o := range d.arrows {
		if o.From == a.From && o.Start > a.Start && o.Start <= a.Start+2 {
			return true
		}
	}
	return false
}

// labelAbove writes a label on the row above the arrow's start, at the sender's
// side: where two arrows cross there is no other room.
func (d *pen) labelAbove(a *Arrow, text string, lo, hi int, style Style) bool {
	n := utf8.RuneCountInString(text)
	x := lo + 1
	if (a.To < a.From) != a.Stray { // a stray one has no sender: its receiver's side
		x = hi - n
	}
	own := a.Start // the row where the arrow's own moment begins
	for own > 0 && !d.taken[own] {
		own--
	}
	for row := a.Start - 1; row >= max(0, a.Start-crossingRows) && (row >= own || !d.taken[row]); row-- {
		if x > lo && x+n <= hi && d.free(row, x-1, n+2) {
			d.text(row, x, text, style)
			return true
		}
	}
	return false
}

// labelPieces lists the ways to write a label, the best first: in one piece, in
// two ("PSH,ACK seq=101" and "ack=301 len=5", or "FIN,ACK" and the numbers), or
// only its beginning, its number, its first word.
func labelPieces(s string) [][]string {
	ways := [][]string{{s}}
	if i := strings.Index(s, " ack="); i > 0 {
		ways = append(ways, []string{s[:i], s[i+1:]})
	}
	if i := strings.Index(s, " "); i > 0 {
		ways = append(ways, []string{s[:i], s[i+1:]})
		rest := s[i+1:]
		if k := strings.Index(rest, " "); k > 0 { // what it is and where it begins
			ways = append(ways, []string{s[:i+1+k]})
			switch ack := strings.Index(rest, "ack="); {
			case strings.Contains(rest, "len=") && !strings.Contains(s[:i], "SYN") && !strings.Contains(s[:i], "FIN"):
				ways = append(ways, []string{rest[:k]}) // of data the number says most
			case s[:i] == "ACK" && ack > 0:
				ways = append(ways, []string{rest[ack:]}) // of a pure ACK what it acknowledges
			}
		}
		ways = append(ways, []string{s[:i]})
	}
	return ways
}

// tryLabel writes the pieces on the rows of an arrow, if there is room for all:
// the first after the stroke on the row where it starts, the others on the rows
// below at the sender's side, where no other label is looked for.
func (d *pen) tryLabel(a *Arrow, pieces []string, lo, hi int, style Style) bool {
	type spot struct{ row, x int }
	spots := make([]spot, len(pieces))
	row := a.Start
	for i, piece := range pieces {
		n := utf8.RuneCountInString(piece)
		found := false
		for ; row <= a.End && row < len(d.p) && !found; row++ {
			first, last := d.ownStroke(a, row)
			after, before := last+2, lo+1
			if a.To < a.From {
				after, before = first-1-n, hi-n
			}
			if a.Stray { // where it came from nobody has seen: the label stands there
				if after = first - 1 - n; a.To < a.From {
					after = last + 2
				}
			}
			x := before
			if i == 0 && row == a.Start {
				x = after
			}
			if x > lo && x+n <= hi && d.free(row, x-1, n+2) {
				spots[i], found = spot{row, x}, true
			}
		}
		if !found {
			return false
		}
	}
	for i, piece := range pieces {
		d.text(spots[i].row, spots[i].x, piece, style)
	}
	return true
}

// ownStroke returns the columns that the arrow's own stroke takes on a row.
func (d *pen) ownStroke(a *Arrow, row int) (first, last int) {
	x0, x1 := d.columns[a.From], d.columns[a.To]
	n, rows := abs(x1-x0)-1, a.End-a.Start+1
	from, to := ((row-a.Start)*n+rows-1)/rows, ((row-a.Start+1)*n+rows-1)/rows
	if a.Stray {
		from = max(from, n/2)
	}
	if a.Lost {
		to = min(to, n/2+6) // the mark and the word LOST
	}
	if x1 > x0 {
		return x0 + 1 + from, x0 + to
	}
	return x0 - to, x0 - 1 - from
}

func (d *pen) free(row, x, n int) bool {
	if slices.Contains(d.gaps, row) {
		return false
	}
	for i := x; i < x+n; i++ {
		if i < 0 || i >= d.opt.Width || d.p[row][i].Rune != ' ' {
			return false
		}
	}
	return true
}
