package scenario

import (
	"fmt"
	"strings"

	"netlab/sim/wire"
)

// A Made is a packet that a puppet makes up.
type Made struct {
	From           uint16 // the puppet's port; 0: [PuppetPort]
	Flags          wire.Flags
	Seq, Ack       Number
	HasSeq, HasAck bool
	Wnd            uint16
	HasWnd         bool
	Options        wire.Options
	Bad            bool // a wrong checksum
}

// PuppetPort is the port that a puppet sends from, if the script does not say.
const PuppetPort = 40000

// DefaultPuppetWnd is the window that a puppet offers, if the script does not say.
const DefaultPuppetWnd = 65535

const (
	segmentForm  = `segment B:80 SYN,ACK seq=N ack=N [wnd=N] [len=N | data="text"] [mss=N] [wscale=N] [sack] [from=PORT]`
	datagramForm = `datagram B:9 "text" [from=PORT]  or  datagram B:9 len=100`
)

// parseMade reads the arguments of segment and datagram.
func (p *parser) parseMade(w *words, st *Stmt) bool {
	if h := p.s.Host(st.Host); !h.Puppet {
		w.fail(st.Pos.Col, fmt.Sprintf("host %s is not a puppet", st.Host), "declare it: puppet "+st.Host+"; only a puppet sends what no socket would send")
		return false
	}
	var ok bool
	if st.Peer, ok = p.endpoint(w, "whom to send it to, such as B:80"); !ok {
		return false
	}
	m := &Made{Wnd: DefaultPuppetWnd}
	st.Made = m
	if st.Verb == Segment {
		t, ok := w.next("flags such as SYN,ACK")
		if !ok {
			return false
		}
		if m.Flags, ok = wire.ParseFlags(t.text); !ok && t.text != "none" {
			w.fail(t.col, fmt.Sprintf("unknown flags %q", t.text), "names joined by commas, such as SYN,ACK, or none")
			return false
		}
	}
	for w.more() {
		if !p.madeField(w, st, m) {
			return false
		}
	}
	if st.Verb == Segment && !m.HasSeq {
		w.fail(w.col(), "the segment needs a sequence number", segmentForm)
		return false
	}
	if st.Verb == Segment && m.HasAck && !m.Flags.Has(wire.ACK) {
		w.fail(w.col(), "ack= without the ACK flag", segmentForm)
		return false
	}
	if m.Flags.Has(wire.ACK) && !m.HasAck {
		w.fail(w.col(), "the ACK flag needs ack=", segmentForm)
		return false
	}
	return true
}

// madeField reads one field of a made-up packet.
func (p *parser) madeField(w *words, st *Stmt, m *Made) bool {
	t, _ := w.nextAny("")
	if t.quoted && st.Verb == Datagram {
		st.Text, st.HasText = t.text, true
		return true
	}
	key, value, hasValue := strings.Cut(t.text, "=")
	col := t.col + len(key) + 1
	if key == "from" && hasValue {
		n, ok := w.parseNumber(value, col, "port", 1, 65535)
		m.From = uint16(n)
		return ok
	}
	if key == "len" && hasValue {
		n, ok := w.parseNumber(value, col, "length", 0, 65507)
		st.N = int(n)
		return ok
	}
	if t.text == "bad-checksum" {
		m.Bad = true
		return true
	}
	if st.Verb == Segment && !t.quoted && p.segmentField(w, st, m, t, key, value, col) {
		return len(p.errs) == 0 || p.errs[len(p.errs)-1].(*Error).Pos.Line != p.line
	}
	form := segmentForm
	if st.Verb == Datagram {
		form = datagramForm
	}
	w.fail(t.col, fmt.Sprintf("unexpected %q", t.text), form)
	return false
}

