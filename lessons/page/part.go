package page

import (
	"slices"

	"netlab/lessons/course"
	"netlab/sim/ladder"
	"netlab/sim/trace"
)

// A Part is what some steps of a lesson show of one scene.
type Part struct {
	Scene       string // its name; empty: the lesson's own script
	Title       string
	Trace       *trace.Trace
	From, To    int // events
	First, Last int // steps, from 0
}

// Parts lists what the steps first to last show, scene by scene. The session stays where it is.
func Parts(s *course.Session, first, last int) (all []Part) {
	defer s.Goto(s.Pos())
	for i := first; i <= last; i++ {
		s.Goto(i)
		if n := len(all); n > 0 && all[n-1].Scene == s.Step().Scene {
			all[n-1].To, all[n-1].Last = s.Upto(), i
			continue
		}
		p := Part{Scene: s.Step().Scene, Title: course.Plain(s.SceneTitle()), Trace: s.Trace(), From: s.Since() + 1, To: s.Upto(), First: i, Last: i}
		if p.Title == "" {
			p.Title = course.Plain(s.Title())
		}
		all = append(all, p)
	}
	for i := range all {
		if all[i].From > all[i].To { // a step to which nothing new belongs: what it speaks of
			all[i].From = 1
		}
	}
	return all
}

// Pictures lists what the steps first to last show, each scene once; a scene all of whose steps
// are among them goes on to the end of its run.
func Pictures(s *course.Session, first, last int) (all []Part) {
	steps := s.Lesson().Steps
	for _, p := range Parts(s, first, last) {
		i := slices.IndexFunc(all, func(o Part) bool { return o.Scene == p.Scene })
		if i >= 0 {
			all[i].To = max(all[i].To, p.To)
			continue
		}
		whole := true
		for k, st := range steps {
			whole = whole && (st.Scene != p.Scene || first <= k && k <= last)
		}
		if whole {
			p.From, p.To = 1, len(p.Trace.Events)
		}
		all = append(all, p)
	}
	return all
}

// Ladder draws a part, nothing hidden.
func (p Part) Ladder(s *course.Session) *ladder.Ladder {
	return lay(s, p, nil)
}

// lay draws a part; blanks are answers that are left out of it.
func lay(s *course.Session, p Part, blanks []string) *ladder.Ladder {
	opt := ladder.Options{Upto: max(1, p.To), Calls: true, Flat: p.Trace.OnePoint(), Say: s.Words.Tag}
	if len(blanks) > 0 {
		opt.Label = func(e *trace.Event) string { return blank(e.Label(), blanks) }
		opt.State = func(e *trace.Event) string {
			if slices.Contains(blanks, e.To.String()) {
				return "________"
			}
			return e.To.String()
		}
		opt.Say = func(kind, english, arg string) string {
			words := s.Words.Tag(kind, english, arg)
			if words == "" {
				words = english
			}
			return blank(words, blanks)
		}
	}
	return ladder.New(p.Trace, opt).Crop(p.From)
}

// drawing are the words inside a picture.
func drawing(s *course.Session, title string) ladder.SVGOptions {
	return ladder.SVGOptions{Title: title, Lost: s.Words.T("lost_word"), NotDrawn: s.Words.T("not_drawn")}
}

// SVG draws the steps first to last as one picture: one scene below another.
func SVG(s *course.Session, first, last int) string {
	var scenes []ladder.Scene
	parts := Pictures(s, first, last)
	for _, p := range parts {
		scene := ladder.Scene{Title: p.Title, Ladder: p.Ladder(s)}
		if len(parts) == 1 && p.Scene == "" {
			scene.Title = "" // the lesson's own: the text around it says what it is
		}
		scenes = append(scenes, scene)
	}
	return ladder.Stack(scenes, drawing(s, course.Plain(s.Title())))
}

// Mermaid writes the steps first to last as one sequence diagram.
func Mermaid(s *course.Session, first, last int) string {
	var parts []ladder.Part
	all := Pictures(s, first, last)
	for _, p := range all {
		part := ladder.Part{Title: p.Title, Trace: p.Trace, From: p.From, To: p.To}
		if len(all) == 1 {
			part.Title = ""
		}
		parts = append(parts, part)
	}
	return ladder.MermaidParts(parts...)
}
