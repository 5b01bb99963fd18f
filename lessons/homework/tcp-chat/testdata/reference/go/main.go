// A chat with one client after another.
package main

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"net"
	"os"
)

func main() {
	ln, err := net.Listen("tcp", ":"+os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	lines := make(chan string) // a line waits here until there is a client
	go func() {
		in := bufio.NewReader(os.Stdin)
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			lines <- line
		}
	}()
	for {
		conn, err := ln.Accept()
		if err != nil {
			log.Print(err)
			continue
		}
		chat(conn, lines)
	}
}

func chat(conn net.Conn, lines <-chan string) {
	defer conn.Close()
	gone := make(chan bool)
	go func() {
		_, _ = io.Copy(os.Stdout, conn) // to the FIN
		close(gone)
	}()
	for {
		select {
		case <-gone:
			fmt.Fprintln(os.Stdout, "client exit")
			return
		case line := <-lines:
			if line == "quit\n" {
				return
			}
			if _, err := io.WriteString(conn, line); err != nil {
				return
			}
		}
	}
}
