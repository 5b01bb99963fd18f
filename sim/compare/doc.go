// Package compare lays two traces of one script side by side, row by row: the
// model's and reality's.
//
// What cannot be equal is normalised first: hosts stand for addresses, sequence
// numbers count from each end's initial one, and order per direction stands for
// time. Every difference that is left gets a [Verdict]. A difference that the
// standard or a kernel's known habit accounts for names its [Explanation], which
// is an entry of one table; all others are [Differs], and nothing hides those.
package compare
