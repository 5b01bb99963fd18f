// Package transcript grades homework of the kind transcript: the record of a lesson that
// `netlab lesson NAME --transcript FILE` writes ([course.Log]). The lesson is played again
// with the record's seed, and every entry is given to a session as if the learner did it now;
// what the file says about right and wrong counts for nothing.
//
// A record that no lesson can have written (a try after the question was closed, times that go
// back, another version of the lesson) is refused, with a [*result.Reason] that says where.
//
// # What a mark proves
//
// That somebody knew these answers. A learner can do the lesson until the record is perfect,
// and nobody sees who sat before the screen: such a mark is for self-study.
package transcript
