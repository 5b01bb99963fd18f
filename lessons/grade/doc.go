// Package grade marks a submission: it reads what was handed in, holds it to the checks of an
// assignment, and says what it found as a [result.Result]. [Batch] does so for a class.
//
// A program is marked by what others see of it: netlab's own sockets talk to it over a wire of
// their own, packets are captured, the kernel tells the states of its sockets. Nothing that the
// program prints, writes or exits with is evidence. It runs in a cell ([netlab/live/jail]),
// each check in fresh namespaces, and the grader stays outside.
//
// Whose fault something is decides what it costs. A check that fails because of the program is
// [result.Fail]; one that was not tried because another failed is [result.Skip]; one in which
// the grader or its machine failed is [result.Error] and costs nothing. A check that fails is
// run again before it costs marks.
package grade
