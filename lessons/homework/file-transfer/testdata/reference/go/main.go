// Command server stores files.
package main

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"net"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

var (
	mu    sync.Mutex
	files = map[string][]byte{}
	good  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
)

func main() {
	l, err := net.Listen("tcp", ":8888")
	if err != nil {
		log.Fatal(err)
	}
	for {
		conn, err := l.Accept()
		if err != nil {
			log.Print(err)
			continue
		}
		go func() {
			defer conn.Close()
			if err := serve(conn); err != nil && err != io.EOF {
				log.Print(err)
			}
		}()
	}
}

// serve answers the requests of one client until it sends no more.
func serve(conn net.Conn) error {
	in := bufio.NewReader(conn)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return err
		}
		answer := []byte("ERR\n")
		words := strings.Split(strings.TrimSuffix(line, "\n"), " ")
		switch {
		case len(words) == 3 && words[0] == "PUT":
			n, err := strconv.Atoi(words[2])
			if err != nil || n < 0 || n > 1<<20 {
				break
			}
			data := make([]byte, n)
			if _, err := io.ReadFull(in, data); err != nil {
				return err
			}
			if good.MatchString(words[1]) {
				mu.Lock()
				files[words[1]] = data
				mu.Unlock()
				answer = []byte(fmt.Sprintf("OK %d\n", n))
			}
		case len(words) == 2 && words[0] == "GET":
			mu.Lock()
			data, ok := files[words[1]]
			mu.Unlock()
			if ok {
				answer = append([]byte(fmt.Sprintf("OK %d\n", len(data))), data...)
			}
		}
		if _, err := conn.Write(answer); err != nil {
			return err
		}
	}
}
