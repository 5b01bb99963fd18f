package scenario

import (
	"strconv"
	"strings"

	"netlab/sim/fault"
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
		if h.Puppet {
			text = "puppet " + h.Name
		}
		if h.HasISS {
			text += " iss=" + h.ISS.String()
		}
		if h.IP != "" {
			text += " ip=" + h.IP
		}
		if h.Profile != "" {
			text += " profile=" + h.Profile
		}
		for _, f := range []struct {
			key string
			n   int
		}{{"mss", h.MSS}, {"rcvbuf", h.RcvBuf}, {"sndbuf", h.SndBuf}} {
			if f.n > 0 {
				text += " " + f.key + "=" + strconv.Itoa(f.n)
			}
		}
		if h.Congestion != "" {
			text += " congestion=" + h.Congestion
		}
		return text
	case lineLink:
		k := s.Links[l.index]
		text := "link " + strings.Join(k.Hosts, " ")
		if k.Delay > 0 {
			text += " delay=" + k.Delay.String()
		}
		if k.MTU > 0 {
			text += " mtu=" + strconv.Itoa(k.MTU)
		}
		for _, f := range []struct {
			key string
			c   fault.Chance
		}{{"loss", k.Loss}, {"duplicate", k.Duplicate}, {"reorder", k.Reorder}, {"corrupt", k.Corrupt}} {
			if f.c > 0 {
				text += " " + f.key + "=" + f.c.String()
			}
		}
		return text
	case lineFault:
		return s.Faults[l.index].String()
	case lineStmt:
		return s.Stmts[l.index].String()
	case lineExpect:
		return s.Expects[l.index].String()
	case lineCase:
		return "case " + s.Case
	case lineUntil:
		return "run until " + s.Until.String()
	default: // blank
		return ""
	}
}

// String writes the statement as a script does.
func (s *Stmt) String() string {
	if s.Verb == Then {
		return "then " + s.Then.words()
	}
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
		add(s.Proto.String())
	case s.Verb == Bind:
		add(s.Bind + ":" + strconv.Itoa(int(s.Port)))
	case s.Verb == Listen && s.HasPort:
		add(strconv.Itoa(int(s.Port)))
	case s.Verb == Segment, s.Verb == Datagram:
		add(s.Peer.String())
		add(s.made())
	case s.Verb == Connect, s.Verb == Open:
		add(s.Peer.String())
	case s.Verb == SendTo:
		add(s.Peer.String())
		if s.HasText {
			add(strconv.Quote(s.Text))
		} else {
			add(strconv.Itoa(s.N))
		}
	case s.Verb == SetSockOpt:
		add(s.Option)
		add(s.Value.String())
	case s.Verb == GetSockOpt:
		add(s.Option)
	case s.Verb == Join, s.Verb == Leave:
		add(s.Group)
	case s.Verb == Poll:
		add(strings.Join(s.Events, "|"))
	case s.Verb == Then:
		add(s.Then.words())
	case s.HasText:
		add(strconv.Quote(s.Text))
	case s.N > 0:
		add(strconv.Itoa(s.N))
		if s.All {
			add("all")
		}
	case s.End:
		add("end")
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
	if e.Then {
		return "then " + e.words()
	}
	return "expect " + e.words()
}

// words writes the check without its first word.
func (e *Expect) words() string {
	text := ""
	if e.Never {
		text = "never "
	}
	if e.Within > 0 {
		text += "within " + e.Within.String() + " "
	}
	text += e.Host + " "
	switch e.Kind {
	case ExpectQuiet:
		return text + "sends nothing for " + e.What()
	case ExpectReturns:
		return text + string(e.Call) + " returns " + e.What()
	default:
		text += string(e.Kind) + " " + e.What()
	}
	if e.To != "" {
		text += " to " + e.To
	}
	return text
}

// What is what the check is about, as a script writes it: states, a packet but for the host
// to which it goes, the time of a silence, a result.
func (e *Expect) What() string {
	switch e.Kind {
	case ExpectPasses, ExpectIs:
		return join(e.States)
	case ExpectQuiet:
		return e.For.String()
	case ExpectReturns:
		return e.Result
	default: // sends and ignores
		return e.packet()
	}
}

// packet describes a packet.
func (e *Expect) packet() string {
	text := ""
	switch {
	case e.Anything:
		text = "anything"
	case e.Proto != wire.TCP:
		text = strings.ToUpper(e.Proto.String())
	case e.Flags == 0:
		text = "none"
	default:
		text = e.Flags.String()
	}
	text += number(" seq=", e.Seq, e.HasSeq) + number(" ack=", e.Ack, e.HasAck)
	if e.Wnd >= 0 {
		text += " wnd=" + strconv.Itoa(e.Wnd)
	}
	if e.Len >= 0 {
		text += " len=" + strconv.Itoa(e.Len)
	}
	return text
}

func number(label string, n Number, has bool) string {
	if !has {
		return ""
	}
	return label + n.Text
}
