package scenario

import (
	"fmt"
	"slices"
	"strings"

	"netlab/sim/wire"
)

// maxOctets bounds what one send or recv may ask for, maxSent what a script sends
// in all: a trace keeps every segment.
const (
	maxOctets = 8 << 20
	maxSent   = 16 << 20
)

// verbHelp lists the forms of the calls; it is also the hint for a wrong one.
var verbHelp = []struct {
	verb Verb
	form string
}{
	{Socket, "s = socket tcp  or  s = socket udp"},
	{Bind, "bind s :80  or  bind s B:80"},
	{Listen, "listen s 80 [backlog=128]"},
	{Accept, "x = accept s"},
	{Connect, "connect c B:80"},
	{SendCall, `send c "text"  or  send c 1000`},
	{Recv, `recv x 100  or  recv x 100 all  or  recv x "text"  or  recv x end`},
	{Shutdown, "shutdown c write|read|both"},
	{Close, "close c"},
	{Wait, "wait c"},
	{SetSockOpt, "setsockopt c SO_REUSEADDR 1"},
	{GetSockOpt, "getsockopt c SO_ERROR"},
	{SendTo, `sendto u B:9 "text"  or  sendto u B:9 1000`},
	{RecvFrom, `recvfrom u 100  or  recvfrom u "text"`},
	{Join, "join u 239.2.2.222"},
	{Leave, "leave u 239.2.2.222"},
	{Poll, "poll c POLLIN|POLLOUT"},
	{Open, "open s B:80"},
	{Type, `type "text"`},
	{Segment, segmentForm},
	{Datagram, datagramForm},
}

// parseStmt reads: [at T] HOST: [name =] verb arguments [within D] [&].
func (p *parser) parseStmt(w *words) {
	st := Stmt{Pos: p.pos(w.col()), Backlog: -1}
	if w.accept("at") {
		var ok bool
		if st.At, ok = w.duration("a time"); !ok {
			return
		}
		st.HasAt = true
	}
	t, ok := w.next("HOST:")
	if !ok {
		return
	}
	host, isHost := strings.CutSuffix(t.text, ":")
	if !isHost {
		p.failStart(t)
		return
	}
	if !p.knownHost(host, t.col) {
		return
	}
	st.Host = host
	st.Pos = p.pos(t.col)
	if len(w.list) > w.at+1 && w.list[w.at+1].text == "=" && !w.list[w.at+1].quoted {
		name, _ := w.next("")
		if !isName(name.text) {
			w.fail(name.col, fmt.Sprintf("bad name %q", name.text), "letters, digits and _, beginning with a letter")
			return
		}
		st.Result = name.text
		w.at++
	}
	p.parseEnding(w, &st)
	verb, ok := w.next("a call")
	if !ok {
		return
	}
	if st.Verb, ok = p.knownVerb(verb); !ok {
		return
	}
	if p.parseCall(w, &st) && w.done() && p.checkNames(&st, verb.col) {
		p.s.Stmts = append(p.s.Stmts, st)
	}
}

// failStart explains a line that begins with none of the words that begin lines.
func (p *parser) failStart(t token) {
	if i := strings.Index(t.text, ":"); i > 0 {
		p.fail(t.col+i+1, "a blank must follow the colon", "write "+t.text[:i+1]+" "+t.text[i+1:])
		return
	}
	p.fail(t.col, fmt.Sprintf("unknown word %q", t.text),
		"a line begins with host, puppet, link, drop, delay, duplicate, corrupt, old, run, case, expect, then, at or HOST:")
}

// parseEnding takes [within D] [&] from the end of the line.
func (p *parser) parseEnding(w *words, st *Stmt) {
	if n := len(w.list); n > w.at && w.list[n-1].text == "&" && !w.list[n-1].quoted {
		st.Background = true
		w.list = w.list[:n-1]
	}
	if n := len(w.list); n > w.at+1 && w.list[n-2].text == "within" && !w.list[n-2].quoted {
		t := w.list[n-1]
		if d, ok := w.parseDuration(t.text, t.col); ok {
			if d == 0 {
				w.fail(t.col, "within needs a time above zero", "")
			}
			st.Within = d
		}
		w.list = w.list[:n-2]
	}
}

