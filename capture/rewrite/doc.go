// Package rewrite makes a scenario of a captured conversation: a script that plays the
// same again. Calls come in order, with their sizes and times; the link's delay comes from
// the answers; what was sent again is lost by its ordinal; the close is the one that was
// seen.
//
// A capture does not show the programs. Where several programs would send the same, the
// plainest is written: each end reads what comes at once, and ends its stream with
// shutdown().
package rewrite
