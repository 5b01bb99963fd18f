//go:build linux

package lab

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"netlab/sim/trace"
	"netlab/sim/wire"
)

// command starts the test binary as one of the programs of [testProgram].
func command(t *testing.T, what string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return "LAB_TEST_PROGRAM=\"" + what + "\" exec " + self
}

// testProgram is what a student might write: a server that gives back what one client sends, and
// closes when that has; the same with a datagram; or a client that says ping.
func testProgram(what string) {
	kind, at, _ := strings.Cut(what, " ")
	var err error
	switch kind {
	case "echo":
		var ln net.Listener
		if ln, err = net.Listen("tcp4", at); err == nil {
			fmt.Println("ready")
			var c net.Conn
			if c, err = ln.Accept(); err == nil {
				_, _ = io.Copy(c, c)
				_ = c.Close()
			}
		}
	case "udp":
		var c net.PacketConn
		if c, err = net.ListenPacket("udp4", at); err == nil {
			buf := make([]byte, 100)
			n, from, _ := c.ReadFrom(buf)
			_, err = c.WriteTo(buf[:n], from)
		}
	case "client":
		var c net.Conn
		if c, err = net.Dial("tcp4", at); err == nil {
			_, _ = io.WriteString(c, "ping")
			_ = c.Close()
			fmt.Println("done")
		}
	}
	if err != nil {
		panic(err)
	}
}

// A real program plays a host: it is waited for until it listens, its packets and what it
// prints are in the trace, and it is gone when the run is.
func TestProgram(t *testing.T) {
	s := parse(t, "host A\nhost B\nlink A B\nB: s = socket tcp\nB: listen s 80\nA: c = socket tcp\nA: connect c B:80\nB: x = accept s\n"+
		"A: send c \"ping\"\nA: recv c \"ping\"\nA: shutdown c write\nA: recv c\n")
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	res, err := RunProgram(ctx, s, Program{Host: "B", Command: command(t, "echo 127.0.0.1:8888")})
	needLive(t, err)
	var seen []string
	for i := range res.Trace.Events {
		e := &res.Trace.Events[i]
		switch {
		case e.Kind == trace.Note:
			seen = append(seen, e.Host+" "+e.Text)
		case e.Kind == trace.Send && e.Host == "B" && e.Seg.Data != "":
			seen = append(seen, "B sends "+e.Seg.Data)
		case e.Kind == trace.Send && e.Host == "B" && e.Seg.Flags.Has(wire.FIN):
			seen = append(seen, "B sends FIN")
		case e.Kind == trace.Return && e.Call == "recv":
			seen = append(seen, "A reads "+e.Result)
		}
	}
	got := strings.Join(seen, "; ")
	for _, want := range []string{`B prints "ready"`, "B sends ping", "A reads 4", "B sends FIN", "A reads 0", "B the program exits with 0"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in: %s", want, got)
		}
	}
	if _, err := RunProgram(ctx, s, Program{Host: "B", Command: "echo sorry; exit 3"}); err == nil || !strings.Contains(err.Error(), "sorry") {
		t.Errorf("a program that ends before it listens: %v", err)
	}
}

// programOnWire plays a script with a program between namespaces.
func programOnWire(t *testing.T, script string, p Program) *trace.Trace {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	res, err := RunWire(ctx, parse(t, script), Wire{Seed: 1, Program: &p})
	needLive(t, err)
	return res.Trace
}

// lines are the events in words.
func lines(tr *trace.Trace) string {
	var b strings.Builder
	for i := range tr.Events {
		b.WriteString(tr.Events[i].Line() + "\n")
	}
	return b.String()
}

// lossyEcho is a client on a wire that loses its SYN and the first answer.
const lossyEcho = "host A\nhost B\nlink A B delay=40ms\ndrop A->B SYN 1\ndrop B->A data 1\n" +
	"B: s = socket tcp\nB: listen s 80\nA: c = socket tcp\nA: connect c B:80\nB: x = accept s\n" +
	"A: send c \"ping\"\nA: recv c \"ping\"\nA: shutdown c write\nA: recv c\n"

