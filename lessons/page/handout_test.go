package page

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"netlab/lessons"
	"netlab/lessons/course"
	"netlab/sim/simtest"
)

var (
	anSVG   = regexp.MustCompile(`(?s)<svg .*?</svg>`)
	outside = regexp.MustCompile(`(?i)(src|href)=|url\(|@import|<script|<link`)
)

// everySession calls for each lesson in each language.
func everySession(t *testing.T, do func(name string, s *course.Session)) {
	t.Helper()
	lib, err := course.LoadLibrary(lessons.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lib.Lessons {
		for _, lang := range []string{"en", "zh-CN"} {
			s, err := course.NewSession(l, l.Seed, lang)
			if err != nil {
				t.Fatal(err)
			}
			do(l.ID+" "+lang, s)
		}
	}
}

func made(t *testing.T, s *course.Session, doc Document, asHTML bool) string {
	t.Helper()
	doc.Last, doc.Unicode = s.Len()-1, true
	var b bytes.Buffer
	if err := Handout(&b, s, doc, asHTML); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A handout has every question and no answer: not in a reason, not in what is told afterwards,
// and not in a picture, where the number that is asked for would be read off. The key has all.
func TestHandoutOfEveryLesson(t *testing.T) {
	everySession(t, func(name string, s *course.Session) {
		sheet, key := made(t, s, Document{}, false), made(t, s, Document{Answers: true}, false)
		pictures := strings.Join(anSVG.FindAllString(made(t, s, Document{}, true), -1), "")
		for i := range s.Len() {
			s.Goto(i)
			q := s.Sheet()
			if q == nil {
				continue
			}
			if !strings.Contains(sheet, q.Prompt) || !strings.Contains(key, q.Prompt) {
				t.Errorf("%s: the question %s is missing", name, q.ID)
			}
			if !strings.Contains(key, q.Solution) || q.After != "" && !strings.Contains(key, q.After) {
				t.Errorf("%s: the key lacks the answer of %s", name, q.ID)
			}
			if q.After != "" && strings.Contains(sheet, q.After) {
				t.Errorf("%s: the handout tells what is said after %s", name, q.ID)
			}
			for _, w := range q.Wrong {
				if w.Because != "" && strings.Contains(sheet, w.Because) || w.Belief != "" && strings.Contains(sheet, w.Belief) {
					t.Errorf("%s: the handout says why %s is wrong at %s", name, w.Key, q.ID)
				}
			}
			if q.Kind == course.AskNumber && inLabels(pictures, s, i, q.Solution) {
				t.Errorf("%s: a picture shows %s, the answer of %s", name, q.Solution, q.ID)
			}
		}
	})
}

// inLabels reports whether a label of a picture of the scene holds the number. Pictures of
// other scenes may: each scene has blanks of its own.
func inLabels(pictures string, s *course.Session, i int, number string) bool {
	for _, st := range s.Lesson().Steps {
		if st.Scene != s.Lesson().Steps[i].Scene {
			return false
		}
	}
	return regexp.MustCompile(`class="label"[^>]*>[^<]*=` + regexp.QuoteMeta(number) + `\b`).MatchString(pictures)
}

// On paper: pictures that hold to what every picture must be, and nothing that is fetched.
func TestHandoutPage(t *testing.T) {
	everySession(t, func(name string, s *course.Session) {
		for _, doc := range []Document{{}, {Answers: true}} {
			page := made(t, s, doc, true)
			if bad := outside.FindString(page); bad != "" {
				t.Errorf("%s: the page reaches outside: %s", name, bad)
			}
			for _, svg := range anSVG.FindAllString(page, -1) {
				if err := simtest.CheckSVG(svg); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
	})
}

// The pictures of every lesson as one file, whole and of each step: a part is a picture too.
func TestSVGOfEveryLesson(t *testing.T) {
	everySession(t, func(name string, s *course.Session) {
		if err := simtest.CheckSVG(SVG(s, 0, s.Len()-1)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for i := range s.Len() {
			if err := simtest.CheckSVG(SVG(s, i, i)); err != nil {
				t.Errorf("%s, step %d: %v", name, i+1, err)
			}
		}
	})
}

// Markdown: every fence and every fold is closed, and answers stand only in folds.
func TestMarkdownOfEveryLesson(t *testing.T) {
	everySession(t, func(name string, s *course.Session) {
		var b bytes.Buffer
		if err := Markdown(&b, s, Document{Last: s.Len() - 1, Unicode: true}); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		if strings.Count(text, "```")%2 != 0 || strings.Count(text, "<details>") != strings.Count(text, "</details>") {
			t.Errorf("%s: a block is not closed", name)
		}
		open := regexp.MustCompile(`(?s)<details>.*?</details>`).ReplaceAllString(text, "")
		for i := range s.Len() {
			s.Goto(i)
			if q := s.Sheet(); q != nil && q.After != "" && strings.Contains(open, q.After) {
				t.Errorf("%s: the answer of %s is not folded in", name, q.ID)
			}
		}
	})
}
