package ladder

import "slices"

// Crop returns the part of the ladder that begins with event from and ends with what is
// shown: an arrow that arrives in the part is drawn from its beginning. from 0 or 1 cuts only
// what has not happened yet. The ladder itself stays as it is.
func (l *Ladder) Crop(from int) *Ladder {
	top, bottom := 0, l.Now+1
	if from > 1 && from < len(l.RowOf) {
		top = l.RowOf[from]
		for _, a := range l.Arrows {
			if a.Event < from && (a.Arrival >= from || a.Part < 1 && !a.Lost) {
				top = min(top, a.Start)
			}
		}
	}
	part := &Ladder{Hosts: l.Hosts, Flat: l.Flat, RowOf: make([]int, len(l.RowOf))}
	for _, a := range l.Arrows {
		if a.Start < top {
			continue
		}
		bottom = max(bottom, a.End+1+a.free)
		a.Start, a.End = a.Start-top, a.End-top
		part.Arrows = append(part.Arrows, a)
	}
	within := func(row int) bool { return row >= top && row < bottom }
	for _, t := range l.Tags {
		if within(t.Row) {
			t.Row -= top
			part.Tags = append(part.Tags, t)
		}
	}
	for _, m := range l.Marks {
		if m.Row < top { // the moment that the part begins in
			part.Marks = []Mark{{0, m.Time}}
			continue
		}
		if within(m.Row) {
			if m.Row == top {
				part.Marks = nil
			}
			m.Row -= top
			part.Marks = append(part.Marks, m)
		}
	}
	for _, b := range l.Breaks {
		if within(b.Row) {
			b.Row -= top
			part.Breaks = append(part.Breaks, b)
		}
	}
	part.Rows = max(0, min(bottom, l.Rows)-top)
	part.Now = max(0, l.Now-top)
	for n, row := range l.RowOf {
		part.RowOf[n] = max(0, row-top)
	}
	part.all = whole{slices.Clone(part.Arrows), part.Tags, part.Marks, part.Breaks, map[int]int{}}
	for _, a := range part.Arrows {
		part.all.from[a.Event]++
	}
	return part
}

// Bare reports whether there is nothing on the ladder but its lifelines.
func (l *Ladder) Bare() bool { return len(l.Arrows) == 0 && len(l.Tags) == 0 }
