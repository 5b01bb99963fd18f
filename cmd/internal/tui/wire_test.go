package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"netlab/lessons/course"
	"netlab/live/lab"
	"netlab/sim/scenario"
	"netlab/sim/simtest"
	"netlab/sim/tcp"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A fakeWire notes what it is told to do.
type fakeWire struct{ told []string }

func (f *fakeWire) Next(context.Context) (*lab.Moment, error) { return nil, io.EOF }
func (f *fakeWire) Release(p lab.Packet) error                { return f.note("release", p) }
func (f *fakeWire) Drop(p lab.Packet) error                   { return f.note("drop", p) }
func (f *fakeWire) Duplicate(p lab.Packet) error              { return f.note("duplicate", p) }

func (f *fakeWire) note(what string, p lab.Packet) error {
	f.told = append(f.told, what+" "+p.String())
	return nil
}

const stepped = `host A
host B
link A B delay=20ms
B: s = socket tcp
B: listen s 80
A: c = socket tcp
A: connect c B:80
`

// wireTrace is the record of a handshake whose SYN was held until the kernel sent it again.
func wireTrace() *trace.Trace {
	a, b := wire.Endpoint{Host: "A", Port: 40000}, wire.Endpoint{Host: "B", Port: 80}
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	syn := func(n, pkt, t int) trace.Event {
		return trace.Event{N: n, T: ms(t), Host: "A", Kind: trace.Send, Conn: "c", Pkt: pkt, Src: a, Dst: b, Seg: wire.Segment{Seq: 2837104412, Flags: wire.SYN, Wnd: 64240}, Source: trace.Capture}
	}
	again := syn(6, 2, 1020)
	again.Again, again.Cause, again.CauseBy, again.Rule = true, 3, lab.AgainTimer, tcp.RuleRetransmit
	return &trace.Trace{Script: "stepped", Source: trace.Live, Hosts: []trace.Host{{Name: "A", IP: "10.0.0.1"}, {Name: "B", IP: "10.0.0.2"}}, Events: []trace.Event{
		{N: 1, T: ms(0), Host: "B", Kind: trace.State, Conn: "s", To: wire.StateListen, Src: b, Source: trace.Live},
		{N: 2, T: ms(0), Host: "A", Kind: trace.Call, Conn: "c", Call: "connect", Args: "c B:80", Source: trace.Live},
		syn(3, 1, 0),
		{N: 4, T: ms(1), Host: "A", Kind: trace.State, Conn: "c", To: wire.StateSynSent, Src: a, Dst: b, Source: trace.Live},
		{N: 5, T: ms(1), Host: "A", Kind: trace.Set, Conn: "c", Src: a, Dst: b, Source: trace.Live, Vars: []trace.Var{
			{ID: trace.VarUnacked, Value: 1}, {ID: trace.VarRTO, Value: int64(time.Second)}, {ID: trace.VarCwnd, Value: 5240}, {ID: trace.VarRetransmit, Value: int64(ms(1020))}}},
		again,
		{N: 7, T: ms(1020), Host: "A", Kind: trace.Set, Conn: "c", Src: a, Dst: b, Source: trace.Live, Vars: []trace.Var{
			{ID: trace.VarRetransmits, Value: 1}, {ID: trace.VarCwnd, Value: 524}, {ID: trace.VarRetransmit, Value: int64(ms(2040))}}},
	}}
}

func newWireModel(t *testing.T, lang string, w, h int) (*Model, *fakeWire) {
	t.Helper()
	s, err := scenario.Parse("stepped", stepped)
	if err != nil {
		t.Fatal(err)
	}
	bare, err := course.Bare(s, tcp.Linux, 1, lang)
	if err != nil {
		t.Fatal(err)
	}
	f := &fakeWire{}
	m := newWire(context.Background(), bare, s, f, Options{Unicode: w >= 100, Color: "never"})
	m.Update(tea.WindowSizeMsg{Width: w, Height: h})
	return m, f
}

// twoHeld is the moment at which the SYN and its repetition are held.
func twoHeld() *lab.Moment {
	return &lab.Moment{Trace: wireTrace(), Now: 1500 * time.Millisecond, Held: []lab.Held{
		{Packet: lab.Packet{N: 1, To: "B"}, Since: 20 * time.Millisecond}, {Packet: lab.Packet{N: 2, To: "B"}, Since: 1040 * time.Millisecond}}}
}

// A wireScreen is a golden screen of the stepped kernel.
type wireScreen struct {
	keys []string
	w, h int
	lang string
}

