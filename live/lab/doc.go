// Package lab conducts one experiment: it sets the stage, starts the recorder,
// plays the script with real sockets, and merges what the calls, the kernel and
// the packets say into one trace.
//
// [Run] takes the best [Level] that the machine allows. At level 1 the work is
// done by a child process in a private network namespace; the parent keeps the
// terminal. The two speak JSON, one object a line, over pipes; every read has a
// deadline, and the end of either pipe ends the child. [RunWire] gives each host a
// namespace, with a wire between them that does what the script says; [Step] lets the packets
// on that wire be let through by hand: its commands are the only thing that goes down to the
// child after the script. [Main] must be the first
// call of any program or test that uses Run.
package lab
