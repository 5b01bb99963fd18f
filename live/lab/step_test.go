//go:build linux

package lab

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"netlab/sim/scenario"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A stepper steps a run in a test.
type stepper struct {
	t   *testing.T
	ctx context.Context
	h   *Session
	m   *Moment // the newest
}

func stepThrough(t *testing.T, text string) *stepper {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	t.Cleanup(cancel)
	h, err := Step(ctx, parse(t, text), Wire{Seed: 1})
	needLive(t, err)
	t.Cleanup(h.Close)
	return &stepper{t: t, ctx: ctx, h: h}
}

// until waits for a moment that is as wanted.
func (s *stepper) until(what string, ok func(*Moment) bool) *Moment {
	s.t.Helper()
	for s.m == nil || !ok(s.m) {
		m, err := s.h.Next(s.ctx)
		if err != nil {
			s.t.Fatalf("waiting until %s: %v; so far\n%s", what, err, record(s.m))
		}
		s.m = m
	}
	return s.m
}

// record is the trace so far, for people.
func record(m *Moment) string {
	if m == nil {
		return ""
	}
	var b strings.Builder
	_ = m.Trace.Text(&b)
	return b.String()
}

// holds waits until a packet with these flags is held on its way to a host.
func (s *stepper) holds(to string, flags wire.Flags) (found Packet) {
	s.t.Helper()
	s.until("a "+flags.String()+" to "+to+" is held", func(m *Moment) bool {
		for _, p := range m.Held {
			if e := m.Sent(p.Packet); p.To == to && e != nil && e.Seg.Flags == flags {
				found = p.Packet
				return true
			}
		}
		return false
	})
	return found
}

// release lets packets through and waits until their receivers have them.
func (s *stepper) release(list ...Packet) {
	s.t.Helper()
	for _, p := range list {
		if err := s.h.Release(p); err != nil {
			s.t.Fatal(err)
		}
	}
	for _, p := range list {
		s.until(p.String()+" has arrived", func(m *Moment) bool {
			for i := range m.Trace.Events {
				if e := &m.Trace.Events[i]; e.Kind == trace.Recv && e.Pkt == p.N && e.Host == p.To {
					return true
				}
			}
			return false
		})
	}
}

// inState waits until the kernel says that a host's connection is in a state.
func (s *stepper) inState(host string, want wire.State) {
	s.t.Helper()
	s.until(host+" is in "+want.String(), func(m *Moment) bool {
		for _, v := range m.Trace.Views(0, len(m.Trace.Events)) {
			if v.Host == host && v.State == want && v.Peer.Host != "" {
				return true
			}
		}
		return false
	})
}

func (s *stepper) toEnd() *Result {
	s.t.Helper()
	for {
		m, err := s.h.Next(s.ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			s.t.Fatal(err)
		}
		s.m = m
	}
	res, err := s.h.Stop()
	if err != nil || !s.m.Over {
		s.t.Fatalf("over %v, %v", s.m.Over, err)
	}
	return res
}

const (
	synAck = wire.SYN | wire.ACK
	finAck = wire.FIN | wire.ACK
)

// The handshake by hand: between two steps the kernel says in which states its sockets are,
// for as long as one likes to look.
func TestStepHandshake(t *testing.T) {
	s := stepThrough(t, withFaults("", "B: x = accept s\n"))
	syn := s.holds("B", wire.SYN)
	s.inState("A", wire.StateSynSent)
	s.release(syn)
	answer := s.holds("A", synAck)
	s.inState("B", wire.StateSynReceived)
	if s.m.Over || len(s.m.Held) != 1 {
		t.Fatalf("held: %v", s.m.Held)
	}
	s.release(answer)
	s.inState("A", wire.StateEstablished)
	s.release(s.holds("B", wire.ACK))
	s.inState("B", wire.StateEstablished)
	res := s.toEnd()
	for _, host := range []string{"A", "B"} {
		if !scenario.Passes(res.Trace, host, wire.StateEstablished) {
			t.Errorf("%s is not ESTABLISHED in the record", host)
		}
	}
	if len(res.Frames) != 3 || res.Level != LevelWire {
		t.Errorf("%d frames at level %d, want the handshake's 3 on the wire", len(res.Frames), res.Level)
	}
	if err := s.h.Release(syn); !errors.Is(err, ErrOver) {
		t.Errorf("a command after the end: %v", err)
	}
}