// wireScreens are the golden screens, by name.
func wireScreens() map[string]wireScreen {
	all := map[string]wireScreen{}
	for _, lang := range []string{"en", "zh-CN"} {
		for _, size := range Layouts {
			all[fmt.Sprintf("wire-held-%dx%d-%s.txt", size[0], size[1], lang)] = wireScreen{[]string{"2"}, size[0], size[1], lang}
		}
		all["wire-record-80x24-"+lang+".txt"] = wireScreen{[]string{"left", "left"}, 80, 24, lang}
		all["wire-help-80x24-"+lang+".txt"] = wireScreen{[]string{"?"}, 80, 24, lang}
	}
	return all
}

// The screens of the stepped kernel, as files to look at, in both languages and every size.
func TestWireScreens(t *testing.T) {
	for name, c := range wireScreens() {
		t.Run(name, func(t *testing.T) {
			m, _ := newWireModel(t, c.lang, c.w, c.h)
			checkScreen(t, m) // before anything is known
			m.Update(wireMsg{m: twoHeld()})
			press(m, c.keys...)
			simtest.Golden(t, name, m.View())
			checkScreen(t, m)
		})
	}
}

// Each key does to the chosen packet what it says, and in the record none does anything:
// there it leads back and forth.
func TestWireKeys(t *testing.T) {
	for _, c := range []struct {
		keys string
		told string // what the wire was told
	}{
		{"right", "release #1 to B"},
		{"enter", "release #1 to B"},
		{"space", "release #1 to B"},
		{"2 right", "release #2 to B"},
		{"right right right", "release #1 to B, release #2 to B"}, // faster than the wire answers
		{"d right right x", "duplicate #1 to B, release #1 to B, release #2 to B"},
		{"] x", "drop #2 to B"},
		{"] [ d", "duplicate #1 to B"},
		{"9 right", "release #1 to B"}, // there are two
		{"left x", ""},
		{"left d", ""},
		{"left left right x", ""},
		{"left left right right right", "release #1 to B"},
		{"left left end x", "drop #1 to B"},
		{"left esc x", "drop #1 to B"},
		{"g h f u R X C", ""},
	} {
		m, f := newWireModel(t, "en", 80, 24)
		m.Update(wireMsg{m: twoHeld()})
		for _, k := range strings.Fields(c.keys) {
			press(m, strings.ReplaceAll(k, "space", " "))
		}
		if got := strings.Join(f.told, ", "); got != c.told {
			t.Errorf("%s: the wire is told %q, want %q", c.keys, got, c.told)
		}
	}
}

// Who looks at the record stays where they are when something happens; now they are told so,
// and that the kernel does not go back.
func TestWireRecordStays(t *testing.T) {
	m, _ := newWireModel(t, "en", 80, 24)
	m.Update(wireMsg{m: twoHeld()})
	press(m, "left")
	at := m.current().upto()
	later := twoHeld()
	later.Trace.Events = append(slices.Clone(later.Trace.Events), trace.Event{N: 8, T: 2 * time.Second, Host: "B", Kind: trace.Recv, Pkt: 1, Source: trace.Capture,
		Src: wire.Endpoint{Host: "A", Port: 40000}, Dst: wire.Endpoint{Host: "B", Port: 80}, Seg: wire.Segment{Seq: 2837104412, Flags: wire.SYN}})
	m.Update(wireMsg{m: later})
	if m.current().upto() != at {
		t.Errorf("the record shows %d events after something has happened, want %d as before", m.current().upto(), at)
	}
	if !strings.Contains(m.View(), "The kernel does not go back") {
		t.Errorf("the screen does not say so:\n%s", m.View())
	}
	press(m, "end")
	if m.current().upto() != 8 || !strings.Contains(m.View(), "HELD: 2") {
		t.Errorf("End does not lead back to now:\n%s", m.View())
	}
}

// A run that ends, well or badly, leaves its record on the screen and says how it ended.
func TestWireEnds(t *testing.T) {
	for err, want := range map[error]string{io.EOF: "The run is over", errors.New("the child died"): "the child died"} {
		m, f := newWireModel(t, "en", 80, 24)
		m.Update(wireMsg{m: twoHeld()})
		m.Update(wireMsg{err: err})
		press(m, "right")
		if !strings.Contains(m.View(), want) || len(f.told) > 0 {
			t.Errorf("%v: the wire is told %v, and the screen is\n%s", err, f.told, m.View())
		}
	}
}
