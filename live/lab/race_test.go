//go:build race

package lab

// oneIn says how thinly the library is played: with the race detector everything takes long,
// and nothing there runs otherwise.
const oneIn = 5
