// Package wire holds the words that every other package speaks: sequence
// numbers, segments, endpoints, connection states, rules and errno names.
//
// It has no behaviour of its own beyond arithmetic and text: it does not send,
// receive or decide anything, and it imports only the standard library.
//
//   - [Seq] is a sequence number; it compares modulo 2^32.
//   - [Segment] is a TCP segment as RFC 9293 §3.1 describes it, as a plain value.
//   - [State] is one of the eleven states of RFC 9293 §3.3.2.
//   - [Rule] says why something happened and where the standard says so.
//   - [Errno] is what a C program would find in errno.
package wire