func (p *parser) knownVerb(t token) (Verb, bool) {
	for _, v := range verbHelp {
		if string(v.verb) == t.text {
			return v.verb, true
		}
	}
	var names []string
	for _, v := range verbHelp {
		names = append(names, string(v.verb))
	}
	p.fail(t.col, fmt.Sprintf("unknown call %q", t.text), "calls are "+strings.Join(names, " "))
	return "", false
}

func form(v Verb) string {
	for _, h := range verbHelp {
		if h.verb == v {
			return h.form
		}
	}
	return ""
}

// parseCall reads the arguments of a call.
func (p *parser) parseCall(w *words, st *Stmt) bool {
	if h := p.s.Host(st.Host); h.Puppet && st.Verb != Segment && st.Verb != Datagram {
		w.fail(st.Pos.Col, fmt.Sprintf("%s is a puppet: it has no sockets", st.Host), "it sends with segment and datagram")
		return false
	}
	if st.Verb == Socket {
		t, ok := w.next("tcp")
		if !ok {
			return false
		}
		if t.text != "tcp" && t.text != "udp" {
			w.fail(t.col, fmt.Sprintf("unknown kind of socket %q", t.text), form(Socket))
			return false
		}
		st.Proto, _ = wire.ParseProto(t.text)
		return true
	}
	if st.Verb == Segment || st.Verb == Datagram {
		return p.parseMade(w, st)
	}
	if st.Verb == Type {
		return p.parseOctets(w, st)
	}
	t, ok := w.next("the name of a socket: " + form(st.Verb))
	if !ok {
		return false
	}
	st.Sock = t.text
	switch st.Verb {
	case Bind, Listen:
		return p.parseLocal(w, st)
	case Connect, Open:
		return p.parsePeer(w, st)
	case SendTo:
		var ok bool
		if st.Peer, ok = p.endpoint(w, "whom to send to, such as B:9"); !ok {
			return false
		}
		return p.parseOctets(w, st)
	case SendCall, Recv, RecvFrom:
		return p.parseOctets(w, st)
	case SetSockOpt, GetSockOpt:
		return p.parseOption(w, st)
	case Poll:
		return p.parsePoll(w, st)
	case Join, Leave:
		t, ok := w.next("a group such as 239.2.2.222")
		if ok && (!isIPv4(t.text) || !(wire.Endpoint{Host: t.text}).IsMulticast()) {
			w.fail(t.col, fmt.Sprintf("%s is no group", t.text), "224.0.0.0 to 239.255.255.255")
			return false
		}
		st.Group = t.text
		return ok
	case Shutdown:
		t, ok := w.next("read, write or both")
		if ok && !slices.Contains([]string{"read", "write", "both"}, t.text) {
			w.fail(t.col, fmt.Sprintf("unknown direction %q", t.text), form(Shutdown))
			return false
		}
		st.How = t.text
		return ok
	default: // accept, close, wait take only the socket
		return true
	}
}

// parseLocal reads the arguments of bind and listen.
func (p *parser) parseLocal(w *words, st *Stmt) bool {
	if st.Verb == Bind || (w.more() && !strings.HasPrefix(w.peek(), "backlog=")) {
		t, ok := w.next("a port such as :80")
		if !ok {
			return false
		}
		port := t.text
		if host, rest, found := strings.Cut(t.text, ":"); found {
			if port = rest; host != "" && st.Verb == Bind {
				group := wire.Endpoint{Host: host}
				if !(isIPv4(host) && group.IsGroup()) && !p.knownHost(host, t.col) {
					return false
				}
				st.Bind = host
			}
		}
		n, ok := w.parseNumber(port, t.col+len(t.text)-len(port), "port", 1, 65535)
		if !ok {
			return false
		}
		st.Port, st.HasPort = uint16(n), true
	}
	if st.Verb == Listen && w.more() {
		t, _ := w.next("")
		value, ok := strings.CutPrefix(t.text, "backlog=")
		if !ok {
			w.fail(t.col, fmt.Sprintf("unexpected %q", t.text), form(Listen))
			return false
		}
		n, ok := w.parseNumber(value, t.col+len("backlog="), "backlog", 0, 4096)
		if !ok {
			return false
		}
		st.Backlog = int(n)
	}
	return true
}

