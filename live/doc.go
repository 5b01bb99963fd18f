// Package live plays a script with real sockets: the same statements, in the
// order of the same cursor, as system calls. It records the result of every call
// and samples the state of every socket, as the kernel reports it, before and
// after each.
//
// It sees no packets (package capture does) and knows nothing of the model.
// On Linux it makes the calls itself, without blocking; elsewhere it goes
// through package net ([Portable]), which shows results but no states.
package live
