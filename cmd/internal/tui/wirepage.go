package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"netlab/lessons/course"
	"netlab/lessons/text"
	"netlab/lessons/text/width"
	"netlab/live/lab"
	"netlab/sim/scenario"
	"netlab/sim/trace"
)

// The page of the real kernel, stepped on the wire: the lesson's picture and control blocks,
// and below them, at 80x24:
//
//	HELD 2  The script's clock stands still, the kernel's goes on.
//	> 1) #4 A -> B FIN,ACK seq=…  2.3 s
//	  2) #5 B -> A FIN,ACK seq=…  2.3 s
//	 A sends #4 <SEQ=…><ACK=…><CTL=FIN,ACK>
//	 -> let it through  <- the record  1-9 choose  x drop  d duplicate
//
// What was is a record like any other; only the present can be changed.

// A Wire is a run of the real kernel whose packets are let through by hand.
type Wire interface {
	Next(ctx context.Context) (*lab.Moment, error)
	Release(p lab.Packet) error
	Drop(p lab.Packet) error
	Duplicate(p lab.Packet) error
}

// A wireRun is what the screen knows of a Wire.
type wireRun struct {
	h      Wire
	now    *lab.Moment
	chosen lab.Packet // zero: the first that is held
	ended  bool
	err    error
}

// wireMsg is the next moment of the wire.
type wireMsg struct {
	m   *lab.Moment
	err error
}

// RunWire shows a run of the real kernel and lets its packets through, until the learner
// quits.
func RunWire(ctx context.Context, s *course.Session, script *scenario.Script, h Wire, opt Options) error {
	return newWire(ctx, s, script, h, opt).run(ctx)
}

func newWire(ctx context.Context, s *course.Session, script *scenario.Script, h Wire, opt Options) *Model {
	m := New(ctx, s, opt)
	m.only = true
	m.wire = &wireRun{h: h, now: &lab.Moment{Trace: &trace.Trace{Script: script.Name, Source: trace.Live}}}
	for i, x := range script.Hosts {
		m.wire.now.Trace.Hosts = append(m.wire.now.Trace.Hosts, trace.Host{Name: x.Name, IP: script.Address(i)})
	}
	m.addBranch(m.wireBranch())
	return m
}

// wireBranch is the record so far.
func (m *Model) wireBranch() *branch {
	b := newBranch(m.s.Words.T("wire_name"), nil, m.wire.now.Trace)
	b.follows, b.flat = true, false // what was sent and has not arrived is under way
	b.jump(1 << 30)
	return b
}

// nextMoment waits for the wire.
func (m *Model) nextMoment() tea.Cmd {
	if m.wire == nil {
		return nil
	}
	return func() tea.Msg {
		now, err := m.wire.h.Next(m.ctx)
		return wireMsg{now, err}
	}
}

// onMoment takes the present from the wire. Who looks at the record is not disturbed.
func (m *Model) onMoment(msg wireMsg) tea.Cmd {
	if msg.err != nil {
		m.wire.ended = true
		if !errors.Is(msg.err, io.EOF) && m.ctx.Err() == nil {
			m.wire.err = msg.err
		}
		m.wire.now.Held = nil
		return nil
	}
	old := m.current()
	m.wire.now = msg.m
	b := m.wireBranch()
	b.mark = old.mark
	if !old.atEnd() {
		b.jump(old.at)
	} else if m.selected > len(b.trace.Events) {
		m.selected = 0
	}
	m.branches[m.branch-1] = b
	if _, ok := m.held(m.wire.chosen); !ok {
		m.wire.chosen = lab.Packet{}
	}
	return m.nextMoment()
}

// untilThen is how much time is left until a moment, if the present is shown and it goes on.
func (m *Model) untilThen(at time.Duration) (time.Duration, bool) {
	if m.wire == nil || m.wire.ended || !m.current().atEnd() {
		return 0, false
	}
	return max(0, at-m.wire.now.Now), true
}

// heldPackets are the numbers of the packets that are held, if the present is shown.
func (m *Model) heldPackets() map[int]bool {
	if m.wire == nil || !m.current().atEnd() {
		return nil
	}
	held := map[int]bool{}
	for _, h := range m.wire.now.Held {
		held[h.N] = true
	}
	return held
}

