// Sends a line, waits for the answer, rests, and sends the next.
package main

import (
	"bufio"
	"fmt"
	"log"
	"net"
	"os"
	"time"
)

func main() {
	var word string
	var count int
	if _, err := fmt.Scan(&word, &count); err != nil || len(os.Args) != 3 {
		log.Fatal("client ADDRESS PORT, and WORD COUNT on standard input")
	}
	conn, err := net.Dial("tcp", net.JoinHostPort(os.Args[1], os.Args[2]))
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	for i := 1; i <= count; i++ {
		if i > 1 {
			time.Sleep(200 * time.Millisecond)
		}
		if _, err := fmt.Fprintf(conn, "%s %d\n", word, i); err != nil {
			return
		}
		if _, err := in.ReadString('\n'); err != nil { // io.EOF: the server's FIN
			return
		}
	}
}
