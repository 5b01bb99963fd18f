package udp

import (
	"slices"

	"netlab/sim/wire"
)

var rules wire.Rulebook

// Rules lists every rule of the endpoint.
func Rules() []*wire.Rule { return slices.Clone(rules) }

// The rules.
var (
	RuleSend        = rules.Add("udp-send", "RFC 768", "A datagram goes out as it is: no handshake before it, no answer expected after it.")
	RuleOverflow    = rules.Add("udp-overflow", "RFC 1122 §4.1", "The receive queue is full: the datagram is dropped, and nobody is told.")
	RuleTruncated   = rules.Add("udp-truncated", "POSIX recv()", "The program asked for fewer octets than the datagram has: the rest is gone.")
	RuleNoPort      = rules.Add("udp-no-port", "RFC 1122 §4.1.3.1", "No socket has this port: the sender is told by ICMP.")
	RuleNoPortQuiet = rules.Add("udp-no-port-quiet", "RFC 1122 §3.2.2", "No socket has this port. A datagram to many is never answered by ICMP.")
	RuleUnreachable = rules.Add("udp-unreachable", "RFC 1122 §4.1.3.3", "ICMP says that nobody is there: a connected socket is told with its next call.")
	RuleUnheard     = rules.Add("udp-unheard", "RFC 1122 §4.1.3.3", "The ICMP message is about a datagram that no connected socket sent: nobody hears of it.")
	RuleNotJoined   = rules.Add("udp-not-joined", "RFC 1112 §7", "No socket here has joined the group.")
)