// On the wire a program has the script's delays and losses, the kernel says the states of its
// sockets, and the port that it has chosen stands for the script's.
func TestProgramOnWire(t *testing.T) {
	tr := programOnWire(t, lossyEcho, Program{Host: "B", Command: command(t, "echo :8888")})
	said := lines(tr)
	for _, want := range []string{`B: prints "ready"`, "B: listens on 0.0.0.0:8888", "B: the program exits with 0", "A recv returns 4", "A recv returns 0"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is missing in\n%s", want, said)
		}
	}
	if !passesAll(tr, "B", []wire.State{wire.StateSynReceived, wire.StateEstablished, wire.StateCloseWait, wire.StateLastAck}) &&
		!passesAll(tr, "B", []wire.State{wire.StateSynReceived, wire.StateEstablished, wire.StateLastAck}) { // quicker than the look
		t.Errorf("the states of the program's socket are missing in\n%s", said)
	}
	sent := map[int]time.Duration{}
	lost, again := map[string]bool{}, map[string]bool{}
	for i := range tr.Events {
		switch e := &tr.Events[i]; e.Kind {
		case trace.Send:
			sent[e.Pkt] = e.T
			again[e.Host] = again[e.Host] || e.Again
			if e.Src.Host == "B" && e.Src.Port != 80 {
				t.Errorf("B sends from port %d, want the script's 80", e.Src.Port)
			}
		case trace.Drop:
			lost[e.Src.Host] = true
		case trace.Recv:
			if late := e.T - sent[e.Pkt]; late < 40*time.Millisecond {
				t.Errorf("#%d was under way for %v only", e.Pkt, late)
			}
		default: // what the programs do
		}
	}
	if !lost["A"] || !lost["B"] || !again["A"] || !again["B"] {
		t.Errorf("lost %v, sent again %v; want both, by both, in\n%s", lost, again, said)
	}
}

// A client, too, is told where to go, and a UDP server is waited for until its port is bound.
func TestOtherPrograms(t *testing.T) {
	said := lines(programOnWire(t, "host A\nhost B\nlink A B delay=20ms\nB: s = socket tcp\nB: listen s 80\nA: c = socket tcp\nA: connect c B:80\n"+
		"B: x = accept s\nB: recv x \"ping\"\nB: recv x\nB: close x\n", Program{Host: "A", Command: command(t, "client $NETLAB_PEER:$NETLAB_PORT")}))
	for _, want := range []string{"A p1: CLOSED -> SYN-SENT", `B x reads "ping"`, `A: prints "done"`, "A: the program exits with 0"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is missing in\n%s", want, said)
		}
	}
	said = lines(programOnWire(t, "host A\nhost B\nlink A B delay=20ms\nB: v = socket udp\nB: bind v :53\nA: u = socket udp\nA: sendto u B:53 \"ping\"\n"+
		"B: recvfrom v 4\nB: sendto v A:1 \"ping\"\nA: recvfrom u \"ping\"\n", Program{Host: "B", Command: command(t, "udp $NETLAB_ADDR:$NETLAB_PORT")}))
	for _, want := range []string{"B: listens on 10.0.0.2:53", "A recvfrom returns 4"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is missing in\n%s", want, said)
		}
	}
}

// A program that listens on 127.0.0.1 is alone there: the note says so, and the kernel refuses
// the connection.
func TestProgramAlone(t *testing.T) {
	said := lines(programOnWire(t, withFaults("", ""), Program{Host: "B", Command: command(t, "echo 127.0.0.1:80")}))
	for _, want := range []string{"B: listens on 127.0.0.1:80, where no other host can reach it: bind it to 0.0.0.0 or to 10.0.0.2", "A connect returns ECONNREFUSED"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is missing in\n%s", want, said)
		}
	}
}

// What a program has started ends with the run, also if it has left the program's group, and
// holds the program's output open.
func TestProgramLeavesNothing(t *testing.T) {
	began := time.Now()
	programOnWire(t, withFaults("", ""), Program{Host: "B", Command: "setsid sleep 600 & " + command(t, "echo :80")})
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("the run has waited %v for what the program has started", took)
	}
}

