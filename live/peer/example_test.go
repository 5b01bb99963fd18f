package peer_test

import (
	"context"
	"fmt"
	"net"

	"netlab/live/peer"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A client says hello to a server that anybody could have written, and tells what its
// calls returned.
func Example() {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer ln.Close()
	go func() {
		if c, err := ln.Accept(); err == nil {
			buf := make([]byte, 5)
			_, _ = c.Read(buf)
			_, _ = c.Write(buf)
			_ = c.Close()
		}
	}()
	received := ""
	err = peer.Run(context.Background(), peer.Options{
		Proto: wire.TCP, Connect: ln.Addr().String(), Sends: []string{"hello"},
		Tell: func(e peer.Event) {
			if e.Kind == trace.Return && e.Call == "recv" {
				received += fmt.Sprintf("%s %q\n", e.Result, e.Data)
			}
		},
	})
	fmt.Print(received, err)
	// Output:
	// 5 "hello"
	// 0 ""
	// <nil>
}