// A SYN that is dropped by hand is sent again by the kernel's own timer, not before 1 s
// (RFC 6298 §2.1), and is shown as what it is. Its wait is no deadline of the script's.
func TestStepDroppedSYN(t *testing.T) {
	s := stepThrough(t, withFaults("", "B: x = accept s\n"))
	syn := s.holds("B", wire.SYN)
	if err := s.h.Drop(syn); err != nil {
		t.Fatal(err)
	}
	s.until("the drop is told", func(m *Moment) bool { return len(m.Held) == 0 })
	again := s.holds("B", wire.SYN)
	first, second := s.m.Sent(syn), s.m.Sent(again)
	if again.N <= syn.N || second.T-first.T < time.Second {
		t.Errorf("%v was sent again as %v after %v, want a second at least", syn, again, second.T-first.T)
	}
	if !second.Again || second.Cause != first.N || second.CauseBy != AgainTimer {
		t.Errorf("the record says again %v because of event %d (%s), want %d (%s)", second.Again, second.Cause, second.CauseBy, first.N, AgainTimer)
	}
	dropped := 0
	for i := range s.m.Trace.Events {
		if e := &s.m.Trace.Events[i]; e.Kind == trace.Drop && e.Pkt == syn.N && e.Text == DroppedByHand {
			dropped++
		}
	}
	if dropped != 1 {
		t.Errorf("the drop is %d times in the record:\n%s", dropped, record(s.m))
	}
}

// The kernel's clock goes on while a packet is held: TCP_INFO shows the segment that nobody
// has acknowledged, the timer goes off, and the same octets come again beside the first. The
// script's clock stands still: a call with a deadline of 300 ms outlives a second of holding.
func TestStepKernelGoesOn(t *testing.T) {
	s := stepThrough(t, withFaults("", "B: x = accept s\nA: send c \"hello\"\nB: recv x \"hello\" within 300ms\n"))
	s.release(s.holds("B", wire.SYN))
	s.release(s.holds("A", synAck))
	s.release(s.holds("B", wire.ACK))
	data := s.holds("B", wire.ACK|wire.PSH)
	began := s.m.Now
	s.until("the kernel has repeated it", func(m *Moment) bool { return len(m.Held) >= 2 && m.Now-began > time.Second })
	unacked, retransmits := int64(0), int64(0)
	for _, v := range s.m.Trace.Views(0, len(s.m.Trace.Events)) {
		if v.Host == "A" && v.Conn == "c" {
			unacked, retransmits = v.Value[trace.VarUnacked], v.Value[trace.VarRetransmits]
			if !v.Known[trace.VarRTO] || v.Value[trace.VarRTO] < int64(200*time.Millisecond) {
				t.Errorf("RTO %v, want the kernel's, which is 200 ms at least", time.Duration(v.Value[trace.VarRTO]))
			}
		}
	}
	if unacked != 1 || retransmits < 1 {
		t.Errorf("TCP_INFO says unacked %d, retransmits %d; want 1 and some", unacked, retransmits)
	}
	if again := s.m.Sent(s.m.Held[1].Packet); !again.Again || again.Cause != s.m.Sent(data).N || again.CauseBy != AgainTimer && again.CauseBy != AgainProbe {
		t.Errorf("beside it is held event %d, because of %d (%s); want a repetition by the kernel's timers", again.N, again.Cause, again.CauseBy)
	}
	s.release(data)
	s.until("recv has returned", func(m *Moment) bool {
		for i := range m.Trace.Events {
			if e := &m.Trace.Events[i]; e.Kind == trace.Return && e.Call == "recv" {
				if e.Result != "5" {
					t.Errorf("recv returns %s after the script's clock has stood still, want 5", e.Result)
				}
				return true
			}
		}
		return false
	})
}

