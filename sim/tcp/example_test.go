package tcp_test

import (
	"fmt"

	"netlab/sim/tcp"
	"netlab/sim/wire"
)

// An endpoint is a value: Step applies one event and says what follows. Keeping
// a copy keeps the past.
func Example() {
	server := tcp.New(tcp.Textbook)
	server.Step(0, tcp.OpenPassive(), nil)
	before := server

	for _, out := range server.Step(0, tcp.Arrives(wire.Segment{Seq: 100, Flags: wire.SYN, Wnd: 1000}, 300), nil) {
		switch out.Effect {
		case tcp.EffectSend:
			fmt.Println("sends", out.Seg, "because:", out.Rule.Text)
		case tcp.EffectState:
			fmt.Println(out.From, "->", out.To)
		}
	}
	fmt.Println("before it was", before.State)
	// Output:
	// LISTEN -> SYN-RECEIVED
	// sends <SEQ=300><ACK=101><CTL=SYN,ACK> because: A SYN reaches LISTEN: remember its number, answer SYN,ACK.
	// before it was LISTEN
}
