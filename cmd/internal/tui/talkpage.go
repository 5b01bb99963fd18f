package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"netlab/capture/explain"
	"netlab/lessons/course"
	"netlab/lessons/text/width"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// The page of a recording that goes on: the lesson's picture and control blocks for one
// conversation, and below them, at 80x24:
//
//	RECORDING. The newest conversation is shown.
//	  #2 UDP 127.0.0.1:40001 -> 127.0.0.1:53  2
//	> #3 TCP 127.0.0.1:40002 -> 127.0.0.1:8080  12  ESTABLISHED | ESTABLISHED
//	 A sends #31 <SEQ=…><ACK=…><CTL=FIN,ACK>
//	 <- the record  [ ] another conversation  q end
//
// Who looks at the record, or has picked a conversation, is not disturbed by what is new.

// A Recording is a recording of packets that goes on.
type Recording interface {
	// Next waits for news. After the end it returns io.EOF, or what has ended the recording.
	Next(ctx context.Context) error
	List() []explain.Listed
	Trace(n int) *trace.Trace
}

// A talk is what the screen knows of a Recording.
type talk struct {
	rec    Recording
	list   []explain.Listed
	shown  int  // which conversation; 0: none yet
	picked bool // by the learner: the newest is not followed
	held   bool // before a room: what is new waits
	ended  bool
	err    error
}

// newsMsg says that the recording has something new.
type newsMsg struct{ err error }

// RunRecording shows a recording while it goes on, until the learner quits.
func RunRecording(ctx context.Context, s *course.Session, rec Recording, opt Options) error {
	return newRecording(ctx, s, rec, opt).run(ctx)
}

func newRecording(ctx context.Context, s *course.Session, rec Recording, opt Options) *Model {
	m := New(ctx, s, opt)
	m.only = true
	m.talk = &talk{rec: rec}
	m.addBranch(newBranch(m.s.Words.T("talk_name", ""), nil, &trace.Trace{Source: trace.Capture, Hosts: []trace.Host{{Name: "A"}, {Name: "B"}}}))
	m.refreshTalk()
	return m
}

// nextNews waits for the recording.
func (m *Model) nextNews() tea.Cmd {
	if m.talk == nil {
		return nil
	}
	return func() tea.Msg { return newsMsg{m.talk.rec.Next(m.ctx)} }
}

// onNews shows what is new.
func (m *Model) onNews(msg newsMsg) tea.Cmd {
	if msg.err != nil {
		m.talk.ended = true
		if !errors.Is(msg.err, io.EOF) && m.ctx.Err() == nil {
			m.talk.err = msg.err
		}
	}
	m.refreshTalk()
	if m.talk.ended {
		return nil
	}
	return m.nextNews()
}

// refreshTalk takes what has been recorded. The picture stays as it is while the record is
// looked at.
func (m *Model) refreshTalk() {
	m.talk.list = m.talk.rec.List()
	if n := len(m.talk.list); n > 0 && m.current().atEnd() && !m.talk.held {
		want := m.talk.list[n-1].N
		if m.talk.picked {
			want = m.talk.shown
		}
		m.showTalk(want)
	}
}

// showTalk shows the present of a conversation.
func (m *Model) showTalk(n int) {
	t := m.talk.rec.Trace(n)
	if t == nil { // too many came after it: what is shown stays
		return
	}
	old := m.current()
	b := newBranch(m.s.Words.T("talk_name", fmt.Sprintf("#%d", n)), nil, t)
	b.follows = true
	b.jump(1 << 30)
	if n == m.talk.shown {
		b.mark = old.mark
		if now := len(old.trace.Events); len(t.Events) > now {
			b.mark = now
		}
	} else {
		m.selected = 0
	}
	if m.selected > len(t.Events) {
		m.selected = 0
	}
	m.talk.shown = n
	m.branches[m.branch-1] = b
}

