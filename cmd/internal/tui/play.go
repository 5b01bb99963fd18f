package tui

import (
	"errors"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"netlab/live/lab"
	"netlab/sim/tcp"
)

// tickMsg is one beat of the clock that plays.
type tickMsg int

// liveMsg is a finished live run.
type liveMsg struct {
	res *lab.Result
	err error
}

// togglePlay starts or stops playing; it stops at each question by itself.
func (m *Model) togglePlay() tea.Cmd {
	m.playing = !m.playing
	m.tick++
	return m.beat()
}

func (m *Model) beat() tea.Cmd {
	if !m.playing {
		return nil
	}
	n := m.tick
	return tea.Tick(m.speed, func(time.Time) tea.Msg { return tickMsg(n) })
}

func (m *Model) onTick(n tickMsg) tea.Cmd {
	if int(n) != m.tick || !m.playing {
		return nil
	}
	if m.branch == 0 && (m.s.Open() || m.s.Pos() == m.s.Len()-1) {
		m.playing = false
		return nil
	}
	if m.branch > 0 && m.current().atEnd() {
		m.playing = false
		return nil
	}
	m.next()
	return m.beat()
}

// startLive plays the lesson's script with real sockets, in the background.
func (m *Model) startLive(wire bool) tea.Cmd {
	if m.running || m.opt.Live == nil {
		return nil
	}
	if m.branch == 0 && m.s.Open() && m.askedLive != m.s.Ask().ID { // who asks twice wants to see it
		m.askedLive = m.s.Ask().ID
		m.message = m.s.Words.T("live_answer_first", map[bool]string{false: "L", true: "W"}[wire])
		return nil
	}
	if l := m.s.Lesson(); !l.Compare && m.s.Step().Scene == "" {
		m.message = m.s.Words.T("live_failed", l.NoLive)
		return nil
	}
	m.running, m.message = true, m.s.Words.T("live_running")
	script := m.s.Script()
	if b := m.current(); b != nil && b.script != nil {
		script = b.script
	}
	return func() tea.Msg {
		res, err := m.opt.Live(m.ctx, script, wire)
		return liveMsg{res, err}
	}
}

// onLive shows a finished run beside the model, or a recording if the machine
// refuses. It never ends the lesson.
func (m *Model) onLive(msg liveMsg) {
	m.running = false
	res, err := msg.res, msg.err
	l := m.s.Lesson()
	var refused *lab.RefusedError
	noPackets := err == nil && res.Level >= lab.LevelCallsOnly
	if (errors.As(err, &refused) || noPackets) && l.Recorded[m.s.Step().Scene] != nil && m.branch == 0 {
		reason, fix := "", ""
		if res != nil {
			reason, fix = res.Reason, res.Fix
		}
		if refused != nil {
			reason, fix = refused.Reason, refused.Fix
		}
		res = lab.FromRecording(l.Recorded[m.s.Step().Scene], reason, fix)
		err, noPackets = nil, false
	}
	m.liveErr = err
	if err != nil {
		m.message = m.s.Words.T("live_failed", m.s.Words.Reason(err))
		if refused != nil {
			m.message += " " + m.s.Words.T("live_fix", refused.Fix)
		}
		m.openLine()
		return
	}
	script := m.s.Script()
	if b := m.current(); b != nil && b.script != nil {
		script = b.script
	}
	m.report = lab.Compare(script, res, tcp.Linux, m.s.Run.Seed)
	m.note = m.s.ProfileNote()
	m.live, m.page, m.mode, m.row, m.rowWhy = res, pageCompare, modeKeys, 0, false
	m.message = ""
}
