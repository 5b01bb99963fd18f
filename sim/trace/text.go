package trace

import (
	"fmt"
	"io"
	"strings"
)

// Text writes the trace for people: one event a line, every line complete.
func (t *Trace) Text(w io.Writer) error {
	var b strings.Builder
	for i := range t.Events {
		e := &t.Events[i]
		if e.Kind == Set {
			continue // the state, the segment and the rule say it; JSON has the values
		}
		fmt.Fprintf(&b, "%10sms  %s\n", Ms(e.T), e.Line())
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Line says in one line what happened, without the time.
func (e *Event) Line() string {
	s := e.Host + " " + e.What()
	switch {
	case e.Kind == Drop && e.Text != "": // it happened between the hosts
		s = e.What() + " from " + e.Src.Host
	case e.Kind == Note && e.Host == "": // the script's own
		s = e.What()
	case e.Kind == Note:
		s = e.Host + ": " + e.What()
	}
	if e.Rule != nil {
		s += "  [" + e.Rule.Ref + "]"
	}
	return s
}

// What says what happened, without time, host and rule.
func (e *Event) What() string {
	switch e.Kind {
	case Call:
		return strings.TrimSpace("calls " + e.Call + " " + e.Args)
	case Return:
		s := e.Call + " returns " + e.Result
		if e.Text != "" {
			s += " (" + e.Text + ")"
		}
		return s
	case Send:
		return "sends #" + fmt.Sprint(e.Pkt) + " " + e.Packet() + e.again()
	case Recv:
		return "receives #" + fmt.Sprint(e.Pkt) + " " + e.Packet()
	case Drop:
		if e.Text == "" {
			return "ignores #" + fmt.Sprint(e.Pkt) + " " + e.Packet()
		}
		return e.Text + " #" + fmt.Sprint(e.Pkt) + " " + e.Packet()
	case State:
		return fmt.Sprintf("%s: %s -> %s", e.Conn, e.From, e.To)
	case Set:
		var parts []string
		for _, v := range e.Vars {
			parts = append(parts, v.String())
		}
		return e.Conn + " sets " + strings.Join(parts, " ")
	case Timer:
		return e.Text + " of " + e.Conn + " goes off"
	case Deliver:
		return fmt.Sprintf("%s reads %q", e.Conn, shorten(e.Seg.Data))
	case Note:
		return e.Text
	default:
		panic("trace: unknown kind " + string(e.Kind))
	}
}

func (e *Event) again() string {
	if e.Again {
		return " again"
	}
	return ""
}

// shorten keeps a line readable when a program reads much at once.
func shorten(s string) string {
	if len(s) <= 40 {
		return s
	}
	return s[:37] + "..."
}
