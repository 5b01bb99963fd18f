package page

import (
	_ "embed"
	"fmt"
	"html"
	"io"
	"strings"

	"netlab/lessons/course"
	"netlab/sim/ladder"
	"netlab/sim/trace"
)

//go:embed handout.html
var handoutForm string

// A handout is a lesson on paper: for every question the picture up to it, and room to write.
// Without the key no picture shows what a question asks for.
type handout struct {
	s     *course.Session
	doc   Document
	items []item
}

// An item is a question with the part of the picture that leads to it, or, without a question,
// how a scene goes on.
type item struct {
	scene   string // heading; empty: as before
	picture *ladder.Ladder
	story   []string // of the key: the stories of the steps up to here
	goesOn  bool     // of the key: what comes after the scene's last step
	moment  string
	number  int
	q       *course.Sheet
	world   *ladder.Ladder
}

// Handout writes a lesson to be printed: as Markdown, or as HTML for a browser's print command.
func Handout(w io.Writer, s *course.Session, doc Document, asHTML bool) error {
	defer s.Goto(s.Pos())
	h := &handout{s: s, doc: doc}
	h.collect()
	out := h.markdown()
	if asHTML {
		out = h.html()
	}
	_, err := io.WriteString(w, out)
	return err
}

// blank leaves the answers out of a text.
func blank(text string, answers []string) string {
	for _, a := range answers {
		text = strings.ReplaceAll(course.Hide(text, a), "???", "____")
	}
	return text
}

// collect goes through the steps.
func (h *handout) collect() {
	s, number := h.s, 0
	shown := map[string]int{} // events of each scene
	var story, blanks []string
	scene, titled := "", "\x00"
	for i := h.doc.First; i <= h.doc.Last; i++ {
		s.Goto(i)
		if s.NewScene() || i == h.doc.First {
			shown[s.Step().Scene] = max(shown[s.Step().Scene], s.Since())
			story, blanks = nil, h.blanks(i)
			scene = course.Plain(s.SceneTitle())
		}
		if h.doc.Answers {
			story = append(story, s.Story())
		}
		last := i == h.doc.Last || s.Lesson().Steps[i+1].Scene != s.Step().Scene
		sheet := s.Sheet()
		if sheet == nil && !(last && h.doc.Answers) {
			continue
		}
		from := shown[s.Step().Scene]
		it := item{story: story, q: sheet}
		if scene != titled {
			it.scene, titled = scene, scene
		}
		if s.Upto() > from {
			if l := lay(s, Part{Trace: s.Trace(), From: from + 1, To: s.Upto()}, blanks); !l.Bare() {
				it.picture = l
			}
		}
		if e := happened(s.Trace(), s.Run.Event(i)); e != nil {
			it.moment = s.Words.T("hand_moment", trace.Ms(e.T), blank(s.Words.Event(e), blanks))
		}
		if sheet != nil {
			number++
			it.number = number
			if t := s.WorldTrace(); t != nil && h.doc.Answers {
				it.world = Part{Trace: t, From: 1, To: len(t.Events)}.Ladder(s)
			}
		}
		shown[s.Step().Scene], story = max(from, s.Upto()), nil
		h.items = append(h.items, it)
		if last && h.doc.Answers {
			h.goesOn(shown)
		}
	}
}

// goesOn shows in the key how the scene ends after its last step.
func (h *handout) goesOn(shown map[string]int) {
	t, scene := h.s.Trace(), h.s.Step().Scene
	if shown[scene] >= len(t.Events) {
		return
	}
	if l := lay(h.s, Part{Trace: t, From: shown[scene] + 1, To: len(t.Events)}, nil); !l.Bare() {
		h.items = append(h.items, item{picture: l, goesOn: true})
	}
	shown[scene] = len(t.Events)
}

// happened is event n, or the one before it that changes more than variables.
func happened(t *trace.Trace, n int) *trace.Event {
	for ; n > 0; n-- {
		if e := t.At(n); e != nil && e.Kind != trace.Set && e.Kind != trace.Note {
			return e
		}
	}
	return nil
}

// blanks are the answers of the questions about the scene that begins at step i: none in the key.
func (h *handout) blanks(i int) (all []string) {
	if h.doc.Answers {
		return nil
	}
	s := h.s
	defer s.Goto(i)
	scene := s.Lesson().Steps[i].Scene
	for k := i; k <= h.doc.Last && s.Lesson().Steps[k].Scene == scene; k++ {
		s.Goto(k)
		if q := s.Sheet(); q != nil && len(q.Choices) == 0 {
			all = append(all, q.Solution)
		}
	}
	return all
}

// lines is the room to write an answer.
const lines = 3

func (h *handout) title() string {
	if h.doc.Answers {
		return h.s.Words.T("hand_key", h.s.Title())
	}
	return h.s.Title()
}

