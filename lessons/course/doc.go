// Package course loads, checks and runs lessons.
//
// A [Lesson] is a folder: lesson.toml (structure), scenario.txt and worlds/ (what
// happens), text/ (words by language). Lessons contain no answers: an answer is
// an expression, evaluated on the trace of the model ([Run]). A [Session] is one
// learner's way through a lesson: where they are, what they have answered, what
// is still hidden. Screens, transcripts and graders show sessions; none of them
// decides anything.
//
// Live runs come in through the [LiveRunner] interface.
package course
