package page

import (
	"fmt"
	"io"
	"strings"

	"netlab/lessons/course"
	"netlab/sim/ladder"
	"netlab/sim/trace"
)

// A Document is what is written of a lesson as text or to be printed.
type Document struct {
	First, Last int  // steps, from 0
	Unicode     bool // lines in text pictures that are not ASCII
	Notes       bool // the instructor's notes
	Answers     bool // of a handout: the key
}

// textWidth is how wide a picture in a block of text is: what a page on GitHub shows without
// a bar to move it.
const textWidth = 88

// Markdown writes steps of a lesson as Markdown: each with its part of the picture as a block
// of text, its story, and its question with hints and answer folded in. It needs nothing else.
func Markdown(w io.Writer, s *course.Session, doc Document) error {
	defer s.Goto(s.Pos())
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", s.Title())
	if s.Intro() != "" && doc.First == 0 {
		b.WriteString(s.Intro() + "\n\n")
	}
	for i := doc.First; i <= doc.Last; i++ {
		s.Goto(i)
		if title := s.SceneTitle(); title != "" && (s.NewScene() || i == doc.First) {
			fmt.Fprintf(&b, "## %s\n\n", s.Words.T("scene", title))
		}
		head := s.Words.T("export_step", i+1)
		if e := s.Trace().At(s.Upto()); e != nil {
			head += " · " + trace.Ms(e.T) + " ms"
		}
		fmt.Fprintf(&b, "### %s\n\n", head)
		if p := Parts(s, i, i)[0]; s.Since() < s.Upto() {
			block(&b, textPicture(s, veiledPart(s, p), doc.Unicode))
		}
		b.WriteString(s.Story() + "\n\n")
		if doc.Notes && s.Note() != "" {
			b.WriteString("> " + strings.ReplaceAll(s.Note(), "\n", "\n> ") + "\n\n")
		}
		if sheet := s.Sheet(); sheet != nil {
			markdownQuestion(&b, s, sheet, doc.Unicode)
		}
	}
	_, err := io.WriteString(w, strings.TrimRight(b.String(), "\n")+"\n")
	return err
}

// veiledPart is a part with the state hidden that gives the answer of the open question.
func veiledPart(s *course.Session, p Part) *ladder.Ladder {
	return ladder.New(p.Trace, ladder.Options{Upto: max(1, p.To), Calls: true, Flat: p.Trace.OnePoint(), Say: s.Words.Tag, State: veil(s, p.Trace, p.To)}).Crop(p.From)
}

// textPicture draws a ladder as lines of text.
func textPicture(s *course.Session, l *ladder.Ladder, unicode bool) string {
	return l.Text(ladder.DrawOptions{Width: textWidth, Unicode: unicode, Lost: s.Words.T("lost_word"), NotDrawn: s.Words.T("not_drawn")})
}

// block writes a fenced block.
func block(b *strings.Builder, text string) {
	b.WriteString("```text\n" + strings.TrimRight(text, "\n") + "\n```\n\n")
}

func markdownQuestion(b *strings.Builder, s *course.Session, q *course.Sheet, unicode bool) {
	fmt.Fprintf(b, "**%s** %s\n\n", s.Words.T("predict"), q.Prompt)
	for i, c := range q.Choices {
		fmt.Fprintf(b, "%d. %s\n", i+1, c)
	}
	if len(q.Choices) > 0 {
		b.WriteString("\n")
	}
	for i, h := range q.Hints {
		fold(b, s.Words.T("hint", i+1), h+"\n\n")
	}
	var answer strings.Builder
	fmt.Fprintf(&answer, "**%s**\n\n", q.Solution)
	if q.After != "" {
		answer.WriteString(q.After + "\n\n")
	}
	if t := s.WorldTrace(); t != nil {
		fmt.Fprintf(&answer, "%s\n\n", s.Words.T("hand_world", q.World))
		block(&answer, textPicture(s, Part{Trace: t, From: 1, To: len(t.Events)}.Ladder(s), unicode))
	}
	markdownWrong(&answer, s, q)
	fold(b, s.Words.T("hand_answer"), answer.String())
}

// said is a word with the colon of its language behind it.
func said(s *course.Session, key string) string { return s.Words.T(key) + s.Words.T("colon") }

// markdownWrong lists the wrong answers that are expected, and what they show.
func markdownWrong(b *strings.Builder, s *course.Session, q *course.Sheet) {
	if len(q.Wrong) == 0 {
		return
	}
	b.WriteString(strings.TrimRight(said(s, "hand_beliefs"), " ") + "\n\n")
	for _, w := range q.Wrong {
		line := fmt.Sprintf("- `%s`: %s", wrongKey(q, w.Key), strings.Join(strings.Fields(w.Because), " "))
		if w.Belief != "" {
			line += " *" + w.Belief + "*"
		}
		b.WriteString(line + "\n")
	}
	b.WriteString("\n")
}

// wrongKey is a wrong answer as the reader knows it: a choice by its number with a parenthesis.
func wrongKey(q *course.Sheet, key string) string {
	if len(q.Choices) > 0 && len(key) == 1 {
		return key + ")"
	}
	return key
}

// fold writes what is shown when a reader opens it. The blank lines make what is within
// Markdown again.
func fold(b *strings.Builder, summary, text string) {
	fmt.Fprintf(b, "<details><summary>%s</summary>\n\n%s\n\n</details>\n\n", summary, strings.TrimRight(text, "\n"))
}
