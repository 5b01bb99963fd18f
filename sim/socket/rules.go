package socket

import (
	"slices"

	"netlab/sim/wire"
)

var rules wire.Rulebook

// The rules of the socket layer.
var (
	// RuleAcceptQueueFull is why a listener ignores a SYN, or the ACK that would
	// finish a handshake.
	RuleAcceptQueueFull = rules.Add("accept-queue-full", "Linux: tcp_conn_request", "The program has not called accept() often enough: the queue is full, and the segment is dropped as if it were lost.")
	// RuleBadChecksum is why a damaged packet is dropped.
	RuleBadChecksum = rules.Add("bad-checksum", "RFC 9293 §3.1, MUST-3; RFC 768", "The checksum does not match: a bit has changed on the way, and the packet is dropped.")
	// RuleGroupSegment is why a segment to a group is dropped.
	RuleGroupSegment = rules.Add("tcp-to-group", "RFC 9293 §3.9.2.3, MUST-57", "A segment addressed to many can belong to no connection: it is dropped without an answer.")
	// RuleListenerClosed is why a connection that nobody has accepted ends.
	RuleListenerClosed = rules.Add("listener-closed", "Linux: inet_csk_listen_stop", "The listener is closed: a connection that nobody has accepted ends with a RST.")
	// RuleEmbryoForgotten is why a half-open connection goes with its listener.
	RuleEmbryoForgotten = rules.Add("embryo-forgotten", "Linux: inet_csk_listen_stop", "The listener is closed: a handshake that is not finished is forgotten, and nobody is told.")
)

// Rules lists the rules of the socket layer.
func Rules() []*wire.Rule { return slices.Clone(rules) }
