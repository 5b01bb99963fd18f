package course

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"netlab/lessons/text"
)

// A Library is a set of lessons in order.
type Library struct {
	Lessons []*Lesson
}

// LoadLibrary reads every lesson folder of fsys.
func LoadLibrary(fsys fs.FS) (*Library, error) {
	dirs, err := fs.Glob(fsys, "[0-9]*/lesson.toml")
	if err != nil {
		return nil, fmt.Errorf("course: %w", err)
	}
	slices.Sort(dirs)
	lib := &Library{}
	for _, d := range dirs {
		l, err := Load(fsys, strings.TrimSuffix(d, "/lesson.toml"))
		if err != nil {
			return nil, err
		}
		lib.Lessons = append(lib.Lessons, l)
	}
	return lib, nil
}

// Find returns the lesson with this id, or nil.
func (lib *Library) Find(id string) *Lesson {
	i := slices.IndexFunc(lib.Lessons, func(l *Lesson) bool { return l.ID == id })
	if i < 0 {
		return nil
	}
	return lib.Lessons[i]
}

// Search lists the lessons whose id, title or words hold every one of the given words,
// in whatever case; those with a match in id or title come first.
func (lib *Library) Search(lang string, words []string) []*Lesson {
	var first, rest []*Lesson
	for _, l := range lib.Lessons {
		t := l.Text(lang)
		head := strings.ToLower(l.ID + " " + t.Title + " " + t.Intro)
		all := head
		for _, s := range t.Steps {
			all += " " + strings.ToLower(s.Story+" "+s.Ask+" "+s.After)
		}
		inHead, inAll := true, true
		for _, w := range words {
			w = strings.ToLower(w)
			inHead = inHead && strings.Contains(head, w)
			inAll = inAll && strings.Contains(all, w)
		}
		switch {
		case inHead:
			first = append(first, l)
		case inAll:
			rest = append(rest, l)
		}
	}
	return append(first, rest...)
}

// Missing lists the lessons that should be done before l and are not.
func (lib *Library) Missing(l *Lesson, p *Progress) (ids []string) {
	for _, id := range l.After {
		if st := p.Lessons[id]; st == nil || !st.Done {
			ids = append(ids, id)
		}
	}
	return ids
}

// Suggest says what might have been meant by a name that is no lesson.
func (lib *Library) Suggest(name string) string {
	var ids []string
	for _, l := range lib.Lessons {
		ids = append(ids, l.ID)
	}
	if best := text.Nearest(name, ids, 3); best != "" {
		return "did you mean " + best + "?"
	}
	return "lessons are: " + strings.Join(ids, ", ") + "; or name a scenario file"
}
