// Package room lets a talk's projector and the speaker's notes find each other on one
// machine, over a Unix socket that only this user can open. The projector serves; any
// number of notes follow it, and may ask it for what their keys mean. Both speak JSON, one
// object a line: down go states, up come commands. Either may end and come back: the other
// goes on, and a projector that begins anew is told where the talk was.
package room
