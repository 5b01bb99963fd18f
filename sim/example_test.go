package sim_test

import (
	"fmt"
	"os"

	"netlab/sim"
	"netlab/sim/scenario"
)

// A script is parsed, played on the model, and its trace printed.
func Example() {
	s, err := scenario.Parse("refused.txt", `
host A iss=100
host B
link A B delay=10ms
A: c = socket tcp
A: connect c B:80
`)
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = sim.Run(s, sim.Options{}).Text(os.Stdout)
	// Output:
	//          0ms  A calls socket tcp as c
	//          0ms  A socket returns 0
	//          0ms  A calls connect c B:80
	//          0ms  A c: CLOSED -> SYN-SENT  [RFC 9293 §3.10.1]
	//          0ms  A sends #1 <SEQ=100><CTL=SYN>  [RFC 9293 §3.10.1]
	//         10ms  B receives #1 <SEQ=100><CTL=SYN>
	//         10ms  B sends #2 <SEQ=0><ACK=101><CTL=RST,ACK>  [RFC 9293 §3.10.7.1]
	//         20ms  A receives #2 <SEQ=0><ACK=101><CTL=RST,ACK>
	//         20ms  A: the program will be told ECONNREFUSED: nobody listens there  [RFC 9293 §3.10.7.3, second]
	//         20ms  A c: SYN-SENT -> CLOSED  [RFC 9293 §3.10.7.3, second]
	//         20ms  A connect returns ECONNREFUSED (nobody listens there)
}
