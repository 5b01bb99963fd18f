package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"netlab/lessons/course"
	"netlab/sim/trace"
)

// splits lists the ways to read a range: as one place, or as two parted by a hyphen, which
// step ids have too.
func splits(s string) [][2]string {
	ways := [][2]string{{s, s}}
	for i := range len(s) {
		if s[i] == '-' {
			ways = append(ways, [2]string{s[:i], s[i+1:]})
		}
	}
	return ways
}

// stepRange reads --steps for a lesson: 4, 3-7, 3-, -7, a step's id, or two ids. Both ends
// count; the result counts from 0.
func stepRange(l *course.Lesson, s string) (first, last int, err error) {
	end := len(l.Steps) - 1
	if s == "" {
		return 0, end, nil
	}
	find := func(name string, open int) int {
		if name == "" {
			return open
		}
		if n, err := strconv.Atoi(name); err == nil && n >= 1 && n <= len(l.Steps) {
			return n - 1
		}
		return slices.IndexFunc(l.Steps, func(st course.Step) bool { return st.ID == name })
	}
	for _, way := range splits(s) {
		first, last = find(way[0], 0), find(way[1], end)
		if first >= 0 && last >= first && (way[0] != "" || way[1] != "") {
			return first, last, nil
		}
	}
	var names []string
	for i, st := range l.Steps {
		names = append(names, fmt.Sprintf("%d %s", i+1, st.ID))
	}
	return 0, 0, usageError("one or a range, 3-7, of: "+strings.Join(names, ", "), "--steps %q names no steps of %s", s, l.ID)
}

// eventRange reads --steps for a run: events by their numbers, 5-12, or times, 10ms-40ms.
func eventRange(t *trace.Trace, s string) (from, to int, err error) {
	if s == "" || len(t.Events) == 0 {
		return 1, len(t.Events), nil
	}
	for _, way := range splits(s) {
		if from, to, ok := byNumber(t, way); ok {
			return from, to, nil
		}
		if from, to, ok := byTime(t, way); ok {
			return from, to, nil
		}
	}
	last := t.Events[len(t.Events)-1].T
	return 0, 0, usageError(fmt.Sprintf("a range of its events, 1-%d, or of times with their unit, 0ms-%sms, in which something happens", len(t.Events), trace.Ms(last)),
		"--steps %q names nothing of %s", s, t.Script)
}

func byNumber(t *trace.Trace, way [2]string) (from, to int, ok bool) {
	from, to = 1, len(t.Events)
	var err1, err2 error
	if way[0] != "" {
		from, err1 = strconv.Atoi(way[0])
	}
	if way[1] != "" {
		to, err2 = strconv.Atoi(way[1])
	}
	return from, to, way != [2]string{} && err1 == nil && err2 == nil && 1 <= from && from <= to && to <= len(t.Events)
}

func byTime(t *trace.Trace, way [2]string) (from, to int, ok bool) {
	low, high := time.Duration(0), t.Events[len(t.Events)-1].T
	var err1, err2 error
	if way[0] != "" {
		low, err1 = time.ParseDuration(way[0])
	}
	if way[1] != "" {
		high, err2 = time.ParseDuration(way[1])
	}
	if err1 != nil || err2 != nil || way == [2]string{} {
		return 0, 0, false
	}
	for i := range t.Events {
		e := &t.Events[i]
		if e.T < low || e.T > high {
			continue
		}
		if from == 0 {
			from = e.N
		}
		to = e.N
	}
	return from, to, from > 0
}
