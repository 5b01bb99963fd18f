//go:build linux

package cli

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"

	"netlab/capture"
	"netlab/capture/explain"
)

// On a terminal a recording is shown while it goes on, and q ends it: the file is complete, and
// the list of conversations comes after the screen.
func TestCaptureScreen(t *testing.T) {
	probe, err := capture.Open("lo", func(capture.Frame) {})
	if err != nil {
		t.Skipf("this user may not record packets: %v", err)
	}
	if _, err := probe.Stop(); err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	file := filepath.Join(t.TempDir(), "run.pcapng")
	l := newLeaving(t)
	l.cmd.Args = []string{"netlab", "capture", "-i", "lo", "-o", file, "port " + strconv.Itoa(ln.Addr().(*net.TCPAddr).Port)}
	outer, inner, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminal: %v", err)
	}
	defer outer.Close()
	defer inner.Close()
	if err := pty.Setsize(outer, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	l.cmd.Stdin, l.cmd.Stdout, l.cmd.Stderr = inner, inner, inner
	l.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := l.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(&l.out, outer) }()
	l.until("it waits for packets", func() bool { return strings.Contains(l.out.String(), "Waiting for the first packet") })
	c, err := net.Dial("tcp4", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	x, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	l.until("the handshake is on the screen", func() bool { return strings.Contains(l.out.String(), "SYN,ACK") })
	_, _ = c.Close(), x.Close()
	l.until("the end is on the screen, too", func() bool { return strings.Contains(l.out.String(), "FIN-WAIT-1") })
	if _, err := outer.Write([]byte("q")); err != nil {
		t.Fatal(err)
	}
	l.gone(exitOK)
	l.until("the list follows", func() bool { return strings.Contains(l.out.String(), " packets, 1 conversation") })
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rep, err := explain.Read(context.Background(), bytes.NewReader(data), explain.Options{})
	if err != nil || rep.Broken != nil || rep.Packets < 5 || len(rep.Conversations) != 1 {
		t.Errorf("the file holds %+v, %v", rep, err)
	}
}
