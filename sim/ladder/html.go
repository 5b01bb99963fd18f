package ladder

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"netlab/sim/trace"
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

// HTML writes one self-contained page: the picture, a slider that steps through it, the
// events with their reasons, and the variables of each connection at every step. It
// fetches nothing.
func HTML(w io.Writer, t *trace.Trace, opt Options, pic SVGOptions) error {
	l := New(t, opt)
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
			p.Line, p.To = line.Line(), e.To.String()
		default:
			p.Line = line.Line()
			if e.Call == "rename" {
				p.Was = e.Host + " " + e.Args
			}
		}
		if e.Rule != nil {
			p.Why = e.Rule.Text + " [" + e.Rule.Ref + "]"
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
	pic.Title, pic.Marks = title, true
	_, err = strings.NewReplacer("{{title}}", escape(title), "{{svg}}", l.SVG(pic), "{{events}}", string(data)).WriteString(w, page)
	return err
}
