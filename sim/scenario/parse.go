package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"netlab/sim/wire"
)

// Limits of a script, far above what a person writes.
const (
	maxBytes = 1 << 20
	maxStmts = 10_000
	maxHosts = 64
)

// A parser reads one script.
type parser struct {
	s    *Script
	line int
	errs []error
	used map[string]map[string]Verb // by host: names and the call that made them
}

func (p *parser) fail(col int, msg, hint string) {
	p.errs = append(p.errs, &Error{Pos{p.s.Name, p.line, col}, msg, hint})
}

func (p *parser) pos(col int) Pos { return Pos{p.s.Name, p.line, col} }

// Parse reads a script. The error, if any, joins one [*Error] for each mistake.
func Parse(name, text string) (*Script, error) {
	p := &parser{s: &Script{Name: name}, used: map[string]map[string]Verb{}, line: 1}
	if len(text) > maxBytes {
		p.fail(1, "the script is larger than 1 MiB", "")
		return nil, errors.Join(p.errs...)
	}
	text = strings.TrimPrefix(text, "\ufeff")
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	p.declare(lines)
	for i, l := range lines {
		p.line = i + 1
		p.parseLine(l)
	}
	p.checkWhole()
	if len(p.errs) > 0 {
		return nil, errors.Join(p.errs...)
	}
	return p.s, nil
}

// declare finds the hosts first, so that a line may name a host declared below it.
func (p *parser) declare(lines []string) {
	for i, l := range lines {
		list, _, bad, _ := scanLine(l)
		if bad != nil || len(list) == 0 || list[0].text != "host" || list[0].quoted {
			continue
		}
		p.line = i + 1
		p.parseHost(&words{p: p, list: list, at: 1, end: len(l) + 1})
	}
}

func (p *parser) parseLine(text string) {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		p.fail(1, "the line is not UTF-8 text", "save the file as UTF-8")
		return
	}
	list, comment, bad, msg := scanLine(text)
	if bad != nil {
		p.fail(bad.col, msg, "")
		return
	}
	if len(list) == 0 {
		p.s.lines = append(p.s.lines, line{comment: strings.TrimRight(comment, " \t")})
		return
	}
	w := &words{p: p, list: list, end: len(strings.TrimRight(text, " \t")) + 1}
	before, faults := p.counts(), len(p.s.Faults)
	kind := p.parseKind(w)
	after := p.counts()
	if kind == lineFault && len(p.s.Faults) == faults {
		return
	}
	if kind == lineHost || kind == lineUntil || after != before {
		p.s.lines = append(p.s.lines, line{kind, p.indexOf(kind, w), strings.TrimRight(comment, " \t")})
	}
}

// counts tells whether a line has added something.
func (p *parser) counts() [4]int {
	return [4]int{len(p.s.Links), len(p.s.Faults), len(p.s.Stmts), len(p.s.Expects)}
}

func (p *parser) indexOf(kind lineKind, w *words) int {
	switch kind {
	case lineHost:
		return slices.IndexFunc(p.s.Hosts, func(h Host) bool { return h.Pos.Line == p.line })
	case lineLink:
		return len(p.s.Links) - 1
	case lineFault:
		return len(p.s.Faults) - 1
	case lineStmt:
		return len(p.s.Stmts) - 1
	case lineExpect:
		return len(p.s.Expects) - 1
	default: // blank lines and run until have no list
		return 0
	}
}

// parseKind reads a line that has words and says what it was.
func (p *parser) parseKind(w *words) lineKind {
	first := w.list[0]
	if first.quoted {
		p.failStart(first)
		return lineBlank
	}
	switch first.text {
	case "host":
		return lineHost // read by declare
	case "link":
		w.at++
		p.parseLink(w)
		return lineLink
	case "drop", "delay", "duplicate", "old":
		w.at++
		p.parseFault(first.text, w)
		return lineFault
	case "run":
		w.at++
		if t, ok := w.next("until"); ok && t.text != "until" {
			w.fail(t.col, fmt.Sprintf("unexpected %q", t.text), "run until 5s")
		} else if d, ok := w.duration("a time"); ok && w.done() {
			p.s.Until = d
		}
		return lineUntil
	case "expect":
		w.at++
		p.parseExpect(w)
		return lineExpect
	case "case", "puppet", "program":
		p.fail(first.col, fmt.Sprintf("%q is a reserved word that this version cannot play", first.text), "see netlab help scenario")
		return lineBlank
	default:
		p.parseStmt(w)
		return lineStmt
	}
}

