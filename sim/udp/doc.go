// Package udp is one UDP endpoint (RFC 768) as a value: [Endpoint.Step] takes an
// event and says what the endpoint does.
//
// There is little to it, and that is the lesson: no handshake, no state, no
// acknowledgment, no order. What there is are ports, boundaries between datagrams,
// a receive queue that overflows without a word, and, for a connected socket, an
// error that comes back with the next call. The socket API lives in package socket,
// fragments in package ip.
package udp
