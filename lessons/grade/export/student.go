package export

import (
	"slices"

	"netlab/lessons/grade/result"
)

// shows reports whether the audience may see a check. A visibility that this netlab does not
// know is hidden.
func (o Options) shows(v result.Visibility) bool {
	switch v {
	case result.Visible, "":
		return true
	case result.AfterDue:
		return o.Audience == Instructor || o.Due
	case result.AfterPublished:
		return o.Audience == Instructor || o.Published
	default:
		return o.Audience == Instructor
	}
}

// ForStudent returns what a student may have of a result: without the checks that are not
// shown to students, with the score of those that are. The result itself stays as it is.
//
// Whatever could tell of a hidden check goes with it: what the program printed (it may have
// echoed what the check sent), the exact time, the reason of a check that needs a hidden one.
// The fingerprint and what was found by it are for the teacher, and the signature is over the whole: both go.
func ForStudent(r *result.Result, o Options) *result.Result {
	o.Audience = Student
	v := *r
	v.Checks, v.Fingerprint, v.Copies, v.Signature = []result.Check{}, nil, nil, nil
	withheld := 0
	for _, c := range veiled(r, o).Checks {
		if !o.shows(c.Visibility) {
			withheld++
			continue
		}
		c.DependsOn = slices.DeleteFunc(slices.Clone(c.DependsOn), func(id string) bool {
			return slices.ContainsFunc(r.Checks, func(k result.Check) bool { return k.ID == id && !o.shows(k.Visibility) })
		})
		v.Checks = append(v.Checks, c)
	}
	v.HiddenCount = max(v.HiddenCount, withheld)
	if withheld == 0 {
		return &v
	}
	v.DurationMs = (v.DurationMs + 50) / 100 * 100
	if v.Program != nil {
		p := *v.Program
		p.Stdout, p.StdoutBytes, p.StdoutTruncated = "", 0, false
		v.Program = &p
	}
	if v.Outcome == result.Graded {
		v.Total()
	}
	return &v
}

// veiled returns a result in which no check that the student sees says of a hidden one more
// than that it needs it.
func veiled(r *result.Result, o Options) *result.Result {
	hidden := map[string]bool{}
	for i := range r.Checks {
		if c := &r.Checks[i]; !o.shows(c.Visibility) {
			hidden[c.ID] = true
		}
	}
	v := *r
	v.Checks = slices.Clone(r.Checks)
	for i := range v.Checks {
		c := &v.Checks[i]
		if c.Verdict == result.Skip && slices.ContainsFunc(c.DependsOn, func(id string) bool { return hidden[id] }) {
			c.SkipReason = say(language(o.Lang, r.Lang), "needs_hidden")
		}
	}
	return &v
}

// dependent reports whether a check was skipped because of one that did not pass, and not
// because something is missing here.
func dependent(r *result.Result, c *result.Check) bool {
	return c.Verdict == result.Skip && slices.ContainsFunc(r.Checks, func(k result.Check) bool {
		return k.Verdict != result.Pass && slices.Contains(c.DependsOn, k.ID)
	})
}

// unmarked reports whether a result has no mark: the grader failed, or nothing was checked.
// Nothing out of nothing is no pass.
func unmarked(r *result.Result) bool {
	switch r.Outcome {
	case result.Rejected:
		return false
	case result.Graded:
		return r.Count(result.Pass)+r.Count(result.Fail)+r.Count(result.Skip) == 0
	default: // ungradable, or what a later netlab says
		return true
	}
}
