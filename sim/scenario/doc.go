// Package scenario is the language in which lessons, live runs, homework and
// tests say what the programs on each host do, what the network does, and what
// is expected.
//
// [Parse] reads a script and reports every mistake at once, [Script.String]
// writes its one true form, [Script.Needs] says what a player must be able to
// do, [Cursor] decides which statement runs next (both players, the model's and
// the live one, follow it), and [Judge] checks the expect lines on a finished
// trace. The package plays nothing itself.
//
// The grammar is in [Help], which `netlab help scenario` prints.
package scenario
