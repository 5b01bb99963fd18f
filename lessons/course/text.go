package course

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// A Text is a lesson's words in one language.
type Text struct {
	Title     string
	Intro     string
	Steps     map[string]*StepText
	Scenes    map[string]string // the names of scenes
	Challenge *StepText         // its story is what to reach; nil if there is none
}

// SceneTitle returns the name of a scene in the lesson's words, or its id.
func (t *Text) SceneTitle(name string) string {
	if title := t.Scenes[name]; title != "" {
		return title
	}
	return name
}

// A StepText is the words of one step. They may contain {expressions}.
type StepText struct {
	Story   string
	Ask     string // the question
	AskID   string
	Hints   []string
	Choices map[string]string // by choice
	Because map[string]string // by misconception

	because   map[string]*string // while the file is read
	World     string             // the name of the what-if world
	Otherwise string             // for a wrong answer that nobody expected
	After     string             // once the question is closed
	Note      string             // for the presenter only
}

var (
	headTitle = regexp.MustCompile(`^# (.+)$`)
	headStep  = regexp.MustCompile(`^## step: ([a-z0-9-]+)$`)
	headScene = regexp.MustCompile(`^## scene: ([a-z0-9-]+)$`)
	headEnd   = regexp.MustCompile(`^## (challenge)$`)
	headPart  = regexp.MustCompile(`^### (ask|because|otherwise|after|note)(?:: ([a-z0-9-]+))?$`)
	hintLine  = regexp.MustCompile(`^- hint: (.+)$`)
	worldLine = regexp.MustCompile(`^- world: (.+)$`)
	choice    = regexp.MustCompile(`^- choice ([a-z0-9-]+): (.+)$`)
	forbidden = regexp.MustCompile(`^(?:#|>|\s{4}|\d+\. |!\[|<[a-zA-Z/])`)
)

// A textParser reads a text file line by line.
type textParser struct {
	name  string
	line  int
	text  *Text
	errs  []error
	step  *StepText // whose words come
	scene string    // whose name comes
	put   *string   // where the next line goes
}

func (p *textParser) fail(format string, args ...any) {
	p.errs = append(p.errs, fmt.Errorf("%s:%d: "+format, append([]any{p.name, p.line}, args...)...))
}

// parseText reads a text file. Of Markdown it takes paragraphs, lists, **bold**,
// `code` and tables; anything else is an error that names the line.
func parseText(name, data string) (*Text, error) {
	t := &Text{Steps: map[string]*StepText{}, Scenes: map[string]string{}}
	p := &textParser{name: name, text: t, put: &t.Intro}
	for i, line := range strings.Split(strings.ReplaceAll(data, "\r\n", "\n"), "\n") {
		p.line = i + 1
		line = strings.TrimRight(line, " \t")
		switch {
		case strings.ContainsFunc(line, unicode.IsControl):
			p.fail("the line has a control character")
		case p.scene != "" && line != "" && !strings.HasPrefix(line, "#"):
			t.Scenes[p.scene] = strings.TrimSpace(t.Scenes[p.scene] + " " + line)
		case !p.heading(line) && !p.item(line):
			if forbidden.MatchString(line) {
				p.fail("%q is not understood here (paragraphs, lists, tables, **bold** and `code` are)", line)
				continue
			}
			*p.put += line + "\n"
		}
	}
	if t.Title == "" {
		p.errs = append(p.errs, fmt.Errorf("%s:1: the first line must be the title: # Title", name))
	}
	t.Intro = strings.TrimSpace(t.Intro)
	for _, s := range t.Steps {
		s.tidy()
	}
	if t.Challenge != nil {
		t.Challenge.tidy()
	}
	return t, errors.Join(p.errs...)
}

// heading takes a line that says whose words come, and reports whether it is one.
func (p *textParser) heading(line string) bool {
	t := p.text
	switch m := []string(nil); {
	case match(headTitle, line, &m) && t.Title == "":
		t.Title = m[1]
	case match(headStep, line, &m):
		if t.Steps[m[1]] != nil {
			p.fail("step %q stands here twice", m[1])
		}
		p.step, p.scene = newStepText(), ""
		t.Steps[m[1]] = p.step
		p.put = &p.step.Story
	case match(headScene, line, &m):
		if p.scene = m[1]; t.Scenes[p.scene] != "" {
			p.fail("scene %q stands here twice", p.scene)
		}
	case match(headEnd, line, &m):
		if t.Challenge != nil {
			p.fail("the challenge stands here twice")
		}
		p.step, p.scene = newStepText(), ""
		t.Challenge = p.step
		p.put = &p.step.Story
	case match(headPart, line, &m):
		if p.step == nil {
			p.fail("%q before the first step", line)
			return true
		}
		if p.put = p.step.part(m[1], m[2]); p.put == nil {
			p.fail("%q needs an id, or stands here twice", line)
			p.put = new(string)
		}
	default:
		return false
	}
	return true
}

// item takes a line of a question or a challenge that begins with a word of its
// own: a hint, a choice, the name of a world.
func (p *textParser) item(line string) bool {
	s := p.step
	if s == nil {
		return false
	}
	asks := p.put == &s.Ask
	switch m := []string(nil); {
	case (asks || s == p.text.Challenge && p.put == &s.Story) && match(hintLine, line, &m):
		s.Hints = append(s.Hints, m[1])
	case asks && match(worldLine, line, &m):
		s.World = m[1]
	case asks && match(choice, line, &m):
		s.Choices[m[1]] = m[2]
	default:
		return false
	}
	return true
}

func newStepText() *StepText {
	return &StepText{Choices: map[string]string{}, Because: map[string]string{}, because: map[string]*string{}}
}

func match(re *regexp.Regexp, line string, m *[]string) bool {
	*m = re.FindStringSubmatch(line)
	return *m != nil
}

// part returns where the words after a third-level heading go.
func (s *StepText) part(kind, id string) *string {
	switch kind {
	case "ask":
		if id == "" || s.AskID != "" {
			return nil
		}
		s.AskID = id
		return &s.Ask
	case "because":
		if _, twice := s.Because[id]; id == "" || twice {
			return nil
		}
		s.Because[id] = ""
		s.because[id] = new(string)
		return s.because[id]
	case "otherwise":
		return &s.Otherwise
	case "after":
		return &s.After
	default:
		return &s.Note
	}
}

func (s *StepText) tidy() {
	for _, p := range []*string{&s.Story, &s.Ask, &s.Otherwise, &s.After, &s.Note} {
		*p = strings.TrimSpace(*p)
	}
	for id, text := range s.because {
		s.Because[id] = strings.TrimSpace(*text)
	}
	s.because = nil
}

// expression finds what stands in braces.
var expression = regexp.MustCompile(`\{([^{}]+)\}`)

// expressions lists what stands in braces in all words of the step.
func (s *StepText) expressions() (all []string) {
	texts := []string{s.Story, s.Ask, s.Otherwise, s.After, s.Note}
	texts = append(texts, s.Hints...)
	for _, m := range []map[string]string{s.Choices, s.Because} {
		for _, text := range m {
			texts = append(texts, text)
		}
	}
	for _, text := range texts {
		for _, m := range expression.FindAllStringSubmatch(text, -1) {
			all = append(all, m[1])
		}
	}
	return all
}
