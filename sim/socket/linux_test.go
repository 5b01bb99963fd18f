package socket

import (
	"os"
	"strings"
	"testing"
	"time"

	"netlab/sim/tcp"
	"netlab/sim/wire"
)

// What Linux 6.18.44 answers to socket calls, in testdata: measured with non-blocking
// sockets in a private namespace, against a peer made of raw packets where loopback cannot
// hold a state. calls.tsv has each call made twice, poll.tsv the events of poll(), close.tsv
// what close() puts on the wire.

func rows(t *testing.T, file string) [][]string {
	t.Helper()
	data, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n")[1:] {
		all = append(all, strings.Split(line, "\t"))
	}
	return all
}

// A stand is one socket in a situation.
type stand struct {
	h    Host
	id   ID
	now  time.Duration
	peer wire.Endpoint
}

var peerEnd = wire.Endpoint{Host: "P", Port: 80}

// linuxPlain is the linux profile without the options that the raw peer did not offer.
func linuxPlain() tcp.Profile {
	p := tcp.Linux
	p.UseTS, p.UseSACK, p.UseWScale, p.AckLimit = false, false, false, 0
	return p
}

// arrives lets the peer send: the next octet it may send, all acknowledged, unless ack says
// how much less.
func (s *stand) arrives(flags wire.Flags, data string, less int) {
	b := s.h.TCB(s.id)
	local, _ := s.h.Ends(s.id)
	seg := wire.Segment{Flags: flags, Seq: b.RcvNxt, Wnd: 20000, Data: data}
	if flags.Has(wire.SYN) {
		seg.Seq, seg.Options.MSS = 5000, 1460
	}
	if flags.Has(wire.ACK) {
		seg.Ack = b.SndNxt.Add(-less)
	}
	s.h.Arrives(s.now, &wire.Packet{Src: s.peer, Dst: local, Seg: seg})
}

// situate brings a socket into the situation that a row names.
func situate(name string, unread bool) *stand {
	s := &stand{h: New("K", linuxPlain(), 700), peer: peerEnd}
	base, rest, _ := strings.Cut(name, ", ")
	if s.begins(name, base, rest) {
		return s
	}
	s.opens(name)
	s.moves(name, base, rest, unread)
	if strings.Contains(rest, "SO_ERROR already read") {
		s.h.Errno(s.id)
	}
	return s
}

// begins makes the situations before a connection is open.
func (s *stand) begins(name, base, rest string) bool {
	s.id = s.h.Socket("k")
	switch {
	case strings.HasPrefix(name, "fresh"):
	case name == "bound":
		s.h.Bind(s.id, wire.Endpoint{Port: 5000})
	case strings.HasPrefix(name, "LISTEN"):
		s.h.Listen(s.now, s.id, 5000, 5)
		if rest != "" {
			local := wire.Endpoint{Host: "K", Port: 5000}
			s.h.Arrives(s.now, &wire.Packet{Src: s.peer, Dst: local, Seg: wire.Segment{Flags: wire.SYN, Seq: 5000, Wnd: 20000}})
			s.h.Arrives(s.now, &wire.Packet{Src: s.peer, Dst: local, Seg: wire.Segment{Flags: wire.ACK, Seq: 5001, Ack: 701, Wnd: 20000}})
		}
	case strings.HasPrefix(base, "SYN-") || strings.Contains(rest, "in SYN-") || rest == "connect timed out":
		s.h.Connect(s.now, s.id, s.peer)
		if strings.Contains(name, "SYN-RECEIVED") {
			s.arrives(wire.SYN, "", 0)
		}
		switch {
		case strings.HasSuffix(name, "after shutdown(WR)"):
			s.h.Shutdown(s.now, s.id, "write")
		case strings.Contains(rest, "RST in SYN-SENT"):
			s.arrives(wire.RST|wire.ACK, "", 0)
		case strings.Contains(rest, "RST in SYN-RECEIVED"):
			s.arrives(wire.RST, "", 0)
		case rest == "connect timed out":
			for s.h.TCB(s.id).State != wire.StateClosed {
				timer, at := s.h.TCB(s.id).NextDeadline()
				s.now = at
				s.h.Expire(s.now, s.id, timer)
			}
		}
		if strings.Contains(rest, "SO_ERROR already read") {
			s.h.Errno(s.id)
		}
	default:
		return false
	}
	return true
}

// opens opens a connection.
func (s *stand) opens(name string) {
	if strings.Contains(name, "bound explicitly") {
		s.h.Bind(s.id, wire.Endpoint{Port: 5000})
	}
	if strings.Contains(name, "passive/accepted") {
		s.h.Listen(s.now, s.id, 5000, 5)
		local := wire.Endpoint{Host: "K", Port: 5000}
		s.h.Arrives(s.now, &wire.Packet{Src: s.peer, Dst: local, Seg: wire.Segment{Flags: wire.SYN, Seq: 5000, Wnd: 20000}})
		s.h.Arrives(s.now, &wire.Packet{Src: s.peer, Dst: local, Seg: wire.Segment{Flags: wire.ACK, Seq: 5001, Ack: 701, Wnd: 20000}})
		s.id, _, _ = s.h.Accept(s.id, "x")
		return
	}
	s.h.Connect(s.now, s.id, s.peer)
	s.arrives(wire.SYN|wire.ACK, "", 0)
	if !strings.Contains(name, "connect not called again") {
		s.h.Connected(s.id)
	}
}

