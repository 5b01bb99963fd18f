package follow_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"netlab/capture"
	"netlab/capture/follow"
	"netlab/sim"
	"netlab/sim/library"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A latest keeps what was inferred last about every conversation.
type latest struct {
	states map[[2]netip.AddrPort]follow.Inferred // by local and remote socket
	frame  int
}

func (l *latest) Packet(s *follow.Summary, _ [2]follow.EndView, p *follow.Packet) {
	l.frame = p.Frame
	l.states[[2]netip.AddrPort{s.Ends[0], s.Ends[1]}] = p.States[0]
	l.states[[2]netip.AddrPort{s.Ends[1], s.Ends[0]}] = p.States[1]
}
func (l *latest) Done(*follow.Summary, []follow.Finding) {}

// A capturing plays a model's trace into a follower, packet by packet.
type capturing struct {
	t       testing.TB
	tr      *trace.Trace
	frames  []capture.Frame
	next    int
	f       *follow.Follower
	d       capture.Decoder
	l       *latest
	hosts   map[string]netip.Addr
	sums    []*follow.Summary
	watched follow.Watcher
}

func newCapturing(t testing.TB, tr *trace.Trace) *capturing {
	c := &capturing{t: t, tr: tr, l: &latest{states: map[[2]netip.AddrPort]follow.Inferred{}}, hosts: map[string]netip.Addr{}}
	var err error
	if c.frames, err = capture.Frames(tr, time.Unix(1_700_000_000, 0)); err != nil {
		t.Fatal(err)
	}
	for _, h := range tr.Hosts {
		c.hosts[h.Name] = netip.MustParseAddr(h.IP)
	}
	c.watched = c.l
	c.f = follow.New(follow.Options{
		Watch: func(*follow.Summary) follow.Watcher { return c.watched },
		Done:  func(s *follow.Summary) bool { c.sums = append(c.sums, s); return true },
	})
	return c
}

// packet follows the next frame.
func (c *capturing) packet() {
	fr := &c.frames[c.next]
	c.next++
	var h capture.Headers
	if err := c.d.Decode(1, fr.Data, fr.OrigLen, &h); err != nil {
		c.t.Fatalf("frame %d: %v", c.next, err)
	}
	c.f.Packet(&h, fr.Time, c.next)
}

func (c *capturing) socket(e wire.Endpoint) netip.AddrPort {
	return netip.AddrPortFrom(c.hosts[e.Host], e.Port)
}

func isFrame(e *trace.Event) bool {
	return e.Kind == trace.Send || e.Kind == trace.Recv && e.Rule != nil && e.Rule.ID == "old-duplicate"
}

// At every moment of every scenario, under every profile, the model's true state is among
// those that the packets so far allow. This is what makes the observer's word worth
// something: it never excludes what is.
func TestTheTrueStateIsAlwaysPossible(t *testing.T) {
	scripts, err := library.Scripts()
	if err != nil {
		t.Fatal(err)
	}
	checked, sizes := 0, 0
	for _, p := range tcp.Profiles() {
		for _, s := range scripts {
			tr := sim.Run(s, sim.Options{Profile: p, Seed: sim.DefaultSeed})
			c := newCapturing(t, tr)
			truth := map[[2]wire.Endpoint]wire.State{}
			var log []string
			for i := range tr.Events {
				e := &tr.Events[i]
				if e.Kind == trace.State && !e.Dst.IsZero() && e.Dst.Port != 0 {
					truth[[2]wire.Endpoint{e.Src, e.Dst}] = e.To
				}
				if isFrame(e) {
					c.packet()
				}
				log = append(log, e.Line())
				if e.Kind != trace.State && !isFrame(e) {
					continue
				}
				for at, st := range truth {
					in, ok := c.l.states[[2]netip.AddrPort{c.socket(at[0]), c.socket(at[1])}]
					if !ok {
						continue
					}
					checked++
					sizes += in.Possible.Len()
					if !in.Possible.Has(st) {
						t.Errorf("%s %s, %s: after frame %d, %s is in %s, and only %s are possible (earliest %s, proven %s)\n%s", s.Name, s.Case, p.Name, c.next, at[0], st, in.Possible, in.Earliest, in.Proven, strings.Join(log[max(0, len(log)-14):], "\n"))
						delete(truth, at)
					}
				}
			}
		}
	}
	if checked < 13_000 {
		t.Errorf("only %d states were checked", checked)
	}
	if mean := float64(sizes) / float64(checked); mean > 3.5 {
		t.Errorf("%.2f states are possible on average: the set says little", mean)
	} else {
		t.Logf("%d states checked, %.2f possible on average", checked, mean)
	}
}

