// Reads to the client's FIN, then sends the lines back, the last one first.
package main

import (
	"bytes"
	"io"
	"log"
	"net"
	"slices"
)

func main() {
	ln, err := net.Listen("tcp", ":8888")
	if err != nil {
		log.Fatal(err)
	}
	for {
		conn, err := ln.Accept()
		if err != nil {
			log.Print(err)
			continue
		}
		go serve(conn)
	}
}

func serve(conn net.Conn) {
	defer conn.Close()
	text, err := io.ReadAll(conn) // to the FIN
	if err != nil {
		return
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	slices.Reverse(lines)
	_, _ = conn.Write(bytes.Join(lines, nil))
}
