package tcp

import (
	"testing"
	"time"

	"netlab/sim/wire"
)

// A dialogue is a conversation with one endpoint. Each expectation begins with a
// sentence that says why it should be so.
type dialogue struct {
	t    *testing.T
	b    TCB
	now  time.Duration
	sent []wire.Segment // not yet expected
	out  []Output       // of the last step
	iss  wire.Seq       // for a connection that a segment opens
}

// quiet is a profile whose segments carry no options, so that a test shows only
// what it is about.
var quiet = func() Profile {
	p := Textbook
	p.RcvBuf, p.SynWnd = 1000, 1000
	return p
}()

func newDialogue(t *testing.T, p Profile) *dialogue {
	t.Helper()
	return &dialogue{t: t, b: New(p), iss: 300}
}

// established returns an endpoint with SND.NXT 100 and RCV.NXT 300, as in the
// closing figures of RFC 9293.
func established(t *testing.T, p Profile) *dialogue {
	t.Helper()
	d := newDialogue(t, p)
	d.do(OpenActive(99))
	d.arrives(wire.Segment{Seq: 299, Ack: 100, Flags: wire.SYN | wire.ACK, Wnd: 1000, Options: wire.Options{MSS: 1460}})
	d.sent = nil
	d.wantState("the handshake is done", wire.StateEstablished)
	return d
}

// accepted is established by a passive open.
func accepted(t *testing.T, p Profile) *dialogue {
	t.Helper()
	d := newDialogue(t, p)
	d.iss = 99
	d.do(OpenPassive())
	d.arrives(wire.Segment{Seq: 299, Flags: wire.SYN, Wnd: 1000, Options: wire.Options{MSS: 1460}})
	d.arrives(wire.Segment{Seq: 300, Ack: 100, Flags: wire.ACK, Wnd: 1000})
	d.sent = nil
	d.wantState("the handshake is done", wire.StateEstablished)
	return d
}

func (d *dialogue) do(in Input) {
	d.t.Helper()
	d.out = d.b.Step(d.now, in, nil)
	for _, o := range d.out {
		if o.Effect == EffectSend {
			seg := o.Seg
			seg.Options = wire.Options{} // what is negotiated has tests of its own
			d.sent = append(d.sent, seg)
		}
	}
}

func (d *dialogue) arrives(seg wire.Segment) {
	d.t.Helper()
	d.do(Arrives(seg, d.iss))
}

// wait lets time pass; timers go off as they are due.
func (d *dialogue) wait(w time.Duration) {
	d.t.Helper()
	end := d.now + w
	for {
		timer, at := d.b.NextDeadline()
		if at == 0 || at > end {
			break
		}
		d.now = at
		d.do(Expire(timer))
	}
	d.now = end
}

// wantSends expects exactly these segments since the last expectation.
func (d *dialogue) wantSends(why string, want ...wire.Segment) {
	d.t.Helper()
	got := d.sent
	d.sent = nil
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			d.t.Errorf("%s: sends nothing, want %s", why, want[i])
		case i >= len(want):
			d.t.Errorf("%s: sends %s, want nothing", why, got[i])
		default:
			w := want[i]
			if w.Wnd == 0 {
				w.Wnd = got[i].Wnd // not what this expectation is about
			}
			if got[i] != w {
				d.t.Errorf("%s:\n  got  %s wnd %d\n  want %s wnd %d", why, got[i], got[i].Wnd, w, w.Wnd)
			}
		}
	}
}

func (d *dialogue) wantState(why string, want wire.State) {
	d.t.Helper()
	if d.b.State != want {
		d.t.Errorf("%s: state %s, want %s", why, d.b.State, want)
	}
}

func (d *dialogue) wantSignal(why string, want wire.Errno) {
	d.t.Helper()
	got := wire.OK
	for _, o := range d.out {
		if o.Effect == EffectSignal {
			got = o.Errno
		}
	}
	if got != want {
		d.t.Errorf("%s: the program is told %q, want %q", why, got, want)
	}
}

func (d *dialogue) wantRefused(why, want string) {
	d.t.Helper()
	for _, o := range d.out {
		if o.Effect == EffectRefuse {
			if o.Err.Error() != want {
				d.t.Errorf("%s: refused with %q, want %q", why, o.Err, want)
			}
			return
		}
	}
	d.t.Errorf("%s: not refused", why)
}

// seg is short for a segment.
func seg(seq, ack wire.Seq, flags wire.Flags) wire.Segment {
	return wire.Segment{Seq: seq, Ack: ack, Flags: flags, Wnd: 1000}
}
