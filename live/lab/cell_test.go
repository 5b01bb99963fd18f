//go:build linux

package lab

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"netlab/live/jail"
	"netlab/sim/trace"
)

// archive makes the files of a submission.
func archive(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	tw := tar.NewWriter(&b)
	for name, text := range files {
		if err := tw.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(tw, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := tw.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const portEcho = `
import socket, threading
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("", 8888)); s.listen()
def serve(c, port):
    while True:
        m = c.recv(4096)
        if not m: break
        c.sendall(m + str(port).encode())
    c.close()
while True:
    c, a = s.accept()
    threading.Thread(target=serve, args=(c, a[1])).start()
`

const echoScript = `host A
host S
link A S delay=1ms
S: s = socket tcp
S: listen s 8888
A: c = socket tcp
A: bind c :53421
A: connect c S:8888 within 2s
A: send c "client"
A: recv c "client53421" within 2s
A: shutdown c write
A: recv c end within 2s
expect never S is CLOSE-WAIT
`

// confined plays a script with a program in a cell.
func confined(t *testing.T, script string, p Program) (*Result, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	p.Host = "S"
	return RunWire(ctx, parse(t, script), Wire{Program: &p, Wall: 20 * time.Second, Enough: true})
}

func returns(t *trace.Trace) (all []string) {
	for i := range t.Events {
		if e := &t.Events[i]; e.Kind == trace.Return {
			all = append(all, e.Call+" "+e.Result)
		}
	}
	return all
}

// On a busy machine a program may need longer to listen than it may take: while it computes it is
// waited for. One that waits itself is not.
func TestCellIsWaitedFor(t *testing.T) {
	for _, c := range []struct {
		first string
		fails bool
	}{
		{"import time; end = time.time() + 1.4\nwhile time.time() < end: pass\n", false},
		{"import time; time.sleep(30)\n", true},
	} {
		res, err := confined(t, echoScript, Program{Cell: &jail.Cell{Argv: []string{"python3", "server.py"}}, Stays: true, Within: time.Second, Work: archive(t, map[string]string{"server.py": c.first + portEcho})})
		needLive(t, err)
		if fails := res.Program.Failed != ""; fails != c.fails {
			t.Errorf("%q: %+v", c.first, res.Program)
		}
	}
}

// A program in a cell plays a host on the wire: what its peer sees is in the trace, and how it
// fared beside it.
func TestCellPlaysHost(t *testing.T) {
	res, err := confined(t, echoScript, Program{Cell: &jail.Cell{Argv: []string{"python3", "server.py"}}, Stays: true, Work: archive(t, map[string]string{"server.py": portEcho})})
	needLive(t, err)
	if got := strings.Join(returns(res.Trace), ", "); got != "socket 0, bind 0, connect 0, send 6, recv 11, shutdown 0, recv 0" {
		t.Errorf("the calls returned %s (%+v)", got, res.Program)
	}
	if p := res.Program; p == nil || !p.Running || p.Failed != "" || len(p.Output) > 0 {
		t.Errorf("the program: %+v, want a server that still ran", p)
	}
	for i := range res.Trace.Events {
		if e := &res.Trace.Events[i]; e.Kind == trace.State && e.Host == "S" {
			t.Logf("%v %s -> %s", e.T, e.From, e.To)
		}
	}
}

// What is wrong with a program is told, and ends the run at the first call that shows it.
func TestCellFaults(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{"never listens", "import time; time.sleep(60)", "the program did not listen on a TCP port within 300ms"},
		{"crashes", "print('hello'); 1/0", "the last it printed: ZeroDivisionError"},
		{"syntax", "def", "SyntaxError"},
		{"another port", "import socket,time; s = socket.socket(); s.bind(('', 9999)); s.listen(); time.sleep(60)", "listens on port 9999, and not on port 8888"},
		{"floods", "while True: print('x' * 10000)", "was ended by SIGKILL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			within := time.Duration(0)
			if c.name == "never listens" {
				within = 300 * time.Millisecond
			}
			res, err := confined(t, echoScript, Program{Cell: &jail.Cell{Argv: []string{"python3", "server.py"}}, Stays: true, Output: 1 << 20,
				Within: within, Work: archive(t, map[string]string{"server.py": c.source})})
			needLive(t, err)
			if res.Program == nil || !strings.Contains(res.Program.Failed, c.want) {
				t.Fatalf("it failed because %+v, want %q", res.Program, c.want)
			}
			if c.name == "floods" && (!res.Program.Flood || len(res.Program.Output) != keptOutput) {
				t.Errorf("flood %v, %d octets kept; want the first of it", res.Program.Flood, len(res.Program.Output))
			}
		})
	}
	res, err := confined(t, strings.Replace(echoScript, "client53421", "client53422", 1), Program{Cell: &jail.Cell{Argv: []string{"python3", "server.py"}}, Stays: true, Work: archive(t, map[string]string{"server.py": portEcho})})
	needLive(t, err)
	if got := returns(res.Trace); !strings.HasPrefix(got[len(got)-1], `recv 11, not the text "client53422" but "client53421"`) {
		t.Errorf("the run ended with %q, want the call that went wrong", got)
	}
}

// A build runs in a cell, and what it made comes back.
func TestMake(t *testing.T) {
	ctx := context.Background()
	m, err := Make(ctx, jail.Cell{Argv: []string{"sh", "-c", "cat a b > c; echo built"}}, archive(t, map[string]string{"a": "A", "b": "B"}), 10*time.Second)
	needLive(t, err)
	if m.Exit != 0 || string(m.Output) != "built\n" || !bytes.Contains(m.Work, []byte("AB")) {
		t.Errorf("%+v, want c made of a and b", m.ProgramEnd)
	}
	if m, err = Make(ctx, jail.Cell{Argv: []string{"sleep", "60"}}, nil, 200*time.Millisecond); err != nil || !m.Late {
		t.Errorf("%+v, %v: want an end when its time was over", m, err)
	}
}

// What the script types is what the program reads.
func TestCellReadsInput(t *testing.T) {
	res, err := confined(t, "host A\nhost S\nlink A S\nA: s = socket tcp\nA: listen s 80\nS: c = socket tcp\nS: connect c A:80\nA: x = accept s\nS: type \"hello\\n\"\nA: recv x \"HELLO\" within 2s\nA: recv x end within 2s\n",
		Program{Cell: &jail.Cell{Argv: []string{"python3", "-c", "import socket,os;c=socket.create_connection((os.environ['NETLAB_PEER'],80));c.sendall(input().upper().encode());c.close()"}}})
	needLive(t, err)
	if got := strings.Join(returns(res.Trace), ", "); !strings.HasSuffix(got, "recv 5, recv 0") {
		t.Errorf("the calls returned %s (%+v)", got, res.Program)
	}
	if p := res.Program; p == nil || p.Running || p.Exit != 0 {
		t.Errorf("the program: %+v, want one that has ended", p)
	}
}

// Of a build that is ended because its time is over, it is known how much of the processor it got,
// and for how long it wanted one: what sleeps has not been starved.
func TestMakeLate(t *testing.T) {
	m, err := Make(t.Context(), jail.Cell{Argv: []string{"sh", "-c", "while :; do :; done"}}, nil, 2*time.Second)
	needLive(t, err)
	if err != nil || !m.Late || time.Duration(m.CPU) < 20*time.Millisecond || time.Duration(m.Wanted) < 500*time.Millisecond {
		t.Errorf("computes: %+v, %v", m, err)
	}
	m, err = Make(t.Context(), jail.Cell{Argv: []string{"sleep", "60"}}, nil, 2*time.Second)
	if err != nil || !m.Late || time.Duration(m.Wanted) > time.Second {
		t.Errorf("sleeps: %+v, %v", m, err)
	}
}