// held finds a packet among those that are held; without a number, the first.
func (m *Model) held(p lab.Packet) (int, bool) {
	if p.N == 0 {
		return 0, len(m.wire.now.Held) > 0
	}
	i := slices.IndexFunc(m.wire.now.Held, func(h lab.Held) bool { return h.Packet == p })
	return i, i >= 0
}

// keyWire does what a key means while the kernel is stepped; done is false for those that mean
// the same everywhere.
func (m *Model) keyWire(name string) (done bool) {
	b := m.current()
	switch act := wireAction(name); act {
	case actRelease:
		if !b.atEnd() {
			b.step(1)
			m.selected = 0
			return true
		}
		m.decide(m.wire.h.Release, true)
	case actDrop:
		m.decide(m.wire.h.Drop, true)
	case actDuplicate:
		m.decide(m.wire.h.Duplicate, false)
	case actRecord:
		b.step(-1)
		m.selected = 0
	case actNow:
		b.jump(1 << 30)
		m.selected = 0
	case actChoose:
		m.choose(int(name[0] - '1'))
	case actChooseUp, actChooseDown:
		i, _ := m.held(m.wire.chosen)
		m.choose(i + map[action]int{actChooseUp: -1, actChooseDown: 1}[act])
	default:
		return m.keyIdle(name)
	}
	return true
}

// keyIdle says that a key of a lesson means nothing here; done is false for the others.
func (m *Model) keyIdle(name string) (done bool) {
	if name == "esc" && m.view == viewAll && !m.why {
		m.current().jump(1 << 30)
		m.selected = 0
		return true
	}
	switch actionOf(name) {
	case actGoto, actPlay, actSlower, actFaster, actNotSure, actHint, actEdit, actWrong, actFork, actBranches, actUndo, actReset, actChallenge, actLive, actWireLive:
		m.say("wire_no_key")
		return true
	default: // looking works as everywhere
		return false
	}
}

// choose picks the held packet with this index.
func (m *Model) choose(i int) {
	if i >= 0 && i < len(m.wire.now.Held) {
		m.wire.chosen = m.wire.now.Held[i].Packet
	}
}

// decide lets the learner's choice happen to the chosen packet. One that leaves is not waited
// for: whoever presses twice means the next one.
func (m *Model) decide(do func(lab.Packet) error, leaves bool) {
	b := m.current()
	i, ok := m.held(m.wire.chosen)
	switch {
	case m.wire.ended:
		m.say("wire_over")
	case !b.atEnd():
		m.say("wire_past")
	case !ok:
		m.say("wire_nothing")
	default:
		if err := do(m.wire.now.Held[i].Packet); errors.Is(err, lab.ErrOver) {
			m.say("wire_over")
		} else if err != nil {
			m.message = err.Error()
		} else if leaves {
			now := *m.wire.now
			now.Held = slices.Delete(slices.Clone(now.Held), i, i+1)
			m.wire.now, m.wire.chosen = &now, lab.Packet{}
		}
		b.mark = len(b.trace.Events)
	}
}

// wireLines are the words below the picture, at most n.
func (m *Model) wireLines(w, n int) []line {
	words := m.s.Words
	b := m.current()
	var lines []line
	add := func(l look, text string) {
		for _, t := range width.Wrap(text, w) {
			lines = append(lines, line{look: l, text: t})
		}
	}
	if !b.atEnd() {
		add(lookAsk, words.T("wire_record"))
	} else {
		switch {
		case m.wire.err != nil:
			add(lookWrong, words.T("wire_broken", m.wire.err))
		case m.wire.ended || m.wire.now.Over:
			add(lookAsk, words.T("wire_over"))
		case len(m.wire.now.Held) == 0:
			add(lookAsk, words.T("wire_waiting"))
		default:
			add(lookAsk, words.T("wire_held", len(m.wire.now.Held)))
			lines = append(lines, m.heldLines(w, max(2, n/2))...)
		}
	}
	if m.why {
		lines = append(lines, m.whyLines(w)...)
	}
	return append(lines, m.happenedLines(w, n-len(lines))...)
}