// A packet that is duplicated by hand arrives twice.
func TestStepDuplicate(t *testing.T) {
	s := stepThrough(t, "host A\nhost B\nlink A B delay=1ms\nB: u = socket udp\nB: bind u :9\nA: v = socket udp\nA: sendto v B:9 \"one\"\nB: recvfrom u \"one\"\nB: recvfrom u \"one\"\n")
	s.until("the datagram is held", func(m *Moment) bool { return len(m.Held) == 1 })
	p := s.m.Held[0].Packet
	if err := s.h.Duplicate(p); err != nil {
		t.Fatal(err)
	}
	s.until("it is held twice", func(m *Moment) bool { return len(m.Held) == 2 && m.Held[1].Copy })
	s.release(p)
	s.release(p)
	res := s.toEnd()
	arrived := 0
	for i := range res.Trace.Events {
		if e := &res.Trace.Events[i]; e.Kind == trace.Recv && e.Pkt == p.N {
			arrived++
		}
	}
	if arrived != 2 {
		t.Errorf("it arrived %d times, want 2", arrived)
	}
}

// Whoever holds both FINs, or both SYNs, sees both ends in the state that loopback passes
// within a microsecond: CLOSING, or SYN-RECEIVED, in the kernel's own words.
func TestStepSimultaneous(t *testing.T) {
	t.Run("close", func(t *testing.T) {
		s := stepThrough(t, withFaults("", "B: x = accept s\nat 600ms  A: shutdown c write\nat 600ms  B: shutdown x write\n"))
		syn := s.holds("B", wire.SYN)
		s.until("more time has passed than the script has", func(m *Moment) bool { return m.Now > 700*time.Millisecond })
		s.release(syn)
		s.release(s.holds("A", synAck))
		ack := s.holds("B", wire.ACK)
		for _, e := range s.m.Trace.Events {
			if e.Call == "shutdown" {
				t.Errorf("the script's clock has not stood still: %s at %v", e.Line(), e.T)
			}
		}
		s.release(ack)
		s.until("both FINs are held", func(m *Moment) bool {
			fins := 0
			for _, p := range m.Held {
				if m.Sent(p.Packet).Seg.Flags == finAck {
					fins++
				} else { // a slow machine's kernel has repeated something meanwhile
					_ = s.h.Release(p.Packet)
				}
			}
			return fins >= 2
		})
		a, b := s.holds("B", finAck), s.holds("A", finAck)
		s.inState("A", wire.StateFinWait1)
		s.inState("B", wire.StateFinWait1)
		s.release(a, b)
		s.inState("A", wire.StateClosing)
		s.inState("B", wire.StateClosing)
	})
	t.Run("open", func(t *testing.T) {
		s := stepThrough(t, "host A\nhost B\nlink A B delay=10ms\nA: c = socket tcp\nA: bind c :1000\nB: d = socket tcp\nB: bind d :2000\n"+
			"at 50ms  A: connect c B:2000\nat 50ms  B: connect d A:1000\n")
		s.release(s.holds("B", wire.SYN), s.holds("A", wire.SYN))
		s.inState("A", wire.StateSynReceived)
		s.inState("B", wire.StateSynReceived)
	})
}

// A stopped run tells what it has shown, and ends with its child however it is left.
func TestStepStops(t *testing.T) {
	s := stepThrough(t, withFaults("", "B: x = accept s\n"))
	s.release(s.holds("B", wire.SYN))
	s.holds("A", synAck)
	res, err := s.h.Stop()
	if err != nil {
		t.Fatal(err)
	}
	if !scenario.Passes(res.Trace, "A", wire.StateSynSent) || scenario.Passes(res.Trace, "A", wire.StateEstablished) {
		t.Error("the record is not what was shown until the stop")
	}
	ctx, cancel := context.WithCancel(context.Background())
	h, err := Step(ctx, parse(t, withFaults("", "B: x = accept s\n")), Wire{Seed: 1})
	needLive(t, err)
	cancel()
	ended := make(chan struct{})
	go func() { h.Close(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Fatal("a session whose context is done does not end")
	}
}

// What the wire cannot carry is refused before anything begins.
func TestStepRefuses(t *testing.T) {
	_, err := Step(context.Background(), parse(t, "host A\nhost B\nA: s = socket tcp\nA: listen s 80\nA: c = socket tcp\nA: connect c A:80\n"), Wire{Seed: 1})
	var cannot *CannotError
	if !errors.As(err, &cannot) {
		t.Errorf("a host that talks to itself: %v, want that the wire cannot show it", err)
	}
}