// moves takes an open connection to the situation's state.
func (s *stand) moves(name, base, rest string, unread bool) {
	data := func() {
		if unread {
			s.arrives(wire.ACK|wire.PSH, "hello", 0)
		}
	}
	shut := func() { s.h.Shutdown(s.now, s.id, "write") }
	if rest == "5 bytes sent unacked" || rest == "data timed out (TCP_USER_TIMEOUT)" {
		if rest != "5 bytes sent unacked" {
			s.h.SetOption(s.now, s.id, TCPUserTimeout, Value{T: time.Second, IsTime: true})
		}
		s.h.Send(s.now, s.id, "12345")
		for rest != "5 bytes sent unacked" && s.h.TCB(s.id).State != wire.StateClosed {
			timer, at := s.h.TCB(s.id).NextDeadline()
			s.now = at
			s.h.Expire(s.now, s.id, timer)
		}
		data()
		return
	}
	at := base
	if base == "CLOSED" { // the state in which it ended
		at = strings.TrimPrefix(strings.SplitN(rest, ",", 2)[0], "RST in ")
		at = strings.TrimSuffix(at, " by non-blocking connect")
	}
	switch {
	case strings.HasPrefix(at, "ESTABLISHED"):
		data()
	case strings.HasPrefix(at, "CLOSE-WAIT"):
		data()
		s.arrives(wire.FIN|wire.ACK, "", 0)
	case strings.HasPrefix(at, "FIN-WAIT-1"):
		data()
		shut()
	case strings.HasPrefix(at, "FIN-WAIT-2"):
		shut()
		s.arrives(wire.ACK, "", 0)
		data()
	case strings.HasPrefix(at, "CLOSING"):
		data()
		shut()
		s.arrives(wire.FIN|wire.ACK, "", 1)
	case strings.HasPrefix(at, "LAST-ACK"), strings.HasPrefix(at, "normal end"):
		data()
		s.arrives(wire.FIN|wire.ACK, "", 0)
		shut()
		if strings.HasPrefix(at, "normal end") {
			s.arrives(wire.ACK, "", 0)
		}
	case strings.HasPrefix(at, "TIME-WAIT"):
		data()
		shut()
		if strings.Contains(at, "CLOSING") {
			s.arrives(wire.FIN|wire.ACK, "", 1)
			s.arrives(wire.ACK, "", 0)
		} else {
			s.arrives(wire.ACK, "", 0)
			s.arrives(wire.FIN|wire.ACK, "", 0)
		}
	}
	switch {
	case strings.Contains(name, "after shutdown(RD)"), strings.Contains(name, "then shutdown(RD)"):
		s.h.Shutdown(s.now, s.id, "read")
		if strings.Contains(name, "then 5 bytes arrive") {
			s.arrives(wire.ACK|wire.PSH, "hello", 0)
		}
	case strings.Contains(name, "after shutdown(RDWR)"):
		s.h.Shutdown(s.now, s.id, "both")
	}
	if strings.HasPrefix(rest, "RST in") || strings.HasSuffix(name, "then RST") {
		s.arrives(wire.RST, "", 0)
	}
}

// call makes a call and writes its result as the file does.
func (s *stand) call(name string) string {
	word := func(e wire.Errno, ok string) string {
		if e == wire.OK {
			return ok
		}
		return string(e)
	}
	switch name {
	case "bind(other port)":
		return word(s.h.Bind(s.id, wire.Endpoint{Port: 6000}), "ok")
	case "listen(5)":
		return word(s.h.Listen(s.now, s.id, 0, 5), "ok")
	case "accept":
		_, _, errno := s.h.Accept(s.id, "y")
		return word(errno, "fd")
	case "connect(same peer)":
		return word(s.h.Connect(s.now, s.id, s.peer), "0")
	case "connect(other peer)":
		return word(s.h.Connect(s.now, s.id, wire.Endpoint{Host: "P", Port: 81}), "0")
	case "send(1)":
		_, errno := s.h.Send(s.now, s.id, "x")
		if errno == wire.EPIPE {
			return "EPIPE+SIGPIPE"
		}
		return word(errno, "1")
	case "recv(10)":
		got, errno := s.h.Recv(s.now, s.id, 10)
		return word(errno, "b'"+got+"'")
	case "shutdown(RD)":
		return word(s.h.Shutdown(s.now, s.id, "read"), "ok")
	case "shutdown(WR)":
		return word(s.h.Shutdown(s.now, s.id, "write"), "ok")
	case "shutdown(RDWR)":
		return word(s.h.Shutdown(s.now, s.id, "both"), "ok")
	default: // SO_ERROR
		return word(s.h.Errno(s.id), "0")
	}
}

