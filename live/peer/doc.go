// Package peer is a client or a server to talk to, on the host's own network and on any
// operating system: [Run] makes the socket calls that [Options] ask for and tells each
// of them, what it returned, and each state of the socket as an [Event].
//
// A TCP peer listens to many clients or connects to a server; it chats, echoes, answers
// by a template, sends on a timer, or moves files. A UDP peer is client and server at
// once, alone or in a group. With a [Fault] it makes a mistake that programs like it
// often make, so that its effect can be watched.
//
// It prints nothing and sees no packets: whoever listens to its events joins them with
// packet capture and with the words of a language. It knows no model.
//
// # Where things are
//
//	options.go, address.go   what is asked for, and what is refused
//	event.go, socket.go      what is told; the states of a socket, by the API and by the kernel
//	tcp.go, conn.go, talk.go listening and connecting; one connection; what it says
//	typed.go, template.go    typed lines and answers, as pure functions
//	file.go, header.go       files: a header of fixed form, octets, a hash, a verdict
//	udp.go, group.go         datagrams; broadcast and multicast
//	fault.go, star.go        the exhibits
package peer
