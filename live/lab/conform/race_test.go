//go:build race

package conform

// oneIn says how thinly the cases are played: the model is slow with the race detector.
const oneIn = 25
