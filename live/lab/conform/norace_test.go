//go:build !race

package conform

// oneIn says how thinly the cases are played.
const oneIn = 5
