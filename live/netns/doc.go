// Package netns makes private network namespaces without root: a process of its
// own in a new user and network namespace, in which it may do what it likes to a
// network that nobody else sees.
//
// [Command] prepares the process, [Setup] is called inside it. It never touches
// the host's network.
package netns

// EthernetMTU is what an interface of a space carries if nothing else is said.
const EthernetMTU = 1500

// Interface is the name of the one by which a space is joined to the others.
const Interface = "eth0"
