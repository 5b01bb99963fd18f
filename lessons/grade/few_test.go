//go:build linux

package grade

import (
	"context"
	"strings"
	"testing"
	"time"
)

// Where only the number of octets matters, a report that shows a text and "nothing" as the
// expected one says the contrary of what has happened: it must say how many came, also if the
// call behind the short one is the first that fails, and no hint for an empty answer may be given.
func TestTooFewOctets(t *testing.T) {
	const count = `A: recv c 20000 all within 500ms
A: recv c "{word}" within 500ms
`
	text := strings.Replace(echoTask, `A: recv c "{word}{port}" within 2s
"""`, count+`"""
hints = [ { if = '^$', say = { en = "EMPTY", zh-CN = "空" } } ]`, 1)
	for _, x := range []struct{ name, then, lang, want string }{
		{"closes early", "c.close()", "en", "20000 octets were expected, and 9000 came: then the connection to A was closed"},
		{"stops", "", "en", "20000 octets were expected, and 9000 came: then A got nothing more within 500ms"},
		{"in Chinese", "c.close()", "zh-CN", "应收到 20000 个字节，只到了 9000 个：随后与 A 的连接被关闭"},
	} {
		t.Run(x.name, func(t *testing.T) {
			server := `
import socket
s = socket.socket(); s.bind(("", 8888)); s.listen()
while True:
    c, a = s.accept()
    c.recv(100)
    c.sendall(b"x" * 9000)
    ` + x.then + "\n"
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			r := Grade(ctx, task(t, text), handed(map[string]string{"server.py": server}), Options{Lang: x.lang, Only: []string{"one"}})
			needIsolation(t, r)
			if c := r.Checks[0]; c.Rationale != x.want || c.Expected+c.Actual != "" || c.Cause == "EMPTY" || c.Cause == "空" {
				t.Errorf("%+v, want %q", c, x.want)
			}
		})
	}
}

// An example in a message is a file that this assignment takes.
func TestExamplesOfTheKind(t *testing.T) {
	a := task(t, echoTask)
	a.Submission.Name = "client"
	if got := strings.Join(takes(a).Examples, " "); got != "client.py client.c main.go run.sh" {
		t.Errorf("examples of a client: %s", got)
	}
}