func (h *handout) markdown() string {
	t := h.s.Words.T
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", h.title())
	if !h.doc.Answers {
		rule := strings.Repeat(`\_`, 24)
		fmt.Fprintf(&b, "%s%s   %s%s\n\n%s\n\n", said(h.s, "hand_name"), rule, said(h.s, "hand_date"), rule, t("hand_fill"))
	}
	if h.doc.First == 0 {
		b.WriteString(h.s.Intro() + "\n\n")
	}
	for _, it := range h.items {
		if it.scene != "" {
			fmt.Fprintf(&b, "## %s\n\n", t("scene", it.scene))
		}
		if it.goesOn {
			b.WriteString(said(h.s, "hand_goes_on") + "\n\n")
		}
		if it.picture != nil {
			block(&b, textPicture(h.s, it.picture, h.doc.Unicode))
		}
		for _, story := range it.story {
			b.WriteString(story + "\n\n")
		}
		if it.q != nil {
			h.markdownQuestion(&b, it)
		}
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func (h *handout) markdownQuestion(b *strings.Builder, it item) {
	t := h.s.Words.T
	fmt.Fprintf(b, "### %s\n\n*%s*\n\n%s\n\n", t("hand_question", it.number), it.moment, it.q.Prompt)
	for i, c := range it.q.Choices {
		fmt.Fprintf(b, "- [ ] %d) %s\n", i+1, c)
	}
	if len(it.q.Choices) > 0 {
		b.WriteString("\n")
	}
	if !h.doc.Answers {
		fmt.Fprintf(b, "%s%s\n\n", said(h.s, "hand_answer"), strings.Repeat(`\_`, 40))
		fmt.Fprintf(b, "%s%s\n\n", said(h.s, "hand_why"), strings.Repeat(`\_`, 40))
		return
	}
	fmt.Fprintf(b, "**%s%s**\n\n", said(h.s, "hand_answer"), it.q.Solution)
	if it.q.After != "" {
		fmt.Fprintf(b, "%s%s\n\n", said(h.s, "hand_why"), it.q.After)
	}
	if it.world != nil {
		fmt.Fprintf(b, "%s\n\n", t("hand_world", it.q.World))
		block(b, textPicture(h.s, it.world, h.doc.Unicode))
	}
	markdownWrong(b, h.s, it.q)
}

func (h *handout) html() string {
	t := h.s.Words.T
	var b strings.Builder
	fmt.Fprintf(&b, "<h1>%s</h1>\n", html.EscapeString(h.title()))
	if !h.doc.Answers {
		fmt.Fprintf(&b, `<p class="who">%s <i></i> %s <i></i></p>`+"\n<p>%s</p>\n", html.EscapeString(t("hand_name")), html.EscapeString(t("hand_date")), html.EscapeString(t("hand_fill")))
	}
	if h.doc.First == 0 {
		b.WriteString(Markup(h.s.Intro()))
	}
	for _, it := range h.items {
		if it.scene != "" {
			fmt.Fprintf(&b, "<h2>%s</h2>\n", Inline(t("scene", it.scene)))
		}
		if it.goesOn {
			b.WriteString(`<p class="on">` + html.EscapeString(said(h.s, "hand_goes_on")) + "</p>\n")
		}
		h.figure(&b, it.picture)
		for _, story := range it.story {
			b.WriteString(Markup(story) + "\n")
		}
		if it.q != nil {
			h.htmlQuestion(&b, it)
		}
	}
	return strings.NewReplacer("{{lang}}", h.s.Words.Lang, "{{title}}", html.EscapeString(h.title()), "{{body}}", b.String()).Replace(handoutForm)
}

func (h *handout) figure(b *strings.Builder, l *ladder.Ladder) {
	if l != nil {
		b.WriteString("<figure>" + l.SVG(drawing(h.s, course.Plain(h.s.Title()))) + "</figure>\n")
	}
}

func (h *handout) htmlQuestion(b *strings.Builder, it item) {
	t := h.s.Words.T
	fmt.Fprintf(b, `<section><h3>%s</h3><p class="moment">%s</p>%s`, html.EscapeString(t("hand_question", it.number)), html.EscapeString(it.moment), Markup(it.q.Prompt))
	for i, c := range it.q.Choices {
		fmt.Fprintf(b, `<p class="choice"><span class="box"></span>%d) %s</p>`, i+1, Inline(c))
	}
	if !h.doc.Answers {
		if len(it.q.Choices) == 0 {
			fmt.Fprintf(b, `<p class="write">%s <i></i></p>`, html.EscapeString(t("hand_answer")))
		}
		fmt.Fprintf(b, `<p class="write">%s <i></i></p>%s</section>`+"\n", html.EscapeString(t("hand_why")), strings.Repeat(`<p class="write"><i></i></p>`, lines-1))
		return
	}
	fmt.Fprintf(b, `<p class="answer">%s%s</p>`, html.EscapeString(said(h.s, "hand_answer")), Inline(it.q.Solution))
	if it.q.After != "" {
		fmt.Fprintf(b, `<div class="why">%s</div>`, Markup(it.q.After))
	}
	b.WriteString("</section>\n")
	if it.world != nil {
		fmt.Fprintf(b, "<p>%s</p>", html.EscapeString(t("hand_world", it.q.World)))
		h.figure(b, it.world)
	}
	if len(it.q.Wrong) == 0 {
		return
	}
	fmt.Fprintf(b, `<section class="wrong"><p>%s</p><ul>`, html.EscapeString(said(h.s, "hand_beliefs")))
	for _, w := range it.q.Wrong {
		fmt.Fprintf(b, "<li><b>%s</b> %s", html.EscapeString(wrongKey(it.q, w.Key)), Inline(strings.Join(strings.Fields(w.Because), " ")))
		if w.Belief != "" {
			fmt.Fprintf(b, " <em>%s</em>", html.EscapeString(w.Belief))
		}
		b.WriteString("</li>")
	}
	b.WriteString("</ul></section>\n")
}
