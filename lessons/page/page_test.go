package page

import (
	"bytes"
	"strings"
	"testing"

	"netlab/lessons"
	"netlab/lessons/course"
	"netlab/sim/simtest"
)

func write(t *testing.T, id, lang string, opt Options) string {
	t.Helper()
	lib, err := course.LoadLibrary(lessons.FS)
	if err != nil {
		t.Fatal(err)
	}
	s, err := course.NewSession(lib.Find(id), 42, lang)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Write(&b, s, opt); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The same lesson gives the same page, the instructor's notes only if asked, and nothing in
// it closes the script that holds the data.
func TestPage(t *testing.T) {
	page := write(t, "handshake", "en", Options{})
	if again := write(t, "handshake", "en", Options{}); again != page {
		t.Error("two pages of one lesson differ")
	}
	const note = "Ask what listen() has sent"
	if strings.Contains(page, note) {
		t.Error("a student's page has the instructor's notes")
	}
	if !strings.Contains(write(t, "handshake", "en", Options{Notes: true}), note) {
		t.Error("the instructor's page lacks the notes")
	}
	data := page[strings.Index(page, `id="data">`):]
	if i, j := strings.Index(data, "</script>"), strings.Index(data, "<script>"); i < 0 || j < i {
		t.Error("the data is not one script of its own")
	}
	for _, want := range []string{`"live":{"":{"picture"`, "syn", `"key":"801"`, "https://www.rfc-editor.org/rfc/rfc9293#section-3.10.7.2"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

// A state that gives the answer is hidden in the picture and in the control block until the
// question is closed.
func TestVeiled(t *testing.T) {
	lib, err := course.LoadLibrary(lessons.FS)
	if err != nil {
		t.Fatal(err)
	}
	s, err := course.NewSession(lib.Find("handshake"), 42, "en")
	if err != nil {
		t.Fatal(err)
	}
	s.Goto(s.Lesson().StepIndex("a-established"))
	p := step(s, Options{})
	if !strings.Contains(p.Picture, "???") || strings.Contains(p.Revealed, "???") || p.Revealed == "" {
		t.Error("the picture does not hide the state, or does not show it afterwards")
	}
	hidden := 0
	for _, e := range p.Ends {
		if e.Hide {
			hidden++
		}
	}
	if hidden == 0 {
		t.Error("no control block hides the state")
	}
}

func TestMarkup(t *testing.T) {
	for in, want := range map[string]string{
		"one\ntwo\n\nthree":          "<p>one two</p><p>three</p>",
		"**bold** and `a<b **x**`":   "<p><b>bold</b> and <code>a&lt;b **x**</code></p>",
		"- a\n- b":                   "<ul><li>a</li><li>b</li></ul>",
		"| h | i |\n| 1 | <2 |":      "<table><tr><th>h</th><th>i</th></tr><tr><td>1</td><td>&lt;2</td></tr></table>",
		"words\n| h |\n|---|\n| 1 |": "<p>words</p><table><tr><th>h</th></tr><tr><td>1</td></tr></table>",
	} {
		if got := Markup(in); got != want {
			t.Errorf("%q:\n got %s\nwant %s", in, got, want)
		}
	}
}

func TestLink(t *testing.T) {
	for ref, want := range map[string]string{
		"RFC 9293 §3.10.7.4, eighth":    "https://www.rfc-editor.org/rfc/rfc9293#section-3.10.7.4",
		"RFC 9293 §3.10.8, RFC 6298 §5": "https://www.rfc-editor.org/rfc/rfc9293#section-3.10.8",
		"POSIX recv()":                  "",
		"RFC 768":                       "",
	} {
		if got := link(ref); got != want {
			t.Errorf("%s: %q, want %q", ref, got, want)
		}
	}
}

// A curve is drawn where its step wants one, up to the moment of the step.
func TestPlot(t *testing.T) {
	if n := strings.Count(write(t, "congestion", "en", Options{}), "A.ssthresh ="); n < 2 {
		t.Errorf("%d curves of ssthresh in the lesson about congestion", n)
	}
	svg := plot([]course.Curve{{Name: "A.cwnd", Points: []course.Point{{T: 0, V: 100}, {T: 1e6, V: 1 << 30}, {T: 2e6, V: 200}}}}, 3e6, 4e6)
	if !strings.Contains(svg, "A.cwnd = 200") || strings.Contains(svg, "NaN") {
		t.Errorf("the curve: %s", svg)
	}
	if plot(nil, 0, 0) != "" {
		t.Error("a plot of nothing")
	}
}

// Every picture of every lesson, of its what-if worlds and of its recorded runs, in both
// languages: no word lies over another or over the edge.
func TestPicturesOfEveryLesson(t *testing.T) {
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
			for i := range s.Len() {
				s.Goto(i)
				all := map[string]string{"step": picture(s, s.Trace(), s.Upto(), true)}
				if w := s.WorldTrace(); w != nil {
					all["world"] = picture(s, w, len(w.Events), false)
				}
				if r := l.Recorded[s.Step().Scene]; r != nil && s.NewScene() {
					all["recorded"] = picture(s, r, len(r.Events), false)
				}
				for what, svg := range all {
					if err := simtest.CheckSVG(svg); err != nil {
						t.Errorf("%s, step %s, %s, %s: %v", l.ID, s.Step().ID, lang, what, err)
					}
				}
			}
		}
	}
}
