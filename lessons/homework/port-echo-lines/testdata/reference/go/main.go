// Answers each line with the client's port appended: a goroutine for each client.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"log"
	"net"
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
	port := conn.RemoteAddr().(*net.TCPAddr).Port
	in := bufio.NewReader(conn)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return // what stands before the end of the stream is no line
		}
		text := bytes.TrimSuffix(line[:len(line)-1], []byte("\r"))
		if _, err := fmt.Fprintf(conn, "%s%d%s", text, port, line[len(text):]); err != nil {
			return
		}
	}
}
