// Package netns makes private network namespaces without root: a process of its
// own in a new user and network namespace, in which it may do what it likes to a
// network that nobody else sees.
//
// [Command] prepares the process, [Setup] is called inside it. It never touches
// the host's network.
package netns
