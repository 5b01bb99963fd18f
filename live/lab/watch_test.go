//go:build linux

package lab

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"netlab/capture"
)

// A watched command has a network of its own, on which all its packets are seen, while it runs.
func TestWatch(t *testing.T) {
	var ready, syn, said int
	stats, how, err := Watch(t.Context(), `python3 -c '
import socket
s = socket.create_server(("127.0.0.1", 8888))
c = socket.create_connection(("127.0.0.1", 8888))
x, _ = s.accept()
c.sendall(b"hello")
print("got", x.recv(10))
c.close(); x.close()'`, Watched{
		Ready: func() {
			if syn > 0 {
				t.Error("packets came before the network was ready")
			}
			ready++
		},
		Frame: func(f capture.Frame) { syn++ },
		Said: func(line string) {
			if strings.Contains(line, "got b'hello'") {
				said++
			}
		},
	})
	needLive(t, err)
	if how != "exits with 0" {
		t.Fatalf("the command %s", how)
	}
	if ready != 1 || syn < 8 || said != 1 || stats.Captured < 8 {
		t.Errorf("%d packets, %d lines, %+v: want a whole connection and what was printed", syn, said, stats)
	}
}

// A command that does not end is ended with all that it has started, at once.
func TestWatchIsStopped(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	began := time.Now()
	_, _, err := Watch(ctx, "sleep 1000 & setsid sleep 1001 & yes >/dev/null", Watched{Ready: func() {}, Frame: func(capture.Frame) {}, Said: func(string) {}})
	if !errors.Is(err, context.DeadlineExceeded) {
		needLive(t, err)
	}
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 10*time.Second {
		t.Errorf("after %s: %v, want the deadline", time.Since(began), err)
	}
}

// What a command leaves behind in the background ends with it, though it could still print.
func TestWatchLeavesNothing(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	said := ""
	_, how, err := Watch(ctx, "sleep 1000 & setsid sleep 1001 & echo done; exit 3", Watched{Ready: func() {}, Frame: func(capture.Frame) {}, Said: func(l string) { said += l }})
	needLive(t, err)
	if how != "ends: exit status 3" || said != "done\n" {
		t.Errorf("the command %s and prints %q, want exit status 3 and %q", how, said, "done\n")
	}
}

// A command that cannot be run says so by how it ends. (A path: of a bare name, a shell says something else when a folder of PATH is closed to the user.)
func TestWatchNothing(t *testing.T) {
	var lines []string
	_, how, err := Watch(t.Context(), "/no/such/command", Watched{Ready: func() {}, Frame: func(capture.Frame) {}, Said: func(l string) { lines = append(lines, l) }})
	needLive(t, err)
	if !strings.Contains(how, "127") || !strings.Contains(strings.Join(lines, ""), "not found") {
		t.Errorf("%q, %q", how, lines)
	}
}
