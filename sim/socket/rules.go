package socket

import "netlab/sim/wire"

// The rules of the socket layer.
var (
	// RuleAcceptQueueFull is why a listener ignores a SYN, or the ACK that would
	// finish a handshake.
	RuleAcceptQueueFull = &wire.Rule{ID: "accept-queue-full", Ref: "Linux: tcp_conn_request",
		Text: "The program has not called accept() often enough: the queue is full, and the segment is dropped as if it were lost."}
	// RuleBadChecksum is why a damaged packet is dropped.
	RuleBadChecksum = &wire.Rule{ID: "bad-checksum", Ref: "RFC 9293 §3.1, MUST-3; RFC 768",
		Text: "The checksum does not match: a bit has changed on the way, and the packet is dropped."}
	// RuleGroupSegment is why a segment to a group is dropped.
	RuleGroupSegment = &wire.Rule{ID: "tcp-to-group", Ref: "RFC 9293 §3.9.2.3, MUST-57",
		Text: "A segment addressed to many can belong to no connection: it is dropped without an answer."}
	// RuleListenerClosed is why a connection that nobody has accepted ends.
	RuleListenerClosed = &wire.Rule{ID: "listener-closed", Ref: "Linux: inet_csk_listen_stop",
		Text: "The listener is closed: a connection that nobody has accepted ends with a RST."}
	// RuleEmbryoForgotten is why a half-open connection goes with its listener.
	RuleEmbryoForgotten = &wire.Rule{ID: "embryo-forgotten", Ref: "Linux: inet_csk_listen_stop",
		Text: "The listener is closed: a handshake that is not finished is forgotten, and nobody is told."}
)

// Rules lists the rules of the socket layer.
func Rules() []*wire.Rule {
	return []*wire.Rule{RuleAcceptQueueFull, RuleBadChecksum, RuleGroupSegment, RuleListenerClosed, RuleEmbryoForgotten}
}
