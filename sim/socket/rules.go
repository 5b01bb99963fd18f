package socket

import "netlab/sim/wire"

// RuleAcceptQueueFull is why a listener ignores a SYN, or the ACK that would
// finish a handshake.
var RuleAcceptQueueFull = &wire.Rule{ID: "accept-queue-full", Ref: "Linux: tcp_conn_request",
	Text: "The program has not called accept() often enough: the queue is full, and the segment is dropped as if it were lost."}

// Rules lists the rules of the socket layer.
func Rules() []*wire.Rule { return []*wire.Rule{RuleAcceptQueueFull} }
