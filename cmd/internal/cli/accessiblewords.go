package cli

import (
	"netlab/lessons/course"
	"netlab/lessons/text"
	"strings"
)

// tell says a text of the lesson: its words in one line, each row of a table in one more.
func (d *accessible) tell(before, story string) {
	var words []string
	var rows [][]string
	for _, l := range strings.Split(story, "\n") {
		if !strings.HasPrefix(l, "|") {
			words = append(words, l)
			continue
		}
		var cells []string
		for _, c := range strings.Split(strings.Trim(l, "| "), "|") {
			cells = append(cells, strings.TrimSpace(c))
		}
		rows = append(rows, cells)
	}
	if text := strings.Join(strings.Fields(strings.Join(words, " ")), " "); before+text != "" {
		d.say(course.Plain(before + text))
	}
	for _, r := range rows {
		if strings.Trim(strings.Join(r, ""), "-: ") != "" {
			d.say(course.Plain(strings.Join(r, "; ") + "."))
		}
	}
}

// terms explains the words of the glossary that the step uses.
func (d *accessible) terms() {
	for _, m := range text.Mentions(course.Plain(d.s.Story()), d.s.Words.Lang) {
		d.say(m.Term.Word(d.s.Words.Lang) + ": " + m.Term.In(d.s.Words.Lang))
	}
}
