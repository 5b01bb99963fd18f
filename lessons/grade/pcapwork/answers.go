package pcapwork

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// Limits of an answers file.
const (
	maxAnswers  = 256 << 10
	mostNesting = 32  // brackets one in the other, before a parser sees them
	mostShown   = 120 // runes of an answer that are repeated to its author
)

// readAnswers reads the answers of a hand-in: TOML, one `question = answer` a line. No file is
// no answers.
func (g *grader) readAnswers(name string, data []byte) (map[string]string, error) {
	if len(data) > maxAnswers {
		return nil, g.reject("answers-too-large", name)
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	if nested(data) {
		return nil, g.reject("answers-nested", name)
	}
	var file map[string]any
	if _, err := toml.Decode(string(data), &file); err != nil {
		return nil, g.reject("answers-toml", tomlError(name, err).Error())
	}
	var ids []string
	for _, q := range g.spec.Questions {
		ids = append(ids, q.ID)
	}
	given := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(file)) {
		v := file[key]
		if !slices.Contains(ids, key) {
			return nil, g.reject("answers-unknown", place(name, data, key), printable([]byte(key), mostShown), strings.Join(ids, ", "))
		}
		switch v := v.(type) {
		case string:
			given[key] = strings.TrimSpace(v)
		case int64:
			given[key] = strconv.FormatInt(v, 10)
		case float64:
			given[key] = strconv.FormatFloat(v, 'f', -1, 64)
		default:
			return nil, g.reject("answers-kind", place(name, data, key), key)
		}
	}
	return given, nil
}

// nested reports brackets deeper than any answer needs.
func nested(data []byte) bool {
	depth := 0
	for _, c := range data {
		switch c {
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		}
		if depth > mostNesting {
			return true
		}
	}
	return false
}

// A mark is how an answer compares with the right one.
type mark uint8

const (
	wrong mark = iota
	right
	relative   // the number is right, but counts from the initial one
	notNumber  // no number is written there
	notChoice  // none of the words is
	notAddress // no address
)

// judge compares an answer with a value.
func judge(q *Question, k *quantity, v value, given string) mark {
	given = halfWidth(given)
	switch {
	case k.kind.number():
		n, ok := parseNumber(given)
		switch {
		case !ok:
			return notNumber
		case math.Abs(n-v.n) <= q.Tolerance+1e-9:
			return right
		case k.kind == seqNumber && math.Abs(n-v.rel) <= q.Tolerance:
			if q.Relative {
				return right
			}
			return relative
		}
		return wrong
	case k.kind == address:
		a, err := netip.ParseAddr(given)
		if err != nil {
			return notAddress
		}
		return markOf(a.Unmap().String() == v.word)
	default:
		words := sideWords
		if k.kind == closeName {
			words = closeWords
		}
		w, ok := words[strings.ToLower(strings.Join(strings.FieldsFunc(given, isGap), ""))]
		if !ok {
			return notChoice
		}
		return markOf(w == v.word)
	}
}

func markOf(ok bool) mark {
	if ok {
		return right
	}
	return wrong
}

func isGap(r rune) bool { return strings.ContainsRune(" -_.,()，。", r) }

// What answers may call the ends and the ways to close, without blanks and hyphens.
var (
	sideWords = map[string]string{
		"client": "client", "a": "client", "客户端": "client", "客户机": "client",
		"server": "server", "b": "server", "服务器": "server", "服务端": "server",
		"both": both, "双方": both, "两端": both, "客户端和服务器": both, "clientandserver": both,
		"none": none, "neither": none, "nobody": none, "没有": none, "无": none, "都没有": none,
	}
	closeWords = map[string]string{
		"four": "four", "4": "four", "foursegments": "four", "fourway": "four", "四次挥手": "four", "四个报文段": "four", "四": "four",
		"three": "three", "3": "three", "threesegments": "three", "threeway": "three", "三次挥手": "three", "三个报文段": "three", "三": "three",
		"half": "half", "halfclose": "half", "半关闭": "half",
		"simultaneous": "simultaneous", "simultaneousclose": "simultaneous", "同时关闭": "simultaneous", "同时挥手": "simultaneous",
		"reset": "reset", "rst": "reset", "复位": "reset", "重置": "reset",
	}
)

// halfWidth turns full-width digits and letters into ASCII.
func halfWidth(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r >= '\uff01' && r <= '\uff5e' {
			return r - 0xfee0
		}
		return r
	}, s))
}

// parseNumber reads 1234, 1,234, 0x4d2, "12.5 ms". Thousands are in threes; a number is finite.
func parseNumber(s string) (float64, bool) {
	s = strings.ToLower(s)
	for _, unit := range []string{"毫秒", "字节", "octets", "bytes", "ms"} {
		s = strings.TrimSpace(strings.TrimSuffix(s, unit))
	}
	if len(s) > 40 {
		return 0, false
	}
	if hex, ok := strings.CutPrefix(s, "0x"); ok {
		n, err := strconv.ParseUint(hex, 16, 64)
		return float64(n), err == nil
	}
	if parts := strings.Split(s, ","); len(parts) > 1 {
		for _, p := range parts[1:] {
			whole, _, _ := strings.Cut(p, ".")
			if len(whole) != 3 {
				return 0, false
			}
		}
		s = strings.Join(parts, "")
	}
	for _, r := range s {
		if !strings.ContainsRune("0123456789.-+e", r) {
			return 0, false
		}
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil && !math.IsInf(n, 0)
}

// show writes a value as a person would.
func (v *value) show(k *quantity) string {
	switch {
	case k.kind == millis:
		return strconv.FormatFloat(math.Round(v.n*1000)/1000, 'f', -1, 64) + " ms"
	case k.kind.number():
		return fmt.Sprintf("%.0f", v.n)
	default:
		return v.word
	}
}

// place names the line where a key stands.
func place(name string, data []byte, key string) string {
	for i, line := range strings.Split(string(data), "\n") {
		if k, _, ok := strings.Cut(line, "="); ok && strings.Trim(k, " \t\"") == key {
			return fmt.Sprintf("%s:%d", name, i+1)
		}
	}
	return name
}

func tomlError(name string, err error) error {
	var parse toml.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("%s:%d: %s", name, parse.Position.Line, parse.Message)
	}
	return fmt.Errorf("%s: %w", name, err)
}