// keyTalk does what a key means while packets are recorded; done is false for those that mean the
// same everywhere.
func (m *Model) keyTalk(name string) (done bool) {
	act := lookUp(talkMap, name)
	if act == actTalkNewest && (m.view != viewAll || m.why) { // first of all Esc leaves these
		return false
	}
	switch act {
	case actTalkNow, actTalkNewest:
		m.talk.picked = m.talk.picked && act == actTalkNow
		m.current().jump(1 << 30)
		m.selected = 0
		m.refreshTalk()
	case actTalkBefore:
		m.pickTalk(-1)
	case actTalkAfter:
		m.pickTalk(1)
	default:
		switch actionOf(name) {
		case actNext, actPlay:
			if m.current().atEnd() {
				m.say("talk_end")
				return true
			}
			return false
		case actGoto, actSlower, actFaster, actAnswer, actNotSure, actHint, actEdit, actWrong, actFork, actBranches, actUndo, actReset, actChallenge, actLive, actWireLive:
			m.say("talk_no_key")
			return true
		default: // looking works as everywhere
			return false
		}
	}
	return true
}

// pickTalk shows the conversation that was listed before or after the one shown.
func (m *Model) pickTalk(d int) {
	at := m.talkIndex() + d
	if at < 0 || at >= len(m.talk.list) {
		m.say("talk_no_other")
		return
	}
	m.talk.picked = true
	m.showTalk(m.talk.list[at].N)
}

// talkIndex is where the conversation that is shown stands in the list: before the first, if that
// has forgotten it.
func (m *Model) talkIndex() int {
	for i := range m.talk.list {
		if m.talk.list[i].N == m.talk.shown {
			return i
		}
	}
	return -1
}

// talkLines are the words below the picture, at most n.
func (m *Model) talkLines(w, n int) []line {
	words := m.s.Words
	var lines []line
	state, look := words.T("talk_newest"), lookAsk
	switch {
	case m.talk.err != nil:
		state, look = words.T("talk_broken", m.talk.err), lookWrong
	case m.talk.shown == 0 && m.talk.ended: // then nothing is listed either
		state = words.T("talk_nothing")
	case m.talk.shown == 0:
		state = words.T("talk_waiting")
	case !m.current().atEnd():
		state = words.T("talk_record", m.talk.list[len(m.talk.list)-1].N)
	case m.talk.ended:
		state = words.T("talk_over")
	case m.talk.picked:
		state = words.T("talk_picked")
	}
	for _, t := range width.Wrap(state, w) {
		lines = append(lines, line{look: look, text: t})
	}
	lines = append(lines, m.listLines(w, max(2, n/3))...)
	if m.why {
		lines = append(lines, m.whyLines(w)...)
	}
	return append(lines, m.newestLines(w, n-len(lines))...)
}

// listLines list the conversations, the one that is shown among them, in at most n lines.
func (m *Model) listLines(w, n int) (lines []line) {
	at := m.talkIndex()
	top := max(0, min(at-n/2, len(m.talk.list)-n))
	for i := top; i < min(top+n, len(m.talk.list)); i++ {
		c := &m.talk.list[i]
		mark, look := "  ", lookPlain
		if i == at {
			mark, look = "> ", lookSelected
		}
		text := fmt.Sprintf("%s#%d %s %s -> %s", mark, c.N, c.Proto, c.Ends[0], c.Ends[1])
		if c.Proto == wire.TCP { // the same states as the picture
			text = addIfFits(text, c.States[0].Earliest.String()+" | "+c.States[1].Earliest.String(), w)
		}
		text = addIfFits(text, m.s.Words.T("talk_packets", c.Packets), w)
		lines = append(lines, line{look: look, text: width.Shorten(text, w)})
	}
	return lines
}

// addIfFits adds a column to a line if there is room for all of it.
func addIfFits(text, column string, w int) string {
	if longer := text + "  " + column; width.Of(longer) <= w {
		return longer
	}
	return text
}

// newestLines tell what has happened until the moment shown, the newest n lines of it.
func (m *Model) newestLines(w, n int) []line {
	t, since, upto := m.shown()
	var lines []line
	for i := upto - 1; i >= 0 && len(lines) < n; i-- {
		e := &t.Events[i]
		if e.Kind == trace.Set {
			continue
		}
		look := lookFaint
		switch {
		case e.N == m.selected:
			look = lookSelected
		case e.Again:
			look = lookAgain
		case i >= since:
			look = lookPlain
		}
		wrapped := width.Wrap(strings.TrimSpace(m.s.Words.Event(e)), w)
		for k := len(wrapped) - 1; k >= 0; k-- {
			lines = append([]line{{look: look, text: wrapped[k]}}, lines...)
		}
	}
	return lines[max(0, len(lines)-max(0, n)):]
}
