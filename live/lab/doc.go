// Package lab conducts one experiment: it sets the stage, starts the recorder,
// plays the script with real sockets, and merges what the calls, the kernel and
// the packets say into one trace.
//
// [Run] takes the best [Level] that the machine allows. At level 1 the work is
// done by a child process in a private network namespace; the parent keeps the
// terminal. The two speak JSON, one object a line, over pipes; every read has a
// deadline, and the end of either pipe ends the child. [Main] must be the first
// call of any program or test that uses Run.
package lab
