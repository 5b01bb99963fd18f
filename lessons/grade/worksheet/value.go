package worksheet

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"netlab/lessons/text"
	"netlab/sim/wire"
)

// tidy brings what was written to the form in which it is read: half-width characters, no
// blanks around it.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\u3000' || r == '\u00a0' || r == '\u2009' || r == '\u202f':
			return ' '
		case r >= '\uff01' && r <= '\uff5e':
			return r - 0xfee0
		case r == '、':
			return ','
		default:
			return r
		}
	}, s)
	return strings.TrimSpace(s)
}

// nothing reports whether the answer is that the segment has no such field.
func nothing(t string) bool {
	return slices.Contains([]string{"-", "--", "---", "–", "—", "——", "/", "none", "no", "n/a", "无", "没有", "不适用"}, strings.ToLower(t))
}

// A number is written in digits, perhaps in groups of three, perhaps with its name before it
// and its unit after it.
var number = regexp.MustCompile(`^(?:(?:seq|ack|len|isn)\s*=\s*)?(\d{1,10}|\d{1,3}(?:[,_' ]\d{3}){1,3})(?:\.0+)?\s*(?:octets?|bytes?|字节|个字节)?$`)

var separators = strings.NewReplacer(",", "", "_", "", "'", "", " ", "")

// parseNumber reads a number below 2^32.
func parseNumber(t string) (uint32, bool) {
	m := number.FindStringSubmatch(strings.ToLower(t))
	if m == nil {
		return 0, false
	}
	n, err := strconv.ParseUint(separators.Replace(m[1]), 10, 32)
	return uint32(n), err == nil
}

// flagWords are the names of flags, in full, as tcpdump's letters and in Chinese.
var flagWords = map[string]wire.Flags{
	"SYN": wire.SYN, "ACK": wire.ACK, "FIN": wire.FIN, "RST": wire.RST, "PSH": wire.PSH, "URG": wire.URG, "PUSH": wire.PSH, "RESET": wire.RST,
	"S": wire.SYN, "A": wire.ACK, "F": wire.FIN, "R": wire.RST, "P": wire.PSH, "U": wire.URG, ".": wire.ACK,
	"同步": wire.SYN, "确认": wire.ACK, "终止": wire.FIN, "结束": wire.FIN, "复位": wire.RST, "重置": wire.RST, "推送": wire.PSH, "紧急": wire.URG,
}

// parseFlags reads flags in any order and with any sign between them: SYN+ACK, SYN,ACK,
// "SYN ACK", SYNACK, SA, [S.].
func parseFlags(t string) (wire.Flags, bool) {
	t = strings.ToUpper(strings.Trim(t, "[]()"))
	words := strings.FieldsFunc(t, func(r rune) bool { return strings.ContainsRune(",+-|/&; _", r) })
	var all wire.Flags
	for _, w := range words {
		for w != "" {
			rest, bit := cutFlag(w)
			if bit == 0 {
				return 0, false
			}
			w, all = rest, all|bit
		}
	}
	return all, all != 0
}

// cutFlag takes the longest name of a flag off the beginning of a word.
func cutFlag(w string) (rest string, bit wire.Flags) {
	best := 0
	for name, b := range flagWords {
		if len(name) > best && strings.HasPrefix(w, name) {
			best, bit = len(name), b
		}
	}
	return w[best:], bit
}

// parseHost reads the name of a host, or of the direction "A -> B" in which it is the first.
func (s *Sheet) parseHost(t string) (string, bool) {
	for _, arrow := range []string{"->", "→", "=>"} {
		t, _, _ = strings.Cut(t, arrow)
	}
	t = strings.TrimSpace(t)
	if i := slices.Index(s.hosts, t); i >= 0 {
		return t, true
	}
	i := slices.IndexFunc(s.hosts, func(h string) bool { return strings.EqualFold(h, t) })
	if i < 0 {
		return "", false
	}
	return s.hosts[i], true
}

// parseYes reads yes or no.
func parseYes(t string) (yes, ok bool) {
	switch strings.ToLower(t) {
	case "yes", "y", "true", "是", "对", "会", "能", "到达", "√":
		return true, true
	case "no", "n", "false", "否", "不", "不是", "不会", "不能", "错", "未到达", "×":
		return false, true
	default:
		return false, false
	}
}

// A heard is what a student wrote into one row, as far as it can be read. The numbers are
// absolute.
type heard struct {
	text  map[string]string // by field; only what was filled in
	num   map[string]uint32 // seq, ack, len and ports
	none  map[string]bool   // the answer is that there is no such field
	flags *wire.Flags
	state map[string]wire.State // by host
	bad   map[string]bool       // cannot be read
}

// hear reads the cells of a row; numbers count as the notation says.
func (s *Sheet) hear(r *row, cells map[string]string, as Notation) *heard {
	h := &heard{map[string]string{}, map[string]uint32{}, map[string]bool{}, nil, map[string]wire.State{}, map[string]bool{}}
	for _, f := range s.blanks(r) {
		t := tidy(cells[f.name])
		if t == "" {
			continue
		}
		h.text[f.name] = t
		ok := false
		switch f.kind {
		case kindSeq, kindAck, kindCount:
			if h.none[f.name] = nothing(t); h.none[f.name] {
				continue
			}
			var n uint32
			if n, ok = parseNumber(t); ok && as == Relative && f.kind != kindCount {
				n += uint32(r.base(f))
			}
			h.num[f.name] = n
		case kindFlags:
			if h.none[f.name] = nothing(t); h.none[f.name] {
				continue
			}
			var all wire.Flags
			if all, ok = parseFlags(t); ok {
				h.flags = &all
			}
		case kindState:
			h.state[f.host], ok = text.ParseState(t)
		case kindHost:
			_, ok = s.parseHost(t)
		case kindYes:
			_, ok = parseYes(t)
		case kindWhat:
			_, ok = wire.ParseProto(strings.ToLower(t))
		}
		h.bad[f.name] = !ok
		if !ok {
			delete(h.num, f.name)
		}
	}
	return h
}

// counts are the flags that a worksheet looks at: PSH and URG change nothing of what it asks.
const counted = wire.SYN | wire.ACK | wire.FIN | wire.RST

// right reports whether a cell that was filled in has the model's value.
func (s *Sheet) right(r *row, f field, h *heard) bool {
	truth := s.truth(r, f, Absolute)
	switch f.kind {
	case kindSeq, kindAck, kindCount:
		if truth == none {
			return h.none[f.name] || isZero(h.text[f.name])
		}
		n, ok := h.num[f.name]
		return ok && strconv.FormatUint(uint64(n), 10) == truth
	case kindFlags:
		if truth == none {
			return h.none[f.name]
		}
		return h.flags != nil && *h.flags&counted == r.event.Seg.Flags&counted
	case kindState:
		state, ok := h.state[f.host]
		return ok && state == r.states[f.host]
	case kindHost:
		host, _ := s.parseHost(h.text[f.name])
		return host == truth
	case kindYes:
		yes, ok := parseYes(h.text[f.name])
		return ok && yes == (r.arrived > 0)
	default: // what it is
		return strings.EqualFold(h.text[f.name], truth)
	}
}

// isZero reports whether 0 is written, as programs show a field that is not there.
func isZero(t string) bool {
	n, ok := parseNumber(t)
	return ok && n == 0
}
