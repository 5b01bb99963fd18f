package tui

import (
	"strings"
	"time"

	"netlab/lessons/text/width"
	"netlab/sim/fault"
	"netlab/sim/scenario"
	"netlab/sim/trace"
)

// editDelay is how much later the menu of changes delivers a segment: longer
// than the link's delay, shorter than any retransmission.
const editDelay = 50 * time.Millisecond

// openEdit opens the menu of changes: for the selected packet, and for the world.
func (m *Model) openEdit() {
	if b := m.current(); b != nil && (b.real || b.script == nil) {
		m.message = m.s.Words.T("edit_real")
		return
	}
	if m.branch == 0 && m.s.Open() && m.s.Ask().World == "" && m.editTarget() == nil {
		m.message = m.s.Words.T("edit_none")
		return
	}
	m.mode, m.view = modeEdit, viewAll
}

// editTarget is the sending event of the selected packet, if one is selected
// that a change could touch.
func (m *Model) editTarget() *trace.Event {
	t, _, upto := m.shown()
	if b := m.current(); b != nil && (b.real || b.script == nil) {
		return nil
	}
	e := t.Departure(t.At(m.selected))
	if e == nil || e.N > upto {
		return nil
	}
	return e
}

// keyEdit makes the change that was chosen, or begins its line.
func (m *Model) keyEdit(name string) {
	m.mode = modeKeys
	if e := m.editTarget(); e != nil {
		if change := m.packetChange(name, e); change != "" {
			m.change(change)
			return
		}
	}
	if begin, ok := m.worldChange(name); ok {
		m.mode, m.input = modeChange, begin
		return
	}
	m.openLine()
	if m.message == "" && name >= "1" && name <= "5" {
		m.say("edit_select")
	}
}

// packetChange is the line of script that a key of the menu stands for.
func (m *Model) packetChange(key string, e *trace.Event) string {
	t, _, _ := m.shown()
	f := fault.Fault{Sel: t.Selector(e)}
	switch key {
	case "1":
		f.Verb = fault.Drop
	case "2":
		f.Verb, f.By = fault.Delay, editDelay
	case "3":
		f.Verb, f.By = fault.Duplicate, editDelay
	case "4":
		f.Verb = fault.Corrupt
	case "5":
		by, ok := behindNext(t, e)
		if !ok {
			m.message = m.s.Words.T("edit_no_next")
			return ""
		}
		f.Verb, f.By = fault.Delay, by
	default:
		return ""
	}
	return f.String()
}

// behindNext is how much later a packet must arrive to come after the next one of
// its direction.
func behindNext(t *trace.Trace, e *trace.Event) (time.Duration, bool) {
	var own time.Duration
	for i := range t.Events {
		a := &t.Events[i]
		if a.Kind != trace.Recv || a.Src.Host != e.Src.Host || a.Host != e.Dst.Host {
			continue
		}
		if a.Pkt == e.Pkt {
			own = a.T
		} else if a.Pkt > e.Pkt && own > 0 && a.T >= own {
			return a.T - own + time.Millisecond, true
		}
	}
	return 0, false
}

// worldChange is the beginning of a line of script that changes the world.
func (m *Model) worldChange(key string) (string, bool) {
	s := m.editScript()
	if s == nil {
		return "", false
	}
	link := ""
	if len(s.Links) > 0 {
		link = "link " + strings.Join(s.Links[0].Hosts, " ") + " "
	}
	host := s.Hosts[0].Name
	switch {
	case key == "6" && link != "":
		return link + "delay=", true
	case key == "7" && link != "":
		return link + "loss=", true
	case key == "8":
		return "host " + host + " iss=", true
	case key == "9":
		for i := range s.Stmts {
			if st := &s.Stmts[i]; st.Verb == scenario.Listen {
				one := *st
				one.Backlog = -1
				return one.String() + " backlog=", true
			}
		}
		return "", false
	case key == "0":
		return "", true
	default:
		return "", false
	}
}

// editScript is the script that a change begins from.
func (m *Model) editScript() *scenario.Script {
	if b := m.current(); b != nil {
		return b.script
	}
	return m.s.Script()
}

// change makes a world in which one line of script is different, and reports whether
// the line fits.
func (m *Model) change(line string) bool {
	base, changes := m.s.Script(), []string(nil)
	b := m.current()
	if b != nil {
		base, changes = b.base, b.changes
	}
	changes = append(append([]string(nil), changes...), line)
	challenge := b != nil && b.challenge
	if challenge {
		if _, err := m.s.TryChallenge(changes); err != nil {
			m.message = m.s.Words.T("change_bad", err)
			return false
		}
	}
	script, err := base.Change(changes...)
	if err != nil {
		m.message = m.s.Words.T("change_bad", err)
		return false
	}
	before, _, upto := m.shown()
	next := newBranch(m.changeName(changes, challenge), script, m.s.Run.Play(script))
	next.base, next.changes, next.challenge = base, changes, challenge
	m.addBranch(next)
	at := trace.FirstDifference(before, next.trace)
	next.jumpToEvent(min(at, max(upto, 1)))
	m.selected = min(at, max(upto, 1))
	m.message = m.s.Words.T("edit_done", next.name)
	if challenge {
		m.judgeChallenge(next)
	}
	return true
}

