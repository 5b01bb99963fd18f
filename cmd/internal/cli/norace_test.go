//go:build !race

package cli

// oneIn says how thinly the scripts are played.
const oneIn = 1
