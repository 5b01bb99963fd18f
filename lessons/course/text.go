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
	Title string
	Intro string
	Steps map[string]*StepText
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
	headPart  = regexp.MustCompile(`^### (ask|because|otherwise|after|note)(?:: ([a-z0-9-]+))?$`)
	hintLine  = regexp.MustCompile(`^- hint: (.+)$`)
	worldLine = regexp.MustCompile(`^- world: (.+)$`)
	choice    = regexp.MustCompile(`^- choice ([a-z0-9-]+): (.+)$`)
	forbidden = regexp.MustCompile(`^(?:#|>|\||\s{4}|\d+\. |!\[|<[a-zA-Z/])`)
)

// parseText reads a text file. Of Markdown it takes paragraphs, lists, **bold**
// and `code`; anything else is an error that names the line.
func parseText(name, data string) (*Text, error) {
	t := &Text{Steps: map[string]*StepText{}}
	var errs []error
	var step *StepText
	put := &t.Intro
	for i, line := range strings.Split(strings.ReplaceAll(data, "\r\n", "\n"), "\n") {
		fail := func(format string, args ...any) {
			errs = append(errs, fmt.Errorf("%s:%d: "+format, append([]any{name, i + 1}, args...)...))
		}
		line = strings.TrimRight(line, " \t")
		if strings.ContainsFunc(line, unicode.IsControl) {
			fail("the line has a control character")
			continue
		}
		switch m := []string(nil); {
		case match(headTitle, line, &m) && t.Title == "":
			t.Title = m[1]
		case match(headStep, line, &m):
			if t.Steps[m[1]] != nil {
				fail("step %q stands here twice", m[1])
			}
			step = &StepText{Choices: map[string]string{}, Because: map[string]string{}, because: map[string]*string{}}
			t.Steps[m[1]] = step
			put = &step.Story
		case match(headPart, line, &m):
			if step == nil {
				fail("%q before the first step", line)
				continue
			}
			put = step.part(m[1], m[2])
			if put == nil {
				fail("%q needs an id, or stands here twice", line)
				put = new(string)
			}
		case step != nil && put == &step.Ask && match(hintLine, line, &m):
			step.Hints = append(step.Hints, m[1])
		case step != nil && put == &step.Ask && match(worldLine, line, &m):
			step.World = m[1]
		case step != nil && put == &step.Ask && match(choice, line, &m):
			step.Choices[m[1]] = m[2]
		case forbidden.MatchString(line):
			fail("%q is not understood here (paragraphs, lists, **bold** and `code` are)", line)
		default:
			*put += line + "\n"
		}
	}
	if t.Title == "" {
		errs = append(errs, fmt.Errorf("%s:1: the first line must be the title: # Title", name))
	}
	t.Intro = strings.TrimSpace(t.Intro)
	for _, s := range t.Steps {
		s.tidy()
	}
	return t, errors.Join(errs...)
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
	texts := []string{s.Story, s.Ask, s.Otherwise, s.After}
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
