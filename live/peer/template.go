package peer

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// The fields of a template: {text} is what was received, without its line break; {ip} and
// {port} are the sender's; {n} counts the messages of that sender.
var templateFields = []string{"{text}", "{ip}", "{port}", "{n}"}

// CheckTemplate refuses a template with an unknown field.
func CheckTemplate(t string) error {
	for rest := t; ; {
		_, after, ok := strings.Cut(rest, "{")
		if !ok {
			return nil
		}
		name, tail, ok := strings.Cut(after, "}")
		if field := "{" + name + "}"; !ok || !slices.Contains(templateFields, field) {
			return wrong("the fields are "+strings.Join(templateFields, " "), "--reply %q: {%s is no field", t, name+map[bool]string{true: "}"}[ok])
		}
		rest = tail
	}
}

// Answer fills a template. A line break at the end of the text ends the answer too, so
// that a client that reads lines sees one.
func Answer(template, text string, from netip.AddrPort, n int) string {
	body := strings.TrimRight(text, "\r\n")
	return strings.NewReplacer("{text}", body, "{ip}", from.Addr().String(), "{port}", strconv.Itoa(int(from.Port())), "{n}", strconv.Itoa(n)).
		Replace(template) + text[len(body):]
}

// Numbered fills {n} in a text that a timer sends.
func Numbered(text string, n int) string { return strings.ReplaceAll(text, "{n}", strconv.Itoa(n)) }
