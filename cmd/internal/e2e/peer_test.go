//go:build e2e

package e2e

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// port waits for the port that the system has chosen.
func (s *screen) port() string {
	s.t.Helper()
	bound := regexp.MustCompile(`getsockname s -> [0-9.]+:(\d+)`)
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if m := bound.FindStringSubmatch(s.text()); m != nil {
			return m[1]
		}
	}
	s.t.Fatalf("no port appears; the screen is\n%s", s.text())
	return ""
}

// Two people chat on two terminals: what arrives while a line is being typed is printed
// above it, the line stays whole, and both can leave.
func TestPeersChat(t *testing.T) {
	server := start(t, 80, 24, "", "peer tcp --listen 127.0.0.1:0 --no-segments")
	port := server.port()
	client := start(t, 100, 30, "", "peer tcp --connect 127.0.0.1:"+port+" --no-segments --lang zh-CN")
	client.want("已连接")
	server.want("accept s -> x1")
	server.typed("half a line")
	server.want("> half a line_")
	client.typed("你好")
	client.keys("Enter")
	server.want(`"你好\n"`)
	server.want("> half a line_")
	if n := strings.Count(server.text(), "half a line"); n != 1 {
		t.Errorf("the line being typed is on the screen %d times:\n%s", n, server.text())
	}
	server.typed(" and more")
	server.keys("Enter")
	client.want(`"half a line and more\n"`)
	client.typed("quit")
	client.keys("Enter")
	client.want("exit code 0")
	server.want("client exit: x1 has left the list; 0 left in it")
	server.keys("C-c")
	server.want("exit code 130")
	server.want("s: TCP LISTEN -> CLOSED")
}
