package udp

import "netlab/sim/wire"

var rules []*wire.Rule

func rule(id, ref, text string) *wire.Rule {
	r := &wire.Rule{ID: id, Ref: ref, Text: text}
	rules = append(rules, r)
	return r
}

// Rules lists every rule of the endpoint.
func Rules() []*wire.Rule { return append([]*wire.Rule(nil), rules...) }

// The rules.
var (
	RuleSend        = rule("udp-send", "RFC 768", "A datagram goes out as it is: no handshake before it, no answer expected after it.")
	RuleOverflow    = rule("udp-overflow", "RFC 1122 §4.1", "The receive queue is full: the datagram is dropped, and nobody is told.")
	RuleTruncated   = rule("udp-truncated", "POSIX recv()", "The program asked for fewer octets than the datagram has: the rest is gone.")
	RuleNoPort      = rule("udp-no-port", "RFC 1122 §4.1.3.1", "No socket has this port: the sender is told by ICMP.")
	RuleNoPortQuiet = rule("udp-no-port-quiet", "RFC 1122 §3.2.2", "No socket has this port. A datagram to many is never answered by ICMP.")
	RuleUnreachable = rule("udp-unreachable", "RFC 1122 §4.1.3.3", "ICMP says that nobody is there: a connected socket is told with its next call.")
	RuleUnheard     = rule("udp-unheard", "RFC 1122 §4.1.3.3", "The ICMP message is about a datagram that no connected socket sent: nobody hears of it.")
	RuleNotJoined   = rule("udp-not-joined", "RFC 1112 §7", "No socket here has joined the group.")
)