// A program's packets are stepped as those of any other: what is dropped by hand comes again.
func TestStepProgram(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	h, err := Step(ctx, parse(t, withFaults("", "B: x = accept s\n")), Wire{Seed: 1, Program: &Program{Host: "B", Command: command(t, "echo :80")}})
	needLive(t, err)
	t.Cleanup(h.Close)
	s := &stepper{t: t, ctx: ctx, h: h}
	if err := h.Release(s.holds("B", wire.SYN)); err != nil {
		t.Fatal(err)
	}
	if err := h.Drop(s.holds("A", wire.SYN|wire.ACK)); err != nil {
		t.Fatal(err)
	}
	again := s.until("the program's kernel answers again", func(m *Moment) bool {
		return slices.ContainsFunc(m.Held, func(h Held) bool { e := m.Sent(h.Packet); return e != nil && e.Host == "B" && e.Again })
	})
	if said := record(again); !strings.Contains(said, "B p1: CLOSED -> SYN-RECEIVED") {
		t.Errorf("the state of the program's socket is missing in\n%s", said)
	}
}

// What the script has a host do says when its program starts and what it is told.
func TestPartOf(t *testing.T) {
	const begin = "host A\nhost B\nhost C\nlink A B\nlink A C\nlink B C\n"
	for name, c := range map[string]struct {
		script, host string
		want         part
	}{
		"server":             {"B: s = socket tcp\nB: listen s 80\nC: c = socket tcp\nC: connect c B:80\n", "B", part{1, true, wire.TCP, 80, "C"}},
		"bound before":       {"B: s = socket tcp\nB: bind s :81\nB: listen s\n", "B", part{2, true, wire.TCP, 81, "A"}},
		"client":             {"B: s = socket tcp\nB: listen s 80\nC: c = socket tcp\nC: connect c B:80\n", "C", part{3, false, wire.TCP, 80, "B"}},
		"datagrams come":     {"B: v = socket udp\nB: bind v :53\nA: u = socket udp\nA: sendto u B:53 \"x\"\nB: recvfrom v\n", "B", part{1, true, wire.UDP, 53, "A"}},
		"datagrams go first": {"B: v = socket udp\nB: bind v :53\nB: sendto v A:54 \"x\"\nB: recvfrom v\n", "B", part{2, false, wire.UDP, 54, "A"}},
		"nothing":            {"B: s = socket tcp\n", "B", part{at: -1}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := partOf(parse(t, begin+c.script), c.host); got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}

// A socketLine is one of proc_pid_net(5), from a little-endian machine.
const (
	socketLine  = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1 0 100 0 0 10 0\n"
	socketLine6 = "   1: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000\n"
	mappedLine  = "   2: 0000000000000000FFFF00000200000A:0051 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000\n"
)

// The tables say which address a socket has, in either version of IP, and sockets in other states
// do not count.
func TestSocketTable(t *testing.T) {
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		t.Skip("the lines are from a little-endian machine")
	}
	all := "  sl  local_address rem_address   st\n" + socketLine + socketLine6 + mappedLine + strings.Replace(socketLine, " 0A ", " 01 ", 1)
	want := []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:8080"), netip.MustParseAddrPort("[::]:80"), netip.MustParseAddrPort("10.0.0.2:81")}
	if got := socketTable(all, "0A"); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// Whatever the kernel may write there, what is read is an address and a port.
func FuzzSocketTable(f *testing.F) {
	for _, s := range []string{"", socketLine, socketLine6, mappedLine, "0: 01:1 0 0A", "0: 010000:FFFFF 0 0A"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, a := range socketTable(text, "0A") {
			if !a.IsValid() || a.Addr().Is4In6() {
				t.Errorf("%q is read as %v", text, a)
			}
		}
	})
}

// A long line is cut between two characters, whatever it is written in; what is no text at all is
// cut somewhere.
func TestCut(t *testing.T) {
	for line, want := range map[string]string{
		"short":                           "short",
		strings.Repeat("a", 300):          strings.Repeat("a", 200) + "…",
		"x" + strings.Repeat("字", 100):    "x" + strings.Repeat("字", 66) + "…",
		strings.Repeat("\x80", 300):       strings.Repeat("\x80", 196) + "…",
		strings.Repeat("ab", 100):         strings.Repeat("ab", 100),
		strings.Repeat("é", 100) + "tail": strings.Repeat("é", 100) + "…",
	} {
		if got := cut(line); got != want {
			t.Errorf("cut(%q) = %q, want %q", line, got, want)
		}
	}
}