// heldLines list the packets that are held, the chosen one among them, in at most n lines.
func (m *Model) heldLines(w, n int) (lines []line) {
	held := m.wire.now.Held
	chosen, _ := m.held(m.wire.chosen)
	top := max(0, min(chosen-n/2, len(held)-n))
	for i := top; i < min(top+n, len(held)); i++ {
		mark, look := "  ", lookPlain
		if i == chosen {
			mark, look = "> ", lookSelected
		}
		text := mark + strconv.Itoa(i+1) + ") " + HeldText(m.s.Words, m.wire.now, held[i], m.label)
		lines = append(lines, line{look: look, text: width.Shorten(text, w)})
	}
	return lines
}

// happenedLines tell what has happened since the last key, the newest if not all fits.
func (m *Model) happenedLines(w, n int) []line {
	t, since, upto := m.shown()
	var lines []line
	for i := since; i < upto; i++ {
		e := &t.Events[i]
		if e.Kind == trace.Set || e.Call == "socket" {
			continue
		}
		look := lookPlain
		if e.N == m.selected {
			look = lookSelected
		}
		text := m.s.Words.Event(e)
		if e.Again {
			look, text = lookAgain, text+" - "+AgainText(m.s.Words, t, e)
		}
		for _, l := range width.Wrap(text, w) {
			lines = append(lines, line{look: look, text: l})
		}
	}
	return lines[max(0, len(lines)-max(0, n)):]
}

// HeldText writes a held packet for people: which one it is, where from and where to, what is
// in it, why it was sent again if it was, and for how long it waits.
func HeldText(w *text.Words, m *lab.Moment, h lab.Held, label func(*trace.Event) string) string {
	e := m.Sent(h.Packet)
	if e == nil {
		return h.String()
	}
	s := fmt.Sprintf("#%d %s -> %s %s", h.N, e.Src.Host, h.To, label(e))
	if since := m.Now - h.Since; since >= shownFrom {
		s += "  " + w.T("wire_since", seconds(since))
	}
	if h.Copy {
		s += "  " + w.T("wire_copy")
	}
	if e.Again {
		s += "  " + AgainText(w, m.Trace, e)
	}
	return s
}

// shownFrom is from when on it is worth a word for how long a packet has been held.
const shownFrom = 100 * time.Millisecond

// AgainText says what a repeated segment repeats, how long after it, and why.
func AgainText(w *text.Words, t *trace.Trace, e *trace.Event) string {
	first := t.At(e.Cause)
	if !e.Again || first == nil {
		return ""
	}
	key := map[string]string{lab.AgainTimer: "again_timer", lab.AgainAcks: "again_acks", lab.AgainProbe: "again_probe"}[e.CauseBy]
	if key == "" {
		key = "again_other"
	}
	return w.T(key, first.Pkt, seconds(e.T-first.T))
}

// seconds writes a time that people wait for: 1.02 s, 41 s.
func seconds(d time.Duration) string {
	digits := 2
	if d >= 10*time.Second {
		digits = 0
	}
	return strconv.FormatFloat(d.Seconds(), 'f', digits, 64) + " s"
}

// KernelText writes what the kernel told about one end of a connection: TCP_INFO and the timer
// that runs, as of now.
func KernelText(w *text.Words, v *trace.View, now time.Duration) string {
	var parts []string
	for _, id := range []trace.VarID{trace.VarUnacked, trace.VarRetransmits, trace.VarRTO, trace.VarRTT, trace.VarCwnd, trace.VarSsthresh, trace.VarSndWnd, trace.VarRcvWnd} {
		if v.Known[id] {
			parts = append(parts, id.String()+" "+trace.Var{ID: id, Value: v.Value[id]}.Text())
		}
	}
	for _, id := range kernelTimers {
		if at := time.Duration(v.Value[id]); at > 0 && at > now {
			parts = append(parts, w.Var(id)+" "+seconds(at-now))
		}
	}
	return strings.Join(parts, "  ")
}

// kernelTimers are those that sock_diag(7) tells.
var kernelTimers = []trace.VarID{trace.VarRetransmit, trace.VarPersist, trace.VarKeepAlive, trace.VarTimeWait, trace.VarFinWait2}
