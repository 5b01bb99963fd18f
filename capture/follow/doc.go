// Package follow understands captured packets: it puts them into conversations, infers
// in which states both ends can be, names how a connection opened and closed, and finds
// what is worth a word: retransmissions, closed windows, resets.
//
// # An observer, not a machine
//
// It sees packets at one place and nothing else. That a packet was sent is certain; that
// it arrived is proven only by what its receiver sends later. So for each end it tells the
// set of states that fit the packets so far ([Inferred]): the earliest moment at which a
// state can have been entered, and what is proven. It has no timers and sends nothing; the
// model's own machine is not used. A test plays every scenario of the library and demands
// that the model's true state is in the set at every moment.
//
// # Memory
//
// [Follower] keeps the state of open conversations only. A closed one becomes a
// [Summary]. What every packet of one conversation means is told to a [Watcher], which
// reads the file a second time for the conversation that somebody has picked.
//
// Whether two FINs crossed is decided by their numbers, never by time: one place sees
// crossing packets in one order only.
package follow
