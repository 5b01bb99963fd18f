package tui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"netlab/cmd/internal/width"
	"netlab/lessons/course"
	"netlab/sim/ladder"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// msText writes milliseconds with at least one decimal.
func msText(d time.Duration) string {
	s := trace.Ms(d)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// label writes a segment on its arrow in the chosen notation.
func (m *Model) label(e *trace.Event) string {
	t, _, _ := m.shown()
	// A kernel's own numbers are too long for an arrow, so there the parts they
	// play come first; b shows the numbers.
	if m.textbook == (t.Source != trace.Model) {
		return e.Seg.Label()
	}
	seq, ack, seqOK, ackOK := e.Relative(t.ISNs(0))
	mine, peers := "x", "y"
	if len(t.Hosts) > 1 && e.Src.Host != t.Hosts[0].Name {
		mine, peers = "y", "x"
	}
	out := e.Seg.Flags.String()
	if seqOK {
		out += " seq=" + offset(mine, seq)
	}
	if ackOK {
		out += " ack=" + offset(peers, ack)
	}
	if n := len(e.Seg.Data); n > 0 {
		out += " len=" + strconv.Itoa(n)
	}
	return out
}

// offset writes x, x+1, x-10.
func offset(letter string, n int) string {
	switch {
	case n == 0:
		return letter
	case n > 0:
		return letter + "+" + strconv.Itoa(n)
	default:
		return letter + strconv.Itoa(n)
	}
}

// stateTag writes a state on the lifeline, masked if it is the answer.
func (m *Model) stateTag(e *trace.Event) string {
	if m.branch == 0 && m.s.Hidden(e.Host, "state") {
		return "???"
	}
	if m.w < 72 {
		return e.To.Short()
	}
	return e.To.String()
}

// ladderPane draws n rows of the ladder, the current moment among them.
func (m *Model) ladderPane(w, n int) []line {
	l := m.layLadder(w, n-1)
	_, _, upto := m.shown()
	pic := l.Draw(ladder.DrawOptions{Width: w, Unicode: m.opt.Unicode, Selected: m.selected})
	lines := []line{{look: lookBold, text: l.Header(w, "ms")}}
	rows := n - 1
	now := l.Now
	if m.selected > 0 && m.selected < len(l.RowOf) && m.selected <= upto {
		now = l.RowOf[m.selected]
	}
	end := min(l.Rows, max(l.Now+4, rows))
	top := max(0, end-rows)
	if now < top {
		top = now
	}
	for i := top; i < min(top+rows, l.Rows); i++ {
		row := append([]ladder.Cell(nil), pic[i]...)
		if i == l.Now && len(row) > 0 {
			row[0] = ladder.Cell{Rune: '>', Style: ladder.StyleState}
		}
		lines = append(lines, cellLine(row))
	}
	for len(lines) < n { // the lifelines go on to the edge
		lines = append(lines, cellLine(l.Empty(ladder.DrawOptions{Width: w, Unicode: m.opt.Unicode})))
	}
	return lines
}

// widestSpan is how many rows an arrow takes where there is room in plenty.
const widestSpan = 6

// layLadder makes the display list, with arrows as tall as the rows allow. The
// height never depends on the step, so stepping moves nothing.
func (m *Model) layLadder(w, rows int) *ladder.Ladder {
	t, _, upto := m.shown()
	opt := ladder.Options{Upto: max(1, upto), Calls: w >= 100, Flat: t.Source != trace.Model, Axis: m.axis, Label: m.label, State: m.stateTag}
	for opt.Span = widestSpan; opt.Span > 3; opt.Span-- {
		if l := ladder.New(t, opt); l.Rows <= rows {
			return l
		}
	}
	return ladder.New(t, opt)
}

// cellLine turns a row of cells into a line.
func cellLine(row []ladder.Cell) line {
	l := line{parts: []line{}}
	for i := 0; i < len(row); {
		j := i
		var text strings.Builder
		for j < len(row) && row[j].Style == row[i].Style {
			text.WriteRune(row[j].Rune)
			j++
		}
		l.parts = append(l.parts, line{look: ladderLooks[row[i].Style], text: text.String()})
		i = j
	}
	return l
}

// mainView finds the socket of a host that matters: its connection, or its
// listener while there is no connection.
func mainView(views []trace.View, host string) *trace.View {
	var best *trace.View
	for i := range views {
		v := &views[i]
		if v.Host == host && (best == nil || v.State != wire.StateListen) {
			best = v
		}
	}
	return best
}

// tcbPane shows the control blocks of the first two hosts side by side.
func (m *Model) tcbPane(w int, full bool) []line {
	t, since, upto := m.shown()
	views := t.Views(since, upto)
	var columns [][]line
	col := (w - 3) / 2
	for i, h := range t.Hosts {
		if i == 2 {
			break
		}
		columns = append(columns, m.tcbColumn(mainView(views, h.Name), h, col, full))
	}
	titles := make([]string, len(columns))
	for i := range columns {
		titles[i] = m.s.Words.T("tcb", t.Hosts[i].Name)
	}
	lines := []line{m.tcbTitle(titles, w, col)}
	rows := 0
	for _, c := range columns {
		rows = max(rows, len(c))
	}
	for r := range rows {
		l := line{parts: []line{plain(" ")}}
		for i, c := range columns {
			if i > 0 {
				l.parts = append(l.parts, line{look: lookFaint, text: m.bar() + " "})
			}
			cell := plain("")
			if r < len(c) {
				cell = c[r]
			}
			l.parts = append(l.parts, padTo(cell, col)...)
		}
		lines = append(lines, l)
	}
	if full {
		lines = append(lines, line{look: lookFaint, text: " " + width.Cut(m.s.Words.T("changed"), w-1)})
	}
	return lines
}

func (m *Model) tcbTitle(titles []string, w, col int) line {
	dash := "-"
	if m.opt.Unicode {
		dash = "─"
	}
	text := ""
	for i, t := range titles {
		part := strings.Repeat(dash, 2) + " " + t + " "
		if i < len(titles)-1 {
			part += strings.Repeat(dash, max(0, col+1-width.Of(part)))
		}
		text += part
	}
	return line{look: lookFaint, text: text + strings.Repeat(dash, max(0, w-width.Of(text)))}
}

// padTo makes the parts of a line exactly n columns wide.
func padTo(l line, n int) []line {
	var parts []line
	for _, p := range l.flat() {
		p.text = width.Cut(p.text, n)
		n -= width.Of(p.text)
		parts = append(parts, p)
	}
	return append(parts, plain(strings.Repeat(" ", max(0, n))))
}

// tcbColumn writes one control block: three lines, or one a variable.
func (m *Model) tcbColumn(v *trace.View, h trace.Host, w int, full bool) []line {
	if v == nil {
		return []line{{look: lookFaint, text: m.s.Words.T("no_tcb")}}
	}
	state := v.State.String()
	if v.StateNew {
		state += " *"
	}
	if m.branch == 0 && m.s.Hidden(v.Host, "state") {
		state = "???"
	}
	addr := h.IP
	if v.Local.Port != 0 {
		addr += ":" + strconv.Itoa(int(v.Local.Port))
	}
	head := line{parts: []line{plain(width.Pad(addr, min(18, w/2))), {look: lookState, text: state}}}
	if v.State == wire.StateListen && v.Known[trace.VarBacklog] {
		q := m.s.Words.T("queues", v.Value[trace.VarSynQueue], v.Value[trace.VarAcceptQueue], v.Value[trace.VarBacklog])
		return []line{head, plain(q)}
	}
	if v.Known == [trace.Vars]bool{} { // a kernel tells the state and keeps the rest to itself
		return []line{head}
	}
	if full {
		return append([]line{head}, m.tcbRows(v)...)
	}
	one := func(names []string, ids ...trace.VarID) line {
		var parts []string
		for i, id := range ids {
			parts = append(parts, names[i]+" "+m.varText(v, id))
		}
		return plain(strings.Join(parts, "  "))
	}
	return []line{head,
		one([]string{"ISS", "UNA", "NXT"}, trace.VarISS, trace.VarSndUna, trace.VarSndNxt),
		one([]string{"IRS", "RCV.NXT", "WND"}, trace.VarIRS, trace.VarRcvNxt, trace.VarSndWnd),
		plain(m.timerText(v)),
	}
}

// tcbRows writes one variable a line, with what it was before.
func (m *Model) tcbRows(v *trace.View) []line {
	var rows []line
	for id := range trace.Vars {
		if !v.Known[id] || id == trace.VarBacklog || id == trace.VarSynQueue || id == trace.VarAcceptQueue {
			continue
		}
		text := width.Pad(id.String(), 22) + m.varText(v, id)
		if v.Changed[id] && v.Was[id] != 0 && !m.hidden(v, id) {
			was := trace.Var{ID: id, Value: v.Was[id]}
			text += " was " + was.Text()
		}
		look := lookPlain
		if v.Changed[id] {
			look = lookBold
		}
		rows = append(rows, line{look: look, text: text})
	}
	return rows
}

func (m *Model) hidden(v *trace.View, id trace.VarID) bool {
	return m.branch == 0 && m.s.Hidden(v.Host, id.String())
}

// varText writes a variable's value, with * if it is new, or ??? if it is the answer.
func (m *Model) varText(v *trace.View, id trace.VarID) string {
	switch {
	case m.hidden(v, id):
		return "???"
	case !v.Known[id] || (v.State == wire.StateSynSent && (id == trace.VarIRS || id == trace.VarRcvNxt)):
		return "-"
	}
	text := trace.Var{ID: id, Value: v.Value[id]}.Text()
	if m.textbook && id.IsSeq() {
		text = m.letterOf(v, id)
	}
	if v.Changed[id] {
		text += "*"
	}
	return text
}

// letterOf writes a sequence number variable in textbook notation.
func (m *Model) letterOf(v *trace.View, id trace.VarID) string {
	t, _, _ := m.shown()
	own, peer := "x", "y"
	if len(t.Hosts) > 1 && v.Host != t.Hosts[0].Name {
		own, peer = "y", "x"
	}
	if id == trace.VarIRS || id == trace.VarRcvNxt {
		return offset(peer, v.Seq(id).Minus(v.Seq(trace.VarIRS)))
	}
	return offset(own, v.Seq(id).Minus(v.Seq(trace.VarISS)))
}

// timerText names the timer that will go off first.
func (m *Model) timerText(v *trace.View) string {
	best, at := "", int64(0)
	for id, name := range map[trace.VarID]string{trace.VarRetransmit: "RTX", trace.VarDelayedAck: "ACK", trace.VarPersist: "probe", trace.VarTimeWait: "2MSL"} {
		if d := v.Value[id]; d > 0 && (at == 0 || d < at) {
			best, at = name, d
		}
	}
	if at == 0 {
		return "timer -"
	}
	return "timer " + best + " t=" + trace.Ms(time.Duration(at))
}

// recentPane lists what happened at this moment, with rules, for wide screens.
func (m *Model) recentPane(w, n int) []line {
	t, since, upto := m.shown()
	lines := []line{plain("")}
	for i := since; i < upto; i++ {
		e := &t.Events[i]
		if e.Kind == trace.Set || (m.branch == 0 && m.s.Hidden(e.Host, "state") && e.Kind == trace.State) {
			continue
		}
		look := lookPlain
		if e.N == m.selected {
			look = lookSelected
		}
		lines = append(lines, line{look: look, text: width.Cut(e.Host+" "+e.What(), w)})
		if e.Rule != nil {
			for _, l := range width.Wrap("  "+m.s.Words.Rule(e.Rule)+" ["+e.Rule.Ref+"]", w) {
				lines = append(lines, line{look: lookFaint, text: l})
			}
		}
	}
	return clip(lines, n)
}

// branchLines tell what happens at this moment of a branch.
func (m *Model) branchLines(w int) []line {
	t, since, upto := m.shown()
	b := m.current()
	lines := []line{{look: lookAsk, text: width.Cut(b.name, w)}}
	if b.flat {
		lines = append(lines, line{look: lookFaint, text: m.s.Words.T("live_flat")})
	}
	for i := since; i < upto; i++ {
		e := &t.Events[i]
		if e.Kind == trace.Set {
			continue
		}
		text := e.Host + " " + e.What()
		if e.Rule != nil {
			text += " — " + m.s.Words.Rule(e.Rule) + " [" + e.Rule.Ref + "]"
		}
		look := lookPlain
		if e.N == m.selected {
			look = lookSelected
		}
		for _, l := range width.Wrap(text, w) {
			lines = append(lines, line{look: look, text: l})
		}
	}
	if m.why {
		lines = append(lines, m.whyLines(w)...)
	}
	if m.mode == modeEdit {
		lines = append(lines, m.editLines(w)...)
	}
	return append(lines, line{look: lookFaint, text: width.Cut(m.s.Words.T("branches", m.branchNames()), w)})
}

func (m *Model) branchNames() string {
	names := []string{m.s.Lesson().ID}
	for _, b := range m.branches {
		names = append(names, b.name)
	}
	return strings.Join(names, " / ")
}

// editLines are the menu of changes.
func (m *Model) editLines(w int) []line {
	e := m.editTarget()
	if e == nil {
		return nil
	}
	return []line{
		{look: lookAsk, text: width.Cut(m.s.Words.T("edit_title", e.Pkt, m.label(e)), w)},
		plain(width.Cut(m.s.Words.T("edit_lose", trace.Ms(editDelay)+" ms"), w)),
	}
}

// whyLines explain the selected event: its rule, its cause and its numbers.
func (m *Model) whyLines(w int) []line {
	t, _, upto := m.shown()
	e := t.At(m.selected)
	if e == nil || e.N > upto {
		return []line{{look: lookFaint, text: m.s.Words.T("nothing_selected")}}
	}
	lines := []line{{look: lookBold, text: width.Cut(e.Line(), w)}}
	if e.Rule != nil {
		for _, l := range width.Wrap(m.s.Words.T("rule")+"  "+m.s.Words.Rule(e.Rule)+" ["+e.Rule.Ref+"]", w) {
			lines = append(lines, plain(l))
		}
	}
	if c := t.At(e.Cause); c != nil {
		lines = append(lines, plain(width.Cut(m.s.Words.T("cause")+"  "+c.Line(), w)))
	}
	if e.HasSegment() {
		lines = append(lines, plain(width.Cut(fmt.Sprintf("SEG.SEQ=%s SEG.ACK=%s SEG.LEN=%d SEG.WND=%d %s", e.Seg.Seq, e.Seg.Ack, e.Seg.Len(), e.Seg.Wnd, e.Seg.Options), w)))
	}
	return lines
}

// askLines are the question, its choices, the feedback and the answer line.
func (m *Model) askLines(w int) []line {
	s, words := m.s, m.s.Words
	a := s.Ask()
	if a == nil || m.branch > 0 {
		return nil
	}
	var lines []line
	for i, l := range width.Wrap(words.T("predict")+"  "+course.Plain(joinLines(s.Prompt())), w) {
		look := lookPlain
		if i == 0 {
			look = lookAsk
		}
		lines = append(lines, line{look: look, text: l})
	}
	if s.Open() || a.World != "" {
		for i, c := range s.Choices() {
			for k, l := range width.Wrap(fmt.Sprintf("%d) %s", i+1, course.Plain(c)), w-2) {
				lines = append(lines, plain(strings.Repeat(" ", min(k, 1)*3)+"  "+l))
			}
		}
	}
	lines = append(lines, m.helpLines(w, m.h-5-len(lines))...)
	if !s.Open() {
		if a.World != "" {
			lines = append(lines, line{look: lookFaint, text: words.T("watch_fork")})
		}
		return lines
	}
	shown, total := s.Hints()
	status := m.triesText() + "  " + words.T("hints", len(shown), total)
	prompt := line{parts: []line{{look: lookAsk, text: words.T("ask_choice", len(a.Choices))}}}
	if a.Kind.Typed() {
		cursor := "_"
		if m.mode != modeAnswer {
			cursor = ""
		}
		prompt = line{parts: []line{{look: lookAsk, text: words.T("your_answer")}, {look: lookBold, text: m.input + cursor}}}
	}
	if prompt.width()+2+width.Of(status) > w {
		return append(lines, line{look: lookFaint, text: status}, prompt)
	}
	prompt.parts = append(prompt.parts, line{look: lookFaint, text: "  " + status})
	return append(lines, prompt)
}

// helpLines are the hints and the feedback in at most n lines: where there is no
// room for all, older hints go first, then the hints, then the named belief.
func (m *Model) helpLines(w, n int) []line {
	hints, feedback := m.hintLines(w), m.feedbackLines(w, true)
	if len(hints)+len(feedback) <= n {
		return append(hints, feedback...)
	}
	if shown, total := m.s.Hints(); len(shown) > 1 && m.s.Open() {
		hints = nil
		for _, l := range width.Wrap(m.s.Words.T("hint", fmt.Sprintf("%d/%d", len(shown), total))+"  "+course.Plain(shown[len(shown)-1]), w) {
			hints = append(hints, line{look: lookFaint, text: l})
		}
	}
	for _, way := range [][]line{append(hints, feedback...), feedback} {
		if len(way) <= n {
			return way
		}
	}
	return m.feedbackLines(w, false)
}

func (m *Model) triesText() string {
	if n := m.s.TriesLeft(); n != 1 {
		return m.s.Words.T("tries_left", n)
	}
	return m.s.Words.T("one_try_left")
}

// hintLines are the hints shown so far; once the question is closed they have
// done their work, and only h brings them back.
func (m *Model) hintLines(w int) []line {
	if !m.s.Open() {
		return nil
	}
	shown, _ := m.s.Hints()
	var lines []line
	for i, h := range shown {
		for _, l := range width.Wrap(m.s.Words.T("hint", i+1)+"  "+course.Plain(h), w) {
			lines = append(lines, line{look: lookFaint, text: l})
		}
	}
	return lines
}

// feedbackLines say what became of the last try.
func (m *Model) feedbackLines(w int, belief bool) []line {
	s, words := m.s, m.s.Words
	r := s.Record(s.Ask().ID)
	if m.feedback == nil {
		if r.Closed {
			return []line{{look: lookRight, text: width.Cut(words.T("closed")+" "+course.Plain(s.Solution()), w)}}
		}
		return nil
	}
	f := m.feedback
	if f.Right {
		word := words.T("right")
		if !r.First {
			word = words.T("right_second")
		}
		return []line{{look: lookRight, text: width.Cut(word+": "+course.Plain(s.Solution()), w)}}
	}
	var lines []line
	add := func(l look, text string) {
		for _, t := range width.Wrap(text, w) {
			lines = append(lines, line{look: l, text: t})
		}
	}
	add(lookWrong, words.T("wrong")+": "+m.lastTry)
	if f.Because != "" {
		add(lookPlain, course.Plain(joinLines(f.Because)))
	}
	if f.Misconception != "" && belief {
		add(lookFaint, words.T("misconception")+" "+words.Misconception(f.Misconception))
	}
	if f.Closed {
		add(lookRight, words.T("closed")+" "+course.Plain(s.Solution()))
	}
	return lines
}

// helpPage lists every key.
func (m *Model) helpPage() []line {
	w := m.s.Words
	lines := []line{m.header(), m.rule(w.T("keys_title"))}
	for _, l := range m.fitKeys(keyLines(w), m.h-4) {
		lines = append(lines, plain(" "+l))
	}
	return m.fill(lines, line{look: lookBold, text: " " + w.T("close_help")})
}

// fitKeys puts the keys into as many columns as the height asks for.
func (m *Model) fitKeys(keys []string, rows int) []string {
	if len(keys) <= rows {
		return keys
	}
	columns := (len(keys) + rows - 1) / rows
	each := (m.w - 2) / columns
	out := make([]string, rows)
	for i, k := range keys {
		out[i%rows] += width.Pad(compactKey(k, each), each)
	}
	return out
}

// compactKey squeezes a line of the key help into n columns.
func compactKey(s string, n int) string {
	keys, what := width.Cut(s, 22), strings.TrimSpace(strings.TrimPrefix(s, width.Cut(s, 22)))
	return width.Cut(width.Pad(strings.TrimSpace(strings.Fields(keys)[0]), 6)+" "+what, n-1)
}
