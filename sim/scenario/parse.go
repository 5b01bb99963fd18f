package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of a script, far above what a person writes.
const (
	maxBytes = 1 << 20
	maxStmts = 10_000
	maxHosts = 64
	maxCases = 10_000
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

// A sourceLine is a line of a file with its number.
type sourceLine struct {
	n    int
	text string
}

// Parse reads a script. The error, if any, joins one [*Error] for each mistake.
func Parse(name, text string) (*Script, error) {
	all, err := ParseFile(name, text)
	switch {
	case err != nil:
		return nil, err
	case len(all) > 1:
		return nil, &Error{Pos{name, 1, 1}, fmt.Sprintf("the file holds %d cases, and one script is wanted here", len(all)), "netlab sim plays them all"}
	}
	return all[0], nil
}

// ParseFile reads a file of one script, or of many cases: what stands above the first
// case line belongs to each of them. The error, if any, joins one [*Error] for each
// mistake.
func ParseFile(name, text string) ([]*Script, error) {
	fail := func(line, col int, msg, hint string) ([]*Script, error) {
		return nil, &Error{Pos{name, line, col}, msg, hint}
	}
	if len(text) > maxBytes {
		return fail(1, 1, "the script is larger than 1 MiB", "")
	}
	text = strings.TrimPrefix(text, "\ufeff")
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	var common []sourceLine
	var cases [][]sourceLine
	for i, l := range lines {
		s := sourceLine{i + 1, l}
		if word, _, _ := strings.Cut(strings.TrimSpace(l), " "); word == "case" {
			cases = append(cases, nil)
			if len(cases) > maxCases {
				return fail(i+1, 1, fmt.Sprintf("more than %d cases", maxCases), "use several files")
			}
		}
		if len(cases) == 0 {
			common = append(common, s)
		} else {
			cases[len(cases)-1] = append(cases[len(cases)-1], s)
		}
	}
	if len(cases) == 0 {
		cases = [][]sourceLine{nil}
	}
	var all []*Script
	var errs []error
	said := map[string]bool{}
	for _, body := range cases {
		s, mistakes := parseLines(name, slices.Concat(common, body))
		for _, e := range mistakes {
			if !said[e.Error()] { // a mistake above the first case is one mistake
				said[e.Error()] = true
				errs = append(errs, e)
			}
		}
		if slices.ContainsFunc(all, func(o *Script) bool { return s.Case != "" && o.Case == s.Case }) {
			errs = append(errs, &Error{Pos{name, body[0].n, 1}, fmt.Sprintf("there are two cases %q", s.Case), "give each its own name"})
		}
		all = append(all, s)
	}
	if len(errs) > 0 {
		slices.SortStableFunc(errs, func(a, b error) int { return a.(*Error).Pos.Line - b.(*Error).Pos.Line })
		return nil, errors.Join(errs...)
	}
	return all, nil
}

// parseLines reads one script.
func parseLines(name string, lines []sourceLine) (*Script, []error) {
	p := &parser{s: &Script{Name: name}, used: map[string]map[string]Verb{}, line: 1}
	p.declare(lines)
	for _, l := range lines {
		p.line = l.n
		p.parseLine(l.text)
	}
	p.checkWhole()
	if len(p.errs) == 0 {
		for i := range p.s.Stmts {
			if st := &p.s.Stmts[i]; st.N > 0 {
				st.octets = st.Octets()
			}
		}
	}
	return p.s, p.errs
}

// declare finds the hosts first, so that a line may name a host declared below it.
func (p *parser) declare(lines []sourceLine) {
	for _, l := range lines {
		list, _, bad, _ := scanLine(l.text)
		if bad != nil || len(list) == 0 || list[0].quoted || (list[0].text != "host" && list[0].text != "puppet") {
			continue
		}
		p.line = l.n
		p.parseHost(&words{p: p, list: list, at: 1, end: len(l.text) + 1}, list[0].text == "puppet")
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
	if kind == lineHost || kind == lineUntil || kind == lineCase || after != before {
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
	case "host", "puppet":
		return lineHost // read by declare
	case "case":
		w.at++
		var names []string
		for w.more() {
			t, ok := w.next("")
			if !ok {
				return lineCase
			}
			names = append(names, t.text)
		}
		if p.s.Case = strings.Join(names, " "); p.s.Case == "" {
			w.fail(w.end, "the case has no name", "case old duplicate SYN")
		}
		return lineCase
	case "then":
		w.at++
		p.parseThen(w)
		return lineStmt
	case "link":
		w.at++
		p.parseLink(w)
		return lineLink
	case "drop", "delay", "duplicate", "old", "corrupt":
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
	case "program":
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
		if st.Peer.Host == st.Host || s.Host(st.Peer.Host) == nil {
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
		if st.Verb != SendCall && st.Verb != SendTo {
			continue
		}
		if total += max(st.N, len(st.Text)); total > maxSent {
			p.errs = append(p.errs, &Error{st.Pos, "the script sends more than 16 MiB in all", "a trace keeps every segment; send less"})
			return
		}
	}
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
