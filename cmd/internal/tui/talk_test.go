package tui

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"netlab/capture"
	"netlab/capture/explain"
	"netlab/capture/filter"
	"netlab/lessons/course"
	"netlab/sim/scenario"
	"netlab/sim/simtest"
	"netlab/sim/tcp"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A fakeRecording holds what the test has put on its board.
type fakeRecording struct {
	*explain.Board
	stream *explain.Stream
	now    time.Time
}

// Next is not waited for: the tests hand over the news themselves.
func (*fakeRecording) Next(context.Context) error { return io.EOF }

// send records a segment between a client with this port and the server.
func (f *fakeRecording) send(t *testing.T, port uint16, back bool, seg wire.Segment) {
	t.Helper()
	p := wire.Packet{Src: wire.Endpoint{Host: "A", Port: port}, Dst: wire.Endpoint{Host: "B", Port: 80}, Proto: wire.TCP, Seg: seg}
	if back {
		p.Src, p.Dst = p.Dst, p.Src
	}
	data, err := capture.Encode(&p, func(host string) netip.Addr {
		return netip.MustParseAddr(map[string]string{"A": "192.0.2.1", "B": "198.51.100.2"}[host])
	})
	if err != nil {
		t.Fatal(err)
	}
	f.now = f.now.Add(10 * time.Millisecond)
	f.stream.Packet(1, &capture.Frame{Time: f.now, Data: data, OrigLen: len(data)})
}

// handshake records that a client connects.
func (f *fakeRecording) handshake(t *testing.T, port uint16) {
	t.Helper()
	f.send(t, port, false, wire.Segment{Seq: 2837104412, Flags: wire.SYN, Wnd: 64240})
	f.send(t, port, true, wire.Segment{Seq: 300, Ack: 2837104413, Flags: wire.SYN | wire.ACK, Wnd: 65160})
	f.send(t, port, false, wire.Segment{Seq: 2837104413, Ack: 301, Flags: wire.ACK, Wnd: 502})
}

func newTalkModel(t *testing.T, lang string, w, h int) (*Model, *fakeRecording) {
	t.Helper()
	below, err := scenario.Parse("capture lo", "host A\n")
	if err != nil {
		t.Fatal(err)
	}
	bare, err := course.Bare(below, tcp.Linux, 1, lang)
	if err != nil {
		t.Fatal(err)
	}
	f := &fakeRecording{Board: explain.NewBoard(), stream: explain.NewStream(&filter.Filter{}, func(*explain.Told) {}), now: time.Unix(1_700_000_000, 0)}
	f.stream.Keep(f.Board)
	m := newRecording(context.Background(), bare, f, Options{Unicode: w >= 100, Color: "never"})
	m.Update(tea.WindowSizeMsg{Width: w, Height: h})
	return m, f
}

// talkScreens are the golden screens of a recording, by name.
func talkScreens() map[string]wireScreen {
	all := map[string]wireScreen{}
	for _, lang := range []string{"en", "zh-CN"} {
		for _, size := range Layouts {
			all[fmt.Sprintf("talk-now-%dx%d-%s.txt", size[0], size[1], lang)] = wireScreen{nil, size[0], size[1], lang}
		}
		all["talk-record-80x24-"+lang+".txt"] = wireScreen{[]string{"left", "left"}, 80, 24, lang}
		all["talk-picked-80x24-"+lang+".txt"] = wireScreen{[]string{"["}, 80, 24, lang}
		all["talk-help-80x24-"+lang+".txt"] = wireScreen{[]string{"?"}, 80, 24, lang}
	}
	return all
}

// The screens of a recording, as files to look at, in both languages and every size.
func TestTalkScreens(t *testing.T) {
	for name, c := range talkScreens() {
		t.Run(name, func(t *testing.T) {
			m, f := newTalkModel(t, c.lang, c.w, c.h)
			checkScreen(t, m) // before the first packet
			f.handshake(t, 40001)
			f.handshake(t, 40002)
			m.Update(newsMsg{})
			f.send(t, 40002, false, wire.Segment{Seq: 2837104413, Ack: 301, Flags: wire.PSH | wire.ACK, Wnd: 502, Data: "hello"})
			f.send(t, 40002, false, wire.Segment{Seq: 2837104413, Ack: 301, Flags: wire.PSH | wire.ACK, Wnd: 502, Data: "hello"})
			m.Update(newsMsg{})
			press(m, c.keys...)
			simtest.Golden(t, name, m.View())
			checkScreen(t, m)
		})
	}
}

// The newest conversation is followed, unless the learner looks at the record or has picked
// another one; End and Esc lead back to it.
func TestTalkFollows(t *testing.T) {
	m, f := newTalkModel(t, "en", 80, 24)
	shows := func(what string, n, packets int) {
		t.Helper()
		sent := 0
		tr, _, upto := m.shown()
		for i := range upto {
			if tr.Events[i].Kind == trace.Send {
				sent++
			}
		}
		if m.talk.shown != n || sent != packets {
			t.Errorf("%s: conversation %d with %d packets is shown, want %d with %d", what, m.talk.shown, sent, n, packets)
		}
	}
	more := func(port uint16) {
		f.send(t, port, true, wire.Segment{Seq: 301, Ack: 2837104413, Flags: wire.ACK, Wnd: 500})
		m.Update(newsMsg{})
	}
	f.handshake(t, 1)
	m.Update(newsMsg{})
	shows("the first", 1, 3)
	more(1)
	shows("it grows", 1, 4)
	f.handshake(t, 2)
	m.Update(newsMsg{})
	shows("the newest", 2, 3)

	press(m, "left", "left", "left")
	tr, _, upto := m.shown()
	f.handshake(t, 3)
	more(2)
	if now, _, n := m.shown(); now != tr || n != upto {
		t.Error("the record is disturbed by what is new")
	}
	press(m, "end")
	shows("End follows the newest", 3, 3)

	press(m, "[", "[")
	shows("picked", 1, 4)
	f.handshake(t, 4)
	m.Update(newsMsg{})
	shows("another one does not push it away", 1, 4)
	more(1)
	shows("it goes on to grow", 1, 5)
	press(m, "left", "left", "end")
	shows("End does not leave what was picked", 1, 5)
	press(m, "[")
	if !strings.Contains(m.View(), "no other conversation") {
		t.Error("there is none before the first, and nothing says so")
	}
	press(m, "esc")
	shows("Esc follows the newest again", 4, 3)
	press(m, "x", "1", "h", "L", "g")
	if m.mode != modeKeys || !strings.Contains(m.View(), "This key is for lessons") {
		t.Error("a key of lessons does something")
	}
}

// At the end of a recording its screen stays, and says why it has ended.
func TestTalkEnds(t *testing.T) {
	for want, err := range map[string]error{"The recording has ended. q leaves.": io.EOF, "The recording has ended: no room": fmt.Errorf("no room")} {
		m, f := newTalkModel(t, "en", 80, 24)
		f.handshake(t, 1)
		_, cmd := m.Update(newsMsg{err})
		if v := m.View(); cmd != nil || !strings.Contains(v, want) || !strings.Contains(v, "SYN,ACK") {
			t.Errorf("%v: the screen waits on: %v, and shows\n%s", err, cmd != nil, v)
		}
	}
}
