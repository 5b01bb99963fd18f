// Command server hears a multicast group and answers each sender.
package main

import (
	"log"
	"net"
	"syscall"
)

var group = [4]byte{239, 2, 2, 222}

func main() {
	conn, err := net.ListenMulticastUDP("udp4", nil, &net.UDPAddr{IP: net.IP(group[:]), Port: 8888})
	if err != nil {
		log.Fatal(err)
	}
	buf := make([]byte, 65535)
	for {
		n, sender, err := conn.ReadFromUDP(buf)
		if err != nil {
			log.Print(err)
			continue
		}
		answer := append([]byte("heard "), buf[:n]...)
		if string(buf[:n]) == "leave" {
			if err := leave(conn); err != nil {
				log.Print(err)
			}
			answer = []byte("left")
		}
		if _, err := conn.WriteToUDP(answer, sender); err != nil {
			log.Print(err)
		}
	}
}

// leave gives up the membership, for which net has no call.
func leave(conn *net.UDPConn) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		failed = syscall.SetsockoptIPMreq(int(fd), syscall.IPPROTO_IP, syscall.IP_DROP_MEMBERSHIP, &syscall.IPMreq{Multiaddr: group})
	})
	if err != nil {
		return err
	}
	return failed
}
