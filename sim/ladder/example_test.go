package ladder_test

import (
	"fmt"

	"netlab/sim"
	"netlab/sim/ladder"
	"netlab/sim/scenario"
)

// A trace becomes a display list, and that a picture.
func Example() {
	s, _ := scenario.Parse("x", "host A iss=100\nhost B\nlink A B delay=10ms\nA: c = socket tcp\nA: connect c B:80\n")
	fmt.Print(ladder.New(sim.Run(s, sim.Options{}), ladder.Options{}).Text(ladder.DrawOptions{Width: 80}))
	// Output:
	//    ms              A                                      B
	//    0.0 SYN-SENT     |'''''----____ SYN seq=100             |
	//                     |             ''''-----____            |
	//                     |                          ''''----___>|
	//   10.0              |   RST,ACK seq=0 ack=101 ____----'''''|
	//                     |            ____-----''''             |
	//                     |<___----''''                          |
	//   20.0 CLOSED       |                                      |
}
