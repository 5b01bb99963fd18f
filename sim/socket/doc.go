// Package socket is the socket API of one host over package tcp: bind, listen
// with its two queues, accept, connect, send, recv, shutdown and close, with the
// errno that a C program would see.
//
// The API is not the protocol. A listener never becomes a connection: it spawns
// children. close() is not CLOSE: with unread data it resets. shutdown(write) is
// the standard's CLOSE. No call here ever blocks; a call that would says EAGAIN
// or EINPROGRESS, and the player that runs the program tries again when
// something has changed.
package socket
