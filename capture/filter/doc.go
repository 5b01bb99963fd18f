// Package filter is the small language that picks packets and conversations, the same for
// netlab explain and netlab capture:
//
//	tcp  udp                   the protocol
//	port 80                    one of the two ports
//	host 10.0.0.1              one of the two addresses; 10.0.0.0/8 is a network
//	10.0.0.1:80  [::1]:80      one of the two sockets
//	open three-way             how a connection opened
//	close reset                how it ended
//	has retransmission         what was found in it; has anything: any trouble
//	a b   a and b   a or b   not a   (a or b) c
//
// Words stand side by side for "and". What is about a whole conversation (open, close,
// has) cannot pick single packets.
package filter
