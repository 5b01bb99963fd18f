package web

import (
	"bytes"
	_ "embed"
	"html/template"
	"strconv"

	"netlab/lessons/course"
	"netlab/lessons/page"
	"netlab/lessons/present"
	"netlab/lessons/text"
)

// A view is what a page shows, in one language: texts, and parts of HTML that are ready.
type view struct {
	Place   int       `json:"place"` // from 0, of those that were shown
	Places  int       `json:"places"`
	Lang    string    `json:"lang"`
	Title   string    `json:"title"`
	Where   string    `json:"where"` // the world or the scene
	World   bool      `json:"world"`
	Step    string    `json:"step"`
	Panels  []picture `json:"pictures"`
	Story   string    `json:"story"`    // HTML
	Ask     string    `json:"question"` // HTML
	Letters string    `json:"letters"`  // for which hands are counted
	Verdict string    `json:"verdict"`
	Numbers string    `json:"numbers"` // of the segment: the model's, and the kernel's own
	Level   string    `json:"level"`
	Said    string    `json:"said"`
	Menu    string    `json:"menu"` // HTML
	Blank   bool      `json:"blank"`
	Over    bool      `json:"over"`
	Size    int       `json:"size"`
}

//go:embed parts.html
var partsHTML string

var parts = template.Must(template.New("parts").Funcs(template.FuncMap{
	"text": func(s string) template.HTML { return template.HTML(page.Markup(s)) },
	"line": func(s string) template.HTML { return template.HTML(page.Inline(s)) },
}).Parse(partsHTML))

// makeView makes the view of the present place, or of one that was shown before.
func makeView(show *present.Show, lang string, at int) (*view, error) {
	var slide *present.Slide
	var err error
	v := &view{Place: at}
	if at == nowShown {
		v.Places = show.Places()
		slide, err = show.Slide(lang)
	} else {
		slide, v.Places, err = show.Past(at, lang)
	}
	if err != nil {
		return nil, err
	}
	if at == nowShown {
		v.Said, v.Blank, v.Over, v.Place = slide.Said, slide.Blank, show.State().Left, v.Places-1
	}
	v.Place = min(v.Place, v.Places-1)
	words := text.For(slide.Lang)
	v.Lang, v.Title, v.Size, v.Verdict, v.Numbers, v.Level = slide.Lang, course.Plain(slide.Title), slide.Size, slide.Verdict, slide.Numbers, slide.Level
	v.World = slide.World != ""
	v.Where = slide.World
	if !v.World {
		v.Where = course.Plain(slide.Scene)
	}
	v.Step = place(slide, words)
	v.Story = page.Markup(slide.Story)
	open := slide.Ask != nil && !slide.Ask.Revealed
	for i := range slide.Panels {
		v.Panels = append(v.Panels, draw(&slide.Panels[i], slide.Size, len(slide.Panels) > 1, open))
	}
	if slide.Ask != nil {
		if v.Ask, err = part("question", question(slide.Ask, words)); err != nil {
			return nil, err
		}
		for _, c := range slide.Ask.Choices {
			v.Letters += c.Letter + " "
		}
	}
	if len(slide.Menu) > 0 {
		if v.Menu, err = part("menu", map[string]any{"Head": words.T("present_menu"), "Keys": words.T("present_menu_keys"), "Items": slide.Menu}); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// place says where in the lesson, or in a world beside it, the room is.
func place(s *present.Slide, w *text.Words) string {
	switch {
	case s.World == "":
		return w.T("present_step", s.Step, s.Steps)
	case len(s.Panels) > 1:
		return w.T("present_segment", s.At, s.Of)
	case s.Of == 0: // a run that is still played, or has failed
		return w.T("present_step", s.Step, s.Steps)
	}
	return w.T("present_moment", s.At, s.Of)
}

func part(name string, data any) (string, error) {
	var b bytes.Buffer
	err := parts.ExecuteTemplate(&b, name, data)
	return b.String(), err
}

// question is what the template of a question needs. Hands are shown after the reveal: before,
// the room would follow the most.
func question(a *present.Ask, w *text.Words) map[string]any {
	type choice struct {
		present.Choice
		Counted bool
		Bar     string // a share of the widest one
		Say     string
	}
	most := 0
	for _, c := range a.Choices {
		most = max(most, c.Hands)
	}
	var choices []choice
	for _, c := range a.Choices {
		out := choice{Choice: c, Counted: a.Revealed && most > 0}
		if out.Counted {
			out.Bar = strconv.Itoa(c.Hands*100/most) + "%"
			out.Say = w.T("web_hands", c.Hands)
		}
		choices = append(choices, out)
	}
	up := w.T("present_hands")
	if a.Order {
		up = w.T("present_order")
	}
	return map[string]any{"Ask": a, "Choices": choices, "Up": up, "Answer": w.T("present_answer"), "Why": w.T("present_why_wrong", a.Wrong), "Right": w.T("web_right")}
}
