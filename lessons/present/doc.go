// Package present is a talk given with lessons: a playlist, where in it the room is, which
// questions are revealed, which worlds the room has asked for. It draws nothing and reads
// no keys; the projector's screen, the speaker's notes and the browsers each drive or
// follow one [Show].
//
// A [State] is all that they share, and small: everything else is computed from it, because
// the same lesson with the same seed and the same changes is the same run everywhere. The one
// thing that cannot be computed again is a real run; it stays with the Show that made it.
//
// A [Deck] turns a State into a [Slide]: pictures, question, words. A [Show] holds the
// present State and does what a [Command] asks.
package present