// parsePeer reads B:80.
func (p *parser) parsePeer(w *words, st *Stmt) bool {
	var ok bool
	st.Peer, ok = p.endpoint(w, "whom to connect to, such as B:80")
	return ok
}

// parseOctets reads the arguments of send and recv: a text or a number of octets.
func (p *parser) parseOctets(w *words, st *Stmt) bool {
	if (st.Verb == Recv || st.Verb == RecvFrom) && !w.more() {
		return true
	}
	t, ok := w.nextAny("a text or a number of octets")
	if !ok {
		return false
	}
	if t.quoted {
		if t.text == "" && st.Verb != SendTo && p.protoOf(st) == wire.TCP {
			w.fail(t.col, "an empty text is nothing to "+string(st.Verb), form(st.Verb))
			return false
		}
		st.Text, st.HasText = t.text, true
		return true
	}
	least := uint64(1)
	if st.Verb == SendTo {
		least = 0
	}
	if st.Verb == Recv && t.text == "end" && p.protoOf(st) == wire.TCP {
		st.End = true
		return true
	}
	if st.Verb == Type {
		w.fail(t.col, "what is typed is a text", form(Type))
		return false
	}
	n, ok := w.parseNumber(t.text, t.col, "number of octets", least, maxOctets)
	st.N = int(n)
	st.All = st.Verb == Recv && w.accept("all")
	return ok
}

// protoOf returns the protocol of the socket that a statement is about.
func (p *parser) protoOf(st *Stmt) wire.Proto {
	for i := range p.s.Stmts {
		if b := &p.s.Stmts[i]; b.Host == st.Host && b.Result == st.Sock && b.Verb == Socket {
			return b.Proto
		}
	}
	return wire.TCP
}

// checkNames holds a statement against the names its host has used so far.
func (p *parser) checkNames(st *Stmt, col int) bool {
	names := p.used[st.Host]
	if names == nil {
		names = map[string]Verb{}
		p.used[st.Host] = names
	}
	makes := st.Verb == Socket || st.Verb == Accept
	if makes != (st.Result != "") {
		p.fail(col, fmt.Sprintf("%s gives no name to a socket here", st.Verb), form(st.Verb))
		return false
	}
	if st.Sock != "" {
		if _, ok := names[st.Sock]; !ok {
			p.fail(col, fmt.Sprintf("host %s has no socket %q at this point", st.Host, st.Sock), "make one first: "+st.Sock+" = socket tcp")
			return false
		}
	}
	if makes {
		if _, ok := names[st.Result]; ok {
			p.fail(col, fmt.Sprintf("host %s uses the name %q twice", st.Host, st.Result), "")
			return false
		}
		names[st.Result] = st.Verb
	}
	if !p.checkProto(st, col) {
		return false
	}
	if st.Verb == Wait && !p.hasBackground(st) {
		p.fail(col, fmt.Sprintf("nothing was started with & that %q could wait for", st.Sock), "end the call with &")
		return false
	}
	return true
}

// checkProto refuses calls that make no sense on the kind of socket.
func (p *parser) checkProto(st *Stmt, col int) bool {
	if st.Sock == "" {
		return true
	}
	isUDP := p.protoOf(st) == wire.UDP
	switch st.Verb {
	case SendTo, RecvFrom, Join, Leave:
		if !isUDP {
			p.fail(col, fmt.Sprintf("%s is for UDP sockets, and %q is TCP", st.Verb, st.Sock), "send and recv; or make it: "+st.Sock+" = socket udp")
			return false
		}
	default: // the others work on both, or fail with an errno worth seeing
	}
	return true
}

func (p *parser) hasBackground(wait *Stmt) bool {
	return slices.ContainsFunc(p.s.Stmts, func(st Stmt) bool {
		return st.Host == wait.Host && st.Background && (st.Sock == wait.Sock || st.Result == wait.Sock)
	})
}
