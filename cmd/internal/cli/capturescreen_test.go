//go:build linux

package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"netlab/capture/explain"
	"netlab/live/netns"
)

// In the network namespace where the recording is, another program makes what is recorded, when
// it is told so: c connects to a server, e ends both.
const (
	connectNow = 'c'
	endNow     = 'e'
	traffic    = 3 // the file descriptor from which it is told
	trafficIn  = "127.0.0.1:8080"
)

func init() { commands["capture-apart"] = captureApart }

// captureApart is netlab in a network namespace of its own, with the other program.
func captureApart() {
	if err := netns.Setup([]netip.Addr{netip.MustParseAddr("127.0.0.1")}, 0); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(exitMachine)
	}
	go func() {
		var open []io.Closer
		told := make([]byte, 1)
		for in := os.NewFile(traffic, "told"); ; {
			if _, err := in.Read(told); err != nil {
				return
			}
			switch told[0] {
			case connectNow:
				ln, err := net.Listen("tcp4", trafficIn)
				if err != nil {
					panic(err)
				}
				c, err := net.Dial("tcp4", trafficIn)
				if err != nil {
					panic(err)
				}
				x, err := ln.Accept()
				if err != nil {
					panic(err)
				}
				open = []io.Closer{c, x}
			case endNow:
				for _, c := range open {
					_ = c.Close()
				}
			}
		}
	}()
	os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// On a terminal a recording is shown while it goes on, and q ends it: the file is complete, and
// the list of conversations comes after the screen.
func TestCaptureScreen(t *testing.T) {
	runtime.LockOSThread() // the recording ends with the thread that began it
	defer runtime.UnlockOSThread()
	file := filepath.Join(t.TempDir(), "run.pcapng")
	l := newLeaving(t)
	env := l.cmd.Env
	l.cmd = netns.Command(t.Context())
	l.cmd.Env, l.cmd.Dir = env, l.dir
	l.cmd.Args = []string{"capture-apart", "capture", "-i", "lo", "-o", file, "port 8080"}
	told, tell, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer told.Close()
	defer tell.Close()
	l.cmd.ExtraFiles = []*os.File{told}
	outer, _ := l.terminal()
	if err := l.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	say := func(s ...byte) {
		if _, err := tell.Write(s); err != nil {
			t.Fatal(err)
		}
	}
	l.until("it waits for packets", func() bool { return strings.Contains(l.out.String(), "Waiting for the first packet") })
	say(connectNow)
	l.until("the handshake is on the screen", func() bool { return strings.Contains(l.out.String(), "SYN,ACK") })
	say(endNow)
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