// Where nothing is lost, delayed or made up, what the observer takes for the earliest
// state goes through exactly the states that the model goes through.
func TestTheEarliestStatesAreTheModels(t *testing.T) {
	for _, file := range []string{
		"open/handshake", "open/simultaneous-open", "open/refused", "close/four-segments", "close/simultaneous-close",
		"linux/three-segment-close", "data/duplicated", "data/wrap-around", "network/many-clients",
	} {
		text, name, ok := library.Text(file)
		if !ok {
			t.Fatalf("no scenario %s", file)
		}
		scripts, err := scenario.ParseFile(name, text)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range scripts {
			for _, p := range tcp.Profiles() {
				comparePaths(t, fmt.Sprintf("%s %s, %s", file, s.Case, p.Name), sim.Run(s, sim.Options{Profile: p}))
			}
		}
	}
}

// A paths writes down the states that each end goes through.
type paths struct {
	of map[string][]string
	at map[string]wire.State
}

func (w *paths) Packet(s *follow.Summary, views [2]follow.EndView, p *follow.Packet) {
	for x := range 2 {
		k := s.Ends[x].String() + " " + s.Ends[1-x].String()
		active := views[x].HasISS && !views[x].Passive
		for _, st := range follow.Between(w.at[k], p.States[x].Earliest, active) {
			if st != wire.StateListen && (st != wire.StateClosed || len(w.of[k]) > 0) {
				w.of[k] = append(w.of[k], st.String())
			}
		}
		w.at[k] = p.States[x].Earliest
	}
}
func (w *paths) Done(*follow.Summary, []follow.Finding) {}

func comparePaths(t *testing.T, name string, tr *trace.Trace) {
	t.Helper()
	first := newCapturing(t, tr)
	for range first.frames {
		first.packet()
	}
	first.f.Finish()
	known := map[int][2]follow.Hindsight{}
	for _, s := range first.sums {
		known[s.N] = s.Hindsight
	}
	c := newCapturing(t, tr)
	w := &paths{of: map[string][]string{}, at: map[string]wire.State{}}
	c.f = follow.New(follow.Options{
		Watch:     func(*follow.Summary) follow.Watcher { return w },
		Hindsight: func(n int) [2]follow.Hindsight { return known[n] },
	})
	want := map[string][]string{}
	for i := range tr.Events {
		e := &tr.Events[i]
		if isFrame(e) {
			c.packet()
		}
		if e.Kind == trace.State && e.Dst.Port != 0 {
			k := c.socket(e.Src).String() + " " + c.socket(e.Dst).String()
			if e.From != wire.StateTimeWait { // a timer's: nobody sees it
				want[k] = append(want[k], e.To.String())
			}
		}
	}
	for k, states := range want {
		if got, want := strings.Join(w.of[k], " "), strings.Join(states, " "); got != want {
			t.Errorf("%s: %s goes through %s; inferred %s", name, k, want, got)
		}
	}
}

// A marks keeps which frames were said to be sent again.
type marks struct{ again, probes map[int]bool }

func (m *marks) Packet(_ *follow.Summary, _ [2]follow.EndView, p *follow.Packet) {
	for _, f := range p.Findings {
		switch f.Kind {
		case follow.Retransmission, follow.FastRetransmission, follow.Spurious, follow.SynAgain, follow.FinAgain:
			m.again[p.Frame] = true
		case follow.ZeroWindowProbe, follow.KeepAlive:
			m.probes[p.Frame] = true
		default:
		}
	}
}
func (m *marks) Done(*follow.Summary, []follow.Finding) {}

// What the model says it sends again, and nothing else, is found to be sent again.
func TestRetransmissionsAreTheModels(t *testing.T) {
	scripts, err := library.Scripts()
	if err != nil {
		t.Fatal(err)
	}
	again := 0
	for _, p := range tcp.Profiles() {
		for _, s := range scripts {
			if s.Puppets() {
				continue
			}
			tr := sim.Run(s, sim.Options{Profile: p, Seed: sim.DefaultSeed})
			c := newCapturing(t, tr)
			m := &marks{map[int]bool{}, map[int]bool{}}
			c.watched = m
			for i := range tr.Events {
				e := &tr.Events[i]
				if !isFrame(e) {
					continue
				}
				c.packet()
				if e.Proto != wire.TCP || e.Kind != trace.Send {
					continue
				}
				if e.Again {
					again++
				}
				if e.Again != m.again[c.next] && !m.probes[c.next] {
					t.Errorf("%s %s, %s: frame %d %s: the model says again %v, found %v", s.Name, s.Case, p.Name, c.next, e.Label(), e.Again, m.again[c.next])
				}
			}
		}
	}
	if again < 100 {
		t.Errorf("only %d segments were sent again", again)
	}
}
