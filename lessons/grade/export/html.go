package export

import (
	"bytes"
	_ "embed"
	"html/template"
	"strings"
	"sync"

	"netlab/lessons/grade/result"
)

//go:embed page.html
var pageText string

var page = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Parse(pageText))
})

// A webPage is what the page shows. All texts of others in it are escaped for the eye; the
// template escapes them for the browser.
type webPage struct {
	Lang     string
	Title    string
	Head     string
	Remarks  []string
	Meaning  []string
	Checks   []webCheck
	Numbered bool // some check has a number
	Total    string
	Program  []string
	Printed  string // the heading
	Output   string
	Facts    [][2]string
}

// A webCheck is one row of the table, and what happened.
type webCheck struct {
	Anchor   string
	Number   string
	Title    string
	Tag      string // hidden, or shown later
	Verdict  result.Verdict
	Word     string // of the verdict
	Standing string
	Points   string
	Details  bool
	Why      string
	Compare  []webValue
	Differs  string
	Output   string
	Before   string // what is said of the steps before these
	First    int    // the number of the first step
	Steps    []string
	Ladder   string
	Rows     [][2]string // label and text
	Again    string
}

// A webValue is an expected or actual value: what both have in common, and the rest.
type webValue struct {
	Label, Same, Rest string
}

// HTML writes a page of one submission that needs nothing but a browser: it has no script and
// fetches nothing. Without an audience it is the student's.
func HTML(r *result.Result, o Options) ([]byte, error) {
	v := r
	if o.Audience != Instructor {
		v = ForStudent(r, o)
	}
	lang := language(o.Lang, r.Lang)
	p := webPage{
		Lang: lang, Title: line(v.Title), Head: strings.TrimSpace(line(v.Student) + " " + line(v.Name)),
		Remarks: remarks(v, lang), Meaning: meaning(v, lang), Total: last(r, v, o, lang),
		Program: program(v.Program, lang),
	}
	if p.Title == "" {
		p.Title = line(v.Assignment)
	}
	for i := range v.Checks {
		p.Numbered = p.Numbered || v.Checks[i].Number != ""
		p.Checks = append(p.Checks, webCheckOf(&v.Checks[i], lang, i))
	}
	if out := printed(v, lang); len(out) > 0 {
		p.Printed, p.Output = out[0], block(lang, v.Program.Stdout)
	}
	p.fact("page_task", v.Assignment)
	p.fact("page_student", p.Head)
	p.fact("page_started", started(v))
	p.fact("page_seed", v.Seed)
	p.fact("page_sandbox", v.Isolation.Level)
	p.fact("page_hand_in", v.Submission)
	var b bytes.Buffer
	if err := page().Execute(&b, p); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Say returns a phrase; the template calls it.
func (p webPage) Say(key string) string { return say(p.Lang, key) }

func (p *webPage) fact(key, value string) {
	if value != "" {
		p.Facts = append(p.Facts, [2]string{say(p.Lang, key), line(value)})
	}
}

func started(r *result.Result) string {
	if r.Started.IsZero() {
		return ""
	}
	return r.Started.UTC().Format("2006-01-02 15:04:05 UTC")
}
