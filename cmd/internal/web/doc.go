// Package web shows a talk in browsers: the picture, the question and the words that are on
// the projector, and what the leader's page asks goes to the same [present.Show].
//
// There are two links, each with a token of 128 random bits in its path. With the one for
// followers one may look, also back at what was shown; with the leader's one may also drive.
// Whoever has neither gets an empty 404. There is no encryption: on a network that others
// can listen to, the links are as secret as that network.
//
// Each state of the talk is made into one piece of JSON per language, once, however many follow
// (type edition); Server-Sent Events carry it. A follower that is slow gets the newest piece
// when it is ready for one, and none of those between: nothing queues up.
//
// The package reads no file: page, style and script are in the binary, and slides come
// from the show.
package web
