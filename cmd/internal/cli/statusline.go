package cli

import (
	"fmt"
	"os"
	"strings"

	"netlab/lessons/text/width"
)

// A statusLine is a line on a terminal's standard error that says how far something is and is
// written over as it goes on. Elsewhere it shows nothing.
type statusLine struct {
	a    *app
	text string
}

// shows reports whether anybody sees it.
func (s *statusLine) shows() bool {
	f, ok := s.a.err.(*os.File)
	return ok && isTerminal(f)
}

// put writes a text in the place of the one before.
func (s *statusLine) put(text string) {
	if !s.shows() {
		return
	}
	s.clear()
	s.text = strings.TrimRight(text, " ")
	fmt.Fprint(s.a.err, s.text)
}

// clear takes it away, before something else is written or at the end.
func (s *statusLine) clear() {
	if s.text != "" {
		fmt.Fprint(s.a.err, "\r"+strings.Repeat(" ", width.Of(s.text))+"\r")
		s.text = ""
	}
}

// gauge draws how much of something is done.
func gauge(done, total int64) string {
	const columns = 30
	filled := int(float64(min(done, total)) / float64(max(1, total)) * columns)
	return "[" + strings.Repeat("#", filled) + strings.Repeat("-", columns-filled) + "]"
}

// A countdown shows how many of something are done.
type countdown struct {
	statusLine
	total, done int
}

// step shows that one more is done, and a remark.
func (c *countdown) step(remark string) {
	c.done++
	c.put(fmt.Sprintf("%s %d / %d  %s", gauge(int64(c.done), int64(c.total)), min(c.done, c.total), c.total, remark))
}
