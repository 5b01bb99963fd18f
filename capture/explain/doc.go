// Package explain reads a capture file and tells what is in it: first the list of its
// conversations ([Read]), then, in a second reading, everything about one of them
// ([Detail]), as rows for people and as a trace for pictures, screens and comparison.
//
// The first reading keeps a summary of each conversation and nothing of its packets, so
// that a file of any size can be read. What it has learned about the end of a
// conversation makes the second reading's inferences sharper ([follow.Hindsight]).
package explain
