// Package sim plays a script on the model: hosts with the socket layer of
// package socket, links, faults, virtual time and history.
//
// A [World] is the state of everything at one moment; it runs event by event
// and appends to a trace. A [Player] adds history: Step, Back and Goto, and forks
// for what-if edits. Time is a duration since the start. What happens at the same
// instant happens in this order: programs first, in the order of the script, then
// the network and the timers in the order in which they were scheduled.
//
// Nothing here does I/O, reads a clock or draws a random number.
package sim