// segmentField reads a field that only segments have, and reports whether it knew it.
func (p *parser) segmentField(w *words, st *Stmt, m *Made, t token, key, value string, col int) bool {
	number := func() Number {
		n, ok := ParseNumber(value)
		if !ok {
			w.fail(col, fmt.Sprintf("bad number %q", value), "a number (100), one relative to the initial number (+1), or snd.una, snd.nxt, rcv.nxt, rcv.wnd of the other end, with + and -")
		}
		return n
	}
	switch key {
	case "seq":
		m.Seq, m.HasSeq = number(), true
	case "ack":
		m.Ack, m.HasAck = number(), true
	case "wnd":
		n, _ := w.parseNumber(value, col, "window", 0, 65535)
		m.Wnd, m.HasWnd = uint16(n), true
	case "mss":
		n, _ := w.parseNumber(value, col, "MSS", 1, 65535)
		m.Options.MSS = uint16(n)
	case "wscale":
		n, _ := w.parseNumber(value, col, "shift", 0, 14)
		m.Options.HasWScale, m.Options.WScale = true, uint8(n)
	case "ts":
		val, ecr, _ := strings.Cut(value, "/")
		a, ok := w.parseNumber(val, col, "timestamp", 0, 1<<32-1)
		b := uint64(0)
		if ok && ecr != "" {
			b, _ = w.parseNumber(ecr, col+len(val)+1, "timestamp", 0, 1<<32-1)
		}
		m.Options.HasTimestamps, m.Options.TSVal, m.Options.TSEcr = true, uint32(a), uint32(b)
	case "data":
		if !w.more() || !w.list[w.at].quoted || value != "" {
			w.fail(col, "data= needs a quoted text", segmentForm)
			return true
		}
		text, _ := w.nextAny("")
		st.Text, st.HasText = text.text, true
	default:
		if t.text != "sack" {
			return false
		}
		m.Options.SACKPermitted = true
	}
	return true
}

// endpoint takes HOST:PORT or, for a group, ADDRESS:PORT.
func (p *parser) endpoint(w *words, what string) (wire.Endpoint, bool) {
	t, ok := w.next(what)
	if !ok {
		return wire.Endpoint{}, false
	}
	host, port, ok := strings.Cut(t.text, ":")
	if !ok {
		w.fail(t.col, fmt.Sprintf("bad address %q", t.text), "HOST:PORT, such as B:80")
		return wire.Endpoint{}, false
	}
	e := wire.Endpoint{Host: host}
	if isIPv4(host) {
		if !e.IsGroup() {
			w.fail(t.col, fmt.Sprintf("%s is no group", host), "name a host, or a group from 224.0.0.0 to 239.255.255.255, or 255.255.255.255")
			return e, false
		}
	} else if !p.knownHost(host, t.col) {
		return e, false
	}
	n, ok := w.parseNumber(port, t.col+len(host)+1, "port", 1, 65535)
	e.Port = uint16(n)
	return e, ok
}

// text writes the packet as a script does, without the verb and the address.
func (s *Stmt) made() string {
	m := s.Made
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if s.Verb == Segment {
		if m.Flags == 0 {
			add("none")
		} else {
			add("%s", m.Flags)
		}
		add("seq=%s", m.Seq.Text)
		if m.HasAck {
			add("ack=%s", m.Ack.Text)
		}
		if m.HasWnd {
			add("wnd=%d", m.Wnd)
		}
	}
	switch {
	case s.HasText && s.Verb == Segment:
		add("data=%q", s.Text)
	case s.HasText:
		add("%q", s.Text)
	case s.N > 0:
		add("len=%d", s.N)
	}
	o := m.Options
	if o.MSS > 0 {
		add("mss=%d", o.MSS)
	}
	if o.HasWScale {
		add("wscale=%d", o.WScale)
	}
	if o.SACKPermitted {
		add("sack")
	}
	if o.HasTimestamps {
		add("ts=%d/%d", o.TSVal, o.TSEcr)
	}
	if m.From > 0 {
		add("from=%d", m.From)
	}
	if m.Bad {
		add("bad-checksum")
	}
	return strings.Join(parts, " ")
}
