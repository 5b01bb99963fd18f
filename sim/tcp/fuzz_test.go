package tcp

import (
	"testing"
	"time"

	"netlab/sim/wire"
)

// FuzzStep drives one endpoint with arbitrary calls, segments and timers, under
// both profiles. Invariants: it never panics; a refused call changes nothing;
// SND.UNA never passes SND.NXT and never goes back; RCV.NXT never goes back within a
// connection; the right edge of the receive window never moves left; a RST is
// never answered; every transition and every segment names a rule.
//
// Found by it and kept in testdata/fuzz: 0699ace5b87186a8, a SYN,ACK sent again in
// FIN-WAIT-1 that took back window promised since the first one.
func FuzzStep(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 6, 2, 0, 0, 6, 16, 1, 1}) // passive open, SYN, ACK
	f.Add([]byte{1, 0, 0, 0, 6, 18, 0, 1, 2, 5, 0, 0, 4, 0, 0, 0, 6, 17, 1, 2})
	f.Add([]byte{1, 0, 0, 0, 6, 2, 0, 0, 6, 18, 0, 1}) // simultaneous open
	f.Fuzz(func(t *testing.T, script []byte) {
		for _, p := range Profiles() {
			b := New(p)
			now := time.Duration(0)
			for i := 0; i+4 <= len(script) && i < 400; i += 4 {
				in := fuzzInput(&b, &now, script[i:i+4])
				before := b
				out := b.Step(now, in, nil)
				checkStep(t, before, b, in, out)
			}
		}
	})
}

// fuzzInput makes an input near the interesting values: the edges of the windows.
func fuzzInput(b *TCB, now *time.Duration, c []byte) Input {
	*now += time.Duration(c[3]) * time.Millisecond
	near := func(base wire.Seq, k byte) wire.Seq {
		return base.Add([]int{0, 1, -1, 2, 5, 1000, -1000, 65535, 65536, -70000, 1 << 30}[int(k)%11])
	}
	switch c[0] % 8 {
	case 0:
		return OpenPassive()
	case 1:
		return OpenActive(wire.Seq(c[1])*0x01010101 + 0xffffff00)
	case 2:
		return Send("abcdefghij"[:1+c[1]%10])
	case 3:
		return Receive(int(c[1]) + 1)
	case 4:
		return Close()
	case 5:
		if c[1] == 0 {
			return Abort()
		}
		t, at := b.NextDeadline()
		*now = max(*now, at)
		return Expire(t)
	default:
		seg := wire.Segment{Flags: wire.Flags(c[1] & 0x1f), Seq: near(b.RcvNxt, c[2]), Ack: near(b.SndNxt, c[3]), Wnd: uint16(c[2]) * 257}
		if c[1]&0x20 != 0 {
			seg.Data = "0123456789"[:c[3]%11]
		}
		if b.State == wire.StateSynReceived && c[1]&0x40 != 0 {
			seg.Seq = b.IRS
		}
		return Arrives(seg, 0xfffffffe)
	}
}

func checkStep(t *testing.T, was, b TCB, in Input, out []Output) {
	t.Helper()
	for _, o := range out {
		if o.Effect == EffectRefuse && was != b {
			t.Fatalf("a refused %v has changed the endpoint", o.Err)
		}
		if o.Effect != EffectRefuse && o.Effect != EffectDeliver && o.Rule == nil {
			t.Fatalf("effect %d without a rule in %s", o.Effect, was.State)
		}
		if o.Effect == EffectSend && in.Event == EventArrives && in.Seg.Flags.Has(wire.RST) && !was.Profile.Challenge {
			t.Fatalf("a RST is answered with %s in %s", o.Seg, was.State)
		}
	}
	if b.State == wire.StateClosed || b.State == wire.StateListen || was.State == wire.StateListen || was.ISS != b.ISS {
		return
	}
	if b.SndUna.After(b.SndNxt) || b.SndUna.Before(was.SndUna) && was.State != wire.StateClosed {
		t.Fatalf("%s: SND.UNA %d -> %d, SND.NXT %d", b.State, was.SndUna, b.SndUna, b.SndNxt)
	}
	if was.State == wire.StateSynSent || was.State == wire.StateClosed {
		return
	}
	if b.RcvNxt.Before(was.RcvNxt) {
		t.Fatalf("%s: RCV.NXT went back from %d to %d", b.State, was.RcvNxt, b.RcvNxt)
	}
	if was.State.Synchronized() && !b.finReceived() && b.RcvNxt.Add(int(b.RcvWnd)).Before(was.RcvNxt.Add(int(was.RcvWnd))) {
		t.Fatalf("%s: the right edge moved left from %d to %d", b.State, was.RcvNxt.Add(int(was.RcvWnd)), b.RcvNxt.Add(int(b.RcvWnd)))
	}
}

// FuzzQueue holds the queue of octets against a plain string.
func FuzzQueue(f *testing.F) {
	f.Add([]byte("abc\x01de\x82f"))
	f.Fuzz(func(t *testing.T, script []byte) {
		var q Queue
		want := ""
		for i, c := range script {
			if c&0x80 != 0 {
				q.Trim(int(c & 0x0f))
				want = want[min(len(want), int(c&0x0f)):]
			} else {
				s := string(script[max(0, i-int(c)%5):i])
				q.Append(s)
				want += s
			}
			if got := q.Slice(0, q.Len()); got != want || q.Len() != len(want) {
				t.Fatalf("queue holds %q, want %q", got, want)
			}
			if n := len(want); n > 2 {
				if got := q.Slice(1, n-2); got != want[1:n-1] {
					t.Fatalf("slice %q, want %q", got, want[1:n-1])
				}
			}
		}
	})
}
