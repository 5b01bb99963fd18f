// Command server echoes datagrams.
package main

import (
	"log"
	"net"
)

func main() {
	conn, err := net.ListenPacket("udp4", ":8888")
	if err != nil {
		log.Fatal(err)
	}
	buf := make([]byte, 65535)
	for {
		n, sender, err := conn.ReadFrom(buf)
		if err != nil {
			log.Print(err)
			continue
		}
		if _, err := conn.WriteTo(buf[:n], sender); err != nil {
			log.Print(err)
		}
	}
}
