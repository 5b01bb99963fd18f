//go:build !race

package lab

// oneIn says how thinly the library is played.
const oneIn = 1
