//go:build race

package cli

// oneIn says how thinly the scripts are played: with the race detector every command of theirs
// takes long to start, and they run the same code.
const oneIn = 4