// changeName names a world by the changes that made it.
func (m *Model) changeName(changes []string, challenge bool) string {
	name := m.s.Words.T("fork", strings.Join(changes, "; "))
	if challenge {
		name = m.s.Words.T("challenge") + ": " + strings.Join(changes, "; ")
	}
	return name
}

// startChallenge shows the script of the challenge as it is.
func (m *Model) startChallenge() {
	c := m.s.Lesson().Challenge
	if c == nil {
		m.message = m.s.Words.T("no_challenge")
		return
	}
	script := m.s.Lesson().Scene(c.Scene)
	b := newBranch(m.s.Words.T("challenge"), script, m.s.Run.Scene(c.Scene))
	b.challenge = true
	m.addBranch(b)
	b.jump(1 << 30)
}

// judgeChallenge tells whether a try reaches the goal, and keeps it if it does.
func (m *Model) judgeChallenge(b *branch) {
	if !m.s.ChallengeReached(b.trace) {
		m.message = m.s.Words.T("challenge_not_yet")
		return
	}
	m.s.MarkChallenge(b.changes)
	m.save()
	m.message = m.s.Words.T("challenge_done")
	b.jump(1 << 30)
}

// runWrong shows the world in which the learner's wrong answer would be right, or
// says why there is none.
func (m *Model) runWrong() {
	script, changes, why := m.s.WrongWorld()
	switch {
	case script != nil:
		b := newBranch(m.s.Words.T("wrong_world", strings.Join(changes, "; ")), script, m.s.Run.Play(script))
		b.changes = changes
		before, _, _ := m.shown()
		m.addBranch(b)
		b.jumpToEvent(trace.FirstDifference(before, b.trace))
	case why != "":
		m.message = m.s.Words.T("no_wrong_world") + " " + why
	default:
		m.message = m.s.Words.T("nothing_wrong")
	}
}

// editLines are the menu of changes.
func (m *Model) editLines(w int) []line {
	words := m.s.Words
	if m.mode == modeChange {
		var lines []line
		for _, l := range width.Wrap(words.T("change_title"), w) {
			lines = append(lines, line{look: lookAsk, text: l})
		}
		return append(lines, line{parts: []line{{look: lookAsk, text: words.T("change_prompt")}, {look: lookBold, text: tail(m.input, w-width.Of(words.T("change_prompt"))-1) + "_"}}})
	}
	var lines []line
	if e := m.editTarget(); e != nil {
		lines = append(lines, line{look: lookAsk, text: width.Cut(words.T("edit_title", e.Pkt, m.label(e)), w)})
		for _, l := range width.Wrap(words.T("edit_packet", trace.Ms(editDelay)+" ms"), w) {
			lines = append(lines, plain(l))
		}
	}
	if len(lines) == 0 {
		for _, l := range width.Wrap(words.T("edit_select"), w) {
			lines = append(lines, line{look: lookFaint, text: l})
		}
	}
	for _, l := range width.Wrap(words.T("edit_world"), w) {
		lines = append(lines, plain(l))
	}
	return lines
}

// scriptLines are the script of a branch, without its expectations; what was changed
// stands out.
func (m *Model) scriptLines(b *branch, n int) []line {
	lines := []line{{look: lookAsk, text: width.Cut(b.name, m.w-2)}}
	for _, l := range strings.Split(strings.TrimSpace(b.script.String()), "\n") {
		if strings.HasPrefix(l, "expect ") || strings.TrimSpace(l) == "" || strings.HasPrefix(l, "#") {
			continue
		}
		look := lookPlain
		if !strings.Contains(b.base.String(), l) {
			look = lookSelected
		}
		for _, part := range width.Wrap(l, m.w-2) {
			lines = append(lines, line{look: look, text: part})
		}
	}
	return clip(lines, n)
}

// tail keeps the end of a text that is being typed.
func tail(s string, n int) string {
	for width.Of(s) > n {
		s = string([]rune(s)[1:])
	}
	return s
}

// challengeLines say what the challenge asks for, above the events of a try.
func (m *Model) challengeLines(w int) []line {
	var lines []line
	add := func(l look, text string) {
		for _, t := range width.Wrap(text, w) {
			lines = append(lines, line{look: l, text: t})
		}
	}
	add(lookAsk, plainText(m.s.ChallengeStory()))
	b := m.current()
	if m.s.ChallengeReached(b.trace) {
		add(lookRight, m.s.Words.T("challenge_done"))
		if try, err := m.s.TryChallenge(b.changes); err == nil {
			add(lookBold, plainText(m.s.ChallengeAfter(try)))
		}
		return lines
	}
	for i, h := range m.s.ChallengeHints() {
		if i < m.challengeHints {
			add(lookFaint, m.s.Words.T("hint", i+1)+"  "+plainText(h))
		}
	}
	add(lookFaint, m.s.Words.T("challenge_how", m.s.Lesson().Challenge.Edits))
	return lines
}