// Every call in every state returns what Linux returns, the first time and the second.
func TestCallsReturnWhatLinuxReturns(t *testing.T) {
	wrong := 0
	for _, r := range rows(t, "linux-6.18-calls.tsv") {
		s := situate(r[0], r[1] == "yes")
		first := s.call(r[2])
		second := s.call(r[2])
		if first != r[3] || second != r[4] {
			wrong++
			t.Errorf("%s (unread: %s), %s: %s, then %s; Linux: %s, then %s", r[0], r[1], r[2], first, second, r[3], r[4])
		}
	}
	t.Logf("%d of %d differ", wrong, len(rows(t, "linux-6.18-calls.tsv")))
}

// poll() reports what Linux reports.
func TestPollReportsWhatLinuxReports(t *testing.T) {
	for _, r := range rows(t, "linux-6.18-poll.tsv") {
		s := situate(r[0], r[1] == "yes")
		got := strings.ReplaceAll(s.h.Poll(s.id).String(), "POLL", "")
		if got == "0" {
			got = "-"
		}
		if got != r[2] {
			t.Errorf("%s (unread: %s): poll() reports %s, Linux %s", r[0], r[1], got, r[2])
		}
	}
}

// close() puts on the wire what Linux's does.
func TestCloseSendsWhatLinuxSends(t *testing.T) {
	for _, r := range rows(t, "linux-6.18-close.tsv") {
		s := situate(r[0], r[1] == "yes")
		if r[2] != "default" {
			s.h.SetOption(s.now, s.id, SOLinger, Value{IsTime: true})
		}
		s.h.Take()
		s.h.Close(s.now, s.id)
		got := "-"
		for _, fx := range s.h.Take() {
			if fx.Effect == tcp.EffectSend {
				got = strings.ReplaceAll(fx.Seg.Flags.String(), ",", "|")
			}
		}
		if got != r[3] {
			t.Errorf("%s (unread: %s, linger %s): close() sends %s, Linux %s", r[0], r[1], r[2], got, r[3])
		}
	}
}

// holder makes the socket that has the port in bind.tsv.
func holder(name string, reuse bool) *stand {
	s := &stand{h: New("K", linuxPlain(), 700), peer: peerEnd}
	s.id = s.h.Socket("first")
	if reuse {
		s.h.SetOption(s.now, s.id, SOReuseAddr, Value{N: 1})
	}
	s.h.Bind(s.id, wire.Endpoint{Port: 5000})
	listener := s.id
	switch {
	case name == "bound only":
		return s
	case strings.Contains(name, "child"):
		s.h.Listen(s.now, s.id, 0, 5)
		local := wire.Endpoint{Host: "K", Port: 5000}
		s.h.Arrives(s.now, &wire.Packet{Src: s.peer, Dst: local, Seg: wire.Segment{Flags: wire.SYN, Seq: 5000, Wnd: 20000}})
		s.h.Arrives(s.now, &wire.Packet{Src: s.peer, Dst: local, Seg: wire.Segment{Flags: wire.ACK, Seq: 5001, Ack: 701, Wnd: 20000}})
		s.id, _, _ = s.h.Accept(s.id, "x")
	case name == "listening":
		s.h.Listen(s.now, s.id, 0, 5)
		return s
	default:
		s.h.Connect(s.now, s.id, s.peer)
		s.arrives(wire.SYN|wire.ACK, "", 0)
		s.h.Connected(s.id)
	}
	if strings.Contains(name, "CLOSE-WAIT") {
		s.arrives(wire.FIN|wire.ACK, "", 0)
	}
	if strings.Contains(name, "FIN-WAIT-2") || strings.Contains(name, "TIME-WAIT") {
		s.h.Close(s.now, s.id)
		s.arrives(wire.ACK, "", 0)
	}
	if strings.Contains(name, "TIME-WAIT") {
		s.arrives(wire.FIN|wire.ACK, "", 0)
	}
	if strings.Contains(name, "listener closed") {
		s.h.Close(s.now, listener)
	}
	return s
}

// bind() refuses a port when Linux does: unless both sockets have SO_REUSEADDR and none
// listens.
func TestBindRefusesWhatLinuxRefuses(t *testing.T) {
	all := rows(t, "linux-6.18-bind.tsv")
	if len(all) < 40 {
		t.Fatalf("only %d rows", len(all))
	}
	for _, r := range all {
		s := holder(r[0], r[1] == "first" || r[1] == "both")
		second := s.h.Socket("second")
		if r[1] == "second" || r[1] == "both" {
			s.h.SetOption(s.now, second, SOReuseAddr, Value{N: 1})
		}
		got, listen := "ok", "n/a"
		if errno := s.h.Bind(second, wire.Endpoint{Port: 5000}); errno != wire.OK {
			got = string(errno)
		} else if listen = "ok"; s.h.Listen(s.now, second, 0, 5) != wire.OK {
			listen = "refused"
		}
		if got != r[2] || listen != r[3] {
			t.Errorf("the port is held by a socket %s, SO_REUSEADDR on %s: bind %s, listen %s; Linux: %s, %s", r[0], r[1], got, listen, r[2], r[3])
		}
	}
}
