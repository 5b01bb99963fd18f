package ladder

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"netlab/sim/trace"
	"netlab/sim/wire"
)

//go:embed page.html
var page string

// A pageEvent is what the page needs of an event.
type pageEvent struct {
	N    int         `json:"n"`
	Time string      `json:"t"`
	Line string      `json:"line,omitempty"` // empty: no step of its own
	Why  string      `json:"why,omitempty"`
	Conn string      `json:"conn,omitempty"` // host and socket
	Was  string      `json:"was,omitempty"`  // the name that it had before accept()
	To   string      `json:"to,omitempty"`   // state
	Vars [][3]string `json:"vars,omitempty"` // order, name, value
	From int         `json:"cause,omitempty"`
}

// PageOptions say in which words a page is written; what is not set is English.
type PageOptions struct {
	Lang  string // "en" if it is empty
	Title string // "netlab: " and the script's name, if it is empty
	Words map[string]string
	Line  func(e *trace.Event) string // an event as a line; nil: as it stands in a text
	Why   func(r *wire.Rule) string   // a rule; nil: its English text
	SVG   SVGOptions
}

// pageWords are the words of the page itself, by their keys in PageOptions.
var pageWords = map[string]string{"step": "step", "back": "one step back", "next": "one step on", "list": "events"}

// HTML writes one self-contained page: the picture, a slider that steps through it, the
// events with their reasons, and the variables of each connection at every step. It
// fetches nothing.
func HTML(w io.Writer, t *trace.Trace, opt Options, doc PageOptions) error {
	l := New(t, opt)
	say, why := doc.Line, doc.Why
	if say == nil {
		say = func(e *trace.Event) string { return e.Line() }
	}
	if why == nil {
		why = func(r *wire.Rule) string { return r.Text }
	}
	var events []pageEvent
	for i := range t.Events {
		e := &t.Events[i]
		line := *e
		line.Rule = nil
		p := pageEvent{N: e.N, Time: trace.Ms(e.T), From: e.Cause}
		if e.Conn != "" {
			p.Conn = e.Host + " " + e.Conn
		}
		switch {
		case e.Kind == trace.Set:
			for _, v := range e.Vars {
				p.Vars = append(p.Vars, [3]string{fmt.Sprintf("%02d", v.ID), v.ID.String(), v.Text()})
			}
		case e.Kind == trace.State:
			p.Line, p.To = say(&line), e.To.String()
		default:
			p.Line = say(&line)
			if e.Call == "rename" {
				p.Was = e.Host + " " + e.Args
			}
		}
		if e.Rule != nil {
			p.Why = why(e.Rule) + " [" + e.Rule.Ref + "]"
		}
		events = append(events, p)
	}
	data, err := json.Marshal(events) // escapes <, > and &, so that it can stand in a script
	if err != nil {
		return err
	}
	title := "netlab: " + t.Script
	if t.Profile != "" {
		title += ", " + t.Profile
	}
	pic := doc.SVG
	pic.Title, pic.Marks = cmp.Or(doc.Title, title), true
	fill := []string{"{{title}}", escape(pic.Title), "{{svg}}", l.SVG(pic), "{{events}}", string(data), "{{lang}}", escape(cmp.Or(doc.Lang, "en"))}
	for key, english := range pageWords {
		fill = append(fill, "{{"+key+"}}", escape(cmp.Or(doc.Words[key], english)))
	}
	_, err = strings.NewReplacer(fill...).WriteString(w, page)
	return err
}
