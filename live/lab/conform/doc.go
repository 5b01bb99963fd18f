// Package conform holds this machine's kernel and the model against each other.
//
// It has three parts. Probes put a connection into a situation, let one segment arrive, and
// compare what the kernel and the model do about it. Walks do the same with many segments
// and calls in a row, chosen at random. Peers let the model talk to the kernel as one TCP to
// another, on a network that loses packets.
//
// Every case is a script: what is found here can be played alone, with netlab compare.
package conform