// checkWhole looks at what single lines cannot show.
func (p *parser) checkWhole() {
	s := p.s
	p.line = 1
	if len(s.Hosts) == 0 && len(p.errs) == 0 {
		p.fail(1, "the script has no host", `write lines such as: host A`)
	}
	if len(s.Stmts) > maxStmts {
		p.fail(1, fmt.Sprintf("the script has more than %d statements", maxStmts), "")
	}
	p.checkSent()
	for _, st := range s.Stmts {
		if st.Verb != Connect || st.Peer.Host == st.Host || s.Host(st.Peer.Host) == nil {
			continue
		}
		if _, ok := s.Delay(st.Host, st.Peer.Host); !ok {
			p.errs = append(p.errs, &Error{st.Pos, fmt.Sprintf("no link joins %s and %s", st.Host, st.Peer.Host),
				fmt.Sprintf("add: link %s %s delay=10ms", st.Host, st.Peer.Host)})
		}
	}
}

// checkSent bounds what the script sends in all.
func (p *parser) checkSent() {
	total := 0
	for i := range p.s.Stmts {
		st := &p.s.Stmts[i]
		if st.Verb != SendCall {
			continue
		}
		if total += max(st.N, len(st.Text)); total > maxSent {
			p.errs = append(p.errs, &Error{st.Pos, "the script sends more than 16 MiB in all", "a trace keeps every segment; send less"})
			return
		}
	}
}

// parseHost reads: host NAME [iss=N] [ip=ADDR].
func (p *parser) parseHost(w *words) {
	name, ok := w.next("the host's name")
	if !ok {
		return
	}
	if !isName(name.text) || name.text == "at" {
		w.fail(name.col, fmt.Sprintf("bad host name %q", name.text), "letters, digits and _, beginning with a letter")
		return
	}
	if p.s.Host(name.text) != nil {
		w.fail(name.col, fmt.Sprintf("host %q is declared twice", name.text), "")
		return
	}
	if len(p.s.Hosts) == maxHosts {
		w.fail(name.col, fmt.Sprintf("more than %d hosts", maxHosts), "")
		return
	}
	h := Host{Pos: p.pos(name.col), Name: name.text}
	for w.more() {
		t, _ := w.next("")
		key, value, ok := strings.Cut(t.text, "=")
		switch {
		case ok && key == "iss":
			n, good := w.parseNumber(value, t.col+4, "initial sequence number", 0, 1<<32-1)
			h.ISS, h.HasISS = wire.Seq(uint32(n)), good
		case ok && key == "ip":
			if !isIPv4(value) {
				w.fail(t.col+3, fmt.Sprintf("bad address %q", value), "four numbers such as 10.0.0.1")
			}
			h.IP = value
		default:
			w.fail(t.col, fmt.Sprintf("unexpected %q", t.text), "a host takes iss=NUMBER and ip=ADDRESS")
		}
	}
	for _, other := range p.s.Hosts {
		if h.IP != "" && other.IP == h.IP {
			w.fail(name.col, fmt.Sprintf("hosts %s and %s have the same address", other.Name, h.Name), "give each its own")
		}
	}
	p.s.Hosts = append(p.s.Hosts, h)
}

// parseLink reads: link A B delay=10ms.
func (p *parser) parseLink(w *words) {
	l := Link{Pos: p.pos(1)}
	var ok bool
	if l.A, ok = p.hostName(w); !ok {
		return
	}
	if l.B, ok = p.hostName(w); !ok {
		return
	}
	if _, dup := p.s.Delay(l.A, l.B); dup {
		w.fail(1, fmt.Sprintf("%s and %s are joined already", l.A, l.B), "")
		return
	}
	for w.more() {
		t, _ := w.next("")
		value, found := strings.CutPrefix(t.text, "delay=")
		if !found {
			w.fail(t.col, fmt.Sprintf("unexpected %q", t.text), "a link takes delay=10ms")
			return
		}
		if l.Delay, ok = w.parseDuration(value, t.col+len("delay=")); !ok {
			return
		}
	}
	p.s.Links = append(p.s.Links, l)
}

// hostName takes the name of a host that is declared.
func (p *parser) hostName(w *words) (string, bool) {
	t, ok := w.next("the name of a host")
	if !ok {
		return "", false
	}
	return t.text, p.knownHost(t.text, t.col)
}

func (p *parser) knownHost(name string, col int) bool {
	if p.s.Host(name) != nil {
		return true
	}
	var names []string
	for _, h := range p.s.Hosts {
		names = append(names, h.Name)
	}
	hint := "declare it: host " + name
	if len(names) > 0 {
		hint = "hosts are " + strings.Join(names, ", ")
	}
	p.fail(col, fmt.Sprintf("no host %q", name), hint)
	return false
}

// isName reports whether the word can name a host or a socket.
func isName(s string) bool {
	for i, c := range s {
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != "" && len(s) <= 32
}

func isIPv4(s string) bool {
	parts := strings.Split(s, ".")
	for _, part := range parts {
		n := 0
		for _, c := range part {
			if c < '0' || c > '9' {
				return false
			}
			n = n*10 + int(c-'0')
		}
		if part == "" || len(part) > 3 || n > 255 {
			return false
		}
	}
	return len(parts) == 4
}
