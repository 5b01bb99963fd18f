package tui

import (
	"fmt"

	"netlab/sim/scenario"
	"netlab/sim/trace"
)

// A branch is a world beside the lesson's: one that an edit made, the world of a
// what-if question, or a live run. It is stepped moment by moment.
type branch struct {
	name      string
	script    *scenario.Script // nil for a recording
	base      *scenario.Script // before the changes
	changes   []string         // lines of script that made it
	challenge bool             // it is a try at the lesson's challenge
	trace     *trace.Trace
	real      bool  // this machine's or another's: nothing in it can be changed
	flat      bool  // seen from one point
	stops     []int // events shown at each stop
	at        int   // index into stops
	follows   bool  // the run goes on: its end is the present
	mark      int   // then: how much of it the learner had seen
}

func newBranch(name string, s *scenario.Script, t *trace.Trace) *branch {
	return &branch{name: name, script: s, base: s, trace: t, real: t.Source != trace.Model, flat: t.OnePoint(), stops: t.Stops()}
}

func (b *branch) step(d int)  { b.at = max(0, min(b.at+d, len(b.stops)-1)) }
func (b *branch) jump(to int) { b.at = max(0, min(to, len(b.stops)-1)) }
func (b *branch) atEnd() bool { return b.at == len(b.stops)-1 }
func (b *branch) upto() int   { return b.stops[b.at] }

func (b *branch) since() int {
	switch {
	case b.follows && b.atEnd():
		return min(b.mark, b.upto())
	case b.at == 0:
		return 0
	}
	return b.stops[b.at-1]
}

// jumpToEvent shows event n, and no more than its moment.
func (b *branch) jumpToEvent(n int) {
	for i, s := range b.stops {
		if s >= n {
			b.at = i
			return
		}
	}
}

// current returns the branch shown, or nil for the lesson itself.
func (m *Model) current() *branch {
	if m.branch == 0 || m.branch > len(m.branches) {
		return nil
	}
	return m.branches[m.branch-1]
}

// shown returns the trace on the screen and how many of its events are shown.
func (m *Model) shown() (t *trace.Trace, since, upto int) {
	if b := m.current(); b != nil {
		return b.trace, b.since(), b.upto()
	}
	return m.s.Trace(), m.s.Since(), m.s.Upto()
}

// flat reports whether the arrows shown have no slope.
func (m *Model) flat() bool { b := m.current(); return b != nil && b.flat }

// addBranch shows a new world.
func (m *Model) addBranch(b *branch) {
	for i, old := range m.branches {
		if old.name == b.name { // made before: show it again
			m.branches[i] = b
			m.branch = i + 1
			m.openLine()
			return
		}
	}
	m.branches = append(m.branches, b)
	m.branch = len(m.branches)
	m.selected = 0
	m.openLine()
}

func (m *Model) nextBranch() { m.showBranch((m.branch + 1) % (len(m.branches) + 1)) }

// base is how many branches always stay: the run itself, where there is no lesson.
func (m *Model) base() int {
	if m.only {
		return 1
	}
	return 0
}

// showBranch shows branch i, or the lesson itself if i is 0.
func (m *Model) showBranch(i int) {
	m.view = viewAll
	i = max(i, m.base())
	m.branch = i
	m.selected = 0
	if i == 0 {
		m.selected = m.s.Run.Event(m.s.Pos())
	}
	m.openLine()
}

// toggleWorld shows the world of the current what-if question, or goes back. It
// stays shut while the question is open.
func (m *Model) toggleWorld() {
	if m.branch > 0 {
		m.showBranch(0)
		return
	}
	if m.s.Ask() == nil || m.s.Open() {
		m.say("no_world")
		return
	}
	t := m.s.WorldTrace()
	if t == nil { // what comes of it in this very run
		b := newBranch(m.s.Words.T("goes_on"), m.s.Script(), m.s.Trace())
		m.addBranch(b)
		b.jumpToEvent(m.s.Upto() + 1)
		return
	}
	b := newBranch(m.s.Words.T("what_if")+": "+m.s.WorldTitle(), m.s.Lesson().Worlds[m.s.Ask().World], t)
	m.addBranch(b)
	b.jumpToEvent(t.FirstUnusual())
}

// undo takes the last change back.
func (m *Model) undo() {
	if m.branch <= m.base() {
		m.message = m.s.Words.T("no_edit")
		return
	}
	name := m.current().name
	if b := m.current(); b.challenge && len(b.changes) > 0 { // one change less, and the challenge goes on
		left := b.changes[:len(b.changes)-1]
		if script, err := b.base.Change(left...); err == nil {
			next := newBranch(m.changeName(left, true), script, m.s.Run.Play(script))
			next.base, next.changes, next.challenge = b.base, left, true
			m.branches[m.branch-1] = next
			next.jump(1 << 30)
			m.message = m.s.Words.T("edit_undone", name)
			return
		}
	}
	m.branches = append(m.branches[:m.branch-1], m.branches[m.branch:]...)
	m.showBranch(0)
	m.message = m.s.Words.T("edit_undone", name)
}

// selectable reports whether an event can be selected: what is drawn.
func selectable(e *trace.Event) bool {
	switch e.Kind {
	case trace.Send, trace.Recv, trace.State, trace.Drop, trace.Timer:
		return true
	default: // the rest stands in the story
		return false
	}
}

// selectBy moves the selection to the next drawn event up or down.
func (m *Model) selectBy(d int) {
	t, _, upto := m.shown()
	n := m.selected
	if n == 0 || n > upto {
		n = upto + 1
		if d > 0 {
			n = 0
		}
	}
	for n += d; n >= 1 && n <= upto; n += d {
		if selectable(t.At(n)) {
			m.selected = n
			m.message = m.s.Words.T("selected_event", m.s.Words.Event(t.At(n)))
			return
		}
	}
}

// toCause goes to the event that caused the selected one.
func (m *Model) toCause() {
	t, _, upto := m.shown()
	n := m.selected
	if n == 0 {
		n = upto
	}
	if e := t.At(n); e != nil && e.Cause > 0 {
		m.selectEvent(e.Cause)
		m.message = fmt.Sprintf("%s: %s", m.s.Words.T("cause"), m.s.Words.Event(t.At(e.Cause)))
		return
	}
	m.message = m.s.Words.T("no_cause")
}

// toEffect goes to the first event that the selected one caused.
func (m *Model) toEffect() {
	t, _, upto := m.shown()
	n := m.selected
	if n == 0 {
		n = upto
	}
	for i := range t.Events {
		if e := &t.Events[i]; e.Cause == n && e.Kind != trace.Set {
			if m.branch == 0 && e.N > upto && m.s.Open() {
				break // the future answers the open question
			}
			m.selectEvent(e.N)
			m.message = fmt.Sprintf("%s: %s", m.s.Words.T("effect"), m.s.Words.Event(e))
			return
		}
	}
	m.message = m.s.Words.T("no_effect")
}

// selectEvent selects an event and goes to the moment that shows it, if it is
// not on the screen yet.
func (m *Model) selectEvent(n int) {
	_, _, upto := m.shown()
	if n > upto {
		if b := m.current(); b != nil {
			b.jumpToEvent(n)
		} else {
			i := m.s.Pos()
			for i < m.s.Len()-1 && m.s.Run.Upto(i) < n && m.s.Lesson().Steps[i+1].Scene == m.s.Step().Scene {
				i++
			}
			m.moveTo(func() { m.s.Goto(i) })
		}
	}
	m.selected = n
}
