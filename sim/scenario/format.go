package scenario

import (
	"strconv"
	"strings"

	"netlab/sim/wire"
)

// String writes the script in its one true form; Parse reads it back as the
// same script.
func (s *Script) String() string {
	var b strings.Builder
	for _, l := range s.lines {
		text := s.formatLine(l)
		switch {
		case text == "":
			text = l.comment
		case l.comment != "":
			text += "  " + l.comment
		}
		b.WriteString(text + "\n")
	}
	return b.String()
}

func (s *Script) formatLine(l line) string {
	switch l.kind {
	case lineHost:
		h := s.Hosts[l.index]
		text := "host " + h.Name
		if h.HasISS {
			text += " iss=" + h.ISS.String()
		}
		if h.IP != "" {
			text += " ip=" + h.IP
		}
		return text
	case lineLink:
		k := s.Links[l.index]
		text := "link " + k.A + " " + k.B
		if k.Delay > 0 {
			text += " delay=" + k.Delay.String()
		}
		return text
	case lineFault:
		return s.Faults[l.index].String()
	case lineStmt:
		return s.Stmts[l.index].String()
	case lineExpect:
		return s.Expects[l.index].String()
	case lineUntil:
		return "run until " + s.Until.String()
	default: // blank
		return ""
	}
}

// String writes the statement as a script does.
func (s *Stmt) String() string {
	text := s.Host + ": "
	if s.HasAt {
		text = "at " + s.At.String() + "  " + text
	}
	if s.Result != "" {
		text += s.Result + " = "
	}
	text += string(s.Verb)
	if args := s.Args(); args != "" {
		text += " " + args
	}
	if s.Within > 0 {
		text += " within " + s.Within.String()
	}
	if s.Background {
		text += " &"
	}
	return text
}

// longText is how much of a text a trace shows; the script has it all.
const longText = 40

// ShortArgs writes the arguments of the call for a trace: a long text is cut.
func (s *Stmt) ShortArgs() string {
	if len(s.Text) <= longText {
		return s.Args()
	}
	short := *s
	short.Text = s.Text[:longText-3] + "..."
	return short.Args()
}

// Args writes the arguments of the call as a script does.
func (s *Stmt) Args() string {
	var parts []string
	add := func(p string) { parts = append(parts, p) }
	if s.Sock != "" {
		add(s.Sock)
	}
	switch {
	case s.Verb == Socket:
		add("tcp")
	case s.Verb == Bind:
		add(":" + strconv.Itoa(int(s.Port)))
	case s.Verb == Listen && s.HasPort:
		add(strconv.Itoa(int(s.Port)))
	case s.Verb == Connect:
		add(s.Peer.String())
	case s.HasText:
		add(strconv.Quote(s.Text))
	case s.N > 0:
		add(strconv.Itoa(s.N))
	case s.Verb == Shutdown:
		add(s.How)
	}
	if s.Backlog >= 0 && s.Verb == Listen {
		add("backlog=" + strconv.Itoa(s.Backlog))
	}
	return strings.Join(parts, " ")
}

// String writes the check as a script does.
func (e *Expect) String() string {
	text := "expect " + e.Host + " "
	switch e.Kind {
	case ExpectPasses, ExpectIs:
		text += string(e.Kind)
		for _, s := range e.States {
			text += " " + s.String()
		}
	case ExpectSends:
		text += "sends " + e.Flags.String()
		text += number(" seq=", e.Seq, e.HasSeq) + number(" ack=", e.Ack, e.HasAck)
	case ExpectReturns:
		text += string(e.Call) + " returns " + e.Result
	}
	return text
}

func number(label string, n wire.Seq, has bool) string {
	if !has {
		return ""
	}
	return label + n.String()
}
