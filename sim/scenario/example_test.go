package scenario_test

import (
	"fmt"

	"netlab/sim/scenario"
)

// Mistakes are told all at once, each with its place and what would be right.
func ExampleParse() {
	_, err := scenario.Parse("demo.txt", "host A\nA: c = socket tpc\nB: listen s 80\n")
	fmt.Println(err)
	// Output:
	// demo.txt:2:15: unknown kind of socket "tpc" (s = socket tcp  or  s = socket udp)
	// demo.txt:3:1: no host "B" (hosts are A)
}
