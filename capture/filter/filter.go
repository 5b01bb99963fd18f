package filter

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"netlab/capture/follow"
	"netlab/sim/wire"
)

// A Packet is what a filter looks at in a packet.
type Packet struct {
	Proto    wire.Proto
	Src, Dst netip.AddrPort
}

// A Filter picks packets or conversations. The zero value picks all.
type Filter struct {
	text string
	root node
	conv bool // it asks about whole conversations
}

// String returns the text of the filter.
func (f *Filter) String() string { return f.text }

// Empty reports whether the filter picks everything.
func (f *Filter) Empty() bool { return f.root == nil }

// AboutConversations reports whether the filter asks about something that no single packet
// can tell.
func (f *Filter) AboutConversations() bool { return f.conv }

// Packet reports whether the filter picks a packet.
func (f *Filter) Packet(p *Packet) bool {
	return f.root == nil || f.root(subject{proto: p.Proto, ends: [2]netip.AddrPort{p.Src, p.Dst}})
}

// Conversation reports whether the filter picks a conversation.
func (f *Filter) Conversation(s *follow.Summary) bool {
	return f.root == nil || f.root(subject{s.Proto, s.Ends, s})
}

// A subject is what a filter is asked about; of a packet, sum is nil.
type subject struct {
	proto wire.Proto
	ends  [2]netip.AddrPort
	sum   *follow.Summary
}

// A node decides.
type node func(subject) bool

// maxWords bounds a filter, and with it the depth of its parentheses.
const maxWords = 200

// Parse reads a filter. An error says which word is wrong, and what would be right.
func Parse(text string) (*Filter, error) {
	p := &parser{f: &Filter{text: text}}
	p.words = strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(text))
	if len(p.words) > maxWords {
		return nil, fmt.Errorf("filter: more than %d words", maxWords)
	}
	if len(p.words) == 0 {
		return p.f, nil
	}
	root, err := p.either()
	if err == nil && p.at < len(p.words) {
		err = fmt.Errorf("filter: %q does not fit here", p.words[p.at])
	}
	if err != nil {
		return nil, err
	}
	p.f.root = root
	return p.f, nil
}

type parser struct {
	f     *Filter
	words []string
	at    int
}

func (p *parser) peek() string {
	if p.at == len(p.words) {
		return ""
	}
	return strings.ToLower(p.words[p.at])
}

// either reads terms joined by or.
func (p *parser) either() (node, error) {
	a, err := p.both()
	for err == nil && p.peek() == "or" {
		p.at++
		var b node
		if b, err = p.both(); err == nil {
			left := a
			a = func(s subject) bool { return left(s) || b(s) }
		}
	}
	return a, err
}

// both reads terms that stand side by side.
func (p *parser) both() (node, error) {
	a, err := p.term()
	for err == nil {
		if w := p.peek(); w == "" || w == "or" || w == ")" {
			return a, nil
		} else if w == "and" {
			p.at++
		}
		var b node
		if b, err = p.term(); err == nil {
			left := a
			a = func(s subject) bool { return left(s) && b(s) }
		}
	}
	return nil, err
}

// term reads one condition.
func (p *parser) term() (node, error) {
	w := p.peek()
	p.at++
	switch w {
	case "":
		return nil, fmt.Errorf("filter: it ends too early (after %q)", strings.Join(p.words, " "))
	case "not":
		a, err := p.term()
		return func(s subject) bool { return !a(s) }, err
	case "(":
		a, err := p.either()
		if err == nil && p.peek() != ")" {
			err = fmt.Errorf("filter: a parenthesis is not closed")
		}
		p.at++
		return a, err
	case "tcp", "udp":
		proto, _ := wire.ParseProto(w)
		return func(s subject) bool { return s.proto == proto }, nil
	case "port", "host", "open", "close", "has":
		arg := p.peek()
		p.at++
		return p.named(w, arg)
	default:
		return address(w)
	}
}

// named reads the argument of a word that has one.
func (p *parser) named(word, arg string) (node, error) {
	if arg == "" {
		p.at = len(p.words)
		return nil, fmt.Errorf("filter: what %s?", word)
	}
	switch word {
	case "port":
		n, err := strconv.ParseUint(arg, 10, 16)
		if err != nil {
			return nil, fmt.Errorf("filter: port %q is no number from 0 to 65535", arg)
		}
		return func(s subject) bool { return s.ends[0].Port() == uint16(n) || s.ends[1].Port() == uint16(n) }, nil
	case "host":
		return host(arg)
	case "open":
		p.f.conv = true
		return member(word, arg, follow.Handshakes(), func(s *follow.Summary) string {
			if s.Proto != wire.TCP {
				return ""
			}
			return strings.ReplaceAll(s.Handshake.String(), " ", "-")
		})
	case "close":
		p.f.conv = true
		return member(word, arg, follow.Closes(), func(s *follow.Summary) string {
			if s.Proto != wire.TCP {
				return ""
			}
			return s.Close.String()
		})
	default:
		p.f.conv = true
		return finding(arg)
	}
}

// member reads one of a list of names.
func member(word, arg string, names []string, of func(*follow.Summary) string) (node, error) {
	var known []string
	for _, n := range names {
		n = strings.ReplaceAll(n, " ", "-")
		known = append(known, n)
		if n == arg {
			return func(s subject) bool { return s.sum != nil && of(s.sum) == arg }, nil
		}
	}
	return nil, fmt.Errorf("filter: %s %q is unknown (%s)", word, arg, strings.Join(known, ", "))
}

// finding reads what must have been found.
func finding(arg string) (node, error) {
	if arg == "anything" {
		return func(s subject) bool { return s.sum != nil && s.sum.Troubles() > 0 }, nil
	}
	k, ok := follow.ParseKind(arg)
	if !ok {
		names := []string{"anything"}
		for _, k := range follow.Kinds() {
			names = append(names, k.String())
		}
		return nil, fmt.Errorf("filter: has %q is unknown (%s)", arg, strings.Join(names, ", "))
	}
	return func(s subject) bool { return s.sum != nil && s.sum.Count(k) > 0 }, nil
}

// host reads an address or a network.
func host(arg string) (node, error) {
	if net, err := netip.ParsePrefix(arg); err == nil {
		return func(s subject) bool { return net.Contains(s.ends[0].Addr()) || net.Contains(s.ends[1].Addr()) }, nil
	}
	a, err := netip.ParseAddr(strings.Trim(arg, "[]"))
	if err != nil {
		return nil, fmt.Errorf("filter: host %q is no address (10.0.0.1, fe80::1, 10.0.0.0/8; names are not looked up)", arg)
	}
	return func(s subject) bool { return s.ends[0].Addr() == a || s.ends[1].Addr() == a }, nil
}

// address reads a socket or an address that stands alone.
func address(w string) (node, error) {
	if ap, err := netip.ParseAddrPort(w); err == nil {
		return func(s subject) bool { return s.ends[0] == ap || s.ends[1] == ap }, nil
	}
	if n, err := host(w); err == nil {
		return n, nil
	}
	return nil, fmt.Errorf("filter: %q is unknown (tcp, udp, port N, host ADDRESS, ADDRESS:PORT, open KIND, close KIND, has FINDING, and, or, not)", w)
}
